//! Lists the files of a folder and reads them, bounded whatever the disk holds.
//!
//! Order is that of the paths. Symbolic links are never followed: one that points into the folder
//! would count its facts twice, one that points out of it would read files that nobody meant.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// The largest file that is read, in bytes.
pub const LARGEST: u64 = 8 << 20;

/// The largest JSON file that is read, in bytes: ATT&CK's bundle has 50 MiB.
pub const LARGEST_JSON: u64 = 128 << 20;

/// Files of a folder that are looked at. The largest known pack has some thousand.
pub(crate) const MOST_FILES: usize = 200_000;

/// Bytes of a file's beginning that decide what it is.
const HEAD: u64 = 8 << 10;

/// Extensions of the files that packs are made of.
const EXTENSIONS: [&str; 8] = ["md", "map", "yml", "yaml", "json", "txt", "csv", "xml"];

/// A file below a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its path below the folder, with `/` on every system.
    pub(crate) path: String,
    /// Where it is.
    pub(crate) file: PathBuf,
    /// Why it is not read, where it is not.
    pub(crate) refused: Option<String>,
}

impl Entry {
    /// The file's name.
    pub(crate) fn name(&self) -> &str {
        name(&self.path)
    }
}

/// The last part of a path.
pub(crate) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A file's name without its last extension.
pub(crate) fn stem(path: &str) -> &str {
    let name = name(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Whether a path ends in one of these extensions, whatever their case.
pub(crate) fn has_extension(path: &str, extensions: &[&str]) -> bool {
    let found = name(path).rsplit_once('.').map(|(_, extension)| extension);
    found.is_some_and(|found| extensions.iter().any(|wanted| found.eq_ignore_ascii_case(wanted)))
}

/// What a folder holds.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Its files, sorted by path.
    pub(crate) entries: Vec<Entry>,
    /// Folders that could not be read, with why, sorted.
    pub(crate) unread: Vec<(String, String)>,
    /// Whether it holds more than [`MOST_FILES`].
    pub(crate) cut: bool,
}

/// The files of a folder, however deep.
pub(crate) fn list(root: &Path) -> Listing {
    let mut listing = Listing::default();
    let walk = WalkDir::new(root).min_depth(1).follow_links(false).sort_by_file_name();
    for found in walk.into_iter().filter_entry(|entry| entry.file_name() != ".git") {
        if listing.entries.len() >= MOST_FILES {
            listing.cut = true;
            break;
        }
        match found {
            Ok(found) if found.file_type().is_dir() => {}
            Ok(found) => listing.entries.push(entry(root, &found)),
            Err(error) => {
                let path = error.path().map_or_else(String::new, |path| below(root, path).0);
                let why = error.io_error().map_or_else(|| error.to_string(), plain);
                listing.unread.push((path, why));
            }
        }
    }
    listing.entries.sort_by(|a, b| a.path.cmp(&b.path));
    listing.unread.sort();
    listing
}

fn entry(root: &Path, found: &walkdir::DirEntry) -> Entry {
    let (path, is_utf8) = below(root, found.path());
    let kind = found.file_type();
    let refused = if kind.is_symlink() {
        Some("a link, which is not followed; name its target as a folder of its own".to_owned())
    } else if !kind.is_file() {
        Some("a pipe, socket or device; remove it".to_owned())
    } else if !is_utf8 {
        Some("its name is not UTF-8; rename it".to_owned())
    } else {
        None
    };
    Entry { path, file: found.path().to_owned(), refused }
}

/// The path below `root` with `/`, and whether it is UTF-8 as it stands.
fn below(root: &Path, path: &Path) -> (String, bool) {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    (parts.join("/"), below.to_str().is_some())
}

/// The system's message without its error number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// The beginning of a file that may belong to a pack; `None` for one that can't.
pub(crate) fn head(entry: &Entry) -> Option<String> {
    if entry.refused.is_some() || !has_extension(&entry.path, &EXTENSIONS) {
        return None;
    }
    let bytes = bytes(&entry.file, HEAD).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // What was a file when it was listed may be a pipe by now, and opening one would wait.
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file any more"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file as text, without a byte order mark, or the line and the reason why it is none.
pub(crate) fn text(entry: &Entry) -> Result<String, (Option<usize>, String)> {
    if let Some(reason) = &entry.refused {
        return Err((None, reason.clone()));
    }
    let most = if has_extension(&entry.path, &["json"]) { LARGEST_JSON } else { LARGEST };
    let bytes = bytes(&entry.file, most + 1).map_err(|error| {
        (None, format!("unreadable ({}); check its permissions", plain(&error)))
    })?;
    if bytes.len() as u64 > most {
        return Err((None, format!("more than {most} bytes; split it")));
    }
    decode(bytes)
}

fn decode(mut bytes: Vec<u8>) -> Result<String, (Option<usize>, String)> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err((None, "UTF-16; save it as UTF-8".to_owned()));
    }
    let line_at = |at: usize, bytes: &[u8]| 1 + bytes[..at].iter().filter(|b| **b == b'\n').count();
    if let Some(at) = bytes.iter().position(|b| *b == 0) {
        let line = line_at(at, &bytes);
        return Err((Some(line), "binary (it holds NUL bytes); remove it".to_owned()));
    }
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = line_at(error.utf8_error().valid_up_to(), error.as_bytes());
        (Some(line), "not UTF-8; save it as UTF-8".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_text_or_a_line_and_a_reason() {
        assert_eq!(decode(b"\xEF\xBB\xBFa: 1".to_vec()), Ok("a: 1".to_owned()));
        assert!(matches!(decode(b"a\nb\0".to_vec()), Err((Some(2), _))));
        assert!(matches!(decode(b"\xFF\xFEa\0".to_vec()), Err((None, _))));
        assert!(matches!(decode(b"a\nb\n\xE9".to_vec()), Err((Some(3), _))));
    }

    #[test]
    fn parts_of_paths() {
        assert_eq!((name("a/b.c.yml"), stem("a/b.c.yml"), stem("a")), ("b.c.yml", "b.c", "a"));
        assert!(has_extension("a/B.YML", &["yml"]) && !has_extension("a.yml/b", &["yml"]));
    }
}
