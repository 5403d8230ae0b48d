//! Finds the real packs and logs, and reads the packs once for all tests.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rulescope_knowledge::{Knowledge, read};

/// A folder of the corpora, or `None` (said on stdout) where they are not at hand.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
pub(crate) fn corpus(path: &str) -> Option<PathBuf> {
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

static PACKS: LazyLock<Option<Knowledge>> = LazyLock::new(|| {
    let folders = [corpus("knowledge")?, corpus("corpora/splunk/data_sources")?];
    Some(read(&folders))
});

/// What all real packs state.
pub(crate) fn packs() -> Option<&'static Knowledge> {
    PACKS.as_ref()
}

/// The files below a folder, sorted, with their text.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of the corpora can be read") {
            let path = entry.expect("an entry of the corpora can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("a file of the corpora can be read");
                found.push((path, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
    }
    found.sort();
    found
}
