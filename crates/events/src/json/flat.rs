//! Records whose header and data stand side by side: flattened JSON, Splunk, NXLog, PowerShell's
//! `Get-WinEvent`, EvtxECmd, and the rows of a CSV file.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::nested::{element, event_data, plain, user_data};
use super::shape::{take, take_object};
use crate::event::{Event, lookup};
use crate::header::HEADER;
use crate::names::Names;
use crate::time;
use crate::value::{Name, Value, member};

/// What exporters call the event id. `Id` and `event.code` are taken where a number stands there.
const EVENT_ID: [&str; 9] = [
    "EventID",
    "EventId",
    "event_id",
    "EventCode",
    "eventID",
    "Event ID",
    "EventIdentifier",
    "event.code",
    "Id",
];

/// What they call the time; the first that can be read counts.
const TIME: [&str; 12] = [
    "TimeCreated",
    "TimeCreated_SystemTime",
    "SystemTime",
    "EventTime",
    "UtcTime",
    "@timestamp",
    "_time",
    "TimeGenerated",
    "Timestamp",
    "timestamp",
    "Date and Time",
    "time",
];

/// What they call the rest of the header; the first that is there counts.
const SOURCES: [(&str, &[&str]); 10] = [
    (
        "Provider_Name",
        &[
            "Provider_Name",
            "ProviderName",
            "SourceName",
            "provider_name",
            "EventSourceName",
            "Provider",
            "Source",
            "event.provider",
            "provider",
            "source_name",
        ],
    ),
    ("Provider_Guid", &["Provider_Guid", "ProviderGuid", "ProviderGUID"]),
    ("Channel", &["Channel", "LogName", "log_name", "Log Name", "channel", "EventLog"]),
    (
        "Computer",
        &["Computer", "ComputerName", "MachineName", "Hostname", "computer_name", "host.name"],
    ),
    (
        "EventRecordID",
        &[
            "EventRecordID",
            "EventRecordId",
            "RecordNumber",
            "RecordId",
            "RecordID",
            "record_id",
            "record_number",
        ],
    ),
    ("Level", &["Level", "level"]),
    ("Execution_ProcessID", &["Execution_ProcessID", "ExecutionProcessID"]),
    ("Execution_ThreadID", &["Execution_ThreadID", "ExecutionThreadID"]),
    ("Security_UserID", &["Security_UserID", "UserID"]),
    ("Correlation_ActivityID", &["Correlation_ActivityID", "ActivityID"]),
];

/// Reads a record. All its members stay values of their own names, those of the header that have
/// Sigma's names aside, which move there.
pub(crate) fn read(mut members: Vec<(Name, Value)>, event: &mut Event, names: &mut Names) {
    header(&members, event);
    let windows = event.event_id.is_some();
    for (name, value) in members.extract_if(.., |(name, value)| {
        windows && (is_element(name, value) || of_header(name).is_some())
    }) {
        match of_header(&name) {
            Some(known) if !matches!(value, Value::Object(_)) => event.set_header(known, value),
            _ => element(&name, value, event),
        }
    }
    if !windows {
        event.data.append(&mut members);
        return;
    }
    // Winlogbeat wrote them small before its version 7.
    for name in ["EventData", "event_data"] {
        if let Some(data) = take_object(&mut members, name) {
            event_data(data, event, names);
        }
    }
    for name in ["UserData", "user_data"] {
        if let Some(data) = take_object(&mut members, name) {
            user_data(data, event);
        }
    }
    payload(&mut members, event, names);
    for (name, value) in members {
        let name =
            name.strip_prefix("event_data.").map_or(Name::clone(&name), |own| names.name(own));
        event.data.push((name, plain(value)));
    }
}

/// The value of the header that a name is by itself.
pub(super) fn of_header(name: &str) -> Option<&'static str> {
    ROLES.get(name).and_then(|role| role.header)
}

/// The first name of each list that a record has, by its place among the record's names.
pub(super) struct Chosen {
    pub(super) time: Option<usize>,
    pub(super) id: Option<usize>,
    /// With the value of the header that each is, in order.
    pub(super) others: Vec<(usize, &'static str)>,
}

impl Chosen {
    pub(super) fn of(names: &[Name]) -> Chosen {
        let place = |name: &str| names.iter().position(|there| &**there == name);
        let windows = place("ProviderName").or(place("LogName")).is_some();
        let first = |list: &[&str]| list.iter().find_map(|name| place(name));
        let of_id = |name: &&&str| **name != "Id" || windows;
        Chosen {
            time: first(&TIME),
            id: EVENT_ID.iter().filter(of_id).find_map(|name| place(name)),
            others: SOURCES.iter().filter_map(|(name, list)| Some((first(list)?, *name))).collect(),
        }
    }
}

/// What a name of a record says.
#[derive(Debug, Default)]
struct Role {
    /// The value of the header that it is by Sigma's name.
    header: Option<&'static str>,
    /// Lists of names that it stands in, each with its place there.
    wanted: Vec<(usize, usize)>,
}

/// The lists of names: of the event id, of the time, of the rest of the header.
fn lists() -> impl Iterator<Item = &'static [&'static str]> {
    [&EVENT_ID[..], &TIME[..]].into_iter().chain(SOURCES.iter().map(|(_, names)| *names))
}

const EVENT_IDS: usize = 0;
const TIMES: usize = 1;
const OTHERS: usize = 2;
const LISTS: usize = OTHERS + SOURCES.len();
const LONGEST: usize = 12;

static ROLES: LazyLock<FxHashMap<&'static str, Role>> = LazyLock::new(|| {
    let mut roles: FxHashMap<&'static str, Role> = FxHashMap::default();
    for name in HEADER {
        roles.entry(name).or_default().header = Some(name);
    }
    for (list, names) in lists().enumerate() {
        for (place, name) in names.iter().enumerate() {
            roles.entry(name).or_default().wanted.push((list, place));
        }
    }
    roles
});

/// Where the names of the lists stand among a record's members.
struct Found<'m> {
    members: &'m [(Name, Value)],
    /// By list and place in it.
    at: [[Option<u16>; LONGEST]; LISTS],
    /// Whether a dotted name may be a path through values.
    nested: bool,
}

impl<'m> Found<'m> {
    fn of(members: &'m [(Name, Value)]) -> Found<'m> {
        let mut found = Found { members, at: [[None; LONGEST]; LISTS], nested: false };
        for (number, (name, value)) in members.iter().enumerate() {
            let below = matches!(value, Value::Object(_) | Value::List(_));
            found.nested |= below && matches!(&**name, "event" | "host");
            let Some(role) = ROLES.get(&**name) else { continue };
            for (list, place) in &role.wanted {
                let at = &mut found.at[*list][*place];
                *at = at.or(u16::try_from(number).ok());
            }
        }
        // More members than are numbered are looked for one by one.
        found.nested |= members.len() > usize::from(u16::MAX);
        found
    }

    /// The values of a list's names, in the list's order.
    fn values(&self, list: usize) -> impl Iterator<Item = (&'static str, Cow<'m, Value>)> {
        let names = lists().nth(list).unwrap_or_default();
        names.iter().enumerate().filter_map(move |(place, name)| {
            let there = self.at[list][place].map(|at| Cow::Borrowed(&self.members[at as usize].1));
            let walked = || if self.nested { lookup(self.members, name) } else { None };
            Some((*name, there.or_else(walked)?))
        })
    }
}

fn header(members: &[(Name, Value)], event: &mut Event) {
    let found = Found::of(members);
    let windows = member(members, "ProviderName").or(member(members, "LogName")).is_some();
    let id = found
        .values(EVENT_IDS)
        .filter(|(name, _)| *name != "Id" || windows)
        .find(|(_, value)| value.unsigned().is_some());
    let timed = |value: &Value| value.text().is_some_and(|text| time::parse(&text).is_some());
    if let Some((_, time)) = found.values(TIMES).find(|(_, value)| timed(value)) {
        event.set_header("TimeCreated", time.into_owned());
    }
    let id = id.map(|(_, value)| value.into_owned());
    let Some(id) = id.or_else(|| small(members, event)) else {
        // No Windows event: its names are its own, and only what engines need is looked for.
        let host = lookup(members, "host.name").or_else(|| lookup(members, "Hostname"));
        if let Some(host @ Value::Text(_)) = host.map(Cow::into_owned) {
            event.set_header("Computer", host);
        }
        return;
    };
    // Names of the header are small where those of the data are.
    event.any_case |= member(members, "event_id").is_some();
    event.set_header("EventID", id);
    for (number, (name, paths)) in SOURCES.iter().enumerate() {
        let value = found.values(OTHERS + number).find(|(_, value)| value.text().is_some());
        let value = value.map(|(_, value)| value.into_owned()).or_else(|| {
            let there = |path: &&str| folded(members, path);
            event.any_case.then(|| paths.iter().find_map(there).cloned()).flatten()
        });
        if let Some(value) = value {
            event.set_header(name, value);
        }
    }
}

/// A member whatever the case of its name.
fn folded<'m>(members: &'m [(Name, Value)], name: &str) -> Option<&'m Value> {
    members.iter().find(|(there, _)| there.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// The event id of exporters that write all names small (`eventid`, `image`); from then on no name
/// of the record is told by its case.
fn small(members: &[(Name, Value)], event: &mut Event) -> Option<Value> {
    let id = ["EventID", "EventCode"].into_iter().find_map(|name| folded(members, name))?;
    let header = ["Channel", "LogName", "Provider_Name", "ProviderName", "SourceName"];
    id.unsigned()?;
    header.into_iter().find_map(|name| folded(members, name))?;
    event.any_case = true;
    Some(id.clone())
}

/// Whether a member is an element of `System` with its attributes.
fn is_element(name: &str, value: &Value) -> bool {
    matches!(value, Value::Object(_))
        && matches!(
            name,
            "Provider" | "EventID" | "TimeCreated" | "Execution" | "Security" | "Correlation"
        )
}

/// EvtxECmd keeps the event's data as JSON in a text.
fn payload(members: &mut Vec<(Name, Value)>, event: &mut Event, names: &mut Names) {
    let Some(Value::Text(text)) = member(members, "Payload") else { return };
    let begins = |name: &str| text.starts_with(&format!("{{\"{name}\""));
    if !begins("EventData") && !begins("UserData") {
        return;
    }
    let Ok(Value::Object(mut inner)) = super::decode(text.as_bytes(), names) else { return };
    if let Some(data) = take(&mut inner, "EventData") {
        event_data(data, event, names);
    }
    if let Some(data) = take(&mut inner, "UserData") {
        user_data(data, event);
    }
    take(members, "Payload");
}
