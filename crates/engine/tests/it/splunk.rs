//! Splunk's detections on real attacks: which fire and how often, why others are silent, and
//! verdicts on hits and on silence.

use std::collections::BTreeSet;

use rulescope_engine::{Record, Rule};
use rulescope_eval::{Env, Truth, View, eval_expr};
use rulescope_ir::{Expr, Pattern, print};

use crate::fires::Fires;
use crate::support::{SPLUNK, logs, shared, table};

/// Hits that somebody looked at: rule, log's name, record id, right or wrong, why.
const VERDICTS: &str = include_str!("splunk_verdicts.tsv");

/// Records that a rule is silent on: rule, log's name, record id, the part that they fail, why.
const MISSES: &str = include_str!("splunk_misses.tsv");

#[test]
fn splunks_detections_give_the_committed_counts_and_verdicts() {
    let (Some(shared), Some(corpus)) = (shared(), SPLUNK.as_ref()) else { return };
    let logs = logs(&shared.join("events"), "");
    let found = Fires::of(corpus, &logs);
    insta::assert_snapshot!("splunk", found.text);

    let verdicts = table(VERDICTS, 5);
    found.check(&verdicts);
    assert!(verdicts.len() >= 60);

    let misses = table(MISSES, 5);
    let mut unexplained: BTreeSet<(&str, &str, &str)> =
        misses.iter().map(|row| (row[0], row[1], row[2])).collect();
    assert!(misses.len() >= 20 && unexplained.len() == misses.len());
    for log in &logs {
        let name = log.name.rsplit('/').next().unwrap_or_default();
        let here: Vec<_> = misses.iter().filter(|row| row[1] == name).collect();
        if here.is_empty() {
            continue;
        }
        for event in log.open().filter_map(Result::ok) {
            for row in here.iter().filter(|row| row[2].parse().ok() == event.record_id) {
                let rule = corpus.rules.iter().find(|r| r.id == row[0]).expect("the rule is read");
                let failed = failing(rule, &Record::new(&event));
                assert_eq!(failed.as_deref(), Some(row[3]), "{row:?}");
                unexplained.remove(&(row[0], row[1], row[2]));
            }
        }
    }
    assert_eq!(unexplained, BTreeSet::new(), "no such record");
}

/// The one part of a rule's condition that a record of its source does not pass, as text on one line;
/// `None` where it passes all, or fails more than one.
fn failing(rule: &Rule, record: &Record<'_>) -> Option<String> {
    let Pattern::Filter { input, expr: Expr::All(parts) } = &rule.normal else { return None };
    let Pattern::Events { scope } = &**input else { return None };
    let fails = |part: &&Expr| eval_expr(part, record, &Env::default()) != Truth::True;
    let failed: Vec<&Expr> = parts.iter().filter(fails).collect();
    let [only] = failed.as_slice() else { return None };
    let text = print::expr(only);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    record.within(scope).then_some(text)
}
