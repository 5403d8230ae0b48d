//! Merge keys: `<<: *defaults`, as PyYAML's `flatten_mapping` reads them.

use rulescope_ir::Span;

use crate::keys;
use crate::tree::{Entry, Kind, Node, Style};

/// Whether a key is the merge key: `<<` without quotes.
pub(crate) fn is_merge_key(node: &Node<'_>) -> bool {
    node.tag.is_none()
        && node.as_scalar().is_some_and(|s| s.style == Style::Plain && s.text == "<<")
}

/// The entries with every merge key replaced by what it brings in.
///
/// Own entries win over merged ones, and of a list of mappings the earlier one wins. Values that
/// can't be merged are reported and left out.
pub(crate) fn merged<'a>(entries: Vec<Entry<'a>>, mut bad: impl FnMut(Span)) -> Vec<Entry<'a>> {
    let mut brought: Vec<Entry<'a>> = Vec::new();
    let mut own = Vec::with_capacity(entries.len());
    for entry in entries {
        if !is_merge_key(&entry.key) {
            own.push(entry);
            continue;
        }
        let span = entry.value.span;
        match entry.value.kind {
            Kind::Mapping(m) => brought.extend(m.entries),
            Kind::Sequence(items) => {
                for item in items.into_iter().rev() {
                    match item.kind {
                        Kind::Mapping(m) => brought.extend(m.entries),
                        Kind::Scalar(_) | Kind::Sequence(_) => bad(item.span),
                    }
                }
            }
            Kind::Scalar(_) => bad(span),
        }
    }
    let fresh = brought.len();
    brought.extend(own);
    let counts = keys::last_of_each(&brought);
    let mut kept = Vec::with_capacity(brought.len());
    for (i, entry) in brought.into_iter().enumerate() {
        if i >= fresh {
            kept.push(entry);
        } else if counts[i] {
            kept.push(Entry { duplicate: false, ..entry });
        }
    }
    kept
}
