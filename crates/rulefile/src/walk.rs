//! Lists a source's files and reads them, and says of each refused one why.
//!
//! Order is that of the paths, whatever the disk gives. `.gitignore` is not honoured (private
//! rules are often ignored by git on purpose), `.git` is skipped. Symbolic links are never
//! followed: one that points into the source would count its rules twice, one that points out of
//! it would read files that nobody meant.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rulescope_files::{Defect, below, message};
use walkdir::WalkDir;

use crate::Error;
use crate::source::Vendor;

/// The largest file that is read, in bytes; a rule file has some kilobytes.
pub const LARGEST: u64 = 8 << 20;

/// A file that may hold rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path below the source's folder, with `/` on every system.
    pub path: String,
    /// Where it is on this machine.
    pub file: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written, in nanoseconds since 1970 UTC; 0 where the disk does not say.
    pub modified_ns: i64,
}

/// A file, link or folder that is not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// Its path below the source's folder, with `/` on every system.
    pub path: String,
    /// Why.
    pub reason: Reason,
}

/// Why something is not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A link to a folder that holds the link.
    LinkLoop,
    /// A link to something outside of the source.
    LinkOutside,
    /// A link to something in the source, which is read where it stands.
    LinkInside,
    /// A link to nothing.
    LinkBroken,
    /// A pipe, socket or device.
    NotAFile,
    /// The system says no.
    Unreadable(String),
    /// Larger than [`LARGEST`].
    TooLarge {
        /// Its size in bytes.
        size: u64,
    },
    /// It holds NUL bytes.
    Binary,
    /// It is not UTF-8.
    NotUtf8 {
        /// 1-based line of the first wrong byte.
        line: usize,
    },
    /// It starts with the mark of UTF-16.
    Utf16,
    /// Its name is not UTF-8, so no id can be made of it.
    NameNotUtf8,
}

impl Reason {
    /// Whether rules may be missing because of it.
    pub fn loses_rules(&self) -> bool {
        !matches!(self, Reason::LinkInside)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::LinkLoop => f.write_str("a link to a folder around it; remove the link"),
            Reason::LinkOutside => {
                f.write_str("a link out of the source; name its target as a source of its own")
            }
            Reason::LinkInside => f.write_str("a link; its target is read where it stands"),
            Reason::LinkBroken => f.write_str("a link to nothing; remove it"),
            Reason::NotAFile => f.write_str("a pipe, socket or device; remove it"),
            Reason::Unreadable(why) => write!(f, "unreadable ({why}); check its permissions"),
            Reason::TooLarge { size } => {
                write!(f, "{size} bytes, more than {LARGEST}; split it if it holds rules")
            }
            Reason::Binary => f.write_str("binary (it holds NUL bytes); remove it"),
            Reason::NotUtf8 { line } => {
                write!(f, "not UTF-8 (first on line {line}); save it as UTF-8")
            }
            Reason::Utf16 => f.write_str("UTF-16; save it as UTF-8"),
            Reason::NameNotUtf8 => f.write_str("its name is not UTF-8; rename it"),
        }
    }
}

/// What a source's folder holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// Files that may hold rules, sorted by path.
    pub entries: Vec<Entry>,
    /// What is refused, sorted by path.
    pub refusals: Vec<Refusal>,
}

/// Lists the files of a folder that may hold a vendor's rules.
///
/// # Errors
/// [`Error::Io`] where the folder itself can't be read; all below it is a [`Refusal`].
pub fn walk(folder: &Path, vendor: Vendor) -> Result<Listing, Error> {
    let root = folder.canonicalize().map_err(Error::io("read", folder))?;
    std::fs::read_dir(&root).map_err(Error::io("read", folder))?;
    let mut listing = Listing::default();
    let files = WalkDir::new(&root).min_depth(1).follow_links(false).into_iter();
    for found in files.filter_entry(|e| e.file_name() != ".git") {
        match found {
            Ok(found) => visit(&root, vendor, &found, &mut listing),
            Err(error) => {
                let path = error.path().unwrap_or(&root);
                let why = error.io_error().map_or_else(|| error.to_string(), message);
                let path = below(&root, path).unwrap_or_else(|lossy| lossy);
                listing.refusals.push(Refusal { path, reason: Reason::Unreadable(why) });
            }
        }
    }
    listing.entries.sort_by(|a, b| a.path.cmp(&b.path));
    listing.refusals.sort();
    Ok(listing)
}

fn visit(root: &Path, vendor: Vendor, found: &walkdir::DirEntry, listing: &mut Listing) {
    let kind = found.file_type();
    if kind.is_dir() {
        return;
    }
    let path = below(root, found.path());
    let mut refuse = |path: String, reason| listing.refusals.push(Refusal { path, reason });
    let may_hold_rules = has_extension(found.path(), vendor);
    if kind.is_symlink() {
        let path = path.unwrap_or_else(|lossy| lossy);
        // A link to a folder is refused whatever its name.
        let to_folder = found.path().is_dir();
        match link_reason(root, found.path()) {
            reason @ (Reason::LinkLoop | Reason::LinkOutside | Reason::LinkInside)
                if to_folder || may_hold_rules =>
            {
                refuse(path, reason);
            }
            reason if may_hold_rules => refuse(path, reason),
            _ => {}
        }
        return;
    }
    if !may_hold_rules {
        return;
    }
    let path = match path {
        Ok(path) => path,
        Err(lossy) => return refuse(lossy, Reason::NameNotUtf8),
    };
    if !kind.is_file() {
        return refuse(path, Reason::NotAFile);
    }
    let metadata = match found.metadata() {
        Ok(metadata) => metadata,
        Err(e) => {
            let why = e.io_error().map_or_else(|| e.to_string(), message);
            return refuse(path, Reason::Unreadable(why));
        }
    };
    let size = metadata.len();
    let holds_rows = found.path().extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    if size > LARGEST && holds_rows {
        // A table so large is never held; the rules that ask it say that it is missing.
        return;
    }
    if size > LARGEST {
        return refuse(path, Reason::TooLarge { size });
    }
    let modified_ns = metadata
        .modified()
        .ok()
        .and_then(|t| t.duration_since(UNIX_EPOCH).ok())
        .and_then(|d| i64::try_from(d.as_nanos()).ok())
        .unwrap_or(0);
    listing.entries.push(Entry { path, file: found.path().to_owned(), size, modified_ns });
}

fn has_extension(path: &Path, vendor: Vendor) -> bool {
    path.extension().is_some_and(|have| {
        let wanted = vendor.extensions();
        wanted.iter().any(|want| have.eq_ignore_ascii_case(want))
    })
}

fn link_reason(root: &Path, link: &Path) -> Reason {
    match link.canonicalize() {
        Ok(target) if link.starts_with(&target) => Reason::LinkLoop,
        Ok(target) if target.starts_with(root) => Reason::LinkInside,
        Ok(_) => Reason::LinkOutside,
        // A link to itself has no target either.
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Reason::LinkBroken,
        Err(_) => Reason::LinkLoop,
    }
}

/// Reads a listed file as text, without a byte order mark.
///
/// # Errors
/// A [`Refusal`] where it can't be read, has grown past [`LARGEST`], or is no text in UTF-8.
pub fn read(entry: &Entry) -> Result<String, Refusal> {
    rulescope_files::text(&entry.file, LARGEST).map_err(|defect| {
        let reason = match defect {
            Defect::NotAFile => Reason::NotAFile,
            Defect::Unreadable(why) => Reason::Unreadable(why),
            Defect::TooLarge { size } => Reason::TooLarge { size },
            Defect::Utf16 => Reason::Utf16,
            Defect::Binary { .. } => Reason::Binary,
            Defect::NotUtf8 { line } => Reason::NotUtf8 { line },
        };
        Refusal { path: entry.path.clone(), reason }
    })
}
