//! What a rule that fired tells.

use std::sync::Arc;

use rulescope_eval::{Env, Truth, View, eval_predicate, passes};
use rulescope_events::Event;
use rulescope_ir::{Predicate, Subject, print};
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
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// The record of a rule over single events, where it was asked for
    /// ([`crate::watch::Watch::records`]).
    #[serde(skip)]
    pub record: Option<Arc<Event>>,
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
        truth: Truth,
        record: &Record<'_>,
        mut matched: Vec<Matched>,
    ) -> Hit {
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
            record: None,
        }
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
        if eval_predicate(predicate, record, &env) == Truth::True {
            tell(predicate, out, |value| passes(predicate, value, record, &env) == Truth::True);
        }
    }
}

/// Tells of a predicate that passes: of each of its values by which it does.
pub(crate) fn tell(
    predicate: &Predicate,
    out: &mut Vec<Matched>,
    mut passes: impl FnMut(usize) -> bool,
) {
    let field = || match &predicate.subject {
        Subject::Field(field) => field.name().to_owned(),
        Subject::Value(value) => print::value(value),
        Subject::Event => String::new(),
    };
    let kind = predicate.indicator_kind().name();
    if predicate.values.is_empty() {
        out.push(Matched { field: field(), kind, value: String::new() });
    }
    for (value, literal) in predicate.values.iter().enumerate() {
        if passes(value) {
            out.push(Matched { field: field(), kind, value: literal.display() });
        }
    }
}
