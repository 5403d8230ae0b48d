//! The page of a scan.

use std::fs;
use std::path::Path;

use crate::rulescope;
use crate::scanning::{bench, started};

fn page(folder: &Path) -> String {
    let args = ["scan", "-q", "logs", "--rules", "rules", "--format", "html", "--out", "r.html"];
    let out = rulescope(folder, &args);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    fs::read_to_string(folder.join("r.html")).expect("read")
}

#[test]
fn a_page_marks_what_matched_in_the_records_fields() {
    let folder = bench();
    let page = page(folder.path());
    assert!(page.contains("<dt>CommandLine</dt><dd>cmd /c<mark> copy </mark>a b</dd>"), "{page}");
    assert!(page.contains("<dt>Image</dt><dd>C:\\Windows<mark>\\cmd.exe</mark></dd>"), "{page}");
    let others = page.split("more fields</summary>").nth(1).expect("the other fields");
    assert!(others.starts_with("<dl><dt>User</dt><dd>u</dd>"), "{others}");
    assert!(page.contains("<summary>Logic</summary><pre>(filter"), "{page}");
    assert!(page.contains("1 match of 1 rule; 1 log, 3 events, 1 rule run."), "{page}");
}

#[test]
fn fields_that_a_kind_of_event_calls_otherwise_are_marked_too() {
    let folder = bench();
    let event = started(9, "u", "")
        .replace("Microsoft-Windows-Sysmon/Operational", "Security")
        .replace("Microsoft-Windows-Sysmon", "Microsoft-Windows-Security-Auditing")
        .replace("\"EventID\":1,", "\"EventID\":4688,")
        .replace("\"Image\"", "\"NewProcessName\"")
        .replace("\"CommandLine\":\"\"", "\"CommandLine\":\"cmd /c copy c d\"");
    fs::write(folder.path().join("logs/a.jsonl"), event).expect("written");
    let page = page(folder.path());
    assert!(
        page.contains("<dt>NewProcessName</dt><dd>C:\\Windows<mark>\\cmd.exe</mark>"),
        "{page}"
    );
}

#[test]
fn a_page_has_bars_over_time_and_says_which_span_they_have() {
    let folder = bench();
    let later = started(4, "u", "cmd /c copy a b").replace("2026-01-02", "2026-01-05");
    fs::write(folder.path().join("logs/b.jsonl"), later).expect("written");
    let page = page(folder.path());
    assert!(page.contains("a bar is an hour, the highest 1 match"), "{page}");
    assert_eq!(page.matches("<rect class=\"high\"").count(), 2);
    assert!(page.contains("<title>2026-01-05 03:00: 1 high</title>"), "{page}");
    assert!(page.contains("From 2026-01-02T03:04:01Z to 2026-01-05T03:04:04Z."), "{page}");
}

#[test]
fn only_the_pages_own_script_is_let_run() {
    let folder = bench();
    let page = page(folder.path());
    let nonce = page.split("script-src 'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
    let nonce = nonce.expect("a word");
    assert_eq!(nonce.len(), 32);
    assert!(page.contains(&format!("<script nonce=\"{nonce}\">")));
    for loads in [" src=", "url(", "@import", "<link", "<img", "http://", "https://", "fetch("] {
        assert!(!page.contains(loads), "{loads}");
    }
}

#[test]
fn a_page_of_many_matches_stays_small_and_says_how_many_more_there_are() {
    let folder = bench();
    let long = "x".repeat(5000);
    let lines: String =
        (1..300).map(|i| started(i, "u", &format!("cmd /c copy {i} {long}"))).collect();
    fs::write(folder.path().join("logs/a.jsonl"), lines).expect("written");
    let page = page(folder.path());
    let listed = page.matches("<div class=\"m\">").count();
    assert!(listed == 200 && page.len() < 1 << 20, "{listed} in {} bytes", page.len());
    assert!(page.contains("and 99 matches more</p>"));
    assert!(page.contains(">299 matches</span>"));
}

#[test]
fn matches_that_are_only_possible_can_be_told_from_the_others() {
    let folder = bench();
    assert!(!page(folder.path()).contains("data-s=\"possible\""), "there are none to hide");
    let rule = "title: Listed\nlogsource:\n  category: process_creation\n  product: windows\n\
        detection:\n  selection:\n    CommandLine|contains|expand: '%names%'\n  \
        condition: selection\n";
    fs::write(folder.path().join("rules/listed.yml"), rule).expect("written");
    let page = page(folder.path());
    assert_eq!(page.matches("<div class=\"m p\"><p>possible · ").count(), 3);
    assert_eq!(page.matches("<div class=\"m\">").count(), 1);
    assert_eq!(page.matches(" data-p>").count(), 1);
    assert!(page.contains("data-s=\"possible\"") && page.contains("3 only possible"));
}
