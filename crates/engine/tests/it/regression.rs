//! SigmaHQ's own true positives: every case fires its rule, and nothing else fires but what a
//! committed table has a verdict on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::{SIGMAHQ, hits, logs, shared, table};

/// Hits of other rules: case, rule, record id, right or wrong, why.
const OTHERS: &str = include_str!("regression_others.tsv");

/// The upstream ids that each case's description says have to fire, by the case's folder.
fn cases(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut out = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry")) {
        if entry.path().is_dir() {
            out.extend(cases(&entry.path()));
        } else if entry.file_name() == "info.yml" {
            let text = std::fs::read_to_string(entry.path()).expect("read");
            let named = text.split("rule_metadata:").nth(1).expect("it names rules");
            let named = named.split("\nregression_tests_info").next().unwrap_or_default();
            let ids = named.lines().filter_map(|l| l.trim().strip_prefix("- id:"));
            let ids = ids.map(|id| id.trim().to_owned()).collect();
            out.insert(name(folder), ids);
        }
    }
    out
}

/// The name of a path's last part.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[test]
fn every_case_fires_its_rule_and_no_other_without_a_verdict() {
    let (Some(shared), Some(corpus)) = (shared(), SIGMAHQ.as_ref()) else { return };
    let folder = shared.join("events/sigma-regression");
    let cases = cases(&folder);
    let logs = logs(&folder, ".evtx");
    assert_eq!(
        (cases.len(), logs.len()),
        (98, 97),
        "one case is a log of another product, in JSON"
    );
    let (hits, summary) = hits(&corpus.rules, &logs);
    assert!(summary.unreadable.is_empty(), "{:?}", summary.unreadable);

    let mut fired: BTreeMap<&str, usize> = BTreeMap::new();
    let mut others = BTreeSet::new();
    for hit in &hits {
        let [event] = &*hit.events else { panic!("{} is over several events", hit.rule) };
        let case = name(Path::new(&*event.log).parent().expect("a case's folder"));
        let (case, ids) = cases.get_key_value(&case).expect("a case");
        if ids.contains(&corpus.upstream[&hit.rule]) {
            *fired.entry(case).or_default() += 1;
        } else {
            others.insert((case.clone(), hit.rule.clone(), event.record_id.expect("an id")));
        }
    }
    let silent: Vec<String> = logs
        .iter()
        .map(|log| name(Path::new(&*log.name).parent().expect("a case's folder")))
        .filter(|case| !fired.contains_key(case.as_str()))
        .collect();
    assert_eq!(silent, [""; 0]);
    assert_eq!(fired.len(), 97);

    let verdicts = table(OTHERS, 5);
    let known: BTreeSet<(String, String, u64)> = verdicts
        .iter()
        .map(|row| (row[0].to_owned(), row[1].to_owned(), row[2].parse().expect("a record id")))
        .collect();
    let new: Vec<_> = others.difference(&known).collect();
    let gone: Vec<_> = known.difference(&others).collect();
    assert!(new.is_empty() && gone.is_empty(), "without a verdict {new:#?}, gone {gone:#?}");
    assert_eq!(known.len(), verdicts.len(), "a hit stands twice in the table");
    assert_eq!(hits.len(), fired.values().sum::<usize>() + known.len(), "a hit came twice");
    for row in &verdicts {
        assert!(row[3] == "right" && !row[4].is_empty(), "{row:?}");
    }
}
