//! One kind of event, and the fields that it answers.

use super::provider::{short_name, slug};

/// Fields of the header that every event has, by the names that rules use for them.
///
/// The header's process id is the one of the writer, hardly ever the process that an event is
/// about; it is `Execution_ProcessID` here, so that it is not taken for an event's own
/// `ProcessId`. `EventData` is the whole of the event's data as text, which some rules search.
pub const SYSTEM_FIELDS: [&str; 18] = [
    "Channel",
    "Computer",
    "EventData",
    "EventID",
    "EventRecordID",
    "Execution_ProcessID",
    "Execution_ThreadID",
    "Keywords",
    "Level",
    "Opcode",
    "Provider",
    "Provider_Name",
    "Security_UserID",
    "Task",
    "ThreadID",
    "TimeCreated",
    "UserID",
    "Version",
];

/// One kind of Windows event.
#[derive(Debug)]
pub struct Event {
    /// Full name of the provider: `Microsoft-Windows-Sysmon`.
    pub provider: &'static str,
    /// The channel it is written to: `Microsoft-Windows-Sysmon/Operational`. For event tracing,
    /// which has none, the provider's name and `(event tracing)`.
    pub channel: &'static str,
    /// Event id.
    pub id: u32,
    /// What happened: `Process creation`.
    pub title: &'static str,
    fields: Vec<&'static str>,
    /// Native and canonical name; no native one where a collector adds the field.
    answers: Vec<(Option<&'static str>, &'static str)>,
    /// Every name that it answers, in lower case and sorted.
    names: Vec<String>,
}

impl Event {
    pub(super) fn new(
        provider: &'static str,
        channel: &'static str,
        id: u32,
        title: &'static str,
        fields: Vec<&'static str>,
        answers: Vec<(Option<&'static str>, &'static str)>,
    ) -> Event {
        let mut names: Vec<String> = fields
            .iter()
            .chain(answers.iter().map(|(_, canonical)| canonical))
            .chain(&SYSTEM_FIELDS)
            .map(|name| name.to_ascii_lowercase())
            .collect();
        names.sort_unstable();
        names.dedup();
        Event { provider, channel, id, title, fields, answers, names }
    }

    /// `sysmon/1`: how commands and pages name it.
    pub fn address(&self) -> String {
        format!("{}/{}", slug(self.provider), self.id)
    }

    /// The provider as people write it: `Sysmon`, `Security-Auditing`.
    pub fn provider_short(&self) -> &'static str {
        short_name(self.provider)
    }

    /// The event's own fields by their native names, in the event's order. Empty where they are
    /// not known ([`Event::fields_known`]) or the event has none.
    pub fn fields(&self) -> &[&'static str] {
        &self.fields
    }

    /// Canonical names that it answers besides its own fields' names, with the native field that
    /// holds them; `None` for a field that a collector adds.
    pub fn answers(&self) -> &[(Option<&'static str>, &'static str)] {
        &self.answers
    }

    /// Whether the table knows this event's fields. Where it does not, [`Event::has_field`] says
    /// yes only of names known otherwise, and a caller has to treat a no as "unknown".
    pub fn fields_known(&self) -> bool {
        !self.fields.is_empty()
    }

    /// Whether the event has a field of this canonical or native name, whatever its case.
    pub fn has_field(&self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        self.names.binary_search(&lower).is_ok()
    }

    /// Whether the event may have a field of this name: it has it, or its fields are not known.
    pub fn may_have_field(&self, name: &str) -> bool {
        !self.fields_known() || self.has_field(name)
    }

    /// The native field that holds a canonical one: `NewProcessName` for 4688's `Image`. `None`
    /// for a name that it does not answer, a field of the header, or one that a collector adds.
    pub fn native_field(&self, canonical: &str) -> Option<&'static str> {
        self.native_fields(canonical).next()
    }

    /// All native fields that may hold a canonical one, in the order in which they are asked: 4688's
    /// `User` is its `TargetUserName`, and where that says nothing its `SubjectUserName`.
    pub fn native_fields(&self, canonical: &str) -> impl Iterator<Item = &'static str> {
        let is = |name: &str| name.eq_ignore_ascii_case(canonical);
        let own = if self.answers.iter().any(|(_, name)| is(name)) {
            None
        } else {
            self.fields.iter().find(|f| is(f)).copied()
        };
        let mapped = self.answers.iter().filter(move |(_, name)| is(name));
        mapped.filter_map(|(native, _)| *native).chain(own)
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Event) -> bool {
        (self.provider, self.id) == (other.provider, other.id)
    }
}

impl Eq for Event {}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Event) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Event {
    fn cmp(&self, other: &Event) -> std::cmp::Ordering {
        (self.provider, self.id).cmp(&(other.provider, other.id))
    }
}
