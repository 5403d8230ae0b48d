//! Nothing that a rule can say makes the tables panic, and answers agree with each other.

use proptest::prelude::*;
use proptest::sample::select;
use rulescope_ir::Scope;
use rulescope_taxonomy::logsources::{Resolution, resolve_term};
use rulescope_taxonomy::{audit, fields};

const KINDS: [&str; 14] = [
    "datamodel",
    "macro",
    "sourcetype",
    "source",
    "eventtype",
    "index",
    "data_source",
    "table",
    "action_type",
    "event_type",
    "event_category",
    "event_action",
    "log_type",
    "product_event_type",
];

/// Texts near those that the tables hold.
fn text() -> impl Strategy<Value = String> {
    let near = select(
        &[
            "XmlWinEventLog:",
            "Security",
            "Endpoint",
            ".Processes",
            "logs-",
            "windows.",
            "*",
            "-",
            "Sysmon EventID ",
            "1",
            ",",
            " AND ",
            "4688",
            "winlog.event_data.",
            "additional.fields[",
            "]",
            "Device",
            "Events",
            "_CL",
            "é",
            "İ",
            "{",
            "EventID=",
        ][..],
    );
    prop_oneof![
        3 => proptest::collection::vec(near, 0..5).prop_map(|parts| parts.concat()),
        1 => any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_term_is_known_or_not(kinds in proptest::collection::vec((select(&KINDS[..]), text()), 1..4)) {
        let scope = kinds.iter().fold(Scope::default(), |scope, (kind, term)| scope.with(kind, term));
        let whole = Resolution::of(&scope);
        if let [(kind, term)] = kinds.as_slice() {
            let alone = resolve_term(kind, term);
            prop_assert_eq!(whole.known, alone.is_some());
            prop_assert_eq!(&whole, &alone.unwrap_or_default());
        }
        // What is listed is meant.
        for event in whole.candidates() {
            prop_assert!(whole.means(event.provider, event.channel, event.id));
        }
        prop_assert!(!whole.is_other() || whole.candidates().is_empty());
    }

    #[test]
    fn any_name_is_looked_up(
        vendor in select(&["sigma", "splunk", "elastic", "kusto", "chronicle", "nobody"][..]),
        context in text(),
        name in text(),
    ) {
        let found = fields::lookup(vendor, &[&context], &name);
        let again = fields::lookup(vendor, &[&context, &context], &name);
        prop_assert_eq!(&found, &again);
        prop_assert!(!fields::canonical(vendor, &name).is_empty() || name.is_empty());
        if vendor == "nobody" {
            prop_assert!(found.is_none());
        }
        audit::by_name(&name);
        audit::by_guid(&name);
    }
}
