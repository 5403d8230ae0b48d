//! What other engines get wrong, each on events and rules of our own.

use std::path::Path;

use rulescope_catalog::load::from_files;
use rulescope_engine::Rule;
use rulescope_events::{Log, Logs};
use rulescope_ir::Fidelity;
use rulescope_rulefile::source::Vendor;
use serde_json::{Value as Json, json};

use crate::support::{Bench, hits, loaded};

const SYSMON: &str = "Microsoft-Windows-Sysmon";
const SECURITY: &str = "Microsoft-Windows-Security-Auditing";

/// A rule of a category, from the lines of its detection.
fn rule(category: &str, detection: &str) -> String {
    of_source(&format!("category: {category}"), detection)
}

fn of_source(source: &str, detection: &str) -> String {
    let mut lines = String::new();
    for line in detection.lines() {
        lines += &format!("  {}\n", line);
    }
    format!(
        "title: Ours\nstatus: test\nlogsource:\n  product: windows\n  {source}\ndetection:\n{lines}level: low\n"
    )
}

/// An event as a flat JSON line.
fn event(provider: &str, channel: &str, id: u32, record: u64, data: Json) -> String {
    let mut event = json!({
        "Provider_Name": provider, "Channel": channel, "EventID": id, "EventRecordID": record,
        "Computer": "PC1", "TimeCreated": "2026-01-02T03:04:05.000Z",
    });
    for (name, value) in data.as_object().expect("an object") {
        event[name] = value.clone();
    }
    event.to_string() + "\n"
}

fn sysmon(id: u32, record: u64, data: Json) -> String {
    event(SYSMON, "Microsoft-Windows-Sysmon/Operational", id, record, data)
}

fn started(record: u64, data: Json) -> String {
    sysmon(1, record, data)
}

/// The record ids of the certain hits of a rule on lines of JSON.
fn found(rule: &str, lines: &[String]) -> Vec<u64> {
    let bench = Bench::new();
    let rules = bench.rules("rule.yml", rule);
    assert_eq!(rules.len(), 1);
    records(&rules, &bench.file("log.jsonl", &lines.concat()))
}

fn records(rules: &[Rule], log: &Path) -> Vec<u64> {
    let (hits, summary) = hits(rules, &[Log::new(log)]);
    assert!(summary.unreadable.is_empty(), "{:?}", summary.unreadable);
    assert!(hits.iter().all(|h| h.certainty == "certain"));
    hits.iter().flat_map(|h| &h.events).map(|e| e.record_id.expect("an id")).collect()
}

/// The places, counted from 1, of the values of `CommandLine` that a test matches.
fn lines_found(test: &str, values: &[&str]) -> Vec<u64> {
    let rule = rule("process_creation", &format!("s:\n  {test}\ncondition: s"));
    let lines: Vec<String> =
        (1..).zip(values).map(|(i, v)| started(i, json!({"CommandLine": v}))).collect();
    found(&rule, &lines)
}

#[test]
fn a_wildcard_inside_startswith_and_endswith_keeps_the_anchor() {
    let values = ["x1a", "x1ab", "1", "a10", "x1"];
    assert_eq!(lines_found("CommandLine|endswith: '1?'", &values), [1, 4]);
    assert_eq!(lines_found("CommandLine|startswith: 'x?a'", &values), [1, 2]);
    let values = ["run a b.exe", "run a b.exe later", "a b.exe"];
    assert_eq!(lines_found("CommandLine|endswith: 'a*.exe'", &values), [1, 3]);
    assert_eq!(lines_found("CommandLine|startswith: 'run*later'", &values), [2]);
    assert_eq!(lines_found("CommandLine|endswith: '*a b.exe'", &values), [1, 3]);
}

#[test]
fn windash_goes_both_ways() {
    let values = ["x -f y", "x /f y", "x \u{2013}f y", "x \u{2014}f y", "x \u{2015}f y", "x f y"];
    for written in ["-f", "/f"] {
        let test = format!("CommandLine|windash|contains: ' {written} '");
        assert_eq!(lines_found(&test, &values), [1, 2, 3, 4, 5], "{written}");
        let plain = lines_found(&format!("CommandLine|contains: ' {written} '"), &values);
        assert_eq!(plain.len(), 1, "{written} without the modifier is only itself");
    }
    assert_eq!(
        lines_found("CommandLine|windash|contains: 'a-b'", &["a-b", "a/b"]),
        [1],
        "in a word"
    );
}

#[test]
fn an_escaped_star_after_backslashes_is_a_star() {
    let rule = of_source(
        "service: security",
        "s:\n  EventID: 5140\n  ShareName: '\\\\\\\\\\*\\\\ADMIN$'\ncondition: s",
    );
    assert!(rule.contains(r"'\\\\\*\\ADMIN$'"));
    let share =
        |record, name: &str| event(SECURITY, "Security", 5140, record, json!({"ShareName": name}));
    let lines = [share(1, r"\\*\ADMIN$"), share(2, r"\\x\ADMIN$"), share(3, r"\\*\admin$")];
    assert_eq!(found(&rule, &lines), [1, 3]);
}

#[test]
fn keywords_find_any_value_of_the_event() {
    let rule = of_source(
        "service: application",
        "keywords:\n  - 'red fox'\n  - 'b*e owl'\ncondition: keywords",
    );
    let of = |record, data| event("App", "Application", 1, record, data);
    let lines = [
        of(1, json!({"Data": ["one", "the Red Fox ran"]})),
        of(2, json!({"Data": "a blue owl"})),
        of(3, json!({"Any": {"Deep": "red fox"}})),
        of(4, json!({"Data": ["red", "fox"]})),
        of(5, json!({"Name": "redfox"})),
    ];
    assert_eq!(found(&rule, &lines), [1, 2, 3]);
    let all = of_source(
        "service: application",
        "keywords:\n  '|all':\n    - red\n    - fox\ncondition: keywords",
    );
    assert_eq!(found(&all, &lines), [1, 3, 4, 5]);
}

/// A record of a real EVTX has its text in values without names; keywords look at these too.
#[test]
fn keywords_find_the_unnamed_data_of_classic_events() {
    let xml = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
        <Provider Name='App'/><EventID Qualifiers='0'>1</EventID><EventRecordID>7</EventRecordID>\
        <Channel>Application</Channel><Computer>PC1</Computer></System><EventData>\
        <Data>nothing</Data><Data>a red fox</Data></EventData></Event>";
    let bench = Bench::new();
    let rules = bench.rules(
        "rule.yml",
        &of_source("service: application", "keywords:\n  - 'red fox'\ncondition: keywords"),
    );
    assert_eq!(records(&rules, &bench.file("log.xml", xml)), [7]);
}

#[test]
fn absent_null_and_empty_are_told_apart() {
    let lines = [
        started(1, json!({"Image": "a", "User": ""})),
        started(2, json!({"Image": "a", "User": null})),
        started(3, json!({"Image": "a"})),
        started(4, json!({"Image": "a", "User": "x"})),
    ];
    let of = |test: &str| {
        found(&rule("process_creation", &format!("s:\n  Image: a\n  {test}\ncondition: s")), &lines)
    };
    assert_eq!(of("User: null"), [2, 3]);
    assert_eq!(of("User: ''"), [1]);
    assert_eq!(of("User|exists: false").len() + of("User|exists: true").len(), 4);
    assert!(of("User|exists: true").starts_with(&[1]) && of("User|exists: true").ends_with(&[4]));
    let not = |test: &str| {
        let detection = format!("s:\n  Image: a\nf:\n  {test}\ncondition: s and not f");
        found(&rule("process_creation", &detection), &lines)
    };
    assert_eq!(not("User: null"), [1, 4]);
    assert_eq!(not("User: ''"), [2, 3, 4]);
    assert_eq!(not("User: x"), [1, 2, 3], "what is not there is not x");
}

#[test]
fn an_event_is_of_several_categories_and_deletions_are_no_additions() {
    let lines = [
        sysmon(12, 1, json!({"EventType": "DeleteKey", "TargetObject": "HKLM\\A"})),
        sysmon(12, 2, json!({"EventType": "DeleteValue", "TargetObject": "HKLM\\A"})),
        sysmon(12, 3, json!({"EventType": "CreateKey", "TargetObject": "HKLM\\A"})),
        sysmon(13, 4, json!({"EventType": "SetValue", "TargetObject": "HKLM\\A"})),
        sysmon(14, 5, json!({"EventType": "RenameKey", "TargetObject": "HKLM\\A"})),
        sysmon(12, 6, json!({"TargetObject": "HKLM\\A"})),
    ];
    let of = |category: &str| {
        found(&rule(category, "s:\n  TargetObject|endswith: '\\A'\ncondition: s"), &lines)
    };
    assert_eq!(of("registry_delete"), [1, 2, 6], "6 does not say what was done");
    assert_eq!(of("registry_add"), [3, 6]);
    assert_eq!(of("registry_set"), [4]);
    assert_eq!(of("registry_rename"), [5]);
    assert_eq!(of("registry_event"), [1, 2, 3, 4, 5, 6]);
    let value = |record, operation: &str| {
        let data = json!({"ObjectName": "\\REGISTRY\\MACHINE\\A", "OperationType": operation});
        event(SECURITY, "Security", 4657, record, data)
    };
    let lines = [value(1, "%%1904"), value(2, "%%1905"), value(3, "%%1906")];
    let of = |category: &str| {
        found(&rule(category, "s:\n  TargetObject: 'HKLM\\A'\ncondition: s"), &lines)
    };
    assert_eq!(of("registry_set"), [1, 2]);
    assert_eq!(of("registry_delete"), [3]);
    assert_eq!(of("registry_event"), [1, 2, 3]);
}

#[test]
fn guids_have_their_braces() {
    // Exporters leave the braces out of what Windows typed as a GUID.
    let of = |record: u64, guid: &str| {
        json!({"Event": {
            "System": {
                "Provider": {"#attributes": {"Name": SECURITY}},
                "EventID": 4719, "EventRecordID": record, "Channel": "Security", "Computer": "PC1",
            },
            "EventData": {"SubcategoryGuid": guid},
        }})
        .to_string()
            + "\n"
    };
    let lines = [
        of(1, "0CCE922B-69AE-11D9-BED3-505054503030"),
        of(2, "{0CCE922B-69AE-11D9-BED3-505054503030}"),
        of(3, "0CCE9230-69AE-11D9-BED3-505054503030"),
    ];
    let guid = "'{0cce922b-69ae-11d9-bed3-505054503030}'";
    let not = format!("s:\n  EventID: 4719\nf:\n  SubcategoryGuid: {guid}\ncondition: s and not f");
    assert_eq!(found(&of_source("service: security", &not), &lines), [3], "the filter suppresses");
    let is = format!("s:\n  SubcategoryGuid: {guid}\ncondition: s");
    assert_eq!(found(&of_source("service: security", &is), &lines), [1, 2]);
}

#[test]
fn names_with_blanks_are_found_with_and_without_them() {
    let provider = "Microsoft-Windows-Windows Defender";
    let of = |record, data| {
        event(provider, "Microsoft-Windows-Windows Defender/Operational", 1116, record, data)
    };
    let lines = [
        of(1, json!({"Threat Name": "Trojan:X"})),
        of(2, json!({"ThreatName": "Trojan:X"})),
        of(3, json!({"Threat Name": "Other"})),
    ];
    for name in ["ThreatName", "Threat Name"] {
        let detection = format!("s:\n  EventID: 1116\n  {name}|startswith: 'Trojan'\ncondition: s");
        assert_eq!(found(&of_source("service: windefend", &detection), &lines), [1, 2], "{name}");
    }
}

#[test]
fn the_security_service_is_the_channel_whoever_writes_to_it() {
    let detection = "s:\n  EventID: 1102\ncondition: s";
    let lines = [
        event("Microsoft-Windows-Eventlog", "Security", 1102, 1, json!({})),
        event(SECURITY, "Security", 1102, 2, json!({})),
        event("Microsoft-Windows-Eventlog", "System", 1102, 3, json!({})),
    ];
    assert_eq!(found(&of_source("service: security", detection), &lines), [1, 2]);
}

#[test]
fn security_4688_is_a_process_creation() {
    let of = |record, data| event(SECURITY, "Security", 4688, record, data);
    let lines = [
        of(
            1,
            json!({"NewProcessName": "C:\\a\\x.exe", "ParentProcessName": "C:\\p.exe",
            "NewProcessId": "0x10", "ProcessId": "0x20", "SubjectUserName": "u", "CommandLine": ""}),
        ),
        of(
            2,
            json!({"NewProcessName": "C:\\a\\x.exe", "NewProcessId": "0x10", "ProcessId": "0x20"}),
        ),
        of(3, json!({"NewProcessName": "C:\\a\\y.exe"})),
        started(4, json!({"Image": "C:\\a\\x.exe", "ParentImage": "C:\\p.exe", "ProcessId": "16"})),
        event(SECURITY, "Security", 4689, 5, json!({"ProcessName": "C:\\a\\x.exe"})),
    ];
    let of = |tests: &str| {
        found(&rule("process_creation", &format!("s:\n{tests}\ncondition: s")), &lines)
    };
    assert_eq!(of("  Image|endswith: '\\x.exe'"), [1, 2, 4]);
    assert_eq!(of("  ParentImage|endswith: '\\p.exe'"), [1, 4], "older versions do not say");
    assert_eq!(of("  Image|endswith: '\\x.exe'\n  ParentImage: null"), [2]);
    assert_eq!(of("  ProcessId: 16"), [1, 2, 4], "4688's ProcessId is the creator's");
    assert_eq!(of("  ParentProcessId: 32"), [1, 2]);
    assert_eq!(of("  User: u"), [1]);
    assert_eq!(of("  NewProcessName|endswith: '\\x.exe'"), [1, 2, 4], "a rule in Security's words");
}

#[test]
fn one_bad_rule_stops_no_other() {
    let bench = Bench::new();
    let good = rule("process_creation", "s:\n  CommandLine: a\ncondition: s");
    bench.file("rules/a.yml", &good);
    bench.file(
        "rules/b.yml",
        &rule("process_creation", "s:\n  CommandLine: a\ncondition: s and missing"),
    );
    bench.file("rules/c.yml", "title: x\nlogsource:\n  product: windows\ndetection: [\n");
    let last = bench.file("rules/d.yml", &good);
    let read = from_files(&[last.parent().expect("a folder")], Vendor::Sigma).expect("read");
    let understood: Vec<bool> = read.rules.iter().map(|r| r.fidelity != Fidelity::Opaque).collect();
    assert_eq!(understood, [true, true, false, true]);
    let rules = loaded(&read);
    let log = bench.file("log.jsonl", &started(1, json!({"CommandLine": "a"})));
    let (hits, _) = hits(&rules, &[Log::new(log)]);
    let found: Vec<(&str, &str)> =
        hits.iter().map(|h| (h.rule.rsplit('/').next().unwrap_or_default(), h.certainty)).collect();
    assert_eq!(found, [("a", "certain"), ("b", "possible"), ("d", "certain")]);
}

#[test]
fn nested_json_as_exporters_write_it_is_read() {
    let detection = "s:\n  Image|endswith: '\\x.exe'\ncondition: s";
    let nested = json!({"Event": {
        "#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"},
        "System": {
            "Provider": {"#attributes": {"Name": SYSMON, "Guid": "5770385F-C22A-43E0-BF4C-06F5698FFBD9"}},
            "EventID": 1, "EventRecordID": 9, "Channel": "Microsoft-Windows-Sysmon/Operational",
            "Computer": "PC1", "TimeCreated": {"#attributes": {"SystemTime": "2026-01-02T03:04:05Z"}},
        },
        "EventData": {"Image": "C:\\x.exe"},
    }});
    let qualified = json!({"Event": {
        "System": {
            "Provider": {"#attributes": {"Name": "App"}},
            "EventID": {"#attributes": {"Qualifiers": 16384}, "#text": 5},
            "EventRecordID": 9, "Channel": "Application", "Computer": "PC1",
        },
        "EventData": {"Data": {"#text": ["a", "red fox"]}},
    }});
    let pretty = |value: &Json| serde_json::to_string_pretty(value).expect("JSON");
    assert_eq!(found(&rule("process_creation", detection), &[pretty(&nested)]), [9]);
    let with_id =
        of_source("service: application", "s:\n  EventID: 5\n  Data: red fox\ncondition: s");
    assert_eq!(found(&with_id, &[pretty(&qualified)]), [9]);
    let several = [pretty(&nested) + "\n", pretty(&nested)];
    assert_eq!(found(&rule("process_creation", detection), &several), [9, 9]);
}

#[test]
fn counts_do_not_depend_on_the_other_rules() {
    let bench = Bench::new();
    let texts = [
        rule("process_creation", "s:\n  CommandLine: a\ncondition: s | count() > 1\ntimeframe: 1m"),
        rule("process_creation", "s:\n  CommandLine: a\ncondition: s"),
        rule(
            "process_creation",
            "s:\n  CommandLine|contains: a\nf:\n  CommandLine: b\ncondition: s and not f",
        ),
    ];
    let rules: Vec<Rule> =
        (0..).zip(&texts).flat_map(|(i, text)| bench.rules(&format!("r{i}.yml"), text)).collect();
    let lines: Vec<String> = (1..9)
        .map(|i| started(i, json!({"CommandLine": if i % 3 == 0 { "ab" } else { "a" }})))
        .collect();
    let log = Log::new(bench.file("log.jsonl", &lines.concat()));
    let (together, _) = hits(&rules, std::slice::from_ref(&log));
    let mut apart = Vec::new();
    for rule in &rules {
        apart.extend(hits(std::slice::from_ref(rule), std::slice::from_ref(&log)).0);
    }
    assert!(apart.len() > 8);
    for hit in &together {
        assert!(apart.contains(hit), "{hit:?}");
    }
    assert_eq!(together.len(), apart.len());
}

#[test]
fn a_record_that_lies_in_two_files_counts_once() {
    let bench = Bench::new();
    let counting =
        rule("process_creation", "s:\n  CommandLine: a\ncondition: s | count() > 2\ntimeframe: 1m");
    let rules = bench.rules("rule.yml", &counting);
    let line = |record| started(record, json!({"CommandLine": "a"}));
    bench.file("logs/one.jsonl", &[line(1), line(2)].concat());
    let two = bench.file("logs/two.jsonl", &[line(1), line(2)].concat());
    let folder = two.parent().expect("a folder").to_owned();
    let logs = || Logs::new([&folder]).map(|l| l.expect("a log")).collect::<Vec<_>>();
    assert_eq!(hits(&rules, &logs()).0, [], "two records, twice each");
    bench.file("logs/three.jsonl", &line(3));
    assert!(!hits(&rules, &logs()).0.is_empty(), "three records");
}

#[test]
fn a_hive_has_three_spellings() {
    let spellings = ["HKLM", "HKEY_LOCAL_MACHINE", "\\REGISTRY\\MACHINE"];
    let lines: Vec<String> = (1..)
        .zip(spellings)
        .map(|(i, hive)| sysmon(13, i, json!({"TargetObject": format!("{hive}\\Software\\X")})))
        .collect();
    for hive in spellings {
        for test in [
            format!("TargetObject: '{hive}\\Software\\X'"),
            format!("TargetObject|startswith: '{}\\Soft'", hive.to_lowercase()),
        ] {
            let rule = rule("registry_set", &format!("s:\n  {test}\ncondition: s"));
            assert_eq!(found(&rule, &lines), [1, 2, 3], "{test}");
        }
        let not = format!(
            "s:\n  TargetObject|endswith: '\\X'\nf:\n  TargetObject|startswith: '{hive}\\'\ncondition: s and not f"
        );
        assert_eq!(
            found(&rule("registry_set", &not), &lines),
            [0; 0],
            "a filter suppresses them all"
        );
    }
    let user = [sysmon(13, 1, json!({"TargetObject": "HKU\\S-1-5-21-1\\Software\\X"}))];
    let of_user = "s:\n  TargetObject|startswith: 'HKEY_USERS\\'\ncondition: s";
    assert_eq!(found(&rule("registry_set", of_user), &user), [1]);
    let class =
        [sysmon(13, 1, json!({"TargetObject": "HKCR\\x\\shell\\open\\command\\(Default)"}))];
    for test in [
        "startswith: 'HKCR\\'",
        "contains: '\\Software\\Classes\\'",
        "contains: 'HKEY_CLASSES_ROOT\\x'",
    ] {
        let rule = rule("registry_set", &format!("s:\n  TargetObject|{test}\ncondition: s"));
        assert_eq!(found(&rule, &class), [1], "{test}");
    }
}

#[test]
fn a_hash_is_found_by_its_name() {
    let hashes = "MD5=0123456789ABCDEF0123456789ABCDEF,IMPHASH=FEDCBA9876543210FEDCBA9876543210";
    let lines = [
        started(1, json!({"Hashes": hashes})),
        sysmon(15, 2, json!({"Hash": hashes})),
        started(3, json!({"Hashes": "MD5=00000000000000000000000000000000"})),
    ];
    let of = |category: &str, test: &str| {
        found(&rule(category, &format!("s:\n  {test}\ncondition: s")), &lines)
    };
    assert_eq!(of("process_creation", "Imphash: fedcba9876543210fedcba9876543210"), [1]);
    assert_eq!(of("process_creation", "md5|startswith: '0123'"), [1]);
    assert_eq!(of("process_creation", "Hashes|contains: 'MD5=0123'"), [1]);
    assert_eq!(of("create_stream_hash", "Imphash: fedcba9876543210fedcba9876543210"), [2]);
    assert_eq!(of("process_creation", "sha256: null"), [1, 3]);
}

#[test]
fn rules_that_a_correlation_counts_alert_only_where_it_says_so() {
    let bench = Bench::new();
    let base = rule("process_creation", "s:\n  CommandLine: a\ncondition: s")
        .replace("title: Ours", "title: Ours\nname: base");
    let correlation = |generate: &str| {
        format!(
            "{base}---\ntitle: Many\ncorrelation:\n  type: event_count\n  rules: [base]\n{generate}  group-by: [Computer]\n  timespan: 1m\n  condition:\n    gte: 2\n"
        )
    };
    let counted = |name: &str, text: &str| {
        let read = from_files(&[bench.file(name, text)], Vendor::Sigma).expect("read");
        read.rules.iter().map(|r| r.only_counted).collect::<Vec<_>>()
    };
    assert_eq!(counted("a.yml", &correlation("")), [true, false]);
    assert_eq!(counted("b.yml", &correlation("  generate: true\n")), [false, false]);
    assert_eq!(counted("c.yml", &base), [false]);
    let rules = bench.rules("d.yml", &correlation(""));
    let log = bench.file(
        "log.jsonl",
        &[started(1, json!({"CommandLine": "a"})), started(2, json!({"CommandLine": "a"}))]
            .concat(),
    );
    assert_eq!(records(&rules, &log), [1, 2]);
}

/// The account, the logon and the integrity level of a new process, as Security 4688 has them.
#[test]
fn a_new_process_by_4688_has_an_account_and_a_level() {
    let event = |target: &str| {
        format!(
            r#"{{"EventID":4688,"EventRecordID":1,"Channel":"Security","Provider_Name":"Microsoft-Windows-Security-Auditing","NewProcessName":"C:\\a.exe","SubjectUserName":"PC$","TargetUserName":"{target}","MandatoryLabel":"S-1-16-12288"}}"#
        )
    };
    let rule = |test: &str| {
        format!(
            "title: t\nlogsource: {{product: windows, category: process_creation}}\n\
             detection:\n  a:\n    {test}\n  condition: a\n"
        )
    };
    for (target, test, hits) in [
        ("bob", "User: bob", 1),
        ("bob", "User: 'PC$'", 0),
        ("-", "User: 'PC$'", 1),
        ("-", "User: '-'", 0),
        ("-", "IntegrityLevel: High", 1),
        ("-", "IntegrityLevel: 'S-1-16-12288'", 1),
        ("-", "IntegrityLevel: Medium", 0),
    ] {
        assert_eq!(found(&rule(test), &[event(target)]).len(), hits, "{target}: {test}");
    }
}

/// An exporter that leaves out the provider or the channel of an event that is known.
#[test]
fn an_event_is_routed_by_what_its_header_has() {
    let rule = |source: &str| {
        format!(
            "title: t\nlogsource: {{product: windows, {source}}}\ndetection:\n  a:\n    EventID: [1, 4624]\n  condition: a\n"
        )
    };
    let by_channel = r#"{"EventID":1,"EventRecordID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Image":"C:\\a.exe"}"#;
    let by_provider = r#"{"EventID":4624,"EventRecordID":1,"Provider_Name":"Microsoft-Windows-Security-Auditing"}"#;
    assert_eq!(found(&rule("category: process_creation"), &[by_channel.to_owned()]).len(), 1);
    assert_eq!(found(&rule("service: security"), &[by_provider.to_owned()]).len(), 1);
    assert_eq!(found(&rule("service: security"), &[by_channel.to_owned()]).len(), 0);
    assert_eq!(
        found(
            &rule("category: process_creation"),
            &[r#"{"EventID":1,"EventRecordID":1}"#.to_owned()]
        )
        .len(),
        0
    );
}

#[test]
fn a_path_of_the_registry_is_one_text_and_not_every_spelling() {
    let path = json!({"TargetObject": "HKLM\\Software\\X"});
    let lines = [sysmon(13, 1, path)];
    for absent in ["machine", "REGISTRY", "HKEY", "user"] {
        let rule =
            rule("registry_set", &format!("s:\n  TargetObject|contains: {absent}\ncondition: s"));
        assert_eq!(found(&rule, &lines), [0; 0], "{absent}");
    }
}

#[test]
fn a_rule_finds_the_path_that_it_spells_out() {
    let paths = [
        "HKEY_LOCAL_MACHINE\\SOFTWARE\\A",
        "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x",
        "HKCR\\CLSID\\x",
        "HKLM\\SOFTWARE\\Xhku\\x",
    ];
    let lines: Vec<String> = (1..)
        .zip(paths)
        .map(|(i, path)| sysmon(13, i, json!({"TargetObject": path, "NewName": path})))
        .collect();
    let tests: [(&str, &[u64]); 13] = [
        ("TargetObject|re: '^HKEY_LOCAL_MACHINE\\\\SOFTWARE'", &[1, 3, 4]),
        ("TargetObject|re: '^HKCR\\\\CLSID'", &[3]),
        ("TargetObject|re: '\\\\REGISTRY\\\\MACHINE\\\\SYSTEM'", &[2]),
        ("TargetObject|contains: '\\REGISTRY\\MACHINE\\SYSTEM\\'", &[2]),
        ("TargetObject: '*\\REGISTRY\\MACHINE\\SYSTEM\\\\*'", &[2]),
        ("TargetObject: 'HKEY_LOCAL_MACHINE*x'", &[2, 3, 4]),
        ("TargetObject|contains: '\\SYSTEM\\ControlSet001\\Services'", &[2]),
        ("TargetObject|startswith: 'HKLM\\SYSTEM\\ControlSet001\\Services'", &[2]),
        ("TargetObject|contains: 'HKEY_USERS'", &[]),
        ("NewName: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\A'", &[1]),
        ("NewName|startswith: '\\REGISTRY\\MACHINE\\SYSTEM'", &[2]),
        ("TargetObject|endswith: '\\ControlSet001\\Services\\x'", &[2]),
        ("TargetObject|contains|all: ['HKEY_LOCAL_MACHINE\\SOFTWARE', '\\A']", &[1]),
    ];
    for (test, expected) in tests {
        let rule = rule("registry_event", &format!("s:\n  {test}\ncondition: s"));
        assert_eq!(found(&rule, &lines), expected, "{test}");
    }
}

#[test]
fn an_agent_that_keeps_only_fields_of_ecs_is_understood() {
    let record = json!({"@timestamp": "2026-01-02T03:04:05Z", "event": {"code": "1",
        "provider": "Microsoft-Windows-Sysmon"}, "host": {"name": "c"}, "process": {
        "executable": "C:\\a\\x.exe", "command_line": "x copy", "pid": 7, "parent": {"executable": "C:\\p.exe"},
        "pe": {"original_file_name": "X.EXE"}, "hash": {"md5": "0123456789ABCDEF0123456789ABCDEF"}}});
    let lines = [record.to_string() + "\n"];
    for test in [
        "Image|endswith: '\\x.exe'",
        "CommandLine|contains: copy",
        "ParentImage: 'C:\\p.exe'",
        "ProcessId: 7",
        "OriginalFileName: x.exe",
        "md5: 0123456789abcdef0123456789abcdef",
    ] {
        let rule = rule("process_creation", &format!("s:\n  {test}\ncondition: s"));
        let bench = Bench::new();
        let log = bench.file("log.jsonl", &lines.concat());
        assert_eq!(hits(&bench.rules("a.yml", &rule), &[Log::new(log)]).0.len(), 1, "{test}");
    }
}

#[test]
fn an_integrity_level_is_one_text() {
    let lines: Vec<String> = (1..=3)
        .map(|i| {
            let level = if i == 3 { "S-1-16-12288" } else { "High" };
            started(i, json!({"IntegrityLevel": level, "CommandLine": "x"}))
        })
        .collect();
    let count = |condition: &str| {
        let rule =
            rule("process_creation", &format!("s:\n  CommandLine: x\ncondition: {condition}"));
        let bench = Bench::new();
        let log = bench.file("log.jsonl", &lines.concat());
        hits(&bench.rules("a.yml", &rule), &[Log::new(log)]).0.len()
    };
    assert_eq!(count("s | count(IntegrityLevel) > 1"), 0);
    assert_eq!(count("s | count() by IntegrityLevel > 2"), 1);
}

#[test]
fn what_security_writes_its_own_way_is_found_in_sysmons() {
    let security = |id: u64, record: u64, data: serde_json::Value| {
        let mut event = json!({"Provider_Name": "Microsoft-Windows-Security-Auditing", "EventID": id,
            "Channel": "Security", "EventRecordID": record, "Computer": "c"});
        for (name, value) in data.as_object().expect("an object") {
            event[name] = value.clone();
        }
        event.to_string() + "\n"
    };
    let set = |name: &str| {
        json!({"OperationType": "%%1905", "ObjectValueName": name,
            "ObjectName": "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x"})
    };
    let lines = [security(4657, 1, set("ImagePath")), security(4657, 2, set("-"))];
    let whole = "s:\n  TargetObject: 'HKLM\\System\\CurrentControlSet\\Services\\x\\ImagePath'\ncondition: s";
    assert_eq!(found(&rule("registry_set", whole), &lines), [1]);
    let key = "s:\n  TargetObject|endswith: '\\CurrentControlSet\\Services\\x'\ncondition: s";
    assert_eq!(found(&rule("registry_set", key), &lines), [2]);
    let ids = json!({"NewProcessName": "C:\\a.exe", "NewProcessId": "0x1a4", "ProcessId": "0x4"});
    let lines = [security(4688, 1, ids)];
    for test in ["ProcessId: 420", "ParentProcessId: 4", "NewProcessId: '0x1a4'"] {
        let rule = rule("process_creation", &format!("s:\n  {test}\ncondition: s"));
        assert_eq!(found(&rule, &lines), [1], "{test}");
    }
}
