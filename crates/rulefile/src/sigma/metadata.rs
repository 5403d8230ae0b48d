//! What a Sigma document says of itself (sigma-rules-specification.md, "Schema").

use rulescope_ir::{Diagnostic, Metadata, Span};
use rulescope_yaml::{Mapping, Node};

use crate::texts::{flatten, text_of, texts};

/// Statuses of the specification.
const STATUSES: [&str; 5] = ["stable", "test", "experimental", "deprecated", "unsupported"];
/// Levels of the specification.
const LEVELS: [&str; 5] = ["informational", "low", "medium", "high", "critical"];
/// Keys that carry logic and are read elsewhere.
const LOGIC: [&str; 5] = ["detection", "logsource", "correlation", "filter", "action"];

/// Reads a document's metadata. `place` gives a node's span in the rule's body. Values that the
/// specification does not know are kept as authored, with a diagnostic.
pub(super) fn metadata(
    root: &Mapping<'_>,
    place: &dyn Fn(Span) -> Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Metadata {
    let mut out = Metadata::default();
    for entry in root {
        let Some(key) = entry.key.as_str() else { continue };
        let value = &entry.value;
        let span = place(value.span);
        let mut warn = |code: &'static str, message: String| {
            diagnostics.push(Diagnostic::warning(code, message, span));
        };
        match key {
            "title" => out.title = text_of(value).unwrap_or_default(),
            "id" => {
                out.upstream_id = text_of(value);
                if let Some(id) = &out.upstream_id
                    && !is_uuid(id)
                {
                    warn("sigma/id", format!("the id `{id}` is not a UUID"));
                }
            }
            "name" => out.name = text_of(value),
            "status" => {
                out.status = text_of(value).map(|s| s.to_ascii_lowercase());
                if let Some(status) = &out.status
                    && !STATUSES.contains(&status.as_str())
                {
                    warn("sigma/status", format!("`{status}` is no status of Sigma's"));
                }
            }
            "level" => {
                out.severity = text_of(value).map(|s| s.to_ascii_lowercase());
                if let Some(level) = &out.severity
                    && !LEVELS.contains(&level.as_str())
                {
                    warn("sigma/level", format!("`{level}` is no level of Sigma's"));
                }
            }
            "description" => out.description = text_of(value).unwrap_or_default(),
            "author" => {
                let names = texts(value);
                out.author = (!names.is_empty()).then(|| names.join(", "));
            }
            "date" => out.date = date(value, &mut warn),
            "modified" => out.modified = date(value, &mut warn),
            "license" => out.license = text_of(value),
            "references" => out.references = texts(value),
            "tags" => out.tags = texts(value),
            "falsepositives" => out.false_positives = texts(value),
            "related" => {
                for relation in value.as_sequence().into_iter().flatten() {
                    let part = |key| relation.get(key).and_then(text_of);
                    if let (Some(kind), Some(id)) = (part("type"), part("id")) {
                        out.related.push((kind, id));
                    }
                }
            }
            key if LOGIC.contains(&key) => {}
            key => {
                let mut values = Vec::new();
                flatten(value, &mut values);
                out.extra.insert(key.to_owned(), values);
            }
        }
    }
    if let Some(logsource) = root.get("logsource")
        && let Some(definition) = logsource.get("definition").and_then(text_of)
    {
        out.extra.insert("logsource definition".to_owned(), vec![definition]);
    }
    let top = root.iter().next().map_or(Span::NONE, |e| place(e.key.span));
    if out.title.is_empty() {
        diagnostics.push(Diagnostic::warning("sigma/title", "the rule has no title", top));
    }
    if out.upstream_id.is_none() {
        diagnostics.push(Diagnostic::note("sigma/id", "the rule has no id", top));
    }
    out
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// A date as `YYYY-MM-DD`; the older `YYYY/MM/DD` is turned into it.
fn date(node: &Node<'_>, warn: &mut impl FnMut(&'static str, String)) -> Option<String> {
    let authored = text_of(node)?;
    let parts: Vec<&str> = authored.split(['-', '/', '.']).collect();
    let numbers: Option<Vec<u32>> = parts.iter().map(|p| p.parse().ok()).collect();
    match numbers.as_deref() {
        Some([y @ 1990..=2100, m @ 1..=12, d @ 1..=31]) => {
            let iso = format!("{y:04}-{m:02}-{d:02}");
            if iso != authored {
                warn("sigma/date", format!("the date `{authored}` is read as {iso}"));
            }
            Some(iso)
        }
        _ => {
            warn("sigma/date", format!("`{authored}` is no date; write YYYY-MM-DD"));
            None
        }
    }
}
