//! Files as text, bounded whatever the disk holds.
//!
//! Those who read folders of other people's files (rules, knowledge packs) share what a path below
//! a folder is, when a file is no text, and what the system says. Which files are wanted, and what
//! is said of one that is not read, is theirs.
//!
//! ```
//! assert_eq!(rulescope_files::decode(b"\xEF\xBB\xBFa: 1".to_vec()), Ok("a: 1".to_owned()));
//! assert!(matches!(
//!     rulescope_files::decode(b"a\nb\n\xE9".to_vec()),
//!     Err(rulescope_files::Defect::NotUtf8 { line: 3 })
//! ));
//! ```

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Why a file is no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Defect {
    /// It is a pipe, a socket, a device or a folder, or has become one since it was listed.
    NotAFile,
    /// The system says no: its message.
    Unreadable(String),
    /// It has more bytes than are read.
    TooLarge {
        /// Its size in bytes.
        size: u64,
    },
    /// It starts with the mark of UTF-16.
    Utf16,
    /// It holds NUL bytes.
    Binary {
        /// 1-based line of the first one.
        line: usize,
    },
    /// It is not UTF-8.
    NotUtf8 {
        /// 1-based line of the first wrong byte.
        line: usize,
    },
}

impl Defect {
    fn system(error: &io::Error) -> Defect {
        Defect::Unreadable(message(error))
    }
}

/// A file as text, without a byte order mark.
///
/// # Errors
/// Where it can't be read, has more than `most` bytes, or is no text in UTF-8.
pub fn text(path: &Path, most: u64) -> Result<String, Defect> {
    let (bytes, size) = read(path, most.saturating_add(1))?;
    if bytes.len() as u64 > most {
        return Err(Defect::TooLarge { size });
    }
    decode(bytes)
}

/// The first bytes of a file, at most this many.
///
/// # Errors
/// Where it can't be read.
pub fn head(path: &Path, most: u64) -> Result<Vec<u8>, Defect> {
    Ok(read(path, most)?.0)
}

/// At most this many bytes, and the file's size.
fn read(path: &Path, most: u64) -> Result<(Vec<u8>, u64), Defect> {
    let unreadable = |error: io::Error| Defect::system(&error);
    // What was a file when it was listed may be a pipe by now, and opening one would wait.
    let metadata = fs::symlink_metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Defect::NotAFile);
    }
    let room = usize::try_from(metadata.len().min(most)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(room.saturating_add(1));
    let file = File::open(path).map_err(unreadable)?;
    file.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok((bytes, metadata.len()))
}

/// Bytes as text, without a byte order mark.
///
/// # Errors
/// Where they are no text in UTF-8.
pub fn decode(mut bytes: Vec<u8>) -> Result<String, Defect> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Defect::Utf16);
    }
    let line_at = |at: usize, bytes: &[u8]| 1 + bytes[..at].iter().filter(|b| **b == b'\n').count();
    if let Some(at) = bytes.iter().position(|b| *b == 0) {
        return Err(Defect::Binary { line: line_at(at, &bytes) });
    }
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = line_at(error.utf8_error().valid_up_to(), error.as_bytes());
        Defect::NotUtf8 { line }
    })
}

/// The path below `root` with `/` on every system; as an error, a readable form of one that is not
/// UTF-8.
///
/// # Errors
/// Where the path is not UTF-8.
pub fn below(root: &Path, path: &Path) -> Result<String, String> {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    let joined = parts.join("/");
    if below.to_str().is_some() { Ok(joined) } else { Err(joined) }
}

/// The system's message without its error number.
pub fn message(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_text_or_a_reason() {
        assert_eq!(decode(b"\xEF\xBB\xBFa: 1".to_vec()), Ok("a: 1".to_owned()));
        assert_eq!(decode(b"a\nb\0".to_vec()), Err(Defect::Binary { line: 2 }));
        assert_eq!(decode(b"\xFF\xFEa\0".to_vec()), Err(Defect::Utf16));
        assert_eq!(decode(b"a\nb\n\xE9".to_vec()), Err(Defect::NotUtf8 { line: 3 }));
    }

    #[test]
    fn paths_stand_below_their_folder() {
        let root = Path::new("a");
        assert_eq!(below(root, &root.join("b").join("c.yml")), Ok("b/c.yml".to_owned()));
    }
}
