//! JSON of Wazuh: the record below `data.win`, names beginning with a small letter
//! (<https://documentation.wazuh.com/current/user-manual/capabilities/log-data-collection/configuration.html>,
//! "Windows event channel").

use super::nested::plain;
use super::shape::take_object;
use crate::event::{Event, lookup};
use crate::value::{self, Name, Value, member};

/// Where the header's values stand below `system`.
const SOURCES: [(&str, &str); 13] = [
    ("Provider_Name", "providerName"),
    ("Provider_Guid", "providerGuid"),
    ("EventID", "eventID"),
    ("Version", "version"),
    ("Level", "level"),
    ("Task", "task"),
    ("Opcode", "opcode"),
    ("Keywords", "keywords"),
    ("TimeCreated", "systemTime"),
    ("EventRecordID", "eventRecordID"),
    ("Execution_ProcessID", "processID"),
    ("Channel", "channel"),
    ("Computer", "computer"),
];

/// A value whose backslashes are not doubled: Wazuh's alerts escape them twice.
fn single(value: Value) -> Value {
    let Value::Text(text) = &value else { return value };
    let mut runs = text.split(|c| c != '\\').map(str::len).filter(|n| *n > 0).peekable();
    if runs.peek().is_some() && runs.all(|n| n % 2 == 0) {
        return Value::Text(text.replace("\\\\", "\\"));
    }
    value
}

/// Takes the record out of a document of this shape: `data.win`, or `win` alone.
pub(super) fn record(members: &mut Vec<(Name, Value)>) -> Option<Vec<(Name, Value)>> {
    let is = |win: Option<&Value>| win.is_some_and(|win| win.member("system").is_some());
    if is(member(members, "win")) {
        return match take_object(members, "win") {
            Some(Value::Object(win)) => Some(win),
            _ => None,
        };
    }
    let data = members.iter_mut().find(|(name, _)| &**name == "data")?;
    let Value::Object(data) = &mut data.1 else { return None };
    if !is(member(data, "win")) {
        return None;
    }
    match take_object(data, "win") {
        Some(Value::Object(win)) => Some(win),
        _ => None,
    }
}

/// Reads a record; what stands beside it in the document stays.
pub(super) fn read(win: Vec<(Name, Value)>, rest: Vec<(Name, Value)>, event: &mut Event) {
    event.any_case = true;
    for (name, value) in win {
        match (&*name, value) {
            ("system", Value::Object(system)) => {
                for (name, path) in SOURCES {
                    if let Some(value) = lookup(&system, path) {
                        event.set_header(name, value.into_owned());
                    }
                }
            }
            (_, Value::Object(data)) => {
                for (name, value) in data {
                    value::add(&mut event.data, name, plain(single(value)));
                }
            }
            (_, value) => event.data.push((name, value)),
        }
    }
    event.data.extend(rest);
}
