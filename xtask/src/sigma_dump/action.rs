//! `action: global`, `repeat` and `reset`: documents put over one another before a rule is read, as
//! pySigma's `SigmaCollection.from_dicts` does it.

use rulescope_yaml::{Document, Kind, Node};

/// The documents that are rules by their place in the file, merged.
pub(super) fn rules<'a>(documents: &[Document<'a>]) -> Vec<(usize, Node<'a>)> {
    let mut out = Vec::new();
    let mut global: Option<Node<'a>> = None;
    let mut previous: Option<Node<'a>> = None;
    for (index, document) in documents.iter().enumerate() {
        let Some(root) = document.root.as_ref().filter(|r| r.as_mapping().is_some()) else {
            continue;
        };
        let own = match root.get("action").and_then(Node::as_str) {
            Some("global") => {
                global = Some(without_action(root));
                previous.clone_from(&global);
                continue;
            }
            Some("reset") => {
                global = None;
                continue;
            }
            Some("repeat") => previous.as_ref().map_or_else(|| root.clone(), |p| over(p, root)),
            Some(_) | None => global.as_ref().map_or_else(|| root.clone(), |g| over(root, g)),
        };
        out.push((index, own.clone()));
        previous = Some(own);
    }
    out
}

fn without_action<'a>(node: &Node<'a>) -> Node<'a> {
    let mut out = node.clone();
    if let Kind::Mapping(mapping) = &mut out.kind {
        mapping.entries.retain(|e| e.key.as_str() != Some("action"));
    }
    out
}

/// `below` with `above` written over it, mapping by mapping.
fn over<'a>(below: &Node<'a>, above: &Node<'a>) -> Node<'a> {
    let mut out = below.clone();
    let (Kind::Mapping(own), Kind::Mapping(new)) = (&mut out.kind, &above.kind) else {
        return above.clone();
    };
    for entry in new {
        let key = entry.key.as_str();
        // Of two equal keys the last one is all that YAML gives.
        if key.and_then(|k| new.entry(k)).is_some_and(|last| !std::ptr::eq(last, entry)) {
            continue;
        }
        match own.entries.iter_mut().rev().find(|e| e.key.as_str() == key) {
            Some(same) => same.value = over(&same.value, &entry.value),
            None => own.entries.push(entry.clone()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_global_document_is_written_over_the_later_ones_until_reset() {
        let text = "action: global\nd: {s: {b: 0}}\nd: {s: {a: 1}}\n---\nd: {s: {b: 2}}\n---\naction: repeat\n\
                    d: {s: {b: 3}}\n---\naction: reset\n---\nd: {c: 4}\n";
        let parsed = rulescope_yaml::parse(text);
        let got: Vec<(usize, String)> = rules(&parsed.documents)
            .iter()
            .map(|(i, n)| {
                let s = n.get("d").and_then(|d| d.get("s"));
                let read = |k: &str| s.and_then(|s| s.get(k)).and_then(Node::as_str).unwrap_or("-");
                (*i, format!("{} {}", read("a"), read("b")))
            })
            .collect();
        let want = [(1, "1 2"), (2, "1 3"), (4, "- -")];
        assert_eq!(got, want.map(|(i, t)| (i, t.to_owned())));
    }
}
