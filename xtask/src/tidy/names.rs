//! Names of files, and what a file says of itself first.

use super::{Finding, Source};

/// Names that say nothing of what is in a file.
const SHAPELESS: [&str; 7] = ["utils", "util", "common", "helpers", "helper", "misc", "shared"];

/// A file or folder whose name says nothing.
pub(super) fn shapeless(source: &Source) -> Option<Finding> {
    let parts = source.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
    let found = parts.into_iter().find(|part| SHAPELESS.contains(part))?;
    let message = format!("`{found}` is no name; what lives here has its caller or a real name");
    Some(Finding::new(source, 0, message))
}

/// A Rust file that does not open with `//!`.
pub(super) fn without_doc(source: &Source) -> Option<Finding> {
    let opens = source.text.starts_with("//!");
    let message = "it does not open with `//!`: what it is, what comes in and goes out";
    (source.is_rust() && !opens).then(|| Finding::new(source, 1, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source;

    #[test]
    fn a_name_is_shapeless_as_a_whole_only() {
        assert!(shapeless(&source("crates/a/src/utils.rs", "")).is_some());
        assert!(shapeless(&source("crates/a/src/common/mod.rs", "")).is_some());
        assert!(shapeless(&source("crates/a/src/uncommon.rs", "")).is_none());
    }

    #[test]
    fn a_rust_file_says_what_it_is() {
        assert!(without_doc(&source("a/src/lib.rs", "//! A.\n")).is_none());
        assert!(without_doc(&source("a/src/lib.rs", "// A.\nmod b;\n")).is_some());
        assert!(without_doc(&source("a/README.md", "# A\n")).is_none());
    }
}
