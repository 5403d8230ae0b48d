//! What `scan` runs and looks at, by its flags.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::rulescope;
use crate::scanning::{bench, places, scanned, started};

/// The bench with two more rules: one of no technique and low severity, one of no severity.
fn three_rules() -> TempDir {
    let folder = bench();
    let rules = folder.path().join("rules");
    let rule = |title: &str, more: &str| {
        format!(
            "title: {title}\nlogsource:\n  category: process_creation\n  product: windows\n{more}\
             detection:\n  selection:\n    CommandLine|contains: ' copy '\n  condition: selection\n"
        )
    };
    let tagged = "level: low\ntags:\n  - attack.t1059.001\n";
    fs::write(rules.join("low.yml"), rule("Low", tagged)).expect("written");
    let former = "tags:\n  - attack.t1086\n";
    fs::write(rules.join("none.yml"), rule("None", former)).expect("written");
    folder
}

fn rules(folder: &Path, args: &[&str]) -> Vec<String> {
    let (code, hits, said) = scanned(folder, &[&["logs"], args].concat());
    assert_eq!(code, 0, "{said}");
    let mut rules: Vec<String> =
        hits.iter().filter_map(|h| Some(h["rule"].as_str()?.to_owned())).collect();
    rules.sort();
    rules.dedup();
    rules
}

#[test]
fn rules_are_chosen_by_severity_and_technique() {
    let folder = three_rules();
    let (copy, low, none) = ("rules/copy", "rules/low", "rules/none");
    assert_eq!(rules(folder.path(), &[]), [copy, low, none]);
    assert_eq!(rules(folder.path(), &["--min-severity", "low"]), [copy, low]);
    assert_eq!(rules(folder.path(), &["--min-severity", "Medium"]), [copy]);
    assert_eq!(rules(folder.path(), &["--technique", "T1059"]), [low, none]);
    assert_eq!(rules(folder.path(), &["--technique", "T1047", "t1086"]), [low, none]);
    let (_, _, said) = scanned(folder.path(), &["logs", "--min-severity", "low"]);
    assert!(said.contains("1 of no severity that can be compared"), "{said}");
}

/// A bench with records of another computer, and one without a time.
fn two_computers() -> TempDir {
    let folder = bench();
    let other = started(7, "u", "cmd /c copy g h").replace("PC1", "pc2.corp.local");
    let untimed = started(8, "u", "cmd /c copy i j");
    let mut untimed: Json = serde_json::from_str(&untimed).expect("JSON");
    untimed.as_object_mut().expect("an object").remove("TimeCreated");
    let lines = [started(6, "u", "cmd /c copy e f"), other, untimed.to_string()];
    fs::write(folder.path().join("logs/b.jsonl"), lines.concat()).expect("written");
    folder
}

fn records(folder: &Path, args: &[&str]) -> Vec<u64> {
    let (code, hits, said) = scanned(folder, &[&["logs"], args].concat());
    assert_eq!(code, 0, "{said}");
    places(&hits).into_iter().map(|(_, record)| record).collect()
}

#[test]
fn records_are_chosen_by_time() {
    let folder = two_computers();
    assert_eq!(records(folder.path(), &[]), [1, 6, 7, 8]);
    assert_eq!(records(folder.path(), &["--since", "2026-01-02T03:04:06Z"]), [6, 7]);
    assert_eq!(records(folder.path(), &["--until", "2026-01-02T04:04:06+01:00"]), [1, 6]);
    assert_eq!(
        records(folder.path(), &["--since", "2026-01-02", "--until", "2026-01-02"]),
        [1, 6, 7]
    );
    let (_, hits, said) = scanned(folder.path(), &["logs", "--since", "2026-01-03"]);
    assert_eq!(hits.len(), 0);
    assert!(said.contains("1 records do not say when they happened"), "{said}");
    assert!(said.contains("6 events (6 of them not asked for)"), "{said}");
}

#[test]
fn records_are_chosen_by_computer() {
    let folder = two_computers();
    assert_eq!(records(folder.path(), &["--host", "PC2"]), [7]);
    assert_eq!(records(folder.path(), &["--host", "pc1.corp.local"]), [1, 6, 8]);
    assert_eq!(records(folder.path(), &["--host", "pc1", "pc2.corp.local"]), [1, 6, 7, 8]);
    let (_, hits, said) = scanned(folder.path(), &["logs", "--host", "pc2.other.local"]);
    assert_eq!(hits.len(), 0);
    assert!(said.contains("no record is of the computer `pc2.other.local`"), "{said}");
}

#[test]
fn rules_over_several_events_see_the_records_that_are_asked_for() {
    let folder = two_computers();
    let rule = "title: Copies\nid: 7a2e4a43-7c4f-4ac4-a2c4-9bd2f2ad2b12\nname: copies\nlogsource:\n  \
        category: process_creation\n  product: windows\ndetection:\n  selection:\n    \
        CommandLine|contains: ' copy '\n  condition: selection\n---\ntitle: Many Copies\n\
        correlation:\n  type: event_count\n  rules: [copies]\n  group-by: [Image]\n  \
        timespan: 1h\n  condition:\n    gte: 3\n";
    fs::write(folder.path().join("rules/many.yml"), rule).expect("written");
    let many = |args: &[&str]| {
        let (_, hits, said) = scanned(folder.path(), &[&["logs"], args].concat());
        assert!(!said.contains("error"), "{said}");
        hits.iter().any(|h| h["title"] == "Many Copies")
    };
    assert!(many(&[]));
    assert!(many(&["--since", "2026-01-02T03:04:02Z"]));
    assert!(!many(&["--since", "2026-01-02T03:04:03Z"]));
    assert!(many(&["--host", "pc1"]));
    assert!(!many(&["--host", "pc2"]));
}

#[test]
fn nonsense_is_refused() {
    let folder = bench();
    for (flag, value, says) in [
        ("--min-severity", "awful", "possible values"),
        ("--technique", "T0", "no ATT&CK technique"),
        ("--technique", "T9999", "no ATT&CK technique"),
        ("--since", "yesterday", "is no time"),
        ("--until", "2026-02-30", "is no time"),
        ("--host", " ", "give a computer's name"),
        ("--threads", "0", "not in 1..=1024"),
    ] {
        let out = rulescope(folder.path(), &["scan", "logs", "--rules", "rules", flag, value]);
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(2), "{flag} {value}: {said}");
        assert!(said.contains(says), "{flag} {value}: {said}");
    }
    let turned = ["--since", "2026-01-03", "--until", "2026-01-02"];
    let (code, _, said) = scanned(folder.path(), &[&["logs"], &turned[..]].concat());
    assert_eq!(code, 2, "{said}");
}

#[test]
fn a_number_of_threads_changes_nothing() {
    let folder = two_computers();
    let with = |threads: &str| scanned(folder.path(), &["logs", "--threads", threads]).1;
    assert_eq!(with("1"), with("7"));
    assert_eq!(with("1").len(), 4);
}
