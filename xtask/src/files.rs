//! Files below a folder, in a fixed order.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The files below `root` whose name fits `wanted`, in folders whose name fits `enter`, sorted by
/// path. Links to folders are not followed.
pub(crate) fn below(
    root: &Path,
    enter: &dyn Fn(&str) -> bool,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("reading the folder {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if enter(&name) {
                    folders.push(entry.path());
                }
            } else if wanted(&name) {
                out.push(entry.path());
            }
        }
    }
    out.sort();
    Ok(out)
}
