//! Names the logic that this binary reads and runs rules by: a hash of the sources of every crate that
//! has a say in what a catalog holds, its evidence included. A catalog that another logic wrote is built anew, not added to.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

const CRATES: [&str; 12] = [
    "ir",
    "files",
    "events",
    "yaml",
    "taxonomy",
    "dialects",
    "rulefile",
    "analysis",
    "knowledge",
    "catalog",
    "eval",
    "engine",
];

fn main() {
    let crates = Path::new("..");
    let mut files = Vec::new();
    for name in CRATES {
        for part in ["src", "data"] {
            let folder = crates.join(name).join(part);
            if folder.is_dir() {
                println!("cargo:rerun-if-changed={}", folder.display());
                list(&folder, &mut files);
            }
        }
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.to_string_lossy().hash(&mut hasher);
        std::fs::read(&file).unwrap_or_default().hash(&mut hasher);
    }
    println!("cargo:rustc-env=RULESCOPE_LOGIC={:016x}", hasher.finish());
}

fn list(folder: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() { list(&path, out) } else { out.push(path) }
    }
}
