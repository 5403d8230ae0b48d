//! Detection items with their values.

use rulescope_dialects::sigma::ast::Comparison;
use rulescope_dialects::sigma::{Block, Item, Reading, apply};
use rulescope_ir::{Glob, Number, Piece, Quantifier};
use rulescope_yaml::{Mapping, Node};
use serde_json::{Value, json};

/// The items of a selection with the way to each.
pub(super) fn items(
    selection: &str,
    block: &Block,
    body: Option<&Node<'_>>,
    text: &str,
) -> Vec<Value> {
    let mut out = Vec::new();
    walk(block, body, &mut Vec::new(), &mut |item, path| {
        out.push(record(selection, item, path, text))
    });
    out
}

fn walk(
    block: &Block,
    body: Option<&Node<'_>>,
    path: &mut Vec<usize>,
    each: &mut impl FnMut(&Item, &[usize]),
) {
    match block {
        Block::Items(items) => {
            for (i, item) in items.iter().enumerate() {
                let at = body.and_then(Node::as_mapping).and_then(|m| position(m, item));
                path.push(at.unwrap_or(i));
                each(item, path);
                path.pop();
            }
        }
        Block::AnyOf(blocks) => {
            let nodes = body.and_then(Node::as_sequence).unwrap_or_default();
            for (i, block) in blocks.iter().enumerate() {
                path.push(i);
                walk(block, nodes.get(i), path, each);
                path.pop();
            }
        }
        // Nothing to compare: the oracle reports what it reads there.
        Block::Opaque { .. } => {}
    }
}

/// The place of an item's key among the mapping's keys, each counted where it is first.
fn position(mapping: &Mapping<'_>, item: &Item) -> Option<usize> {
    let key = |i: usize| mapping.entries[i].key.as_str();
    let own = mapping.entries.iter().position(|e| e.key.span == item.key_span)?;
    let first = (0..=own).find(|i| key(*i) == key(own))?;
    Some((0..first).filter(|i| !(0..*i).any(|before| key(before) == key(*i))).count())
}

fn record(selection: &str, item: &Item, path: &[usize], text: &str) -> Value {
    let applied = apply(item);
    let modifiers: Vec<&str> = item
        .modifiers
        .iter()
        .map(|m| match m {
            Ok(modifier) => modifier.name(),
            Err(name) => name.as_str(),
        })
        .collect();
    let values: Vec<Value> =
        applied.readings.iter().map(|(reading, span)| value(reading, span.slice(text))).collect();
    json!({
        "selection": selection,
        "path": path,
        "field": item.field,
        "modifiers": modifiers,
        "linking": match applied.quantifier {
            Quantifier::Any => "any",
            Quantifier::All => "all",
        },
        "negated": applied.negated,
        "values": values,
    })
}

fn value(reading: &Reading, authored: &str) -> Value {
    match reading {
        Reading::Text { glob, forms, cased, placeholders, .. } => match forms.as_slice() {
            [] => string(glob, *cased, *placeholders),
            [form] => string(form, *cased, *placeholders),
            forms => {
                let values: Vec<Value> =
                    forms.iter().map(|f| string(f, *cased, *placeholders)).collect();
                json!({ "type": "expansion", "values": values })
            }
        },
        Reading::Regex(regex) => {
            let flags: Vec<String> = regex.flags.chars().map(String::from).collect();
            json!({ "type": "regex", "pattern": regex.source, "flags": flags })
        }
        Reading::Number(n) => json!({ "type": "number", "value": number(n) }),
        Reading::Bool(b) => json!({ "type": "bool", "value": b }),
        Reading::Null => json!({ "type": "null" }),
        Reading::Network(net) => json!({ "type": "cidr", "network": net }),
        Reading::Field { name, open } => {
            json!({ "type": "field", "name": name, "starts_with": open.1, "ends_with": open.0 })
        }
        Reading::Exists(there) => json!({ "type": "exists", "value": there }),
        Reading::Compare(comparison, n) => {
            json!({ "type": "compare", "op": operator(*comparison), "value": number(n) })
        }
        Reading::TimePart { part, comparison: Comparison::Eq, number: n } => {
            json!({ "type": "timestamp", "part": part, "value": number(n) })
        }
        Reading::TimePart { part, comparison, number: n } => {
            json!({ "type": "compare", "op": operator(*comparison), "value": number(n), "part": part })
        }
        Reading::Opaque(_) => json!({ "type": "opaque", "text": authored }),
    }
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Lt => "lt",
        Comparison::Le => "lte",
        Comparison::Gt => "gt",
        Comparison::Ge => "gte",
        Comparison::Eq => "eq",
        Comparison::Ne => "neq",
    }
}

fn number(n: &Number) -> Value {
    serde_json::from_str(n.as_str()).unwrap_or_else(|_| json!(n.as_str()))
}

fn string(glob: &Glob, cased: bool, placeholders: bool) -> Value {
    let mut parts = Vec::new();
    for piece in &glob.pieces {
        match piece {
            Piece::Text(text) if placeholders => named(text, &mut parts),
            Piece::Text(text) => parts.push(json!(text)),
            Piece::Any => parts.push(json!({ "wild": "*" })),
            Piece::One => parts.push(json!({ "wild": "?" })),
            Piece::OneOf(_) => parts.push(json!({ "wild": "dash" })),
        }
    }
    json!({ "type": "string", "cased": cased, "parts": parts })
}

/// Cuts a text at its `%names%`.
fn named(text: &str, parts: &mut Vec<Value>) {
    let mut literal = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('%') {
        let (before, after) = (&rest[..start], &rest[start + 1..]);
        let name = after.find('%').map(|end| &after[..end]);
        literal.push_str(before);
        match name {
            Some(name) if !name.is_empty() && !name.contains('\\') => {
                parts.push(json!(std::mem::take(&mut literal)));
                parts.push(json!({ "placeholder": name }));
                rest = &after[name.len() + 1..];
            }
            Some(_) | None => {
                literal.push('%');
                rest = after;
            }
        }
    }
    literal.push_str(rest);
    parts.push(json!(literal));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_out_of_a_text() {
        let mut parts = Vec::new();
        named("50% of %users%!", &mut parts);
        assert_eq!(parts, [json!("50"), json!({ "placeholder": " of " }), json!("users%!")]);
        parts.clear();
        named("%%a%", &mut parts);
        assert_eq!(parts, [json!("%"), json!({ "placeholder": "a" }), json!("")]);
    }
}
