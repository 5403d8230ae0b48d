//! Splunk's detections on real attacks: which fire and how often, why others are silent, and
//! verdicts on hits and on silence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rulescope_engine::Rule;
use rulescope_ir::Pattern;

use crate::silence::{Seen, leaves};
use crate::support::{SPLUNK, hits, logs, shared};

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
}
