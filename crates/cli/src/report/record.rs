//! What alerts of every schema say of a hit: its times, its identity, the values of its record.

use rulescope_engine::{Hit, HitEvent};
use rulescope_events::{Event, Name, Number, Value, parse_time};
use serde_json::{Map, Value as Json};

/// When a record happened, in nanoseconds since 1970.
pub(super) fn nanos(event: &HitEvent) -> Option<i64> {
    parse_time(event.timestamp.as_deref()?)
}

/// The first and the last time of a hit's records, in nanoseconds since 1970.
pub(super) fn span(hit: &Hit) -> Option<(i64, i64)> {
    let times = || hit.events.iter().filter_map(|event| nanos(event));
    Some((times().min()?, times().max()?))
}

/// FNV-1a of 128 bits (<https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>) of texts one after
/// another, as hexadecimal digits.
pub(super) fn hash<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for text in texts {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
        }
    }
    format!("{hash:032x}")
}

/// A hit's identity: the same rule on the same records has the same in every scan.
pub(super) fn identity(hit: &Hit) -> String {
    let mut texts = vec![hit.rule.clone(), hit.events_total.to_string()];
    for event in &hit.events {
        let id = event.record_id.map(|id| id.to_string()).unwrap_or_default();
        let time = event.timestamp.clone().unwrap_or_default();
        texts.extend([event.log.to_string(), id, time, event.computer.to_string()]);
        texts.push(event.channel.to_string());
    }
    // Records without an id are told apart by what was found.
    for matched in &hit.matched {
        texts.extend([matched.field.clone(), matched.value.clone()]);
    }
    hash(texts.iter().map(String::as_str))
}

/// A value as text for people: lists and objects as JSON.
pub(super) fn value_text(value: &Value) -> String {
    match value.text() {
        Some(text) => text.into_owned(),
        None => json(value).to_string(),
    }
}

/// The values of a record by their names, as JSON.
pub(super) fn data(event: &Event) -> Map<String, Json> {
    object(&event.data)
}

fn object(values: &[(Name, Value)]) -> Map<String, Json> {
    values.iter().map(|(name, value)| (name.to_string(), json(value))).collect()
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Number(Number::Int(n)) => (*n).into(),
        Value::Number(Number::Large(n)) => (*n).into(),
        Value::Number(Number::Float(n)) => (*n).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(list) => list.iter().map(json).collect(),
        Value::Object(values) => Json::Object(object(values)),
    }
}

/// A list without those before.
pub(super) fn distinct<T: PartialEq>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut out = Vec::new();
    for item in items {
        if !out.contains(&item) {
            out.push(item);
        }
    }
    out
}
