//! `action: global` and `repeat`: documents put over one another, as pySigma does it.

use rulescope_yaml::{Entry, Kind, Mapping, Node};

/// `dest` with every key of `src` put over its own; mappings are merged, everything else replaced.
pub(super) fn merged<'a>(dest: &Node<'a>, src: &Node<'a>) -> Node<'a> {
    let (Kind::Mapping(own), Kind::Mapping(over)) = (&dest.kind, &src.kind) else {
        return src.clone();
    };
    let mut entries: Vec<Entry<'a>> = own.entries.clone();
    for entry in &over.entries {
        let key = entry.key.as_str();
        // Of two equal keys the last one counts.
        if key.is_some_and(|k| over.entry(k).is_some_and(|last| !std::ptr::eq(last, entry))) {
            continue;
        }
        match entries.iter_mut().rev().find(|e| key.is_some() && e.key.as_str() == key) {
            Some(same) if matches!(entry.value.kind, Kind::Mapping(_)) => {
                same.value = merged(&same.value, &entry.value);
            }
            Some(same) => same.value = entry.value.clone(),
            None => entries.push(entry.clone()),
        }
    }
    let span = dest.span.join(src.span);
    Node { span, tag: dest.tag.clone(), kind: Kind::Mapping(Mapping { entries }) }
}

/// The document without its `action` key.
pub(super) fn without_action<'a>(node: &Node<'a>) -> Node<'a> {
    let mut out = node.clone();
    if let Kind::Mapping(mapping) = &mut out.kind {
        mapping.entries.retain(|e| e.key.as_str() != Some("action"));
    }
    out
}
