//! Why rules are silent on records on which a person might expect them to fire.

use std::collections::BTreeSet;

use rulescope_engine::{Record, Rule};
use rulescope_eval::{Env, Truth, View, eval_expr};
use rulescope_events::Log;
use rulescope_ir::{Expr, Pattern, print};

use crate::support::Corpus;

/// Checks misses: rule, log's name, record id, the part of the condition that fails, why.
pub(crate) fn check(corpus: &Corpus, logs: &[Log], misses: &[Vec<&str>]) {
    let mut unexplained: BTreeSet<(&str, &str, &str)> =
        misses.iter().map(|row| (row[0], row[1], row[2])).collect();
    assert_eq!(unexplained.len(), misses.len(), "a miss stands twice");
    assert!(misses.iter().all(|row| !row[4].is_empty()), "a miss has no reason");
    for log in logs {
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
