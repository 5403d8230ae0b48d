//! All events that the tables know, by provider and id and by channel.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::event::Event;
use super::provider::slug;
use crate::table;

struct Catalog {
    events: Vec<Event>,
    by_provider: HashMap<String, HashMap<u32, usize>>,
    by_channel: HashMap<String, Vec<usize>>,
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let mut answers: HashMap<(&str, u32), Vec<_>> = HashMap::new();
    let rows = include_str!("../../data/event_fields.tsv");
    for [provider, id, native, canonical] in table::rows("event_fields", rows) {
        let found = answers.entry((provider, number(id))).or_default();
        found.push((table::optional(native), canonical));
    }
    let mut catalog =
        Catalog { events: Vec::new(), by_provider: HashMap::new(), by_channel: HashMap::new() };
    let rows = include_str!("../../data/windows_events.tsv");
    for [provider, channel, id, title, fields] in table::rows("windows_events", rows) {
        let id = number(id);
        let fields = table::list(fields).collect();
        let answers = answers.remove(&(provider, id)).unwrap_or_default();
        let index = catalog.events.len();
        let before = catalog.by_provider.entry(slug(provider)).or_default().insert(id, index);
        assert!(before.is_none(), "windows_events: {provider} {id} stands twice");
        catalog.by_channel.entry(channel.to_ascii_lowercase()).or_default().push(index);
        catalog.events.push(Event::new(provider, channel, id, title, fields, answers));
    }
    assert!(answers.is_empty(), "event_fields: events unknown to windows_events: {answers:?}");
    catalog
});

/// An event id of an embedded table.
pub(crate) fn number(id: &str) -> u32 {
    id.parse().expect("event ids in our own tables are numbers")
}

/// Every known event, by provider and id.
pub fn events() -> &'static [Event] {
    &CATALOG.events
}

/// The event of a provider and an id.
///
/// The provider may be the full name (`Microsoft-Windows-Sysmon`), the short one (`Sysmon`) or the
/// one of addresses (`service-control-manager`), in any case. Classic PowerShell and
/// Microsoft-Windows-PowerShell share the short name; their ids do not overlap.
pub fn event(provider: &str, id: u32) -> Option<&'static Event> {
    let index = CATALOG.by_provider.get(&slug(provider))?.get(&id)?;
    Some(&CATALOG.events[*index])
}

/// The known events of a channel, whatever its case, by provider and id.
pub fn events_of_channel(channel: &str) -> impl Iterator<Item = &'static Event> + use<> {
    let indices = CATALOG.by_channel.get(&channel.to_ascii_lowercase());
    indices.into_iter().flatten().map(|index| &CATALOG.events[*index])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn found(provider: &str, id: u32) -> &'static Event {
        event(provider, id).expect("known")
    }

    #[test]
    fn sysmon_is_whole_and_has_its_official_titles() {
        for id in (1..=29).chain([255]) {
            assert!(found("sysmon", id).fields_known(), "Sysmon {id}");
        }
        let creation = found("Microsoft-Windows-Sysmon", 1);
        assert_eq!(creation.title, "Process creation");
        assert_eq!(creation.address(), "sysmon/1");
        assert_eq!(creation.provider_short(), "Sysmon");
        assert_eq!(creation.channel, "Microsoft-Windows-Sysmon/Operational");
        for field in ["ParentCommandLine", "OriginalFileName", "commandline", "Imphash"] {
            assert!(creation.has_field(field), "{field}");
        }
        assert!(!creation.has_field("TargetObject"));
    }

    #[test]
    fn process_creation_audit_answers_sysmons_names() {
        let audit = found("security-auditing", 4688);
        assert_eq!(audit.title, "A new process has been created");
        assert_eq!(audit.address(), "security-auditing/4688");
        assert_eq!(audit.provider_short(), "Security-Auditing");
        for field in ["Image", "CommandLine", "ParentImage", "ProcessId", "EventID", "Computer"] {
            assert!(audit.has_field(field), "{field}");
        }
        for field in ["ParentCommandLine", "OriginalFileName", "Hashes"] {
            assert!(!audit.has_field(field), "{field}");
        }
        assert_eq!(audit.native_field("Image"), Some("NewProcessName"));
        assert_eq!(audit.native_field("ProcessId"), Some("NewProcessId"));
        assert_eq!(audit.native_field("ParentProcessId"), Some("ProcessId"));
        assert_eq!(audit.native_field("CommandLine"), Some("CommandLine"));
        assert_eq!(audit.native_field("Computer"), None);
    }

    #[test]
    fn the_writers_process_is_not_the_events() {
        assert!(!found("Service Control Manager", 7045).has_field("ProcessId"));
    }

    #[test]
    fn providers_are_found_by_any_name() {
        assert_eq!(found("service-control-manager", 7045), found("Service Control Manager", 7045));
        assert_eq!(found("MSSQL$X", 33205), found("MSSQLSERVER", 33205));
        assert_eq!(found("powershell", 400).channel, "Windows PowerShell");
        assert_eq!(found("powershell", 4104).provider, "Microsoft-Windows-PowerShell");
        assert_eq!(found("eventlog", 1102).channel, "Security");
        assert_eq!(event("security-auditing", 1102), None);
        assert_eq!(event("sysmon", 77), None);
    }

    #[test]
    fn addresses_name_one_event_each() {
        let addresses: BTreeSet<String> = events().iter().map(Event::address).collect();
        assert_eq!(addresses.len(), events().len());
        for one in events() {
            let address = one.address();
            let (provider, id) = address.split_once('/').expect("an address has a slash");
            assert_eq!(event(provider, number(id)), Some(one));
        }
    }

    #[test]
    fn a_mapped_name_stands_for_a_field_that_is_there() {
        for event in events() {
            for (native, canonical) in event.answers() {
                if let Some(native) = native {
                    assert!(event.fields().contains(native), "{}: {native}", event.address());
                }
                assert!(event.has_field(canonical));
            }
        }
    }

    #[test]
    fn a_channel_holds_its_events() {
        let of_system = || events_of_channel("system");
        assert!(of_system().any(|e| e.address() == "service-control-manager/7045"));
        assert!(of_system().any(|e| e.address() == "eventlog/104"));
        assert!(of_system().all(|e| e.channel == "System"));
        assert_eq!(events_of_channel("No such channel").count(), 0);
    }

    #[test]
    fn titles_are_short_and_clean() {
        for event in events() {
            let title = event.title;
            assert!(!title.is_empty() && !title.contains('%') && title.trim() == title, "{title}");
            assert!(!title.ends_with('.') && title.len() <= 130, "{title}");
        }
    }
}
