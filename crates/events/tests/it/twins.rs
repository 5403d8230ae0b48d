//! Sigma's regression logs hold each record as EVTX and as JSON: both must give the same event.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use rulescope_events::{Event, Log};

use crate::read::{corpus, gather, logs, words};

/// The named values of an event in words.
fn named(event: &Event) -> BTreeMap<String, String> {
    let header = event.header.iter().map(|(name, value)| (format!("header {name}"), words(value)));
    let data = event.data.iter().map(|(name, value)| (name.to_string(), words(value)));
    header.chain(data).collect()
}

/// Why a value differs, where the converter that made the JSON is known to change it.
fn explanation(name: &str, record: &str, twin: &str) -> Option<&'static str> {
    if name == "header TimeCreated" && record.starts_with(twin.trim_end_matches('Z')) {
        return Some("the JSON has microseconds, Windows tenths of them");
    }
    (record.trim_end() == twin).then_some("the JSON has no blanks at the end of a text")
}

#[test]
fn evtx_and_json_give_the_same_values() {
    let Some(root) = corpus("events/sigma-regression") else { return };
    let (mut cases, mut records) = (0, 0);
    let mut differences = Vec::new();
    let mut explanations: BTreeMap<&str, u32> = BTreeMap::new();
    for path in logs(&root, "evtx") {
        let json = path.with_extension("json");
        assert!(fs::exists(&json).expect("the corpora can be read"), "{}", json.display());
        let (binary, errors) = gather(Log::new(&path).open());
        assert_eq!(errors, [""; 0]);
        let (text, errors) = gather(Log::new(&json).open());
        assert_eq!(errors, [""; 0]);
        cases += 1;
        let case = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if binary.len() != text.len() {
            differences.push(format!("{case}: {} records and {}", binary.len(), text.len()));
        }
        for twin in &text {
            let Some(record) = binary.iter().find(|event| event.record_id == twin.record_id) else {
                differences
                    .push(format!("{case}: record {:?} is in the JSON only", twin.record_id));
                continue;
            };
            records += 1;
            let (record, twin) = (named(record), named(twin));
            let names: BTreeSet<&String> = record.keys().chain(twin.keys()).collect();
            for name in names {
                let (of_record, of_twin) = (record.get(name), twin.get(name));
                if of_record == of_twin {
                    continue;
                }
                let explained = of_record.zip(of_twin).and_then(|(r, t)| explanation(name, r, t));
                match explained {
                    Some(why) => *explanations.entry(why).or_default() += 1,
                    None => differences.push(format!("{case}: {name}: {of_record:?} {of_twin:?}")),
                }
            }
        }
    }
    assert_eq!(differences, [""; 0]);
    let mut out = format!("cases: {cases}, records compared: {records}\n");
    for (why, count) in explanations {
        out.push_str(&format!("{count} values: {why}\n"));
    }
    insta::assert_snapshot!(out);
}
