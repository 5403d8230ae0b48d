//! Texts of the page.

use std::borrow::Cow;

use crate::level::Level;
use crate::output::clean;

/// A text of somebody else's as text of the page.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A count with its word.
pub(super) fn number(n: usize, word: &str) -> String {
    match (n, word) {
        (1, word) => format!("1 {word}"),
        (n, "match") => format!("{n} matches"),
        (n, word) => format!("{n} {word}s"),
    }
}

pub(super) fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
        None => Cow::Borrowed(text),
    }
}

/// The classes of severities, the worst first; what is none of ours last.
pub(super) const CLASSES: [&str; 6] =
    ["critical", "high", "medium", "low", "informational", "none"];

/// How bad, from the worst down: a place in [`CLASSES`].
pub(super) fn rank(severity: Option<&str>) -> usize {
    match Level::of(severity) {
        Some(Level::Critical) => 0,
        Some(Level::High) => 1,
        Some(Level::Medium) => 2,
        Some(Level::Low) => 3,
        Some(Level::Informational) => 4,
        None => 5,
    }
}
