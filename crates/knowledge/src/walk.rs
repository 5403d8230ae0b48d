//! Lists the files of a folder and reads them, bounded whatever the disk holds.
//!
//! Order is that of the paths. Symbolic links are never followed: one that points into the folder
//! would count its facts twice, one that points out of it would read files that nobody meant.

use std::path::{Path, PathBuf};

use rulescope_files::{Defect, below, message};
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
                let path = error.path().map_or_else(String::new, |path| {
                    below(root, path).unwrap_or_else(|lossy| lossy)
                });
                let why = error.io_error().map_or_else(|| error.to_string(), message);
                listing.unread.push((path, why));
            }
        }
    }
    listing.entries.sort_by(|a, b| a.path.cmp(&b.path));
    listing.unread.sort();
    listing
}

fn entry(root: &Path, found: &walkdir::DirEntry) -> Entry {
    let (path, is_utf8) = match below(root, found.path()) {
        Ok(path) => (path, true),
        Err(lossy) => (lossy, false),
    };
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

/// The beginning of a file that may belong to a pack; `None` for one that can't.
pub(crate) fn head(entry: &Entry) -> Option<String> {
    if entry.refused.is_some() || !has_extension(&entry.path, &EXTENSIONS) {
        return None;
    }
    let bytes = rulescope_files::head(&entry.file, HEAD).ok()?;
    Some(wide(&bytes).unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned()))
}

/// A file as text, without a byte order mark, or the line and the reason why it is none.
pub(crate) fn text(entry: &Entry) -> Result<String, (Option<usize>, String)> {
    if let Some(reason) = &entry.refused {
        return Err((None, reason.clone()));
    }
    let most = if has_extension(&entry.path, &["json"]) { LARGEST_JSON } else { LARGEST };
    let text = match rulescope_files::text(&entry.file, most) {
        // PowerShell writes it, and the mark says how it is to be read.
        Err(Defect::Utf16) => {
            let bytes = rulescope_files::head(&entry.file, most).ok();
            bytes.and_then(|bytes| wide(&bytes)).ok_or(Defect::Utf16)
        }
        read => read,
    };
    text.map_err(|defect| match defect {
        Defect::NotAFile => {
            (None, "unreadable (it is no file any more); check its permissions".to_owned())
        }
        Defect::Unreadable(why) => (None, format!("unreadable ({why}); check its permissions")),
        Defect::TooLarge { .. } => (None, format!("more than {most} bytes; split it")),
        Defect::Utf16 => (None, "UTF-16; save it as UTF-8".to_owned()),
        Defect::Binary { line } => {
            (Some(line), "binary (it holds NUL bytes); remove it".to_owned())
        }
        Defect::NotUtf8 { line } => (Some(line), "not UTF-8; save it as UTF-8".to_owned()),
    })
}

/// Bytes as text where they begin with the mark of UTF-16; what is no character is replaced.
fn wide(bytes: &[u8]) -> Option<String> {
    let unit = match bytes {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    Some(String::from_utf16_lossy(&units))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_paths() {
        assert_eq!((name("a/b.c.yml"), stem("a/b.c.yml"), stem("a")), ("b.c.yml", "b.c", "a"));
        assert!(has_extension("a/B.YML", &["yml"]) && !has_extension("a.yml/b", &["yml"]));
    }
}
