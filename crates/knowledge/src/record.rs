//! Examples taken from the user's own logs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;
use rulescope_events::{Event, Log, Logs, Value};
use rulescope_ir::Severity;

use crate::absorb::Absorb;
use crate::event::{EventFacts, EventKey, ExampleFormat};
use crate::harvest::Source;
use crate::knowledge::Knowledge;
use crate::pack::{Finding, PackKind, PackReport};
use crate::place::Places;
use crate::readers::fields;

/// Kinds of events of which an example is kept; a log that makes names up is worth no more.
const MOST_KINDS: usize = 20_000;

/// The first event of each provider, channel and id of some logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The examples.
    pub events: BTreeMap<EventKey, EventFacts>,
    /// Logs that were read.
    pub logs: usize,
    /// What could not be read of them, as one line each.
    pub unread: Vec<String>,
}

/// An event that is the first of its kind in its log.
struct First {
    key: EventKey,
    text: String,
    fields: Vec<String>,
}

/// Takes the first event of each provider, channel and id from logs: files, or folders that are
/// walked ([`rulescope_events::Logs`]). Logs come in the order of the paths, those of a folder
/// sorted; the first one that has an event gives its example, as JSON in the shape that Windows'
/// event XML has. The result is the same with any number of threads.
pub fn recorded(paths: &[PathBuf]) -> Recorded {
    let mut recorded = Recorded::default();
    let mut logs: Vec<Log> = Vec::new();
    for log in Logs::new(paths) {
        match log {
            Ok(log) => logs.push(log),
            Err(error) => recorded.unread.push(error.to_string()),
        }
    }
    recorded.logs = logs.len();
    let read: Vec<(Vec<First>, Option<String>)> = logs.par_iter().map(firsts).collect();
    for (firsts, error) in read {
        recorded.unread.extend(error);
        for first in firsts {
            let known = recorded.events.contains_key(&first.key);
            if known || recorded.events.len() >= MOST_KINDS {
                continue;
            }
            let mut source = Source::new(0, "", "");
            let mut facts = EventFacts::default();
            source.example(&mut facts.examples, ExampleFormat::Json, &first.text);
            for field in first.fields {
                source.field(&mut facts.fields, &field);
            }
            recorded.events.insert(first.key, facts);
        }
    }
    recorded
}

/// The first events of a log, and its first error.
fn firsts(log: &Log) -> (Vec<First>, Option<String>) {
    let mut seen: BTreeMap<EventKey, First> = BTreeMap::new();
    let mut first_error = None;
    for event in log.open() {
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                first_error.get_or_insert_with(|| error.to_string());
                continue;
            }
        };
        let Some(key) = key(&event) else { continue };
        if seen.len() < MOST_KINDS && !seen.contains_key(&key) {
            let fields = fields(&event).map(|(name, _)| name.to_owned()).collect();
            let text = json(&event).to_string();
            seen.insert(key.clone(), First { key, text, fields });
        }
    }
    (seen.into_values().collect(), first_error)
}

fn key(event: &Event) -> Option<EventKey> {
    let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    let (provider, channel) = (name(event.provider()), name(event.channel()));
    Some(EventKey { provider, channel, id: event.event_id? })
}

/// The event in the shape of event XML, attributes below `#attributes`.
fn json(event: &Event) -> serde_json::Value {
    let mut system = serde_json::Map::new();
    for (name, value) in &event.header {
        let value = plain(value);
        match name.split_once('_') {
            Some((element, attribute)) => attribute_of(&mut system, element, attribute, value),
            None if *name == "TimeCreated" => {
                attribute_of(&mut system, "TimeCreated", "SystemTime", value);
            }
            None => _ = system.insert((*name).to_owned(), value),
        }
    }
    let data: serde_json::Map<_, _> =
        event.data.iter().map(|(name, value)| (name.to_string(), plain(value))).collect();
    let (place, data) = match &event.user_data {
        Some(element) => ("UserData", serde_json::json!({ element.to_string(): data })),
        None => ("EventData", serde_json::Value::Object(data)),
    };
    serde_json::json!({ "Event": { "System": system, place: data } })
}

fn attribute_of(
    system: &mut serde_json::Map<String, serde_json::Value>,
    element: &str,
    attribute: &str,
    value: serde_json::Value,
) {
    let element = system.entry(element).or_insert_with(|| serde_json::json!({}));
    if let Some(element) = element.as_object_mut() {
        let attributes = element.entry("#attributes").or_insert_with(|| serde_json::json!({}));
        if let Some(attributes) = attributes.as_object_mut() {
            attributes.insert(attribute.to_owned(), value);
        }
    }
}

fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Number(rulescope_events::Number::Int(n)) => (*n).into(),
        Value::Number(rulescope_events::Number::Large(n)) => (*n).into(),
        Value::Number(rulescope_events::Number::Float(n)) => (*n).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(plain).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.to_string(), plain(value)));
            serde_json::Value::Object(members.collect())
        }
    }
}

impl Knowledge {
    /// Adds examples of the user's own logs as a pack of their own.
    pub fn add_recorded(&mut self, name: &str, recorded: Recorded) {
        let pack = self.packs.len();
        self.packs.push(PackReport {
            name: name.to_owned(),
            kind: PackKind::Recorded,
            path: PathBuf::new(),
            files: recorded.logs,
            failed: recorded.unread.len(),
            unknown: 0,
            facts: 0,
            subjects: recorded.events.len(),
            licence: None,
        });
        self.findings.extend(recorded.unread.into_iter().map(|message| Finding {
            pack: Some(pack),
            path: String::new(),
            line: None,
            severity: Severity::Warning,
            code: "pack/unread-log",
            message,
        }));
        let mut events = recorded.events;
        // What was read knows no packs; these facts are this pack's.
        for facts in events.values_mut() {
            facts.examples.move_to(pack);
            facts.fields.values_mut().for_each(|field| field.named.move_to(pack));
        }
        // The logs may have names that packs left out, so that all is placed anew.
        let mut all = self.give();
        all.events.absorb(events);
        Places::new(all.events.keys()).settle(&mut all);
        self.take(all);
    }
}
