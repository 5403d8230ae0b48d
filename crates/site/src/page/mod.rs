//! The pages: what is asked of the catalog for each kind, as data. The same data is rendered as HTML
//! (`html`) and given as JSON.

pub mod about;
pub mod event;
pub mod home;
pub mod indicator;
pub mod matrix;
pub mod provider;
pub mod rule;
pub mod search;
pub mod source;
pub mod technique;
pub mod tree;

use std::collections::BTreeMap;

/// Counts by name, the most first.
pub(crate) fn ranked(counts: &BTreeMap<String, i64>) -> Vec<(String, i64)> {
    let mut out: Vec<(String, i64)> = counts.iter().map(|(name, n)| (name.clone(), *n)).collect();
    out.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    out
}

/// Whether a text is an address on the web that may be followed.
pub(crate) fn is_web(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    (lower.starts_with("http://") || lower.starts_with("https://"))
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}
