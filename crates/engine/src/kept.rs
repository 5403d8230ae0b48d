//! Records that rules over several events wait for the end of the logs with.

use std::collections::BTreeMap;
use std::sync::Arc;

use rulescope_eval::{Certainty, Datum, Env, Truth, View, eval_expr, run};
use rulescope_ir::polarity::{Level, standings};
use rulescope_ir::{Expr, Pattern, Predicate, Scope, Subject, visit};

use crate::hit::{Hit, HitEvent, LISTED, Matched, found};
use crate::record::Record;
use crate::route::{Kind, Source};
use crate::rule::Rule;

/// What a rule over several events reads of a record, found once and not for every record.
#[derive(Debug)]
pub(crate) struct Reads<'r> {
    leaves: Vec<(Source, Option<&'r Expr>)>,
    fields: Vec<String>,
    /// Whether it searches all values of a record.
    values: bool,
    /// Whether records without a time are nothing to it.
    pub(crate) timed: bool,
    positive: Vec<&'r Predicate>,
}

/// As much of a record as its rule reads.
#[derive(Debug)]
pub(crate) struct Kept {
    time: i64,
    identity: String,
    rank: String,
    kind: Kind,
    fields: Vec<(String, Datum)>,
    values: Vec<Datum>,
    told: Arc<HitEvent>,
    matched: Vec<Matched>,
}

impl<'r> Reads<'r> {
    pub(crate) fn of(rule: &'r Rule) -> Reads<'r> {
        let standings = standings(&rule.normal);
        Reads {
            leaves: rule.leaves().into_iter().map(|(s, expr)| (Source::of(s), expr)).collect(),
            fields: rule.names(),
            values: standings.iter().any(|s| matches!(s.predicate.subject, Subject::Event)),
            timed: is_timed(&rule.normal),
            positive: standings
                .into_iter()
                .filter(|s| !s.negative && s.level == Level::Event)
                .map(|s| s.predicate)
                .collect(),
        }
    }

    /// Whether one of the rule's leaves takes the record.
    pub(crate) fn takes(&self, record: &Record<'_>) -> bool {
        self.leaves.iter().any(|(source, expr)| {
            source.means(record.kind())
                && expr.is_none_or(|e| eval_expr(e, record, &Env::default()) != Truth::False)
        })
    }

    /// What is kept of a record.
    pub(crate) fn keep(&self, record: &Record<'_>) -> Kept {
        let field = |name: &String| record.field(name).map(|value| (name.clone(), value));
        let mut matched = Vec::new();
        found(self.positive.iter().copied(), record, &mut matched);
        matched.sort();
        matched.dedup();
        Kept {
            time: record.time(),
            identity: record.identity(),
            rank: record.rank(),
            kind: record.kind().clone(),
            fields: self.fields.iter().filter_map(field).collect(),
            values: if self.values { record.values() } else { Vec::new() },
            told: Arc::new(HitEvent::of(record)),
            matched,
        }
    }
}

/// Whether a pattern asks when its events happened.
fn is_timed(pattern: &Pattern) -> bool {
    let mut timed = false;
    visit::patterns(pattern, &mut |p| {
        timed |= match p {
            Pattern::Aggregate { window, .. } => *window != rulescope_ir::Window::Whole,
            Pattern::Windowed { .. }
            | Pattern::Sequence { .. }
            | Pattern::Transaction { .. }
            | Pattern::Temporal { .. }
            | Pattern::NewTerms { .. }
            | Pattern::Scheduled { .. } => true,
            Pattern::Join { within, .. } => within.is_some(),
            _ => false,
        };
    });
    timed
}

impl View for Kept {
    fn time(&self) -> i64 {
        self.time
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn rank(&self) -> String {
        self.rank.clone()
    }

    fn names(&self) -> Vec<String> {
        self.fields.iter().map(|(name, _)| name.clone()).collect()
    }

    fn field(&self, name: &str) -> Option<Datum> {
        let at = self.fields.binary_search_by(|(there, _)| there.as_str().cmp(name)).ok()?;
        Some(self.fields[at].1.clone())
    }

    fn in_scope(&self, kind: &str, term: &str) -> bool {
        Source::of(&Scope::of(kind, term)).means(&self.kind)
    }

    fn values(&self) -> Vec<Datum> {
        self.values.clone()
    }

    fn within(&self, scope: &Scope) -> bool {
        Source::of(scope).means(&self.kind)
    }
}

/// The hits of a rule over records together, in order of time.
pub(crate) fn hits(rule: &Rule, records: &[Kept]) -> Vec<Hit> {
    // Records in which the same was found are many, and hits have many records.
    let mut sets: BTreeMap<&[Matched], usize> = BTreeMap::new();
    let of: Vec<usize> = records
        .iter()
        .map(|record| {
            let next = sets.len();
            *sets.entry(&record.matched).or_insert(next)
        })
        .collect();
    let mut by_number: Vec<(usize, &[Matched])> = sets.into_iter().map(|(m, n)| (n, m)).collect();
    by_number.sort_unstable_by_key(|(number, _)| *number);
    run(&rule.normal, records, None)
        .into_iter()
        .map(|one| {
            let mut there = vec![false; by_number.len()];
            one.events.iter().for_each(|at| there[of[*at]] = true);
            let all = by_number.iter().filter(|(number, _)| there[*number]);
            let mut matched: Vec<Matched> = all.flat_map(|(_, m)| m.iter().cloned()).collect();
            matched.sort();
            matched.dedup();
            let tell = |at: &usize| Arc::clone(&records[*at].told);
            let total = one.events.len();
            let events = if total <= LISTED {
                one.events.iter().map(tell).collect()
            } else {
                let (first, last) = (&one.events[..LISTED / 2], &one.events[total - LISTED / 2..]);
                first.iter().chain(last).map(tell).collect()
            };
            Hit::of(rule, one.certainty == Certainty::Certain, events, total, matched)
        })
        .collect()
}
