//! Which rules of a vendor fire on logs and how often, and why the others are silent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rulescope_engine::Rule;
use rulescope_events::Log;
use rulescope_ir::Pattern;

use crate::silence::{Seen, leaves};
use crate::support::{Corpus, hits, single};

/// What a vendor's rules find in logs.
pub(crate) struct Fires {
    /// For a snapshot: sums, and a line a rule.
    pub(crate) text: String,
    /// By rule that fires: hits that are certain, and that are only possible.
    pub(crate) counts: BTreeMap<String, [usize; 2]>,
    /// Rule, log's name and record id of each event of a hit.
    pub(crate) places: BTreeSet<(String, String, Option<u64>)>,
}

/// Marks a part of a rule over several events that is run by itself.
const PART: char = '@';

/// The conditions on single events of a rule over several, each as a rule.
fn parts(rule: &Rule) -> Vec<Rule> {
    if single(rule).is_some() {
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

impl Fires {
    /// Runs the rules that can read Windows' events.
    pub(crate) fn of(corpus: &Corpus, logs: &[Log]) -> Fires {
        let windows: Vec<&Rule> = corpus.rules.iter().filter(|r| r.can_read_windows()).collect();
        let mut rules: Vec<Rule> = windows.iter().map(|rule| (*rule).clone()).collect();
        rules.extend(windows.iter().flat_map(|rule| parts(rule)));
        let (hits, summary) = hits(&rules, logs);

        // By rule: hits that are certain, and that are only possible; by rule over several events, the
        // events that pass one of its conditions.
        let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
        let mut passed: BTreeMap<&str, usize> = BTreeMap::new();
        let mut places = BTreeSet::new();
        for hit in &hits {
            if let Some(rule) = hit.rule.strip_suffix(PART) {
                *passed.entry(rule).or_default() += 1;
                continue;
            }
            counts.entry(hit.rule.clone()).or_default()[usize::from(hit.certainty != "certain")] +=
                1;
            for event in &hit.events {
                let log = event.log.rsplit('/').next().unwrap_or_default();
                places.insert((hit.rule.clone(), log.to_owned(), event.record_id));
            }
        }

        let silent: Vec<&Rule> =
            windows.iter().copied().filter(|r| !counts.contains_key(&*r.id)).collect();
        let seen = Seen::of(logs, &silent);
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
            "{} logs, {} events, {} unreadable, {} hits of {} rules\n",
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
        Fires { text, counts, places }
    }

    /// Checks verdicts: rule, log's name, record id, right or wrong, why. A wrong hit is only possible.
    pub(crate) fn check(&self, verdicts: &[Vec<&str>]) {
        for row in verdicts {
            let place = (row[0].to_owned(), row[1].to_owned(), row[2].parse().ok());
            assert!(self.places.contains(&place), "no hit any more: {row:?}");
            assert!(["right", "wrong"].contains(&row[3]) && !row[4].is_empty(), "{row:?}");
        }
        let wrong: Vec<&str> = verdicts.iter().filter(|r| r[3] == "wrong").map(|r| r[0]).collect();
        let possible =
            |rule: &&str| self.counts.get(*rule).is_some_and(|[certain, _]| *certain == 0);
        let certain: Vec<&str> = wrong.into_iter().filter(|rule| !possible(rule)).collect();
        assert!(certain.is_empty(), "wrong hits that are certain: {certain:?}");
    }
}
