//! Splunk's detections on real attacks: which fire and how often, why others are silent, and
//! verdicts on hits and on silence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rulescope_engine::{Record, Rule};
use rulescope_eval::{Env, Truth, View, eval_expr};
use rulescope_ir::{Expr, Pattern, print};

use crate::silence::{Seen, leaves};
use crate::support::{SPLUNK, hits, logs, shared, table};

/// Hits that somebody looked at: rule, log's name, record id, right or wrong, why.
const VERDICTS: &str = include_str!("splunk_verdicts.tsv");

/// Records that a rule is silent on: rule, log's name, record id, the part that they fail, why.
const MISSES: &str = include_str!("splunk_misses.tsv");

/// Marks a part of a rule over several events that is run by itself.
const PART: char = '@';

/// The conditions on single events of a rule over several, each as a rule.
fn parts(rule: &Rule) -> Vec<Rule> {
    let single = match &rule.normal {
        Pattern::Events { .. } => true,
        Pattern::Filter { input, .. } => matches!(**input, Pattern::Events { .. }),
        _ => false,
    };
    if single {
        return Vec::new();
    }
    let part = |(scope, expr): (&rulescope_ir::Scope, Option<&rulescope_ir::Expr>)| {
        let events = Pattern::events(scope.clone());
        let normal = match expr {
            Some(expr) => Pattern::Filter { input: Box::new(events), expr: expr.clone() },
            None => events,
        };
        Rule { id: format!("{}{PART}", rule.id), normal, ..rule.clone() }
    };
    leaves(&rule.normal).into_iter().map(part).collect()
}

#[test]
fn splunks_detections_give_the_committed_counts_and_verdicts() {
    let (Some(shared), Some(corpus)) = (shared(), SPLUNK.as_ref()) else { return };
    let logs = logs(&shared.join("events"), "");
    let windows: Vec<&Rule> = corpus.rules.iter().filter(|r| r.can_read_windows()).collect();
    let mut rules: Vec<Rule> = windows.iter().map(|rule| (*rule).clone()).collect();
    rules.extend(windows.iter().flat_map(|rule| parts(rule)));
    let (hits, summary) = hits(&rules, &logs);

    // By rule: hits that are certain, and that are only possible; by rule over several events, the
    // events that pass one of its conditions.
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut passed: BTreeMap<&str, usize> = BTreeMap::new();
    let mut places = BTreeSet::new();
    for hit in &hits {
        if let Some(rule) = hit.rule.strip_suffix(PART) {
            *passed.entry(rule).or_default() += 1;
            continue;
        }
        counts.entry(&hit.rule).or_default()[usize::from(hit.certainty != "certain")] += 1;
        for event in &hit.events {
            let log = event.log.rsplit('/').next().unwrap_or_default();
            places.insert((hit.rule.as_str(), log, event.record_id));
        }
    }

    let silent: Vec<&Rule> =
        windows.iter().copied().filter(|r| !counts.contains_key(&*r.id)).collect();
    let seen = Seen::of(&logs, &silent);
    let mut lines: BTreeMap<&str, String> = BTreeMap::new();
    let mut classes: BTreeMap<String, usize> = BTreeMap::new();
    for rule in &windows {
        let line = match (counts.get(&*rule.id), passed.get(&*rule.id)) {
            (Some([certain, 0]), _) => format!("{certain}"),
            (Some([certain, possible]), _) => format!("{certain}, {possible} possible"),
            (None, Some(events)) => format!("{}; {events} events pass alone", seen.why(rule)),
            (None, None) => seen.why(rule),
        };
        let class = match counts.get(&*rule.id) {
            Some([0, _]) => "possible only",
            Some(_) => "fires",
            None if passed.contains_key(&*rule.id) => "events pass alone, not together",
            None => line.split(';').next().unwrap_or_default(),
        };
        let class = if line.contains("no event has")
            && !counts.contains_key(&*rule.id)
            && class == "no match"
        {
            "no match, and fields are missing"
        } else {
            class
        };
        *classes.entry(class.to_owned()).or_default() += 1;
        lines.insert(&rule.id, line);
    }
    for (rule, why) in &corpus.idle {
        *classes.entry("not run".to_owned()).or_default() += 1;
        lines.insert(rule, format!("not run, {why}"));
    }
    let mut text = format!(
        "{} logs, {} events, {} unreadable, {} hits of {} detections\n",
        summary.logs,
        summary.events,
        summary.unreadable.len(),
        counts.values().flatten().sum::<usize>(),
        counts.len(),
    );
    for (class, rules) in &classes {
        let _ = writeln!(text, "{class}: {rules}");
    }
    text.push('\n');
    for (rule, line) in &lines {
        let _ = writeln!(text, "{rule}: {line}");
    }
    insta::assert_snapshot!("splunk", text);

    let verdicts = table(VERDICTS, 5);
    for row in &verdicts {
        let place = (row[0], row[1], row[2].parse().ok());
        assert!(places.contains(&place), "no hit any more: {row:?}");
        assert!(["right", "wrong"].contains(&row[3]) && !row[4].is_empty(), "{row:?}");
    }
    assert!(verdicts.len() >= 60);
    let wrong: Vec<&str> = verdicts.iter().filter(|r| r[3] == "wrong").map(|r| r[0]).collect();
    let possible = |rule: &&str| counts.get(*rule).is_some_and(|[certain, _]| *certain == 0);
    assert!(wrong.iter().all(possible), "a wrong hit is certain: {wrong:?}");

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
                let rule = windows.iter().find(|r| r.id == row[0]).expect("the rule is read");
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
