//! The header of an event: what Windows writes into its `System` element.

use crate::event::Event;
use crate::guid;
use crate::time;
use crate::value::Value;

/// The header's values by the names that Sigma uses for them: an element, or element and attribute
/// (<https://learn.microsoft.com/windows/win32/wes/eventschema-systempropertiestype-complextype>).
pub const HEADER: [&str; 21] = [
    "Provider_Name",
    "Provider_Guid",
    "Provider_EventSourceName",
    "EventID",
    "Qualifiers",
    "Version",
    "Level",
    "Task",
    "Opcode",
    "Keywords",
    "TimeCreated",
    "EventRecordID",
    "Correlation_ActivityID",
    "Correlation_RelatedActivityID",
    "Execution_ProcessID",
    "Execution_ThreadID",
    "Execution_ProcessorID",
    "Channel",
    "Computer",
    "Security_UserID",
    "TimeCreated_RawTime",
];

/// Names that always mean the header, whatever the event's data is called. Any other name means
/// the data where the data has it: `Channel` of System 104 is the log that was cleared, and rules
/// test it as that.
pub(crate) const HEADER_FIRST: [&str; 4] =
    ["EventID", "Provider_Name", "EventRecordID", "Computer"];

/// The header's name of an element of `System` and one of its attributes, or of its text.
pub(crate) fn name_of(element: &str, attribute: Option<&str>) -> Option<&'static str> {
    let known = |name: &str| HEADER.iter().copied().find(|known| *known == name);
    match (element, attribute) {
        ("TimeCreated", Some("SystemTime")) => Some("TimeCreated"),
        ("EventID", Some("Qualifiers")) => Some("Qualifiers"),
        ("Qualifiers", Some(_)) => None,
        (element, None) => known(element),
        (element, Some(attribute)) => HEADER.iter().copied().find(|known| {
            known.split_once('_').is_some_and(|(e, a)| e == element && a == attribute)
        }),
    }
}

/// The header's name that another name stands for.
pub(crate) fn alias(name: &str) -> Option<&'static str> {
    match name {
        "Provider" | "ProviderName" | "SourceName" => Some("Provider_Name"),
        "EventCode" | "EventId" => Some("EventID"),
        "UserID" => Some("Security_UserID"),
        "ThreadID" => Some("Execution_ThreadID"),
        "TimeCreated_SystemTime" | "SystemTime" => Some("TimeCreated"),
        "EventID_Qualifiers" => Some("Qualifiers"),
        _ => None,
    }
}

impl Event {
    /// Sets a value of the header, the first of its name; a text without content says nothing.
    pub(crate) fn set_header(&mut self, name: &'static str, value: Value) {
        let value = match value {
            Value::Text(text) if text.is_empty() => return,
            Value::Text(text) => Value::Text(guid::braced(text)),
            Value::Null => return,
            other => other,
        };
        if self.header.iter().any(|(there, _)| *there == name) {
            return;
        }
        match name {
            "EventID" => self.event_id = value.unsigned().and_then(|id| u32::try_from(id).ok()),
            "EventRecordID" => self.record_id = value.unsigned(),
            "TimeCreated" => self.time = value.text().and_then(|text| time::parse(&text)),
            _ => {}
        }
        self.header.push((name, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_attributes_have_sigmas_names() {
        assert_eq!(name_of("Provider", Some("Name")), Some("Provider_Name"));
        assert_eq!(name_of("EventID", None), Some("EventID"));
        assert_eq!(name_of("EventID", Some("Qualifiers")), Some("Qualifiers"));
        assert_eq!(name_of("TimeCreated", Some("SystemTime")), Some("TimeCreated"));
        assert_eq!(name_of("Security", Some("UserID")), Some("Security_UserID"));
        assert_eq!(name_of("Provider", Some("xmlns")), None);
        assert_eq!(name_of("Security", None), None);
    }
}
