//! What the commands print for people, and the JSON shapes that must hold.

use std::collections::BTreeSet;

use crate::{printed, refused};

#[test]
fn show_reads_like_a_page() {
    insta::assert_snapshot!(printed(&["show", "sigma/archive_of_user_folder_by_console_tool"]));
}

#[test]
fn show_of_a_dirty_rule_says_what_was_lost() {
    insta::assert_snapshot!(printed(&["show", "sigma/key_written_twice"]));
}

#[test]
fn show_of_a_correlation() {
    insta::assert_snapshot!(printed(&[
        "show",
        "Administrative Share Opened and then a Service Installed"
    ]));
}

#[test]
fn rules_as_a_table() {
    insta::assert_snapshot!(printed(&["rules"]));
}

#[test]
fn stats_as_a_table() {
    insta::assert_snapshot!(printed(&["stats"]));
}

#[test]
fn search_as_a_table() {
    insta::assert_snapshot!(printed(&["search", "share", "--severity", "high"]));
}

#[test]
fn event_reads_like_a_page() {
    insta::assert_snapshot!(printed(&["event", "security-auditing/4688"]));
}

#[test]
fn technique_reads_like_a_page() {
    insta::assert_snapshot!(printed(&["technique", "T1560.001"]));
}

#[test]
fn an_event_and_a_technique_as_json() {
    let json = |args: &[&str]| -> serde_json::Value {
        serde_json::from_str(&printed(args)).expect("one JSON document")
    };
    let event = json(&["event", "Microsoft-Windows-Sysmon/1", "--json"]);
    has(&event, &["provider", "event_id", "title", "channel", "fields", "rules", "indicators"]);
    assert_eq!(event["address"], "sysmon/1");
    // A field counts the rules that test it, under whatever name they do.
    let rules = event["rules"].as_array().expect("a list");
    let line = event["fields"].as_array().expect("a list").iter();
    let line = line.clone().find(|f| f["name"] == "CommandLine").expect("a field of it");
    let tested = json(&[
        "rules",
        "--event",
        "sysmon/1",
        "--field",
        "CommandLine",
        "--active",
        "--format",
        "json",
    ]);
    assert_eq!(line["rules"].as_u64(), tested.as_array().map(|t| t.len() as u64));
    assert!(tested.as_array().is_some_and(|t| !t.is_empty() && t.len() <= rules.len()));
    // An id of an older version of ATT&CK is answered by today's.
    let technique = json(&["technique", "t1562.001", "--json"]);
    assert_eq!(
        (&technique["technique"], &technique["was"]),
        (&"T1685".into(), &"T1562.001".into())
    );
    has(&technique, &["name", "tactics", "events", "fields", "indicators", "exclusions", "rules"]);
    for wrong in [["event", "nobody/1"], ["technique", "T9999"]] {
        let (code, said) = refused(&wrong);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(wrong[1]), "{said}");
    }
}

fn object(value: &serde_json::Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// Asserts that a JSON object has these names; more are welcome.
fn has(value: &serde_json::Value, names: &[&str]) {
    let there = object(value);
    for name in names {
        assert!(there.contains(name), "`{name}` is missing in {there:?}");
    }
}

#[test]
fn json_shapes_hold() {
    let json = |args: &[&str]| -> serde_json::Value {
        serde_json::from_str(&printed(args)).expect("one JSON document")
    };
    let stats = json(&["stats", "--json"]);
    has(
        &stats,
        &["rules", "vendors", "sources", "predicates", "indicators", "events", "techniques"],
    );
    let counts = [
        "files",
        "rules",
        "deprecated",
        "exact",
        "partial",
        "opaque",
        "not_evaluable",
        "failed",
        "active",
        "runnable",
        "windows",
        "runnable_windows",
        "with_opaque_stage",
    ];
    has(&stats["vendors"]["sigma"], &counts);
    has(&stats["sources"]["sigma"], &counts);
    has(&stats["vendors"]["sigma"]["active"], &["exact", "partial", "opaque", "not_evaluable"]);
    let levels: i64 = ["exact", "partial", "opaque", "not_evaluable"]
        .iter()
        .map(|l| stats["vendors"]["sigma"][l].as_i64().expect("a number"))
        .sum();
    assert_eq!(Some(levels), stats["rules"].as_i64());

    let line = [
        "id",
        "vendor",
        "source",
        "slug",
        "upstream_id",
        "title",
        "status",
        "severity",
        "deprecated",
        "language",
        "shape",
        "fidelity",
        "path",
    ];
    let lines = printed(&["rules", "--format", "jsonl"]);
    for text in lines.lines() {
        has(&serde_json::from_str(text).expect("a document a line"), &line);
    }

    let page = json(&["show", "sigma/archive_of_user_folder_by_console_tool", "--json"]);
    has(
        &page,
        &[
            "metadata",
            "description",
            "references",
            "attack",
            "events",
            "stages",
            "indicators",
            "exclusions",
            "pattern",
            "diagnostics",
            "body",
            "neighbors",
        ],
    );
    // `fidelity` of the page is the level with its losses.
    has(&page["fidelity"], &["level", "losses"]);
    has(&page["attack"][0], &["tactic", "technique", "name"]);
    has(&page["events"][0], &["provider", "event_id", "title", "coverage"]);
    assert!(page["events"][0]["event_id"].is_i64());
    has(&page["stages"][1], &["index", "label", "kind", "text", "predicates"]);
    has(
        &page["stages"][1]["predicates"][0],
        &["field", "native_field", "kind", "values", "quantifier", "negated", "case_sensitive"],
    );
    has(&page["indicators"][0], &["field", "kind", "quantifier", "values"]);
    has(&page["indicators"][0]["values"][0], &["value", "corpus", "vendors"]);
    has(&page["exclusions"][0], &["stage", "field", "kind", "values"]);
    has(&page["pattern"], &["shape"]);
    has(&page["body"], &["language", "text"]);
    has(&page["neighbors"], &["equivalent"]);
    let dirty = json(&["show", "sigma/key_written_twice", "--json"]);
    has(&dirty["fidelity"]["losses"][0], &["text", "line", "what", "effect"]);
    has(&dirty["diagnostics"][0], &["code", "severity", "message", "line", "column"]);

    let found = json(&["search", "share", "--json"]);
    has(&found, &["query", "total", "rules", "values", "facets"]);
    has(&found["rules"][0], &line);
    let indicator =
        json(&["indicator", "--field", "EventID", "--kind", "eq", "--value", "4625", "--json"]);
    has(&indicator, &["field", "kind", "value", "corpus", "vendors", "rules"]);
    assert_eq!(indicator["corpus"], 1, "the correlations over it hold no predicate of their own");
}

#[test]
fn facets_narrow_a_list() {
    let count = |args: &[&str]| {
        let all: Vec<&str> = std::iter::once("rules")
            .chain(args.iter().copied())
            .chain(["--format", "jsonl"])
            .collect();
        printed(&all).lines().count()
    };
    let all = count(&[]);
    assert_eq!(count(&["--active"]) + count(&["--deprecated"]), all);
    assert!(count(&["--event", "sysmon/1"]) > 3);
    assert_eq!(count(&["--event", "Sysmon/1"]), count(&["--event", "microsoft-windows-sysmon/1"]));
    assert_eq!(count(&["--shape", "temporal"]), 1);
    assert_eq!(count(&["--log-source", "linux"]), 1);
    assert_eq!(count(&["--vendor", "splunk"]), 0);
    assert!(count(&["--field", "commandline"]) >= 1);
    assert!(count(&["--technique", "t1560"]) >= 1);
    assert!(refused(&["rules", "--event", "sysmon"]).1.contains("no event"));
    assert!(refused(&["rules", "--tactic", "cooking"]).1.contains("no ATT&CK tactic"));
}

#[test]
fn a_wrong_name_is_answered_with_a_remedy() {
    let (code, said) = refused(&["show", "sigma/logon_failure"]);
    assert_eq!(code, 2);
    assert!(said.contains("is it one of: sigma/logon_failures"), "{said}");
    let (code, said) = refused(&["show", "Event Log Cleared"]);
    assert_eq!(code, 2);
    assert!(said.contains("names 2 rules"), "{said}");
    let (_, said) = refused(&["indicator", "--field", "x", "--kind", "like", "--value", "y"]);
    assert!(said.contains("`like` is no kind; the kinds are eq,"), "{said}");
}

#[test]
fn every_page_can_be_printed_in_both_ways() {
    for text in printed(&["rules", "--format", "jsonl"]).lines() {
        let line: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let id = line["id"].as_str().expect("an id");
        let page = printed(&["show", id]);
        assert!(page.contains(line["title"].as_str().expect("a title")), "{id}");
        let json: serde_json::Value =
            serde_json::from_str(&printed(&["show", id, "--json"])).expect("JSON");
        assert_eq!(json["id"], id);
    }
}

#[test]
fn completions_and_manual_pages_are_made() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(printed(&["completions", shell]).contains("rulescope"), "{shell}");
    }
    printed(&["man", "man"]);
    let page = std::fs::read_to_string(crate::CATALOG.path().join("man/rulescope-show.1"));
    assert!(page.expect("written").contains("rulescope"));
}
