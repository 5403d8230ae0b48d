//! Scans that are watched: over the records that are asked for, telling how far they are.

use std::sync::Mutex;

use rulescope_engine::{Hit, Step, Watch, scan_watched};
use rulescope_events::{Event, Log};

use crate::support::Bench;

const RULE: &str = "title: Any\nname: any\nlogsource:\n  product: windows\n  category: \
    process_creation\ndetection:\n  s:\n    Image|endswith: '.exe'\n  condition: s\n---\ntitle: \
    Many\ncorrelation:\n  type: event_count\n  rules: [any]\n  group-by: [Image]\n  timespan: 1d\n  \
    generate: true\n  condition:\n    gte: 3\n";

fn line(id: u64, computer: &str) -> String {
    format!(
        "{{\"Provider_Name\":\"Microsoft-Windows-Sysmon\",\"EventID\":1,\"EventRecordID\":{id},\
         \"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"Computer\":\"{computer}\",\
         \"TimeCreated\":\"2026-01-02T03:04:{:02}Z\",\"Image\":\"a.exe\"}}\n",
        id % 60
    )
}

#[test]
fn only_records_that_are_asked_for_are_seen_by_any_rule() {
    let bench = Bench::new();
    let rules = bench.rules("rules/a.yml", RULE);
    let text: String = (1..=4).map(|id| line(id, if id == 2 { "B" } else { "A" })).collect();
    let logs = [Log::new(bench.file("logs/a.jsonl", &text))];
    let run = |computer: Option<&str>| {
        let takes = |event: &Event| computer.is_none_or(|wanted| event.computer() == wanted);
        let watch = Watch { takes: Some(&takes), records: true, ..Watch::default() };
        let mut hits: Vec<Hit> = Vec::new();
        let summary = scan_watched(&rules, &logs, &watch, &mut |hit| hits.push(hit));
        let single = hits.iter().filter(|hit| hit.events_total == 1);
        let records: Vec<Option<u64>> =
            single.map(|hit| hit.record.as_ref().and_then(|record| record.record_id)).collect();
        let several = hits.iter().filter(|hit| hit.events_total > 1);
        assert!(several.clone().all(|hit| hit.record.is_none()));
        (records, several.count() > 0, summary.events, summary.passed_over)
    };
    assert_eq!(run(None), (vec![Some(1), Some(2), Some(3), Some(4)], true, 4, 0));
    assert_eq!(run(Some("A")), (vec![Some(1), Some(3), Some(4)], true, 4, 1));
    assert_eq!(run(Some("B")), (vec![Some(2)], false, 4, 3));
}

#[test]
fn a_scan_tells_of_every_record_and_every_log() {
    let bench = Bench::new();
    let rules = bench.rules("rules/a.yml", RULE);
    let text: String = (1..=2500).map(|id| line(id, "A")).collect();
    let first = Log::new(bench.file("logs/a.jsonl", &text));
    let logs = [first, Log::new(bench.file("logs/b.jsonl", &line(1, "A")))];
    let steps: Mutex<(u64, Vec<u64>, Vec<String>)> = Mutex::default();
    let told = |step: Step<'_>| {
        let mut steps = steps.lock().expect("no one panics");
        match step {
            Step::Records(more) => {
                steps.0 += more;
                steps.1.push(more);
            }
            Step::Log(log) => steps.2.push(log.name.to_string()),
        }
    };
    let watch = Watch { told: Some(&told), ..Watch::default() };
    let summary = scan_watched(&rules, &logs, &watch, &mut |_| {});
    let (records, parts, mut names) = steps.into_inner().expect("no one panics");
    assert_eq!((records, summary.events), (2501, 2501));
    assert!(parts.iter().all(|more| *more <= 1024), "long logs are told of in parts: {parts:?}");
    names.sort();
    assert_eq!(names, logs.map(|log| log.name.to_string()));
}
