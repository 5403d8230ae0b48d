//! Texts and spans of a TOML document.

use rulescope_ir::Span;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value with its place.
pub(super) type Item<'t> = Spanned<DeValue<'t>>;

/// Where a value stands.
pub(super) fn span_of(item: &Item<'_>) -> Span {
    let range = item.span();
    Span::new(range.start, range.end)
}

/// The value of a key.
pub(super) fn get<'a, 't>(table: &'a DeTable<'t>, key: &str) -> Option<&'a Item<'t>> {
    table.get(key)
}

/// The table of a key.
pub(super) fn table<'a, 't>(of: &'a DeTable<'t>, key: &str) -> Option<&'a DeTable<'t>> {
    get(of, key)?.get_ref().as_table()
}

/// A value as one text, trimmed; `None` for empty ones, lists and tables.
pub(super) fn text_of(item: &Item<'_>) -> Option<String> {
    let text = match item.get_ref() {
        DeValue::String(text) => text.trim().to_owned(),
        DeValue::Integer(n) => n.to_string(),
        DeValue::Float(n) => n.to_string(),
        DeValue::Boolean(b) => b.to_string(),
        DeValue::Datetime(at) => at.to_string(),
        DeValue::Array(_) | DeValue::Table(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The text of a key.
pub(super) fn text_at(of: &DeTable<'_>, key: &str) -> Option<String> {
    text_of(get(of, key)?)
}

/// The texts of a list, or a single text.
pub(super) fn texts(item: &Item<'_>) -> Vec<String> {
    match item.get_ref() {
        DeValue::Array(list) => list.iter().filter_map(text_of).collect(),
        _ => text_of(item).into_iter().collect(),
    }
}

/// The texts of a key.
pub(super) fn texts_at(of: &DeTable<'_>, key: &str) -> Vec<String> {
    get(of, key).map(texts).unwrap_or_default()
}

/// The parts of a list, or a single value.
pub(super) fn items<'a, 't>(item: &'a Item<'t>) -> Vec<&'a Item<'t>> {
    match item.get_ref() {
        DeValue::Array(list) => list.iter().collect(),
        _ => vec![item],
    }
}

/// The tables of a list of tables.
pub(super) fn tables<'a, 't>(of: &'a DeTable<'t>, key: &str) -> Vec<&'a DeTable<'t>> {
    let list = get(of, key).map(items).unwrap_or_default();
    list.into_iter().filter_map(|item| item.get_ref().as_table()).collect()
}

/// Every text below a value, `key: value` for the entries of tables.
pub(super) fn flatten(item: &Item<'_>, out: &mut Vec<String>) {
    match item.get_ref() {
        DeValue::Array(list) => list.iter().for_each(|i| flatten(i, out)),
        DeValue::Table(table) => {
            for (key, value) in table {
                let mut values = Vec::new();
                flatten(value, &mut values);
                out.extend(values.into_iter().map(|v| format!("{}: {v}", key.get_ref())));
            }
        }
        _ => out.extend(text_of(item)),
    }
}
