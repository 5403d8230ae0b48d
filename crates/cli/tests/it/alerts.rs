//! Hits as alerts of the schemas that other tools read.

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::rulescope;
use crate::scanning::{bench, read};

/// The bench with a rule of two techniques, and one over several events.
fn tagged() -> TempDir {
    let folder = bench();
    let rules = folder.path().join("rules");
    fs::remove_file(rules.join("copy.yml")).expect("removed");
    let rule = "title: Copy\nid: 7a2e4a43-7c4f-4ac4-a2c4-9bd2f2ad2b13\nname: copies\n\
        description: Copies files.\nreferences:\n  - https://example.com/copy\nlogsource:\n  \
        category: process_creation\n  product: windows\ndetection:\n  selection:\n    \
        CommandLine|contains: ' copy '\n  condition: selection\nlevel: high\ntags:\n  \
        - attack.execution\n  - attack.t1059.001\n  - attack.t1047\n---\ntitle: Copies\n\
        correlation:\n  type: event_count\n  rules: [copies]\n  group-by: [Image]\n  \
        timespan: 1h\n  generate: true\n  condition:\n    gte: 2\nlevel: severe\n";
    fs::write(rules.join("copies.yml"), rule).expect("written");
    folder
}

fn alerts(folder: &Path, format: &str) -> Vec<Json> {
    let args = ["scan", "logs", "--rules", "rules", "--format", format];
    let (code, alerts, said) = read(&rulescope(folder, &args));
    assert_eq!(code, 0, "{said}");
    alerts
}

#[test]
fn an_alert_of_the_elastic_common_schema() {
    let folder = tagged();
    let alerts = alerts(folder.path(), "ecs");
    assert_eq!(alerts.len(), 3, "{alerts:#?}");
    insta::assert_json_snapshot!(alerts[0]);
    let several = &alerts[2];
    assert_eq!(several["@timestamp"], "2026-01-02T03:04:02Z");
    assert_eq!(several["event"]["start"], "2026-01-02T03:04:01Z");
    assert_eq!(several["event"].get("severity"), None, "a severity of the rule's own");
    assert_eq!(several["rulescope"]["severity"], "severe");
    assert_eq!(several["rulescope"]["events"].as_array().map(Vec::len), Some(2));
    assert_eq!(several["rulescope"]["events_total"], 2);
    assert_eq!(several.get("threat"), None);
    assert_ne!(alerts[0]["event"]["id"], alerts[1]["event"]["id"]);
}

#[test]
fn a_detection_finding_of_ocsf() {
    let folder = tagged();
    let alerts = alerts(folder.path(), "ocsf");
    assert_eq!(alerts.len(), 3, "{alerts:#?}");
    insta::assert_json_snapshot!(alerts[0]);
    let several = &alerts[2];
    assert_eq!(several["time"], json!(1_767_323_042_000_i64));
    assert_eq!(several["finding_info"]["first_seen_time"], json!(1_767_323_041_000_i64));
    assert_eq!((&several["severity_id"], &several["severity"]), (&json!(99), &json!("severe")));
    assert_eq!(several["evidences"].as_array().map(Vec::len), Some(2));
    let uid = |alert: &Json| alert["finding_info"]["uid"].clone();
    assert_ne!(uid(&alerts[0]), uid(&alerts[1]));
}

#[test]
fn an_alert_without_a_time_has_the_scans() {
    let folder = tagged();
    let log = folder.path().join("logs/a.jsonl");
    let line = fs::read_to_string(&log).expect("read");
    let line = line.lines().next().expect("a line").replace("TimeCreated", "Elsewhere");
    fs::write(&log, line).expect("written");
    let one = |format: &str| alerts(folder.path(), format).remove(0);
    let this_year = |text: &str| text > "2026-01-03" && text.ends_with('Z');
    assert!(this_year(one("ecs")["@timestamp"].as_str().unwrap_or_default()));
    let finding = one("ocsf");
    assert!(finding["time"].as_i64() > Some(1_767_400_000_000));
    assert_eq!(finding["finding_info"].get("first_seen_time"), None);
}
