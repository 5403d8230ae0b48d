//! Witnesses as JSON: times in milliseconds after the first event's, fields as they are, terms of
//! scopes by kind.

use std::collections::BTreeMap;

use rulescope_ir::fold;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::START;
use crate::datum::Datum;
use crate::event::Event;

#[derive(Serialize, Deserialize)]
struct Stored {
    // In the order of the alphabet: JSON values keep that order or none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, serde_json::Value>,
    #[serde(rename = "of", default, skip_serializing_if = "BTreeMap::is_empty")]
    scopes: BTreeMap<String, Vec<String>>,
    #[serde(rename = "t", default, skip_serializing_if = "is_zero")]
    time: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(n: &i64) -> bool {
    *n == 0
}

/// A value as JSON.
pub(super) fn value(datum: &Datum) -> serde_json::Value {
    datum.to_json()
}

/// Writes events.
pub(super) fn serialize<S: Serializer>(events: &[Event], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(events.iter().map(|event| {
        let mut scopes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (kind, term) in &event.scopes {
            scopes.entry(kind.clone()).or_default().push(term.clone());
        }
        let fields = event.values.iter().map(|(name, v)| (name.clone(), value(v))).collect();
        Stored { fields, scopes, time: event.time.saturating_sub(START) }
    }))
}

/// Reads events.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Event>, D::Error> {
    let stored = Vec::<Stored>::deserialize(from)?;
    let event = |s: Stored| Event {
        time: s.time.saturating_add(START),
        identity: String::new(),
        values: s.fields.iter().map(|(name, v)| (name.clone(), Datum::from_json(v))).collect(),
        scopes: s
            .scopes
            .into_iter()
            .flat_map(|(kind, terms)| terms.into_iter().map(move |t| (kind.clone(), fold(&t))))
            .collect(),
    };
    Ok(stored.into_iter().map(event).collect())
}
