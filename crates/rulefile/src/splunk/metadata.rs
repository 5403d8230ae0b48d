//! What a detection says of itself, beside its search.

use rulescope_ir::{Diagnostic, Metadata, Span};
use rulescope_yaml::{Mapping, Node};

use super::repository::{Story, texts_at};
use crate::texts::{flatten, text_of, texts};

/// Keys that are read elsewhere.
const LOGIC: [&str; 1] = ["search"];

/// Reads a detection's metadata. ATT&CK ids are its tags; `date` is the day of the last change
/// (contentctl's template says so), the upstream history that of the first.
pub(super) fn metadata(root: &Mapping<'_>, diagnostics: &mut Vec<Diagnostic>) -> Metadata {
    let mut out = Metadata::default();
    for entry in root {
        let Some(key) = entry.key.as_str() else { continue };
        let value = &entry.value;
        match key {
            "name" => out.title = text_of(value).unwrap_or_default(),
            "id" => out.upstream_id = text_of(value),
            "status" => out.status = text_of(value).map(|s| s.to_ascii_lowercase()),
            "description" => out.description = text_of(value).unwrap_or_default(),
            "author" => out.author = text_of(value),
            "date" => out.modified = text_of(value).map(|d| d.replace('/', "-")),
            "references" => out.references = texts(value),
            "known_false_positives" => {
                out.false_positives = text_of(value).into_iter().collect();
            }
            "tags" => tags(value, &mut out),
            "rba" => risk(value, &mut out),
            "tests" => tests(value, &mut out),
            key if LOGIC.contains(&key) => {}
            key => {
                let mut values = Vec::new();
                flatten(value, &mut values);
                if !values.is_empty() {
                    out.extra.insert(words(key), values);
                }
            }
        }
    }
    let top = root.iter().next().map_or(Span::NONE, |e| e.key.span);
    if out.title.is_empty() {
        diagnostics.push(Diagnostic::warning("splunk/name", "the detection has no name", top));
    }
    if out.upstream_id.is_none() {
        diagnostics.push(Diagnostic::note("splunk/id", "the detection has no id", top));
    }
    out
}

/// Adds what the repository says of the detection's stories.
pub(super) fn stories<'s>(out: &mut Metadata, find: impl Fn(&str) -> Option<&'s Story>) {
    let names = out.extra.get("analytic story").cloned().unwrap_or_default();
    let mut categories: Vec<String> =
        names.iter().filter_map(|n| find(n)).flat_map(|s| s.categories.iter().cloned()).collect();
    categories.sort();
    categories.dedup();
    if !categories.is_empty() {
        out.extra.insert("story category".to_owned(), categories);
    }
}

fn tags(node: &Node<'_>, out: &mut Metadata) {
    for entry in node.as_mapping().into_iter().flatten() {
        let Some(key) = entry.key.as_str() else { continue };
        let values = texts(&entry.value);
        match key {
            "mitre_attack_id" => out.tags.extend(values),
            _ if values.is_empty() => {}
            key => {
                out.extra.insert(words(key), values);
            }
        }
    }
}

/// Risk-based alerting: the message, and what gets a score
/// (<https://github.com/splunk/contentctl>, `contentctl/objects/rba.py`).
fn risk(node: &Node<'_>, out: &mut Metadata) {
    if let Some(message) = node.get("message").and_then(text_of) {
        out.extra.insert("risk message".to_owned(), vec![message]);
    }
    for (key, name) in [("risk_objects", "risk object"), ("threat_objects", "threat object")] {
        let mut values = Vec::new();
        for object in node.get(key).and_then(Node::as_sequence).into_iter().flatten() {
            let part = |key: &str| object.get(key).and_then(text_of).unwrap_or_default();
            let score = object.get("score").and_then(text_of);
            let score = score.map(|s| format!(", score {s}")).unwrap_or_default();
            values.push(format!("{} ({}{score})", part("field"), part("type")));
        }
        if !values.is_empty() {
            out.extra.insert(name.to_owned(), values);
        }
    }
}

/// Logs that the detection was tested on.
fn tests(node: &Node<'_>, out: &mut Metadata) {
    let mut data = Vec::new();
    for test in node.as_sequence().into_iter().flatten() {
        for attack in test.get("attack_data").and_then(Node::as_sequence).into_iter().flatten() {
            data.extend(texts_at(attack, "data"));
        }
    }
    if !data.is_empty() {
        out.extra.insert("attack data".to_owned(), data);
    }
}

/// A key as words.
fn words(key: &str) -> String {
    key.replace('_', " ")
}
