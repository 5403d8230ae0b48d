//! The fields that public rules use most, by vendor, against the tables.

use std::fmt::Write as _;

use rulescope_taxonomy::fields::{How, Mapping, is_canonical, lookup};

use crate::corpora;

/// A vendor of the list of fields: our name of it, and contexts of which one is to know a field.
/// Tables of Defender come first where a column is of several.
const VENDORS: [(&str, &str, &[&str]); 5] = [
    ("splunk", "splunk", &["*", "Endpoint.Registry"]),
    ("elastic", "elastic", &["*"]),
    (
        "mde",
        "kusto",
        &[
            "DeviceProcessEvents",
            "DeviceNetworkEvents",
            "DeviceRegistryEvents",
            "DeviceFileEvents",
            "DeviceLogonEvents",
        ],
    ),
    ("sentinel", "kusto", &["SecurityEvent", "Event", "WindowsEvent", "DeviceProcessEvents"]),
    ("yaral", "chronicle", &["PROCESS_LAUNCH", "SERVICE_CREATION", "REGISTRY_MODIFICATION"]),
];

fn found(vendor: &str, contexts: &[&str], native: &str) -> Option<Mapping> {
    contexts.iter().find_map(|context| lookup(vendor, &[context], native))
}

#[test]
fn most_used_fields_have_a_counterpart_or_are_listed() {
    let Some(folder) = corpora::folder("design") else { return };
    let list = std::fs::read_to_string(folder.join("fields.tsv")).expect("the list can be read");
    let mut out = String::new();
    let mut seen = 0;
    for (section, vendor, contexts) in VENDORS {
        let (mut with, mut scope) = (0, 0);
        let mut without = Vec::new();
        let mut otherwise = Vec::new();
        for line in list.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            let [of, native, rules, proposed, ..] = columns[..] else { continue };
            if of != section {
                continue;
            }
            seen += 1;
            match found(vendor, contexts, native) {
                None => without.push(format!("{native} ({rules}; proposed {proposed})")),
                Some(mapping) if mapping.how == How::Scope => scope += 1,
                Some(mapping) => {
                    with += 1;
                    if mapping.canonical != proposed {
                        otherwise.push(format!(
                            "{native} ({rules}; proposed {proposed}): {} {}",
                            mapping.canonical,
                            mapping.how.name()
                        ));
                    }
                }
            }
        }
        let mut line = |text: String| writeln!(out, "{text}").expect("a string takes any text");
        line(format!("{section}: {with} fields, {scope} of the scope, {} without", without.len()));
        line("  otherwise than proposed".to_owned());
        otherwise.into_iter().for_each(|text| line(format!("    {text}")));
        line("  without counterpart".to_owned());
        without.into_iter().for_each(|text| line(format!("    {text}")));
    }
    assert_eq!(seen, 300, "sections of the list: {out}");
    insta::assert_snapshot!("fields", out);
}

#[test]
fn fields_of_sigma_are_their_own() {
    let Some(folder) = corpora::folder("design") else { return };
    let list = std::fs::read_to_string(folder.join("fields.tsv")).expect("the list can be read");
    let natives = list.lines().filter_map(|line| line.strip_prefix("sigma\t")?.split('\t').next());
    let unknown: Vec<&str> = natives.filter(|name| !is_canonical(name)).collect();
    assert_eq!(unknown, Vec::<&str>::new());
}
