//! Whether folders are still what they were, without reading their files.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use walkdir::WalkDir;

/// A short text that is the same as long as the files of these folders (or these files) have the
/// same paths, sizes and times of writing.
///
/// `None` where a file has no time of writing, or more files are there than a pack is read for:
/// nobody can tell then whether anything changed.
pub fn stamp(paths: &[PathBuf]) -> Option<String> {
    let mut hasher = DefaultHasher::new();
    let mut left = crate::walk::MOST_FILES;
    for path in paths {
        path.hash(&mut hasher);
        for found in WalkDir::new(path).follow_links(true).sort_by_file_name() {
            left = left.checked_sub(1)?;
            match found {
                Ok(found) if found.file_type().is_dir() => found.path().hash(&mut hasher),
                Ok(found) => {
                    found.path().hash(&mut hasher);
                    let file = found.metadata().ok()?;
                    file.len().hash(&mut hasher);
                    let since = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
                    since.as_nanos().hash(&mut hasher);
                }
                // What can't be read is a finding, and is one again as long as it is so.
                Err(error) => error.path().hash(&mut hasher),
            }
        }
    }
    Some(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_changes_with_the_files() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let paths = [folder.path().to_owned()];
        std::fs::write(folder.path().join("a"), "one")?;
        let first = stamp(&paths);
        assert!(first.is_some() && first == stamp(&paths));
        std::fs::write(folder.path().join("a"), "longer")?;
        let second = stamp(&paths);
        assert_ne!(first, second);
        std::fs::rename(folder.path().join("a"), folder.path().join("b"))?;
        assert_ne!(second, stamp(&paths));
        Ok(())
    }
}
