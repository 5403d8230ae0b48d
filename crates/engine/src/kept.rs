//! Records that rules over several events wait for the end of the logs with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rulescope_eval::{Certainty, Datum, Env, Truth, View, eval_expr, run};
use rulescope_ir::polarity::{Level, expr_standings, standings};
use rulescope_ir::{Expr, Pattern, Predicate, Scope, Subject, visit};

use crate::hit::{Hit, HitEvent, LISTED, Matched, found};
use crate::record::Record;
use crate::route::{Kind, Source};
use crate::rule::Rule;

/// What a rule over several events reads of a record, found once and not for every record.
#[derive(Debug)]
pub(crate) struct Reads<'r> {
    /// By leaf.
    conditions: Vec<Option<&'r Expr>>,
    scopes: Arc<[(Scope, Source)]>,
    /// Sorted.
    fields: Arc<[String]>,
    /// Whether it searches all values of a record.
    values: bool,
    /// Whether records without a time are nothing to it.
    pub(crate) timed: bool,
    /// Those of its tests of events that stand in no condition of a leaf: what of a leaf's was found
    /// is known.
    others: Vec<&'r Predicate>,
}

/// What all rules that keep a record share of it.
#[derive(Debug)]
pub(crate) struct Shared {
    time: i64,
    identity: Box<str>,
    rank: Box<str>,
    kind: Arc<Kind>,
    told: Arc<HitEvent>,
}

/// As much of a record as its rule reads.
#[derive(Debug)]
pub(crate) struct Kept {
    shared: Arc<Shared>,
    /// What its rule's scopes mean, which is asked of every record.
    scopes: Arc<[(Scope, Source)]>,
    names: Arc<[String]>,
    /// The value of each name.
    fields: Box<[Option<Datum>]>,
    values: Box<[Datum]>,
    matched: Arc<[Matched]>,
}

/// What records have in common is held once: kinds, computers, what was found in them.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    kinds: BTreeSet<Arc<Kind>>,
    texts: BTreeSet<Arc<str>>,
    matched: BTreeSet<Arc<[Matched]>>,
}

/// A pool that holds more is begun anew: what is in it is not in common.
const POOLED: usize = 10_000;

impl Pool {
    fn matched(&mut self, matched: Vec<Matched>) -> Arc<[Matched]> {
        pooled(&mut self.matched, matched.into())
    }

    pub(crate) fn share(&mut self, record: &Record<'_>) -> Arc<Shared> {
        let told = HitEvent::of(record, |text| pooled(&mut self.texts, text.into()));
        Arc::new(Shared {
            time: record.time(),
            identity: record.identity().into(),
            rank: record.rank().into(),
            kind: pooled(&mut self.kinds, Arc::new(record.kind().clone())),
            told: Arc::new(told),
        })
    }
}

fn pooled<T: ?Sized + Ord>(pool: &mut BTreeSet<Arc<T>>, new: Arc<T>) -> Arc<T> {
    if let Some(known) = pool.get(&new) {
        return Arc::clone(known);
    }
    if pool.len() >= POOLED {
        pool.clear();
    }
    pool.insert(Arc::clone(&new));
    new
}

impl<'r> Reads<'r> {
    pub(crate) fn of(rule: &'r Rule) -> Reads<'r> {
        let standings = standings(&rule.normal);
        let mut others: Vec<&Predicate> = standings
            .iter()
            .filter(|s| !s.negative && s.level == Level::Event)
            .map(|s| s.predicate)
            .collect();
        for expr in rule.leaves().into_iter().filter_map(|(_, expr)| expr) {
            for own in expr_standings(expr) {
                others.retain(|other| !std::ptr::eq(*other, own.predicate));
            }
        }
        Reads {
            conditions: rule.leaves().into_iter().map(|(_, expr)| expr).collect(),
            scopes: rule.leaves().into_iter().map(|(s, _)| (s.clone(), Source::of(s))).collect(),
            fields: rule.names().into(),
            values: standings.iter().any(|s| matches!(s.predicate.subject, Subject::Event)),
            timed: is_timed(&rule.normal),
            others,
        }
    }

    /// Whether one of the rule's leaves takes the record.
    pub(crate) fn takes(&self, record: &Record<'_>) -> bool {
        self.scopes.iter().zip(&self.conditions).any(|((_, source), expr)| {
            source.means(record.kind())
                && expr.is_none_or(|e| eval_expr(e, record, &Env::default()) != Truth::False)
        })
    }

    /// What is kept of a record, in which the rule's leaves found this.
    pub(crate) fn keep(
        &self,
        record: &Record<'_>,
        shared: &Arc<Shared>,
        mut matched: Vec<Matched>,
        pool: &mut Pool,
    ) -> Kept {
        found(self.others.iter().copied(), record, &mut matched);
        matched.sort();
        matched.dedup();
        Kept {
            shared: Arc::clone(shared),
            scopes: Arc::clone(&self.scopes),
            names: Arc::clone(&self.fields),
            fields: self.fields.iter().map(|name| record.field(name)).collect(),
            values: if self.values { record.values().into() } else { Box::default() },
            matched: pool.matched(matched),
        }
    }
}

impl Kept {
    /// Adds what another leaf of the rule found.
    pub(crate) fn also(&mut self, mut matched: Vec<Matched>, pool: &mut Pool) {
        matched.extend(self.matched.iter().cloned());
        matched.sort();
        matched.dedup();
        self.matched = pool.matched(matched);
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
        self.shared.time
    }

    fn identity(&self) -> String {
        self.shared.identity.to_string()
    }

    fn rank(&self) -> String {
        self.shared.rank.to_string()
    }

    fn names(&self) -> Vec<String> {
        let there = self.names.iter().zip(&self.fields).filter(|(_, value)| value.is_some());
        there.map(|(name, _)| name.clone()).collect()
    }

    fn field(&self, name: &str) -> Option<Datum> {
        let at = self.names.binary_search_by(|there| there.as_str().cmp(name)).ok()?;
        self.fields[at].clone()
    }

    fn in_scope(&self, kind: &str, term: &str) -> bool {
        Source::of(&Scope::of(kind, term)).means(&self.shared.kind)
    }

    fn values(&self) -> Vec<Datum> {
        self.values.to_vec()
    }

    fn within(&self, scope: &Scope) -> bool {
        match self.scopes.iter().find(|(own, _)| own == scope) {
            Some((_, source)) => source.means(&self.shared.kind),
            None => Source::of(scope).means(&self.shared.kind),
        }
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
            let tell = |at: &usize| Arc::clone(&records[*at].shared.told);
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
