//! Finds the corpora and the files in them.

use std::path::{Path, PathBuf};

/// A folder of the corpora, or `None` (said on stdout) where they are not at hand.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
pub(crate) fn folder(path: &str) -> Option<PathBuf> {
    let root = match std::env::var_os("RULESCOPE_CORPORA") {
        Some(root) => PathBuf::from(root),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
    };
    let folder = root.join(path);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no corpora ({})", folder.display());
    None
}

/// The files below a folder with one of these extensions, sorted, with their text.
pub(crate) fn files(folder: &Path, extensions: &[&str]) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    collect(folder, extensions, &mut files);
    files.sort();
    files
}

fn collect(folder: &Path, extensions: &[&str], files: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the corpora can be read") {
        let path = entry.expect("an entry of the corpora can be read").path();
        if path.is_dir() {
            collect(&path, extensions, files);
        } else if path.extension().is_some_and(|e| extensions.iter().any(|known| e == *known)) {
            let bytes = std::fs::read(&path).expect("a file of the corpora can be read");
            files.push((path, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
}
