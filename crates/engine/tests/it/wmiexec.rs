//! The WMIexec rule against a reading of the raw records that uses nothing of the engine.

use std::collections::BTreeSet;

use rulescope_events::Event;

use crate::support::{MDECREVOISIER, hits, logs, shared};

/// Log and record id.
type Place = (String, Option<u64>);

/// A value of the record's own data, in lower case; empty where there is none.
fn lower(event: &Event, name: &str) -> String {
    let found = event.data.iter().find(|(there, _)| &**there == name);
    let text = found.and_then(|(_, value)| value.text().map(|t| t.to_lowercase()));
    text.unwrap_or_default()
}

/// Whether a command line is one of WMIexec's: the shell's switches, and output to the own host.
fn is_wmiexec(line: &str) -> bool {
    [r"\127.0.0.1\", "/q", "/c"].iter().all(|part| line.contains(part))
}

#[test]
fn wmiexec_fires_where_a_command_line_shows_it_and_nowhere_else() {
    let (Some(shared), Some(corpus)) = (shared(), MDECREVOISIER.as_ref()) else { return };
    let id = "mdecrevoisier/win-os-WMIexec execution (SYSMON).yaml";
    let rule = corpus.rules.iter().find(|r| r.id == id).expect("the rule");
    let logs = logs(&shared.join("events"), ".evtx");
    let (mut sysmon, mut security) = (BTreeSet::new(), BTreeSet::new());
    for log in &logs {
        for event in log.open().filter_map(Result::ok) {
            let place: Place = (log.name.to_string(), event.record_id);
            let own = is_wmiexec(&lower(&event, "CommandLine"));
            match (event.provider(), event.event_id) {
                ("Microsoft-Windows-Sysmon", Some(1)) => {
                    let parent = is_wmiexec(&lower(&event, "ParentCommandLine"));
                    if lower(&event, "Image").ends_with(r"\cmd.exe") && (own || parent) {
                        sysmon.insert(place);
                    }
                }
                // Security 4688 does not say what the parent's command line was.
                ("Microsoft-Windows-Security-Auditing", Some(4688))
                    if lower(&event, "NewProcessName").ends_with(r"\cmd.exe") && own =>
                {
                    security.insert(place);
                }
                _ => {}
            }
        }
    }
    assert_eq!((sysmon.len(), security.len()), (10, 5));
    let (hits, _) = hits(std::slice::from_ref(rule), &logs);
    assert!(hits.iter().all(|h| h.certainty == "certain" && h.events.len() == 1));
    let found: BTreeSet<Place> =
        hits.iter().map(|h| (h.events[0].log.to_string(), h.events[0].record_id)).collect();
    assert_eq!(found.len(), hits.len());
    assert_eq!(found, sysmon.union(&security).cloned().collect());
}
