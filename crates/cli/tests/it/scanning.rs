//! `scan` and `explain` as a user runs them: what is printed, and what happens to logs that are
//! broken.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::rulescope;

const RULE: &str = "title: Copy by a Shell\nid: 7a2e4a43-7c4f-4ac4-a2c4-9bd2f2ad2b11\nstatus: test\n\
    logsource:\n  category: process_creation\n  product: windows\ndetection:\n  selection:\n    \
    Image|endswith: '\\cmd.exe'\n    CommandLine|contains:\n      - ' copy '\n      - ' xcopy '\n  \
    filter:\n    - User: backup\n    - SiteCode: '7'\n  condition: selection and not filter\nlevel: high\n";

/// A folder with a rule and a log of three events: a hit, one that the filter takes out, a miss.
pub(crate) fn bench() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("rules")).expect("made");
    fs::create_dir(folder.path().join("logs")).expect("made");
    fs::write(folder.path().join("rules/copy.yml"), RULE).expect("written");
    let lines = [
        started(1, "u", "cmd /c copy a b"),
        started(2, "backup", "cmd /c copy a b"),
        started(3, "u", "cmd /c dir"),
    ];
    fs::write(folder.path().join("logs/a.jsonl"), lines.concat()).expect("written");
    folder
}

pub(crate) fn started(record: u64, user: &str, line: &str) -> String {
    let event = json!({
        "Provider_Name": "Microsoft-Windows-Sysmon", "EventID": 1, "EventRecordID": record,
        "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "PC1",
        "TimeCreated": format!("2026-01-02T03:04:{record:02}Z"),
        "Image": "C:\\Windows\\cmd.exe", "CommandLine": line, "User": user,
    });
    event.to_string() + "\n"
}

pub(crate) fn scanned(folder: &Path, args: &[&str]) -> (i32, Vec<Json>, String) {
    let args = [&["scan", "--rules", "rules", "--format", "jsonl"], args].concat();
    read(&rulescope(folder, &args))
}

pub(crate) fn read(out: &Output) -> (i32, Vec<Json>, String) {
    let lines = String::from_utf8(out.stdout.clone()).expect("UTF-8");
    let lines = lines.lines().map(|l| serde_json::from_str(l).expect("a document a line"));
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    (out.status.code().expect("a code"), lines.collect(), said)
}

/// The logs and record ids of hits over single events.
pub(crate) fn places(hits: &[Json]) -> Vec<(&str, u64)> {
    hits.iter()
        .map(|h| {
            let event = &h["events"][0];
            (event["log"].as_str().expect("a log"), event["record_id"].as_u64().expect("an id"))
        })
        .collect()
}

#[test]
fn a_line_of_a_scan_has_the_names_that_stay() {
    let folder = bench();
    let (code, hits, said) = scanned(folder.path(), &["logs"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        hits,
        [json!({
            "rule": "rules/copy", "title": "Copy by a Shell", "vendor": "sigma",
            "severity": "high", "certainty": "certain",
            "events": [{
                "log": "logs/a.jsonl", "record_id": 1, "timestamp": "2026-01-02T03:04:01Z",
                "provider": "Microsoft-Windows-Sysmon",
                "channel": "Microsoft-Windows-Sysmon/Operational", "event_id": 1, "computer": "PC1",
            }],
            "events_total": 1,
            "matched": [
                {"field": "CommandLine", "kind": "match", "value": " copy "},
                {"field": "Image", "kind": "ends_with", "value": "\\cmd.exe"},
            ],
        })]
    );
    let last = said.lines().last().expect("it sums up");
    assert!(
        last.starts_with("1 logs, 3 events, 0 unreadable, 1 rules loaded, 0 skipped, 1 matches, "),
        "{last}"
    );
    assert!(said.contains("SiteCode"), "a field that no event has: {said}");
}

#[test]
fn explain_shows_what_each_test_saw() {
    let folder = bench();
    let out = rulescope(folder.path(), &["explain", "rules/copy.yml", "--log", "logs/a.jsonl"]);
    assert_eq!(out.status.code(), Some(0));
    insta::assert_snapshot!(String::from_utf8(out.stdout).expect("UTF-8"));
    let args = ["explain", "rules/copy.yml", "--log", "logs/a.jsonl", "--record", "2", "--json"];
    let out = rulescope(folder.path(), &args);
    let page: Json = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!(page["records"].as_array().map(Vec::len), Some(1));
    assert_eq!(page["records"][0]["leaves"][0]["truth"], "false");
    assert_eq!(page["fields_never_seen"], json!(["SiteCode"]));
    let out = rulescope(
        folder.path(),
        &["explain", "rules/copy.yml", "--log", "logs/a.jsonl", "--record", "9"],
    );
    assert_eq!(out.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn what_is_no_log_any_more_is_told_and_the_rest_is_read() {
    let folder = bench();
    let fifo = folder.path().join("logs/b.jsonl");
    let made = Command::new("mkfifo").arg(&fifo).status().is_ok_and(|s| s.success());
    assert!(made, "mkfifo makes a FIFO");
    fs::write(folder.path().join("logs/c.jsonl"), started(4, "u", "cmd /c copy c d"))
        .expect("written");
    let (code, hits, said) = scanned(folder.path(), &["logs", "logs/b.jsonl", "gone"]);
    assert_eq!(code, 1, "{said}");
    assert_eq!(places(&hits), [("logs/a.jsonl", 1), ("logs/c.jsonl", 4)]);
    let warnings: Vec<&str> = said.lines().filter(|l| l.starts_with("warning: ")).collect();
    assert!(warnings.iter().any(|l| l.contains("b.jsonl") && l.contains("FIFO")), "{said}");
    assert!(warnings.iter().any(|l| l.contains("gone")), "{said}");
}

/// Compresses with the system's gzip; `None` where there is none.
fn gzipped(text: &str, folder: &Path) -> Option<Vec<u8>> {
    let plain = folder.join("plain");
    fs::write(&plain, text).expect("written");
    let out = Command::new("gzip").arg("-c").arg(&plain).output().ok()?;
    out.status.success().then_some(out.stdout)
}

#[test]
fn a_truncated_gzip_gives_what_it_holds() {
    let folder = bench();
    // Lines that do not compress away, so that a good part is there before the cut.
    let lines: String = (1..2000)
        .map(|i: u64| {
            started(i, "u", &format!("cmd /c copy {:x} b", i.wrapping_mul(0x9e37_79b9_7f4a)))
        })
        .collect();
    let Some(whole) = gzipped(&lines, folder.path()) else {
        println!("skipped: no gzip");
        return;
    };
    fs::write(folder.path().join("logs/b.jsonl.gz"), &whole[..whole.len() / 2]).expect("written");
    fs::write(folder.path().join("logs/c.jsonl.gz"), &whole).expect("written");
    let (code, hits, said) = scanned(folder.path(), &["logs"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("b.jsonl.gz") && !said.contains("c.jsonl.gz"), "{said}");
    let of = |name: &str| places(&hits).iter().filter(|(log, _)| log.ends_with(name)).count();
    assert_eq!((of("a.jsonl"), of("c.jsonl.gz")), (1, 1999));
    assert!((500..1999).contains(&of("b.jsonl.gz")), "{}", of("b.jsonl.gz"));
}

#[test]
fn a_line_without_end_is_told_and_passed_over() {
    let folder = bench();
    let path = folder.path().join("logs/b.jsonl");
    let mut file = File::create(&path).expect("made");
    file.write_all(started(4, "u", "cmd /c copy c d").as_bytes()).expect("written");
    file.write_all(b"{\"EventID\": 1, \"CommandLine\": \"").expect("written");
    let block = vec![b'a'; 1 << 20];
    for _ in 0..100 {
        file.write_all(&block).expect("written");
    }
    file.write_all(b"\"}\n").expect("written");
    file.write_all(started(5, "u", "cmd /c copy e f").as_bytes()).expect("written");
    drop(file);
    let (code, hits, said) = scanned(folder.path(), &["logs"]);
    assert_eq!(code, 1, "{said}");
    assert_eq!(places(&hits), [("logs/a.jsonl", 1), ("logs/b.jsonl", 4), ("logs/b.jsonl", 5)]);
    let told = said.lines().filter(|l| l.starts_with("warning: ") && l.contains("b.jsonl"));
    assert_eq!(told.count(), 1, "{said}");
}

/// An EVTX of the sample sets with more than one chunk.
fn evtx() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = match std::env::var_os("RULESCOPE_CORPORA") {
        Some(path) => root.join(path),
        None => root.join("../shared"),
    };
    let log = shared.join("events/EVTX-to-MITRE-Attack/TA0007-Discovery/T1046-Network Service Scanning/ID131-RDP brutforce (no user info).evtx");
    let there = log.is_file();
    if !there {
        eprintln!("skipped: no corpora");
    }
    there.then_some(log)
}

#[test]
fn a_zeroed_chunk_of_an_evtx_is_told_and_the_others_are_read() {
    const HEADER: usize = 4096;
    const CHUNK: usize = 65536;
    let Some(log) = evtx() else { return };
    let folder = bench();
    let events = |said: &str| -> u64 {
        let last = said.lines().last().expect("it sums up");
        let count = last.split(", ").nth(1).and_then(|part| part.strip_suffix(" events"));
        count.and_then(|n| n.parse().ok()).expect("a number of events")
    };
    let mut bytes = fs::read(log).expect("read");
    fs::write(folder.path().join("whole.evtx"), &bytes).expect("written");
    assert!(bytes.len() >= HEADER + 2 * CHUNK);
    bytes[HEADER..HEADER + CHUNK].fill(0);
    fs::write(folder.path().join("zeroed.evtx"), &bytes).expect("written");
    let (code, _, said) = scanned(folder.path(), &["whole.evtx"]);
    assert_eq!(code, 0, "{said}");
    let whole = events(&said);
    let (code, _, said) = scanned(folder.path(), &["zeroed.evtx"]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.lines().any(|l| l.starts_with("warning: ") && l.contains("zeroed.evtx")),
        "{said}"
    );
    assert!(events(&said) > 0 && events(&said) < whole, "{whole}, then {}", events(&said));
}

#[test]
fn a_rule_that_was_not_understood_is_told_and_the_others_run() {
    let folder = bench();
    fs::write(
        folder.path().join("rules/bad.yml"),
        "title: Bad\nlogsource:\n  product: windows\ndetection: [\n",
    )
    .expect("written");
    let (code, hits, said) = scanned(folder.path(), &["logs"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("rules/bad.yml: nothing of it was understood: line 4: "), "{said}");
    assert_eq!(places(&hits), [("logs/a.jsonl", 1)]);
}

#[test]
fn what_a_correlation_counts_alerts_only_where_it_says_so() {
    let folder = bench();
    for (name, generate) in [("quiet", "false"), ("loud", "true")] {
        let rule = RULE.replace("title: Copy by a Shell", &format!("title: Copy\nname: {name}"));
        let correlation = format!(
            "---\ntitle: Copies\ncorrelation:\n  type: event_count\n  rules: [{name}]\n  generate: {generate}\n  \
             group-by: [Computer]\n  timespan: 1m\n  condition:\n    gte: 1\n"
        );
        fs::create_dir(folder.path().join(name)).expect("made");
        fs::write(folder.path().join(name).join("r.yml"), rule + &correlation).expect("written");
        let built =
            rulescope(folder.path(), &["build", "-q", "--source", &format!("sigma={name}")]);
        assert_eq!(built.status.code(), Some(0), "{}", String::from_utf8_lossy(&built.stderr));
        for rules in [&["--rules", name][..], &["--catalog", "rulescope.db"]] {
            let args = [&["scan", "logs", "--format", "jsonl"], rules].concat();
            let (code, hits, said) = read(&rulescope(folder.path(), &args));
            let titles: Vec<&str> = hits.iter().filter_map(|h| h["title"].as_str()).collect();
            let expected: &[&str] =
                if generate == "true" { &["Copy", "Copies"] } else { &["Copies"] };
            assert_eq!((code, &titles[..]), (0, expected), "{rules:?}: {said}");
            let told = said.contains("1 only counted by a correlation");
            assert_eq!(told, generate == "false", "{said}");
        }
    }
}

#[test]
fn the_order_does_not_depend_on_the_number_of_threads() {
    let folder = bench();
    for log in 0..40_u64 {
        let lines: String = (0..20 + log * 7 % 30)
            .map(|i| started(1000 * log + i, "u", if i % 3 == 0 { "x copy y" } else { "x" }))
            .collect();
        fs::write(folder.path().join(format!("logs/log{log:02}.jsonl")), lines).expect("written");
    }
    fs::write(
        folder.path().join("rules/many.yml"),
        RULE.replace("selection and not filter", "selection | count() by Computer > 3")
            .replace("level: high", "level: low"),
    )
    .expect("written");
    let with = |threads: &str, format: &str| {
        let out = Command::new(env!("CARGO_BIN_EXE_rulescope"))
            .args(["scan", "-q", "logs", "--rules", "rules", "--format", format])
            .current_dir(folder.path())
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .expect("the binary runs");
        assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
        out.stdout
    };
    for format in ["jsonl", "csv", "html", "table"] {
        let one = with("1", format);
        assert!(one.len() > 1000, "{format}");
        assert!(one == with("2", format), "{format} differs between one thread and two");
    }
}

#[test]
fn a_report_is_there_in_whole_or_not_at_all() {
    let folder = bench();
    let out = folder.path().join("report.jsonl");
    let (code, hits, said) = scanned(folder.path(), &["logs", "--out", "report.jsonl"]);
    assert_eq!((code, hits.len()), (0, 0), "{said}");
    let whole = fs::read(&out).expect("written");
    assert!(whole.ends_with(b"}\n"));
    // A log that would make the report too large for the limit on a file's size.
    let lines: String = (1..4000).map(|i| started(i, "u", "cmd /c copy c d")).collect();
    fs::write(folder.path().join("logs/b.jsonl"), lines).expect("written");
    if cfg!(unix) {
        let cut = Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 40; exec \"$0\" scan logs --rules rules --format jsonl --out report.jsonl"])
            .arg(env!("CARGO_BIN_EXE_rulescope"))
            .current_dir(folder.path())
            .output()
            .expect("a shell");
        let said = String::from_utf8_lossy(&cut.stderr);
        assert_eq!(cut.status.code(), Some(2), "{said}");
        assert!(said.contains("error: can't write"), "{said}");
        assert!(fs::read(&out).expect("still there") == whole, "the old report stays");
    }
    let left: Vec<String> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("report"))
        .collect();
    assert_eq!(left, ["report.jsonl"], "nothing is left beside it");
    let (code, _, said) = scanned(folder.path(), &["logs", "--out", "no/such/folder/r.jsonl"]);
    assert!(code == 2 && said.contains("can't write"), "{said}");
}

#[test]
fn a_page_holds_nothing_of_a_rule_or_log_that_a_browser_would_obey() {
    let folder = bench();
    let hostile = RULE
        .replace(
            "Copy by a Shell",
            "'<script>alert(1)</script><img src=x onerror=alert(2)> \"&amp;'",
        )
        .replace("' copy '", "' <b>copy'")
        .replace("level: high", "level: '\"><i>'");
    fs::write(folder.path().join("rules/copy.yml"), hostile).expect("written");
    let line = started(1, "u", "cmd /c <b>copy").replace("PC1", "<u>PC1</u>");
    fs::write(folder.path().join("logs/<s>a.jsonl"), line).expect("written");
    let args = ["scan", "-q", "logs", "--rules", "rules", "--format", "html", "--out", "r.html"];
    assert_eq!(rulescope(folder.path(), &args).status.code(), Some(0));
    let page = fs::read_to_string(folder.path().join("r.html")).expect("read");
    assert_eq!(page.matches("<script").count(), 1, "the page's own");
    for raw in ["<script>", "<img", "<b>", "<i>", "<u>", "<s>", "onerror=alert(2)>"] {
        assert!(!page.contains(raw), "{raw} in {page}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    assert!(page.contains("&lt;u&gt;PC1") && page.contains("&lt;s&gt;a.jsonl"));
    assert!(page.contains("default-src 'none'"), "a browser is told to load nothing");
    assert!(!page.contains("http://") && !page.contains("https://"));
}

#[cfg(unix)]
#[test]
fn a_report_goes_where_a_link_leads_and_never_in_the_place_of_a_pipe() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    let folder = bench();
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    fs::write(&target, "old").expect("written");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).expect("set");
    std::os::unix::fs::symlink("target", &link).expect("linked");
    assert_eq!(scanned(folder.path(), &["logs", "--out", "link"]).0, 0);
    assert!(link.is_symlink());
    assert!(fs::read_to_string(&target).expect("there").contains("\"rule\""));
    assert_eq!(fs::metadata(&target).expect("there").permissions().mode() & 0o777, 0o640);
    let null = Path::new("/dev/null");
    assert_eq!(scanned(folder.path(), &["logs", "--out", "/dev/null"]).0, 0);
    assert!(fs::metadata(null).expect("there").file_type().is_char_device());
}

#[test]
fn a_rule_without_a_detection_is_told() {
    let folder = bench();
    let text = RULE.replace("detection:", "detections:");
    fs::write(folder.path().join("rules/typo.yml"), text).expect("written");
    let (code, hits, said) = scanned(folder.path(), &["logs"]);
    assert_eq!((code, hits.len()), (1, 1), "{said}");
    assert!(said.contains("rules/typo.yml: the rule has no `detection`"), "{said}");
}

#[test]
fn rules_of_no_windows_log_source_are_counted() {
    let folder = bench();
    let text = RULE.replace("category: process_creation", "category: proces_creation");
    fs::write(folder.path().join("rules/typo.yml"), text).expect("written");
    let (code, _, said) = scanned(folder.path(), &["-v", "logs"]);
    assert_eq!(code, 0, "{said}");
    let told = "1 rules name a log source without a Windows event that is known";
    assert!(said.contains(told) && said.contains("\n  rules/typo\n"), "{said}");
}

/// A rule that counts the copies of a computer within a minute.
fn counting() -> String {
    let legacy = "selection | count() by Computer > 3\n  timeframe: 1m";
    RULE.replace("selection and not filter", legacy)
}

#[test]
fn a_burst_is_listed_once_and_not_by_every_window() {
    let folder = bench();
    fs::write(folder.path().join("rules/copy.yml"), counting()).expect("written");
    // Within one second, out of order of the records.
    let lines: Vec<String> = (0..4000_u64)
        .map(|i| started(10_000 - i, "u", "x copy y").replace("04:10000Z", "04:05Z"))
        .map(|line| {
            let mut event: Json = serde_json::from_str(&line).expect("JSON");
            event["TimeCreated"] = json!("2026-01-02T03:04:05Z");
            event.to_string() + "\n"
        })
        .collect();
    fs::write(folder.path().join("logs/a.jsonl"), lines.concat()).expect("written");
    let (code, hits, said) = scanned(folder.path(), &["logs"]);
    assert_eq!((code, hits.len()), (0, 1), "{said}");
    assert_eq!(hits[0]["events_total"], 4000);
    let listed: Vec<u64> = hits[0]["events"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|e| e["record_id"].as_u64().expect("an id"))
        .collect();
    // Of one time the record ids count, whatever the log's order.
    assert_eq!((listed.len(), listed[0], listed[19]), (20, 6001, 10_000));
    // Over many windows the output grows with the hits and not with their squares.
    let lines = (0..4000_u64).map(|i| {
        let mut event: Json = serde_json::from_str(&started(i, "u", "x copy y")).expect("JSON");
        let time = format!("2026-01-02T03:04:{:02}.{:03}Z", i / 100, i % 100 * 10);
        event["TimeCreated"] = json!(time);
        event.to_string() + "\n"
    });
    fs::write(folder.path().join("logs/a.jsonl"), lines.collect::<String>()).expect("written");
    let (code, hits, said) = scanned(folder.path(), &["logs"]);
    assert_eq!((code, hits.len()), (0, 3997), "{said}");
    assert_eq!(hits[3996]["events_total"], 4000);
    assert!(hits.iter().all(|h| h["events"].as_array().is_some_and(|e| e.len() <= 20)));
}

#[test]
fn records_without_a_time_are_nothing_to_rules_over_time() {
    let folder = bench();
    fs::write(folder.path().join("rules/count.yml"), counting()).expect("written");
    let lines: String = (1..=9)
        .map(|i| {
            let mut event: Json = serde_json::from_str(&started(i, "u", "x copy y")).expect("JSON");
            event.as_object_mut().expect("an object").remove("TimeCreated");
            event.to_string() + "\n"
        })
        .collect();
    fs::write(folder.path().join("logs/a.jsonl"), lines + "{\"message\": \"x\"}\n")
        .expect("written");
    let (code, hits, said) = scanned(folder.path(), &["logs"]);
    assert_eq!((code, hits.len()), (0, 9), "{said}");
    assert!(hits.iter().all(|h| h["rule"] == "rules/copy"), "{said}");
    assert!(said.contains("9 records do not say when they happened"), "{said}");
    assert!(said.contains("1 records have no provider, channel or event id"), "{said}");
}

#[test]
fn the_same_record_from_two_exporters_counts_once() {
    let folder = bench();
    fs::write(folder.path().join("rules/copy.yml"), counting()).expect("written");
    let lines: String = (1..=3).map(|i| started(i, "u", "x copy y")).collect();
    fs::write(folder.path().join("logs/a.jsonl"), &lines).expect("written");
    let other = lines.replace("PC1", "pc1").replace("Z\"", ".000000Z\"");
    fs::write(folder.path().join("logs/b.jsonl"), &other).expect("written");
    assert_eq!(scanned(folder.path(), &["logs"]).1.len(), 0);
    fs::write(folder.path().join("logs/c.jsonl"), started(4, "u", "x copy y")).expect("written");
    assert_eq!(scanned(folder.path(), &["logs"]).1.len(), 1);
}

#[test]
fn a_record_id_that_begins_anew_is_another_record() {
    let folder = bench();
    fs::write(folder.path().join("rules/copy.yml"), counting()).expect("written");
    let lines: String = (1..=4)
        .map(|i| {
            started(i, "u", "x copy y")
                .replace(&format!("\"EventRecordID\":{i}"), "\"EventRecordID\":5")
        })
        .collect();
    assert_eq!(lines.matches("\"EventRecordID\":5").count(), 4);
    fs::write(folder.path().join("logs/a.jsonl"), lines).expect("written");
    assert_eq!(scanned(folder.path(), &["logs"]).1.len(), 1);
}

#[test]
fn where_nothing_could_be_read_nothing_was_done() {
    let folder = bench();
    let (code, _, said) = scanned(folder.path(), &["nosuch.json"]);
    assert_eq!(code, 2, "{said}");
    let explain = ["explain", "rules/copy.yml", "--log", "nosuch.json"];
    let out = rulescope(folder.path(), &explain);
    assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0));
    let out = rulescope(folder.path(), &["scan", "--rules", "nosuch.yml", "--", "logs"]);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(2));
    assert_eq!(said.matches("No such file").count(), 1, "{said}");
}

#[test]
fn explain_tells_what_is_not_run_and_what_may_fire() {
    let folder = bench();
    let text = RULE.replace("selection and not filter", "selection and absent");
    fs::write(folder.path().join("bad.yml"), text).expect("written");
    let out = rulescope(folder.path(), &["explain", "bad.yml", "--log", "logs/a.jsonl"]);
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(text.contains("Copy by a Shell") && text.contains("may fire"), "{text}");
    let text = RULE.replace("detection:\n", "detection: []\nother:\n");
    fs::write(folder.path().join("none.yml"), text).expect("written");
    let out = rulescope(folder.path(), &["explain", "none.yml", "--log", "logs/a.jsonl"]);
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(text.contains("is not run: nothing of it was understood"), "{text}");
}

#[test]
fn explain_shows_how_far_a_rule_over_several_events_comes() {
    let folder = bench();
    fs::write(folder.path().join("count.yml"), counting()).expect("written");
    let text = |args: &[&str]| {
        let out = rulescope(folder.path(), &[&["explain"], args].concat());
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    let lines: String = (1..=3).map(|i| started(i, "u", "x copy y")).collect();
    fs::write(folder.path().join("logs/a.jsonl"), lines).expect("written");
    let shown = text(&["count.yml", "--log", "logs/a.jsonl"]);
    let wanted = "  0 those that pass the condition\n    ✗ Computer \"PC1\", count 3 of 3 events\n      \
                  ✗ count gt 3  ← 3\n    3 groups by Computer in the 1m up to each event\n";
    assert!(shown.contains(wanted), "{shown}");
    let correlation = "---\ntitle: Then\ncorrelation:\n  type: temporal_ordered\n  rules: [a, b]\n  \
                       group-by: [Computer]\n  timespan: 1m\n";
    let named = |name: &str, word: &str| {
        RULE.replace("title: Copy by a Shell", &format!("title: A\nname: {name}"))
            .replace("' copy '", &format!("' {word} '"))
            .replace("selection and not filter", "selection")
    };
    let rules = named("a", "copy") + "---\n" + &named("b", "dir") + correlation;
    fs::write(folder.path().join("then.yml"), rules).expect("written");
    let shown = text(&["then.yml", "--log", "logs/a.jsonl"]);
    let wanted = "  0 events of one Computer within 1m, in this order; 0 in any order\n    3 a: at most 3 together, 1 \
                  asked for\n    0 b: at most 0 together, 1 asked for\n";
    assert!(shown.contains(wanted), "{shown}");
    let document: Json =
        serde_json::from_str(&text(&["then.yml", "--log", "logs/a.jsonl", "--json"]))
            .expect("JSON");
    assert_eq!(document["together"]["parts"][0]["rows"], 3);
    assert_eq!(document["matches"], json!([]));
}

#[test]
fn what_is_wrong_with_a_rule_that_runs_is_told() {
    let folder = bench();
    let text = RULE.replace("selection and not filter", "selection and nosuch");
    fs::write(folder.path().join("rules/copy.yml"), text).expect("written");
    let (_, hits, said) = scanned(folder.path(), &["logs"]);
    assert!(hits.iter().all(|h| h["certainty"] == "possible"), "{hits:?}");
    assert!(said.contains("rules/copy.yml:16: ") && said.contains("nosuch"), "{said}");
}

#[test]
fn a_log_that_is_named_twice_is_read_once() {
    let folder = bench();
    let (code, hits, said) = scanned(folder.path(), &["logs/a.jsonl", "./logs/a.jsonl", "logs"]);
    assert_eq!((code, hits.len()), (0, 1), "{said}");
}
