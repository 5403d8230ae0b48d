//! Finds logs: files, folders, standard input.

use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use crate::error::{Cause, Place, ReadError};
use crate::part::Parts;
use crate::reader::{self, Reader};

/// Extensions of the files that are looked for in folders, each also with `.gz` or `.zst`.
const EXTENSIONS: [&str; 6] = ["evtx", "json", "jsonl", "ndjson", "csv", "xml"];

/// A log that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Its path as given or found, `-` for standard input: how it is named everywhere.
    pub name: Arc<str>,
    path: Option<PathBuf>,
}

impl Log {
    /// The log of a path; `-` is standard input. Nothing is looked at yet.
    pub fn new(path: impl AsRef<Path>) -> Log {
        let path = path.as_ref();
        let name = path.to_string_lossy().into();
        Log { name, path: (path != Path::new("-")).then(|| path.to_owned()) }
    }

    /// Its events in the order of the log. What can't be opened gives one error.
    pub fn open(&self) -> Reader {
        Reader::of(self.parts())
    }

    /// The same in parts, which can be read side by side.
    pub fn parts(&self) -> Parts {
        reader::open(Arc::clone(&self.name), self.path.as_deref())
    }

    /// Its size in bytes as the system says, compressed where it is; `None` for standard input and
    /// for what can't be asked.
    pub fn size(&self) -> Option<u64> {
        fs::metadata(self.path.as_deref()?).ok().map(|metadata| metadata.len())
    }
}

/// The logs of some paths: a file is a log whatever its name, a folder is walked.
///
/// Paths come in the order given, the logs of a folder sorted, no log twice. Links are followed;
/// one to a folder that holds it, a folder that vanished, and a FIFO or device of a log's name are
/// errors, and the walk goes on.
#[derive(Debug)]
pub struct Logs {
    paths: VecDeque<PathBuf>,
    walk: Option<walkdir::IntoIter>,
    seen: BTreeSet<PathBuf>,
}

impl Logs {
    /// The logs of these paths; `-` is standard input.
    pub fn new<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Logs {
        let paths = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        Logs { paths, walk: None, seen: BTreeSet::new() }
    }

    /// The next of the folder that is being walked; `None` where it is done.
    fn walked(&mut self) -> Option<Result<PathBuf, ReadError>> {
        for entry in self.walk.as_mut()? {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return Some(Err(walk_error(error))),
            };
            if entry.file_type().is_dir() || !is_log_name(entry.path()) {
                continue;
            }
            return Some(match not_a_file(entry.file_type()) {
                None => Ok(entry.into_path()),
                Some(kind) => Err(error(entry.path(), Cause::NotAFile(kind))),
            });
        }
        self.walk = None;
        None
    }
}

impl Iterator for Logs {
    type Item = Result<Log, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            while let Some(found) = self.walked() {
                match found {
                    Ok(path) => {
                        if self.seen.insert(own_path(&path)) {
                            return Some(Ok(Log::new(path)));
                        }
                    }
                    Err(error) => return Some(Err(error)),
                }
            }
            let path = self.paths.pop_front()?;
            if path != Path::new("-") && fs::metadata(&path).is_ok_and(|m| m.is_dir()) {
                let walk = WalkDir::new(path).follow_links(true).sort_by_file_name();
                self.walk = Some(walk.into_iter());
            } else if self.seen.insert(own_path(&path)) {
                return Some(Ok(Log::new(path)));
            }
        }
    }
}

/// The path of a file itself, whatever leads to it.
fn own_path(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn error(path: &Path, cause: impl Into<Cause>) -> ReadError {
    ReadError::fatal(&path.to_string_lossy().into(), Place::Log, cause)
}

fn walk_error(walked: walkdir::Error) -> ReadError {
    let path = walked.path().unwrap_or(Path::new("")).to_owned();
    if walked.loop_ancestor().is_some() {
        return error(&path, Cause::Loop);
    }
    let unknown = || io::Error::other("the folder could not be walked");
    error(&path, walked.into_io_error().unwrap_or_else(unknown))
}

fn is_log_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    name.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension))
}

/// What something is where it is neither a file nor a folder.
pub(crate) fn not_a_file(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        return None;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some("FIFO");
        }
        if kind.is_socket() {
            return Some("socket");
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Some("device");
        }
    }
    Some(if kind.is_dir() { "folder" } else { "special file" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_known_by_their_names() {
        for name in ["a.evtx", "A.EVTX", "a.json.gz", "a.b.jsonl", "a.ndjson.zst", "a.csv", "a.xml"]
        {
            assert!(is_log_name(Path::new(name)), "{name}");
        }
        for name in ["a.gz", "evtx", "a.yml", "a.evtx.bak", "a.json.gz.zst"] {
            assert!(!is_log_name(Path::new(name)), "{name}");
        }
    }
}
