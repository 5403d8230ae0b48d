//! The texts of a rule file's YAML, for what is kept as it stands.

use rulescope_yaml::{Kind, Node};

/// A scalar's text, trimmed; `None` for null, empty, lists and mappings.
pub(crate) fn text_of(node: &Node<'_>) -> Option<String> {
    let scalar = node.as_scalar().filter(|s| !s.is_null())?;
    let text = scalar.text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The texts of a list, or a single text.
pub(crate) fn texts(node: &Node<'_>) -> Vec<String> {
    match &node.kind {
        Kind::Sequence(list) => list.iter().filter_map(text_of).collect(),
        Kind::Scalar(_) => text_of(node).into_iter().collect(),
        Kind::Mapping(_) => Vec::new(),
    }
}

/// Every scalar below a node, `key: value` for the entries of mappings.
pub(crate) fn flatten(node: &Node<'_>, out: &mut Vec<String>) {
    match &node.kind {
        Kind::Scalar(_) => out.extend(text_of(node)),
        Kind::Sequence(list) => list.iter().for_each(|n| flatten(n, out)),
        Kind::Mapping(mapping) => {
            for entry in mapping {
                let mut values = Vec::new();
                flatten(&entry.value, &mut values);
                let key = entry.key.as_str().unwrap_or_default();
                out.extend(values.into_iter().map(|v| format!("{key}: {v}")));
            }
        }
    }
}
