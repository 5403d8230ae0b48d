//! Evidence: on which of the logs that a catalog is built with its rules fire.

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::rulescope;
use crate::scanning::{bench, started};

/// The bench with a rule that fires on nothing, and one that may fire.
fn three_rules() -> TempDir {
    let folder = bench();
    let rule = |title: &str, test: &str| {
        format!(
            "title: {title}\nlogsource:\n  category: process_creation\n  product: windows\n\
             detection:\n  selection:\n    CommandLine|{test}\n  condition: selection\n"
        )
    };
    let rules = folder.path().join("rules");
    fs::write(rules.join("none.yml"), rule("None", "contains: ' move '")).expect("written");
    let listed = rule("Listed", "contains|expand: '%names%'");
    fs::write(rules.join("listed.yml"), listed).expect("written");
    folder
}

/// Builds with the logs and gives what the build says of evidence.
fn built(folder: &Path, args: &[&str]) -> Json {
    let args = [&["build", "-q", "--json", "--source", "sigma=rules"], args].concat();
    let out = rulescope(folder, &args);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let report: Json = serde_json::from_slice(&out.stdout).expect("JSON");
    report["evidence"].clone()
}

fn shown(folder: &Path, rule: &str) -> Json {
    let out = rulescope(folder, &["show", rule, "--json"]);
    serde_json::from_slice(&out.stdout).expect("JSON")
}

fn listed(folder: &Path, flag: &str) -> Vec<String> {
    let out = rulescope(folder, &["rules", flag, "--format", "json"]);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let rules: Vec<Json> = serde_json::from_slice(&out.stdout).expect("JSON");
    rules.iter().filter_map(|rule| Some(rule["id"].as_str()?.to_owned())).collect()
}

#[test]
fn a_build_with_logs_says_which_rules_fire_on_them() {
    let folder = three_rules();
    let report = built(folder.path(), &["--events", "logs"]);
    assert_eq!(report, json!({"run": 3, "rules": 3, "fire": 2}));
    let copy = shown(folder.path(), "rules/copy");
    assert_eq!(copy["evidence_total"], json!({"certain": 1, "possible": 0}));
    assert_eq!(
        copy["evidence"],
        json!([{
            "log": "logs/a.jsonl", "record_id": 1, "timestamp": "2026-01-02T03:04:01Z",
            "provider": "Microsoft-Windows-Sysmon", "event_id": 1, "computer": "PC1",
            "certainty": "certain",
        }])
    );
    let may = shown(folder.path(), "rules/listed");
    assert_eq!(may["evidence_total"], json!({"certain": 0, "possible": 3}));
    assert_eq!(may["evidence"][2]["certainty"], "possible");
    assert_eq!(listed(folder.path(), "--with-evidence"), ["rules/copy", "rules/listed"]);
    assert_eq!(listed(folder.path(), "--without-evidence"), ["rules/none"]);
    let page = rulescope(folder.path(), &["show", "rules/copy"]);
    let page = String::from_utf8_lossy(&page.stdout).into_owned();
    assert!(page.contains("fires once") && page.contains("logs/a.jsonl"), "{page}");
    let page = rulescope(folder.path(), &["show", "rules/none"]);
    assert!(String::from_utf8_lossy(&page.stdout).contains("fires on none of the logs"));
}

#[test]
fn only_what_changed_is_run_again() {
    let folder = three_rules();
    built(folder.path(), &["--events", "logs"]);
    assert_eq!(built(folder.path(), &["--events", "logs"])["run"], 0);
    let path = folder.path().join("rules/none.yml");
    let text = fs::read_to_string(&path).expect("read");
    fs::write(&path, text.replace(" move ", " dir")).expect("written");
    assert_eq!(
        built(folder.path(), &["--events", "logs"]),
        json!({"run": 1, "rules": 3, "fire": 3})
    );
    assert_eq!(shown(folder.path(), "rules/none")["evidence"][0]["record_id"], 3);
    assert_eq!(shown(folder.path(), "rules/copy")["evidence"][0]["record_id"], 1);
    fs::write(&path, text).expect("written");
    assert_eq!(
        built(folder.path(), &["--events", "logs"]),
        json!({"run": 1, "rules": 3, "fire": 2})
    );
    assert_eq!(shown(folder.path(), "rules/none")["evidence"], json!([]));
    // Other logs, other evidence.
    fs::write(folder.path().join("logs/b.jsonl"), started(7, "u", "cmd /c move a b"))
        .expect("written");
    assert_eq!(
        built(folder.path(), &["--events", "logs"]),
        json!({"run": 3, "rules": 3, "fire": 3})
    );
    assert_eq!(shown(folder.path(), "rules/none")["evidence"][0]["log"], "logs/b.jsonl");
}

#[test]
fn of_many_matches_the_certain_and_the_first_are_kept() {
    let folder = three_rules();
    let lines: String = (1..=50).map(|i| started(i, "u", "cmd /c copy a b")).collect();
    fs::write(folder.path().join("logs/a.jsonl"), lines).expect("written");
    built(folder.path(), &["--events", "logs"]);
    let copy = shown(folder.path(), "rules/copy");
    assert_eq!(copy["evidence_total"], json!({"certain": 50, "possible": 0}));
    let records: Vec<u64> = copy["evidence"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| row["record_id"].as_u64())
        .collect();
    assert_eq!(records, (1..=20).collect::<Vec<u64>>());
}

#[test]
fn a_catalog_without_logs_is_not_asked_for_evidence() {
    let folder = three_rules();
    built(folder.path(), &["--events", "logs"]);
    assert_eq!(built(folder.path(), &[]), json!({"run": 0, "rules": 0, "fire": 0}));
    let copy = shown(folder.path(), "rules/copy");
    assert_eq!((&copy["evidence"], copy.get("evidence_total")), (&json!([]), None));
    for flag in ["--with-evidence", "--without-evidence"] {
        let out = rulescope(folder.path(), &["rules", flag]);
        assert_eq!(out.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&out.stderr).contains("no evidence"));
    }
}
