//! What a rule that fired tells.

use std::sync::Arc;

use rulescope_eval::{Env, Truth, View, eval_expr, eval_predicate};
use rulescope_ir::polarity::expr_standings;
use rulescope_ir::{Expr, Predicate, Subject, print};
use serde::Serialize;

use crate::record::Record;
use crate::rule::Rule;

/// How many records of a hit are listed at most: windows that overlap would list a burst's records
/// over and over.
pub const LISTED: usize = 20;

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
    pub provider: Arc<str>,
    /// Channel.
    pub channel: Arc<str>,
    /// Event id.
    pub event_id: Option<u32>,
    /// Computer.
    pub computer: Arc<str>,
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
    /// The records in order of time; of more than [`LISTED`] the first half and the last half of
    /// so many.
    pub events: Vec<Arc<HitEvent>>,
    /// How many records there are.
    pub events_total: usize,
    /// What was found in them.
    pub matched: Vec<Matched>,
}

impl HitEvent {
    /// What a hit says of a record; `text` gives the names that records have in common.
    pub(crate) fn of(record: &Record<'_>, mut text: impl FnMut(&str) -> Arc<str>) -> HitEvent {
        let event = record.event();
        HitEvent {
            log: Arc::clone(&event.log),
            record_id: event.record_id,
            timestamp: event.timestamp(),
            provider: text(event.provider()),
            channel: text(event.channel()),
            event_id: event.event_id,
            computer: text(event.computer()),
        }
    }
}

impl Hit {
    /// A hit of a rule on a record, for certain or not.
    pub(crate) fn single(
        rule: &Rule,
        expr: Option<&Expr>,
        truth: Truth,
        record: &Record<'_>,
    ) -> Hit {
        let mut matched = Vec::new();
        if let Some(expr) = expr {
            let mut predicates = Vec::new();
            holding(expr, record, &mut predicates);
            found(predicates.into_iter(), record, &mut matched);
        }
        matched.sort();
        matched.dedup();
        let events = vec![Arc::new(HitEvent::of(record, |text| text.into()))];
        Hit::of(rule, truth == Truth::True, events, 1, matched)
    }

    /// A hit of a rule, of which these records are listed.
    pub(crate) fn of(
        rule: &Rule,
        certain: bool,
        events: Vec<Arc<HitEvent>>,
        events_total: usize,
        matched: Vec<Matched>,
    ) -> Hit {
        Hit {
            rule: rule.id.clone(),
            title: rule.title.clone(),
            vendor: rule.vendor.clone(),
            severity: rule.severity.clone(),
            certainty: if certain { "certain" } else { "possible" },
            events,
            events_total,
            matched,
        }
    }
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

/// The values that a record has, of the predicates that it passes.
pub(crate) fn found<'p>(
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
