//! One idea a file: files that grow are split by meaning.

use super::{Finding, Source};

/// Past this a file is no longer read.
const MOST: usize = 800;
/// Near this it is time to split.
const NEAR: usize = 600;

/// A file past the limit.
pub(super) fn too_long(source: &Source) -> Option<Finding> {
    let lines = lines(source)?;
    let message = format!("{lines} lines; split it by meaning (at most {MOST})");
    (lines > MOST).then(|| Finding::new(source, 0, message))
}

/// A file near the limit; worth a note.
pub(super) fn long(source: &Source) -> Option<Finding> {
    let lines = lines(source)?;
    let message = format!("{lines} lines; split it soon");
    (lines > NEAR && lines <= MOST).then(|| Finding::new(source, 0, message))
}

/// The lines of a file that people write; tables and recorded output are as long as they are.
fn lines(source: &Source) -> Option<usize> {
    let written = [".rs", ".py", ".md", ".sh"].iter().any(|kind| source.path.ends_with(kind));
    (written && !source.is_data()).then(|| source.text.lines().count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source;

    #[test]
    fn only_what_people_write_is_counted() {
        let text = |lines: usize| "x\n".repeat(lines);
        assert!(too_long(&source("crates/a/src/b.rs", &text(801))).is_some());
        assert!(too_long(&source("crates/a/src/b.rs", &text(800))).is_none());
        assert!(long(&source("crates/a/src/b.rs", &text(700))).is_some());
        assert!(long(&source("crates/a/src/b.rs", &text(900))).is_none());
        assert!(too_long(&source("crates/a/data/b.rs", &text(900))).is_none());
        assert!(too_long(&source("crates/a/b.toml", &text(900))).is_none());
    }
}
