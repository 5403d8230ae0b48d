//! Rules over logs.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use rulescope_eval::{Certainty, Env, Truth, View, eval_expr, eval_predicate, run};
use rulescope_events::{Log, ReadError};
use rulescope_ir::polarity::{Level, expr_standings, standings};
use rulescope_ir::{Expr, Predicate, Subject, print};
use serde::Serialize;

use crate::gaps::{Gaps, Seen};
use crate::record::Record;
use crate::route::{Router, Source};
use crate::rule::{Plan, Rule};

/// A record of a hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HitEvent {
    /// The log, as it was opened.
    pub log: Arc<str>,
    /// The event's own record id.
    pub record_id: Option<u64>,
    /// When it happened, RFC 3339.
    pub timestamp: Option<String>,
    /// Provider.
    pub provider: String,
    /// Channel.
    pub channel: String,
    /// Event id.
    pub event_id: Option<u32>,
    /// Computer.
    pub computer: String,
}

/// What a rule found in a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Matched {
    /// The field; empty for keywords.
    pub field: String,
    /// The kind of test.
    pub kind: &'static str,
    /// The value of the rule that was found; empty for a test without one.
    pub value: String,
}

/// A rule that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// Its id.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// Its vendor.
    pub vendor: String,
    /// Its severity.
    pub severity: Option<String>,
    /// `certain` or `possible`.
    pub certainty: &'static str,
    /// The records.
    pub events: Vec<HitEvent>,
    /// What was found in them.
    pub matched: Vec<Matched>,
}

/// What a scan came to.
#[derive(Debug, Default)]
pub struct Summary {
    /// Logs that were opened.
    pub logs: usize,
    /// Records that were read.
    pub events: u64,
    /// What could not be read, in the logs' order.
    pub unreadable: Vec<ReadError>,
    /// Hits.
    pub hits: usize,
    /// What went begging.
    pub gaps: Gaps,
}

/// What one log gave.
#[derive(Default)]
struct LogResult {
    events: u64,
    unreadable: Vec<ReadError>,
    hits: Vec<Hit>,
    kept: Vec<(usize, Record<'static>)>,
    seen: Seen,
}

/// Logs read at once before their hits are given out.
const BATCH: usize = 64;

/// Runs rules over logs and gives every hit to `out`: those of single events in the order of logs,
/// records and rules, then those of several events in the order of rules and time.
pub fn scan(rules: &[Rule], logs: &[Log], out: &mut dyn FnMut(Hit)) -> Summary {
    let router = Router::new(rules);
    let plans: Vec<Plan<'_>> = rules.iter().map(Rule::plan).collect();
    // What a rule over several events reads, found once and not for every record.
    let leaves: Vec<Vec<(Source, Option<&Expr>)>> = rules
        .iter()
        .map(|rule| rule.leaves().into_iter().map(|(s, expr)| (Source::of(s), expr)).collect())
        .collect();
    let mut summary = Summary::default();
    let mut kept: BTreeMap<usize, Vec<Record<'static>>> = BTreeMap::new();
    let mut seen = Seen::default();
    for batch in logs.chunks(BATCH) {
        let results: Vec<LogResult> = batch
            .par_iter()
            // One at a time: a large log shall not have others wait behind it.
            .with_max_len(1)
            .map(|log| {
                let mut result = LogResult::default();
                for read in log.open() {
                    let event = match read {
                        Ok(event) => event,
                        Err(error) => {
                            result.unreadable.push(error);
                            continue;
                        }
                    };
                    result.events += 1;
                    let record = Record::new(&event);
                    let candidates = router.rules(record.kind());
                    result.seen.note(&record, &candidates);
                    for i in candidates.iter().copied() {
                        match &plans[i] {
                            Plan::Event { expr } => {
                                let truth = expr.map_or(Truth::True, |e| {
                                    eval_expr(e, &record, &Env::default())
                                });
                                if truth != Truth::False {
                                    result.hits.push(single(&rules[i], *expr, truth, &record));
                                }
                            }
                            Plan::Events => {
                                let passes = leaves[i].iter().any(|(source, expr)| {
                                    source.means(record.kind())
                                        && expr.is_none_or(|e| {
                                            eval_expr(e, &record, &Env::default()) != Truth::False
                                        })
                                });
                                if passes {
                                    result.kept.push((i, Record::new(&event).into_owned()));
                                }
                            }
                        }
                    }
                }
                result
            })
            .collect();
        for result in results {
            summary.logs += 1;
            summary.events += result.events;
            summary.unreadable.extend(result.unreadable);
            seen.add(result.seen);
            for hit in result.hits {
                summary.hits += 1;
                out(hit);
            }
            for (i, record) in result.kept {
                kept.entry(i).or_default().push(record);
            }
        }
    }
    for (i, records) in kept {
        for hit in several(&rules[i], &records) {
            summary.hits += 1;
            out(hit);
        }
    }
    summary.gaps = seen.gaps(rules, &router);
    summary
}

fn hit_event(record: &Record<'_>) -> HitEvent {
    let event = record.event();
    HitEvent {
        log: Arc::clone(&event.log),
        record_id: event.record_id,
        timestamp: event.timestamp(),
        provider: event.provider().to_owned(),
        channel: event.channel().to_owned(),
        event_id: event.event_id,
        computer: event.computer().to_owned(),
    }
}

fn single(rule: &Rule, expr: Option<&Expr>, truth: Truth, record: &Record<'_>) -> Hit {
    let mut matched = Vec::new();
    if let Some(expr) = expr {
        let mut predicates = Vec::new();
        holding(expr, record, &mut predicates);
        found(predicates.into_iter(), record, &mut matched);
    }
    matched.sort();
    matched.dedup();
    hit(rule, truth == Truth::True, vec![hit_event(record)], matched)
}

/// The tests for a value that bear the answer: what stands in a part that fails is no reason,
/// though the record may have the value.
fn holding<'e>(expr: &'e Expr, record: &Record<'_>, out: &mut Vec<&'e Predicate>) {
    match expr {
        Expr::All(parts) | Expr::Any(parts) | Expr::AtLeast { of: parts, .. } => {
            for part in parts {
                if eval_expr(part, record, &Env::default()) != Truth::False {
                    holding(part, record, out);
                }
            }
        }
        Expr::Predicate(_) | Expr::Each { .. } => {
            let standings = expr_standings(expr);
            out.extend(standings.iter().filter(|s| !s.negative).map(|s| s.predicate));
        }
        Expr::Not(_) | Expr::Const(_) | Expr::Opaque { .. } => {}
    }
}

fn several(rule: &Rule, records: &[Record<'static>]) -> Vec<Hit> {
    let positive: Vec<&Predicate> = standings(&rule.normal)
        .into_iter()
        .filter(|s| !s.negative && s.level == Level::Event)
        .map(|s| s.predicate)
        .collect();
    run(&rule.normal, records, None)
        .into_iter()
        .map(|found_by| {
            let mut matched = Vec::new();
            for at in &found_by.events {
                found(positive.iter().copied(), &records[*at], &mut matched);
            }
            matched.sort();
            matched.dedup();
            let events = found_by.events.iter().map(|at| hit_event(&records[*at])).collect();
            hit(rule, found_by.certainty == Certainty::Certain, events, matched)
        })
        .collect()
}

fn hit(rule: &Rule, certain: bool, events: Vec<HitEvent>, matched: Vec<Matched>) -> Hit {
    Hit {
        rule: rule.id.clone(),
        title: rule.title.clone(),
        vendor: rule.vendor.clone(),
        severity: rule.severity.clone(),
        certainty: if certain { "certain" } else { "possible" },
        events,
        matched,
    }
}

/// The values that a record has, of the predicates that it passes.
fn found<'p>(
    predicates: impl Iterator<Item = &'p Predicate>,
    record: &dyn View,
    out: &mut Vec<Matched>,
) {
    let env = Env::default();
    for predicate in predicates {
        if eval_predicate(predicate, record, &env) != Truth::True {
            continue;
        }
        let field = match &predicate.subject {
            Subject::Field(field) => field.name().to_owned(),
            Subject::Value(value) => print::value(value),
            Subject::Event => String::new(),
        };
        let kind = predicate.indicator_kind().name();
        if predicate.values.is_empty() {
            out.push(Matched { field, kind, value: String::new() });
            continue;
        }
        for literal in &predicate.values {
            let one = Predicate { values: vec![literal.clone()], ..predicate.clone() };
            if eval_predicate(&one, record, &env) == Truth::True {
                out.push(Matched { field: field.clone(), kind, value: literal.display() });
            }
        }
    }
}
