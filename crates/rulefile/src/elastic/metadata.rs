//! What a rule says of itself, beside its logic.

use rulescope_ir::{Diagnostic, Metadata, Span};
use toml::de::{DeTable, DeValue};

use super::tree::{flatten, get, items, table, tables, text_at, text_of, texts, texts_at};

/// Keys that are read elsewhere: the logic of the rule.
const LOGIC: [&str; 8] = [
    "query",
    "language",
    "filters",
    "index",
    "threat_query",
    "threat_mapping",
    "threat_filters",
    "threat",
];

/// Reads a rule's metadata: the tables `metadata` and `rule` of its file. ATT&CK ids stand beside the
/// tags; `maturity` is the status (`production`, `development`, `experimental`, `beta`,
/// `deprecated`).
pub(super) fn metadata(root: &DeTable<'_>, diagnostics: &mut Vec<Diagnostic>) -> Metadata {
    let mut out = Metadata::default();
    if let Some(of) = table(root, "metadata") {
        for (key, value) in of {
            match key.get_ref().as_ref() {
                "creation_date" => out.date = text_of(value).map(|d| d.replace('/', "-")),
                "updated_date" => out.modified = text_of(value).map(|d| d.replace('/', "-")),
                "maturity" => out.status = text_of(value).map(|s| s.to_ascii_lowercase()),
                "integration" => extra(&mut out, "related integrations", texts(value)),
                key => extra(&mut out, &words(key), texts(value)),
            }
        }
    }
    let Some(rule) = table(root, "rule") else { return out };
    for (key, value) in rule {
        match key.get_ref().as_ref() {
            "name" => out.title = text_of(value).unwrap_or_default(),
            "rule_id" => out.upstream_id = text_of(value),
            "severity" => out.severity = text_of(value).map(|s| s.to_ascii_lowercase()),
            "description" => out.description = text_of(value).unwrap_or_default(),
            "author" => out.author = joined(texts(value)),
            "license" => out.license = text_of(value),
            "references" => out.references = texts(value),
            "false_positives" => out.false_positives = texts(value),
            "tags" => out.tags.splice(0..0, texts(value)).for_each(drop),
            key if LOGIC.contains(&key) => {}
            "investigation_fields" => {
                let names = value.get_ref().as_table().map(|t| texts_at(t, "field_names"));
                extra(&mut out, "investigation fields", names.unwrap_or_default());
            }
            "required_fields" | "related_integrations" => {
                let list = items(value).into_iter().filter_map(|i| i.get_ref().as_table());
                let names = list.filter_map(|t| text_at(t, "name").or(text_at(t, "package")));
                extra(&mut out, &words(key.get_ref()), names.collect());
            }
            key => {
                let mut values = Vec::new();
                flatten(value, &mut values);
                extra(&mut out, &words(key), values);
            }
        }
    }
    out.tags.extend(attack(rule));
    let top = get(root, "rule").map_or(Span::NONE, |item| {
        let start = item.span().start;
        Span::new(start, start)
    });
    if out.title.is_empty() {
        diagnostics.push(Diagnostic::warning("elastic/name", "the rule has no name", top));
    }
    if out.upstream_id.is_none() {
        diagnostics.push(Diagnostic::note("elastic/id", "the rule has no id", top));
    }
    out
}

fn extra(out: &mut Metadata, key: &str, values: Vec<String>) {
    if !values.is_empty() {
        out.extra.insert(key.to_owned(), values);
    }
}

/// Several names as one text.
pub(super) fn joined(names: Vec<String>) -> Option<String> {
    (!names.is_empty()).then(|| names.join(", "))
}

/// A key as words.
fn words(key: &str) -> String {
    key.replace('_', " ")
}

/// The ids of the threat mapping: tactics, techniques and sub-techniques of ATT&CK
/// (<https://github.com/elastic/detection-rules>, `detection_rules/rule.py`, `ThreatMapping`).
fn attack(rule: &DeTable<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for threat in tables(rule, "threat") {
        let framework = text_at(threat, "framework").unwrap_or_default();
        // Other frameworks (MITRE ATLAS) have ids of their own.
        if !framework.is_empty() && !framework.eq_ignore_ascii_case("MITRE ATT&CK") {
            continue;
        }
        out.extend(table(threat, "tactic").and_then(|t| text_at(t, "id")));
        for technique in tables(threat, "technique") {
            let below = tables(technique, "subtechnique");
            if below.is_empty() {
                out.extend(text_at(technique, "id"));
            }
            out.extend(below.into_iter().filter_map(|t| text_at(t, "id")));
        }
    }
    out.sort();
    out.dedup();
    out
}

/// The names of a type's settings that are kept as metadata, for a hunt: its own keys.
pub(super) fn hunt(of: &DeTable<'_>) -> Metadata {
    let mut out = Metadata::default();
    for (key, value) in of {
        match key.get_ref().as_ref() {
            "name" => out.title = text_of(value).unwrap_or_default(),
            "uuid" => out.upstream_id = text_of(value),
            "author" => out.author = joined(texts(value)),
            "description" => out.description = text_of(value).unwrap_or_default(),
            "license" => out.license = text_of(value),
            "references" => out.references = texts(value),
            "mitre" => out.tags = texts(value),
            "integration" => extra(&mut out, "related integrations", texts(value)),
            "query" | "language" => {}
            key if !matches!(value.get_ref(), DeValue::Table(_)) => {
                extra(&mut out, &words(key), texts(value));
            }
            _ => {}
        }
    }
    out
}
