//! JSON of Winlogbeat and Elastic's agents: `winlog.event_data` beside fields of ECS
//! (<https://www.elastic.co/guide/en/beats/winlogbeat/current/exported-fields-winlog.html>).

use super::nested::plain;
use super::shape::take;
use crate::event::{Event, lookup};
use crate::names::Names;
use crate::value::{self, Name, Value, member};

const DOTTED: &str = "winlog.";
const DOTTED_DATA: &str = "winlog.event_data.";

/// Where the header's values stand; the first that is there counts.
const SOURCES: [(&str, &[&str]); 17] = [
    ("Provider_Name", &["winlog.provider_name", "event.provider"]),
    ("Provider_Guid", &["winlog.provider_guid"]),
    ("EventID", &["winlog.event_id", "event.code"]),
    ("Version", &["winlog.version"]),
    ("Level", &["winlog.level", "log.level"]),
    ("Task", &["winlog.task"]),
    ("Opcode", &["winlog.opcode"]),
    ("Keywords", &["winlog.keywords"]),
    ("TimeCreated", &["winlog.time_created", "@timestamp", "event.created"]),
    ("EventRecordID", &["winlog.record_id"]),
    ("Correlation_ActivityID", &["winlog.activity_id"]),
    ("Correlation_RelatedActivityID", &["winlog.related_activity_id"]),
    ("Execution_ProcessID", &["winlog.process.pid"]),
    ("Execution_ThreadID", &["winlog.process.thread.id"]),
    ("Channel", &["winlog.channel"]),
    ("Computer", &["winlog.computer_name", "host.name"]),
    ("Security_UserID", &["winlog.user.identifier"]),
];

/// Whether a document is of this shape, nested or with dotted names.
pub(super) fn is(members: &[(Name, Value)]) -> bool {
    matches!(member(members, "winlog"), Some(Value::Object(_)))
        || members.iter().any(|(name, _)| is_dotted(name))
}

/// Whether a name is one of this shape's dotted names.
pub(super) fn is_dotted(name: &str) -> bool {
    name.starts_with(DOTTED)
}

/// Reads a document: the event's own data by its names, everything else as it stands.
pub(super) fn read(mut members: Vec<(Name, Value)>, event: &mut Event, names: &mut Names) {
    for (name, paths) in SOURCES {
        // Exporters that index every field as a list write single values so.
        let found = paths.iter().find_map(|path| lookup(&members, path));
        let found = match found.map(std::borrow::Cow::into_owned) {
            Some(Value::List(items)) if items.len() == 1 => items.into_iter().next(),
            found => found,
        };
        if let Some(value) = found {
            event.set_header(name, value);
        }
    }
    let mut rest = match member(&members, "winlog") {
        Some(Value::Object(_)) => take(&mut members, "winlog"),
        _ => None,
    };
    if let Some(Value::Object(winlog)) = &mut rest {
        if let Some(Value::Object(data)) = take(winlog, "event_data") {
            for (name, value) in data {
                value::add(&mut event.data, name, plain(value));
            }
        }
        if let Some(Value::Object(mut data)) = take(winlog, "user_data") {
            if let Some(Value::Text(wrapper)) = take(&mut data, "xml_name") {
                event.user_data = Some(names.name(&wrapper));
            }
            for (name, value) in data {
                value::add(&mut event.data, name, plain(value));
            }
        }
    }
    for (name, value) in &mut members {
        if let Some(own) = name.strip_prefix(DOTTED_DATA) {
            let value = std::mem::replace(value, Value::Null);
            value::add(&mut event.data, names.name(own), plain(value));
        }
    }
    members.retain(|(name, _)| !name.starts_with(DOTTED_DATA));
    event.data.append(&mut members);
    if let Some(rest) = rest {
        event.data.push((names.name("winlog"), rest));
    }
}
