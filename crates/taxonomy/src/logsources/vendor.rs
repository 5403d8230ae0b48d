//! Resolves the terms of other vendors' scopes: data models and sources of Splunk, index patterns
//! and event categories of Elastic, tables of Kusto, event types of UDM.
//!
//! Terms of a kind are alternatives; kinds hold together. A kind that says nothing of Windows'
//! event log does not narrow what another says of it, but one that lies on another platform does:
//! `USER_LOGIN` of Office 365 is no logon of Windows.

use std::collections::BTreeMap;

use super::platform::Platform;
use super::resolution::Resolution;
use super::rows::{Meaning, is_kind, meaning};
use crate::events::Event;

/// Kinds that select among the events of a place, in the order of what says more. The others
/// (`table`, `index`, `source`, …) are the place itself.
const SELECTING: [&str; 11] = [
    "event_kind",
    "host_os",
    "dataset",
    "data_source",
    "event_type",
    "event_category",
    "event_action",
    "action_type",
    "product_name",
    "vendor_name",
    "product_event_type",
];

/// Kinds under other names.
fn kind_of(kind: &str) -> &str {
    match kind {
        "udm_event_type" => "event_type",
        "nodename" => "datamodel",
        other => other,
    }
}

/// Resolves one term of a kind; `None` where no table knows it.
pub fn resolve_term(kind: &str, term: &str) -> Option<Resolution> {
    let found = meaning(kind_of(kind), term)?;
    Some(resolution(found, true))
}

/// Whether a scope has terms of other vendors than Sigma.
pub(super) fn knows_kinds(terms: &BTreeMap<String, Vec<String>>) -> bool {
    terms.keys().any(|kind| is_kind(kind_of(kind)))
}

/// Resolves a scope's terms.
///
/// It is known where its place is: each term of a kind that names one, or, without such a kind,
/// those that select. An index that no table knows is the user's own and does no harm beside a
/// source that is known, nor does a value that selects among known events.
pub(super) fn resolve_terms(terms: &BTreeMap<String, Vec<String>>) -> Resolution {
    let mut kinds: Vec<(usize, &str, &Vec<String>)> = terms
        .iter()
        .map(|(kind, terms)| (kind_of(kind), terms))
        .filter(|(kind, _)| is_kind(kind))
        .map(|(kind, terms)| {
            let rank = SELECTING.iter().position(|k| *k == kind).map_or(0, |at| at + 1);
            (rank, kind, terms)
        })
        .collect();
    kinds.sort_unstable();

    let mut whole: Option<Meaning> = None;
    let mut any_known = false;
    let mut harm = false;
    for (rank, kind, terms) in kinds {
        let mut of_kind: Option<Meaning> = None;
        let mut all_known = !terms.is_empty();
        for term in terms {
            match (meaning(kind, term), &mut of_kind) {
                (Some(found), Some(before)) => before.join(found),
                (Some(found), None) => of_kind = Some(found),
                (None, _) => all_known = false,
            }
        }
        any_known |= all_known;
        // Alternatives of which some are known: what is missing may be anything.
        harm |= !all_known && (of_kind.is_some() || (rank == 0 && kind != "index"));
        let Some(found) = of_kind else { continue };
        whole = Some(match whole {
            Some(before) => both(before, found),
            None => found,
        });
    }
    resolution(whole.unwrap_or_default(), any_known && !harm)
}

fn resolution(found: Meaning, known: bool) -> Resolution {
    let mut also = found.also;
    also.retain(|event| !found.events.contains(event));
    Resolution {
        events: found.events,
        also,
        channels: found.channels.into_iter().collect(),
        platform: found.platform,
        others: found.others.into_iter().collect(),
        any_event: found.any_event,
        known,
    }
}

/// Whether a source can't hold events of Windows.
fn excludes_windows(meaning: &Meaning) -> bool {
    !meaning.has_windows() && meaning.platform.is_some_and(|p| p != Platform::Windows)
}

/// What is of a place and passes a selection.
fn both(place: Meaning, selection: Meaning) -> Meaning {
    let others = place.others.union(&selection.others).cloned().collect();
    let platform = match (place.platform, selection.platform) {
        (Some(a), Some(b)) => (a == b).then_some(a),
        (a, b) => a.or(b),
    };
    if excludes_windows(&place) || excludes_windows(&selection) {
        let platform = if excludes_windows(&place) { place.platform } else { selection.platform };
        return Meaning { platform, others, ..Meaning::default() };
    }
    // That a place is on Windows does not bring its records into Windows' event log.
    let elsewhere = !place.has_windows() && !place.others.is_empty() && selection.any_event;
    let narrowed = if elsewhere || (place.has_windows() && selection.any_event) {
        place
    } else if !place.has_windows() || (place.any_event && selection.has_windows()) {
        selection
    } else if !selection.has_windows() {
        place
    } else {
        let narrowed = intersection(&place, &selection);
        // Where they contradict each other, the tables lack something; the place is sure.
        if narrowed.has_windows() { narrowed } else { place }
    };
    Meaning { platform, others, ..narrowed }
}

fn intersection(a: &Meaning, b: &Meaning) -> Meaning {
    let holds = |meaning: &Meaning, event: &'static Event| {
        meaning.events.contains(&event)
            || meaning.also.contains(&event)
            || meaning.channels.iter().any(|channel| channel.name == event.channel)
    };
    let of = |list: &[&'static Event], other: &Meaning| -> Vec<&'static Event> {
        list.iter().copied().filter(|event| holds(other, event)).collect()
    };
    let mut out = Meaning { events: of(&a.events, b), also: of(&a.also, b), ..Meaning::default() };
    for event in of(&b.events, a) {
        if !out.events.contains(&event) {
            out.events.push(event);
        }
    }
    for event in of(&b.also, a) {
        if !out.also.contains(&event) {
            out.also.push(event);
        }
    }
    out.channels = a.channels.intersection(&b.channels).copied().collect();
    out
}

#[cfg(test)]
mod tests {
    use rulescope_ir::Scope;

    use super::*;

    fn addresses(events: &[&'static Event]) -> Vec<String> {
        events.iter().map(|event| event.address()).collect()
    }

    fn of(terms: &[(&str, &str)]) -> Resolution {
        let scope = terms.iter().fold(Scope::default(), |scope, (k, t)| scope.with(k, t));
        Resolution::of(&scope)
    }

    #[test]
    fn data_models_are_events() {
        let processes = of(&[("datamodel", "Endpoint.Processes")]);
        assert_eq!(addresses(&processes.events), ["sysmon/1", "security-auditing/4688"]);
        assert_eq!(processes.others, ["endpoint processes"]);
        assert!(processes.known && !processes.is_windows_only());
        let registry = of(&[("datamodel", "Endpoint.Registry")]);
        assert_eq!(addresses(&registry.also), ["security-auditing/4657"]);
        assert!(registry.is_windows_only());
        let node = of(&[
            ("datamodel", "Authentication"),
            ("nodename", "Authentication.Failed_Authentication"),
        ]);
        let failed = ["security-auditing/4625", "security-auditing/4771", "security-auditing/4776"];
        assert_eq!(addresses(&node.events), failed);
    }

    #[test]
    fn sources_are_channels() {
        let security =
            of(&[("source", "XmlWinEventLog:Security"), ("sourcetype", "XmlWinEventLog")]);
        assert!(security.known && security.is_windows_only() && security.events.is_empty());
        assert_eq!(security.channels.iter().map(|c| c.name).collect::<Vec<_>>(), ["Security"]);
        assert!(security.means("Microsoft-Windows-Security-Auditing", "Security", 4624));
        assert!(!security.means(
            "Microsoft-Windows-Sysmon",
            "Microsoft-Windows-Sysmon/Operational",
            1
        ));
        let own = of(&[("index", "main"), ("source", "XmlWinEventLog:Security")]);
        assert!(own.known);
        assert!(!of(&[("index", "main")]).known);
        assert!(!of(&[("sourcetype", "made:up"), ("source", "XmlWinEventLog:Security")]).known);
    }

    #[test]
    fn a_category_selects_of_an_index() {
        let process = of(&[
            ("index", "winlogbeat-*"),
            ("index", "logs-system.security*"),
            ("index", "logs-endpoint.events.process-*"),
            ("event_category", "process"),
        ]);
        assert!(process.known && !process.any_event);
        assert!(addresses(&process.events).contains(&"sysmon/1".to_owned()));
        let security = of(&[("index", "logs-system.security*"), ("event_category", "process")]);
        assert_eq!(
            addresses(&security.candidates()),
            ["security-auditing/4688", "security-auditing/4689"]
        );
        let sysmon =
            of(&[("index", "logs-windows.sysmon_operational-*"), ("event_category", "registry")]);
        assert_eq!(addresses(&sysmon.events), ["sysmon/12", "sysmon/13", "sysmon/14"]);
        assert!(sysmon.is_windows_only());
        let all = of(&[("index", "winlogbeat-*"), ("event_category", "any")]);
        assert!(all.any_event && all.means("X", "Y", 1));
    }

    #[test]
    fn tables_are_events_and_actions_narrow_them() {
        let event = of(&[("table", "SecurityEvent")]);
        assert_eq!(event.channels.iter().map(|c| c.name).collect::<Vec<_>>(), ["Security"]);
        let any = of(&[("table", "Event")]);
        assert!(any.candidates().is_empty());
        let seven = addresses(&any.events_with_id(&[7045]));
        assert_eq!(seven, ["service-control-manager/7045"]);
        assert_eq!(any.unknown_ids(&[7045, 99_999]), [99_999]);
        assert!(of(&[("table", "Event")]).means("Microsoft-Windows-Sysmon", "x", 1));
        let thread = of(&[("table", "DeviceEvents"), ("action_type", "CreateRemoteThreadApiCall")]);
        assert_eq!(addresses(&thread.candidates()), ["sysmon/8"]);
        let set = of(&[("table", "DeviceRegistryEvents"), ("action_type", "RegistryValueSet")]);
        assert_eq!(addresses(&set.candidates()), ["sysmon/13"]);
        let own = of(&[("table", "MyTable_CL")]);
        assert_eq!((own.known, own.others), (true, vec!["custom log mytable_cl".to_owned()]));
        assert!(!of(&[("table", "MyTable")]).known);
    }

    #[test]
    fn event_types_of_udm_are_events() {
        let launch = of(&[("udm_event_type", "PROCESS_LAUNCH"), ("product_event_type", "4688")]);
        assert_eq!(addresses(&launch.events), ["security-auditing/4688"]);
        let login = of(&[("event_type", "USER_LOGIN"), ("log_type", "OFFICE_365")]);
        assert_eq!(login.candidates().len(), 0);
        assert_eq!((login.platform, login.known), (Some(Platform::Cloud), true));
        assert!(!login.means("Microsoft-Windows-Security-Auditing", "Security", 4624));
    }

    #[test]
    fn what_is_not_windows_has_a_name_and_what_is_unknown_has_none() {
        let trail = of(&[("table", "AWSCloudTrail")]);
        assert!(trail.is_other() && trail.candidates().is_empty());
        assert_eq!(trail.others, ["aws cloudtrail"]);
        let admon = of(&[("source", "ActiveDirectory")]);
        assert!(admon.is_other() && !admon.means("X", "Security", 1));
        let unknown = of(&[("table", "Nothing")]);
        assert!(!unknown.known && !unknown.is_other() && unknown.others.is_empty());
        let sigma = of(&[("product", "aws"), ("service", "cloudtrail")]);
        assert!(sigma.is_other());
        assert_eq!(sigma.others, ["aws cloudtrail"]);
    }
}
