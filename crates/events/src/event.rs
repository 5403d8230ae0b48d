//! One record of a log.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::Place;
use crate::header::{self, HEADER_FIRST};
use crate::time;
use crate::value::{Name, Value, member};

/// One record as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The log that it was read from, as it was opened.
    pub log: Arc<str>,
    /// Where in the log it stands.
    pub place: Place,
    /// `EventRecordID` as the event says it; never the number in an EVTX record's header, which is
    /// another one in logs that were forwarded or exported.
    pub record_id: Option<u64>,
    /// When it happened (`TimeCreated`), in nanoseconds since 1970 UTC; never an EVTX record's
    /// header's time, which is when the record was written. `None` where there is no time, or one
    /// past the year 2262.
    pub time: Option<i64>,
    /// `EventID`, without qualifiers.
    pub event_id: Option<u32>,
    /// The other values of the header, and these as they were written, by Sigma's names
    /// ([`crate::HEADER`]).
    pub header: Vec<(&'static str, Value)>,
    /// The event's own values in the order of the log: those of `EventData` or `UserData` by their
    /// names as Windows writes them, then whatever else the record holds. `Data` is the unnamed
    /// data of a classic event, a list where there are several.
    pub data: Vec<(Name, Value)>,
    /// The element below `UserData` that holds the data, where that is how it came.
    pub user_data: Option<Name>,
    /// Whether the log's exporter changed the case of names, so that `image` answers for `Image`.
    pub any_case: bool,
}

/// Where event data stands in the shapes that logs have; a path may begin with any of them.
const DATA_PATHS: [&str; 4] =
    ["Event.EventData.", "EventData.", "winlog.event_data.", "event_data."];
const USER_DATA_PATHS: [&str; 3] = ["Event.UserData.", "UserData.", "winlog.user_data."];
const HEADER_PATHS: [&str; 2] = ["Event.System.", "System."];

impl Event {
    /// A record without values.
    pub fn new(log: &Arc<str>, place: Place) -> Event {
        Event {
            log: Arc::clone(log),
            place,
            record_id: None,
            time: None,
            event_id: None,
            header: Vec::with_capacity(16),
            data: Vec::new(),
            user_data: None,
            any_case: false,
        }
    }

    /// A value of the header by its exact name, one of [`crate::HEADER`].
    pub fn header(&self, name: &str) -> Option<&Value> {
        self.header.iter().find(|(there, _)| *there == name).map(|(_, value)| value)
    }

    /// A text of the header; empty where there is none.
    fn header_text(&self, name: &str) -> &str {
        match self.header(name) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// The provider's full name; empty where the record does not say.
    pub fn provider(&self) -> &str {
        self.header_text("Provider_Name")
    }

    /// The channel; empty where the record does not say.
    pub fn channel(&self) -> &str {
        self.header_text("Channel")
    }

    /// The computer that it happened on; empty where the record does not say.
    pub fn computer(&self) -> &str {
        self.header_text("Computer")
    }

    /// When it happened, in milliseconds since 1970 UTC.
    pub fn millis(&self) -> Option<i64> {
        self.time.map(|nanos| nanos.div_euclid(1_000_000))
    }

    /// When it happened, as RFC 3339 in UTC.
    pub fn timestamp(&self) -> Option<String> {
        self.time.map(time::rfc3339)
    }

    /// What tells the record from every other: computer, channel and record id. `None` where the
    /// record does not say all three; the same record in two files has the same identity.
    pub fn identity(&self) -> Option<(&str, &str, u64)> {
        let (computer, channel) = (self.computer(), self.channel());
        let known = !computer.is_empty() && !channel.is_empty();
        known.then_some(())?;
        Some((computer, channel, self.record_id?))
    }

    /// The value of a name: as it is written, among the data and then the header (the other way
    /// round for `EventID`, `Provider_Name`, `EventRecordID` and `Computer`); then as a dotted
    /// path, of nested values or from the root of any shape that logs have
    /// (`Event.EventData.Image`, `winlog.event_data.Image`); then without regard to blanks, so
    /// that `ThreatName` finds Defender's `Threat Name` and the other way round; without regard to
    /// case where the exporter had none ([`Event::any_case`]).
    ///
    /// `EventData` is the text of all the data where no value has that name. A path through a list
    /// gives the list of its elements' members.
    pub fn get(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.plain(name)
            .map(Cow::Borrowed)
            .or_else(|| self.path(name))
            .or_else(|| self.spaceless(name).map(Cow::Borrowed))
            .or_else(|| self.caseless(name).map(Cow::Borrowed))
            .or_else(|| {
                let rendered = member(&self.data, "RenderingInfo").filter(|_| name == "Message");
                rendered?.member(name).map(Cow::Borrowed)
            })
            .or_else(|| (name == "EventData").then(|| Cow::Owned(Value::Text(self.data_text()))))
    }

    fn plain(&self, name: &str) -> Option<&Value> {
        let header = || self.header(name);
        if HEADER_FIRST.contains(&name)
            && let Some(value) = header()
        {
            return Some(value);
        }
        member(&self.data, name)
            .or_else(header)
            .or_else(|| header::alias(name).and_then(|alias| self.header(alias)))
    }

    fn path(&self, name: &str) -> Option<Cow<'_, Value>> {
        if !name.contains('.') {
            return None;
        }
        let below = |roots: &[&str]| roots.iter().find_map(|root| name.strip_prefix(root));
        if let Some(rest) = below(&DATA_PATHS) {
            return lookup(&self.data, rest)
                .or_else(|| self.spaceless(rest).map(Cow::Borrowed))
                .or_else(|| self.caseless(rest).map(Cow::Borrowed));
        }
        if let Some(rest) = below(&USER_DATA_PATHS) {
            let inner = rest.strip_prefix(&**self.user_data.as_ref()?)?.strip_prefix('.')?;
            let leaf = inner.rsplit('.').next().unwrap_or(inner);
            return member(&self.data, leaf).map(Cow::Borrowed);
        }
        if let Some(rest) = below(&HEADER_PATHS) {
            let joined = rest.replace("#attributes.", "").replace('.', "_");
            let name = header::alias(&joined).unwrap_or(&joined);
            return self.header(name).map(Cow::Borrowed);
        }
        walk(&self.data, name)
    }

    fn caseless(&self, name: &str) -> Option<&Value> {
        let same = |(there, _): &&(Name, Value)| there.eq_ignore_ascii_case(name);
        self.any_case.then(|| self.data.iter().find(same).map(|(_, value)| value)).flatten()
    }

    fn spaceless(&self, name: &str) -> Option<&Value> {
        let same = |there: &str| {
            let blank = |b: &u8| *b != b' ';
            there.bytes().filter(blank).eq(name.bytes().filter(blank))
        };
        self.data.iter().find(|(there, _)| same(there)).map(|(_, value)| value)
    }

    /// All single values of the data in order, lists and objects walked: what a search without a
    /// field looks at.
    pub fn values(&self) -> Vec<&Value> {
        let mut out = Vec::with_capacity(self.data.len());
        self.data.iter().for_each(|(_, value)| value.leaves(&mut out));
        out
    }

    /// All single values of the data as one text, a line each.
    pub fn data_text(&self) -> String {
        let texts: Vec<Cow<'_, str>> = self.values().into_iter().filter_map(Value::text).collect();
        texts.join("\n")
    }
}

/// The value of a name, or at a dotted path.
pub(crate) fn lookup<'a>(members: &'a [(Name, Value)], path: &str) -> Option<Cow<'a, Value>> {
    member(members, path).map(Cow::Borrowed).or_else(|| walk(members, path))
}

/// The value at a dotted path: the longest part of it before a dot that is a name, and then the
/// rest of the path below.
fn walk<'a>(members: &'a [(Name, Value)], path: &str) -> Option<Cow<'a, Value>> {
    path.rmatch_indices('.')
        .find_map(|(at, _)| below(member(members, &path[..at])?, &path[at + 1..]))
}

fn below<'a>(value: &'a Value, path: &str) -> Option<Cow<'a, Value>> {
    match value {
        Value::Object(members) => lookup(members, path),
        Value::List(items) => {
            let found: Vec<Value> =
                items.iter().filter_map(|v| below(v, path)).map(Cow::into_owned).collect();
            (!found.is_empty()).then_some(Cow::Owned(Value::List(found)))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        let mut event = Event::new(&"log".into(), Place::Log);
        event.set_header("Provider_Name", Value::of("P"));
        event.set_header("EventID", Value::of("104"));
        event.set_header("Channel", Value::of("System"));
        let object = |name: &str, value| Value::Object(vec![(name.into(), value)]);
        event.data = vec![
            ("Channel".into(), Value::of("Security")),
            ("EventID".into(), Value::of("9")),
            ("Threat Name".into(), Value::of("t")),
            ("process".into(), object("parent", object("name", Value::of("n")))),
            (
                "l".into(),
                Value::List(vec![object("x", Value::of("1")), object("x", Value::of("2"))]),
            ),
        ];
        event
    }

    fn text(event: &Event, name: &str) -> Option<String> {
        event.get(name).and_then(|v| v.text().map(Cow::into_owned))
    }

    #[test]
    fn data_comes_before_the_header_where_a_name_is_in_both() {
        let event = event();
        assert_eq!(text(&event, "Channel").as_deref(), Some("Security"));
        assert_eq!(event.channel(), "System");
        assert_eq!(text(&event, "EventID").as_deref(), Some("104"));
        assert_eq!(text(&event, "Event.System.Channel").as_deref(), Some("System"));
        assert_eq!(text(&event, "System.Provider.#attributes.Name").as_deref(), Some("P"));
    }

    #[test]
    fn names_are_found_with_and_without_their_blanks() {
        let event = event();
        assert_eq!(text(&event, "Threat Name").as_deref(), Some("t"));
        assert_eq!(text(&event, "ThreatName").as_deref(), Some("t"));
        assert_eq!(text(&event, "threatname"), None);
        assert_eq!(text(&event, "Event.EventData.Threat Name").as_deref(), Some("t"));
    }

    #[test]
    fn paths_walk_objects_and_lists() {
        let event = event();
        assert_eq!(text(&event, "process.parent.name").as_deref(), Some("n"));
        assert_eq!(text(&event, "process.name"), None);
        let both = Value::List(vec![Value::of("1"), Value::of("2")]);
        assert_eq!(event.get("l.x").map(Cow::into_owned), Some(both));
    }

    #[test]
    fn the_data_is_one_text_too() {
        assert_eq!(text(&event(), "EventData").as_deref(), Some("Security\n9\nt\nn\n1\n2"));
    }
}
