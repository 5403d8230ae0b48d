//! Patterns over a list of events.

use std::collections::{BTreeMap, BTreeSet};

use rulescope_ir::{Assignment, Duration, Expr, LookupKind, Pattern, Value};

use crate::datum::Datum;
use crate::env::Env;
use crate::event::View;
use crate::expr::items;
use crate::join::Sought;
use crate::places::Places;
use crate::rows::{Log, Position, Row, in_order};
use crate::truth::Truth;
use crate::{aggregate, join, select, sequence, temporal, transaction, windowed};

/// Whether a match is sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// It hangs on something that was not understood.
    Possible,
    /// It holds whatever the unknown parts are.
    Certain,
}

/// A row that a pattern gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The places of its events in the list that was run over, in order of time.
    pub events: Places,
    /// Whether it is sure.
    pub certainty: Certainty,
    /// The fields that the pattern gave it: keys, aggregates, names that it assigned.
    pub fields: BTreeMap<String, Datum>,
    /// Milliseconds since 1970: of the last of its events.
    pub time: i64,
}

/// The rows that a pattern gives over a list of events, which need not be in order.
///
/// Events of one identity are one: the first in order of time. Events of one time are in the order of
/// [`View::rank`]. Rows of the same events with the
/// same fields are one match. Without `now` (milliseconds since 1970) the function `now()` is
/// unknown outside a scheduled pattern. The matches are in order of time.
pub fn run<V: View>(pattern: &Pattern, events: &[V], now: Option<i64>) -> Vec<Match> {
    let log = Log::new(events);
    let env = now.map_or_else(Env::default, Env::at);
    let position = Position { log: &log, span: None, env };
    // Sorted by time, events and fields.
    let mut found = BTreeMap::new();
    for row in position.rows(pattern) {
        let certainty = if row.certain { Certainty::Certain } else { Certainty::Possible };
        let known = found.entry((row.time, row.events, row.fields)).or_insert(Certainty::Possible);
        *known = certainty.max(*known);
    }
    let places = log.original(found.keys().map(|(_, events, _)| events));
    found
        .into_iter()
        .zip(places)
        .map(|(((time, _, fields), certainty), events)| Match { events, certainty, fields, time })
        .collect()
}

/// The rows of a pattern, in order of time.
pub(crate) fn rows(pattern: &Pattern, at: &Position<'_>) -> Vec<Row> {
    in_order(match pattern {
        Pattern::Events { scope } => at
            .log
            .within(at.span)
            .map(|event| (event, at.log.view(event)))
            .filter(|(_, view)| view.within(scope))
            .map(|(event, view)| Row::of_event(event, view))
            .collect(),
        Pattern::Filter { input, expr } => filter(at.rows(input), expr, at),
        Pattern::Extend { input, assignments } => {
            at.rows(input).into_iter().map(|row| extend(row, assignments, at)).collect()
        }
        Pattern::Expand { input, list, name } => {
            at.rows(input).into_iter().flat_map(|row| expand(row, list, name, at)).collect()
        }
        Pattern::Aggregate { input, keys, aggregates, window } => {
            aggregate::rows(at.rows(input), keys, aggregates, window, at)
        }
        Pattern::Windowed { input, keys, functions, order } => {
            windowed::rows(at.rows(input), keys, functions, order, at)
        }
        Pattern::Sequence { steps, max_span, until, ordered } => {
            sequence::rows(steps, *max_span, until.as_deref(), *ordered, at)
        }
        Pattern::Transaction { input, keys, start, end, max_span, max_pause, keep_unfinished } => {
            let bounds = transaction::Bounds {
                start: start.as_deref(),
                end: end.as_deref(),
                max_span: *max_span,
                max_pause: *max_pause,
                keep_unfinished: *keep_unfinished,
            };
            transaction::rows(at.rows(input), keys, &bounds, at)
        }
        Pattern::Temporal { variables, join, within, ordered, condition, aggregates } => {
            let wanted =
                temporal::Wanted { variables, join, within: *within, ordered: *ordered, condition };
            temporal::rows(&wanted, aggregates, at)
        }
        Pattern::NewTerms { input, fields, history } => {
            select::new_terms(at.rows(input), fields, *history, at)
        }
        Pattern::Dedup { input, keys } => select::dedup(at.rows(input), keys, at),
        Pattern::Limit { input, order, count } => select::limit(at.rows(input), order, *count, at),
        Pattern::Lookup { input, outputs, kind, .. } => {
            at.rows(input).into_iter().map(|row| lookup(row, outputs, *kind)).collect()
        }
        Pattern::Union { sides } => sides.iter().flat_map(|side| at.rows(side)).collect(),
        Pattern::Join { left, right, kind, on, within } => {
            let right = at.rows(right);
            if right.is_empty() && join::needs_right(*kind) {
                return Vec::new();
            }
            let sought =
                if join::needs_right(*kind) { join::sought(&right, on, at) } else { vec![] };
            join::rows(&among(left, &sought, at), &right, *kind, on, *within, at)
        }
        Pattern::Scheduled { input, every, lookback } => scheduled(input, *every, *lookback, at),
        Pattern::Opaque { input, .. } => at.rows(input).into_iter().map(blur).collect(),
    })
}

/// The rows of a pattern, in order of time, of which values are among those that are sought, or may
/// be; of others perhaps some. Groups are left out by their keys before they are made.
fn among(pattern: &Pattern, sought: &[Sought], at: &Position<'_>) -> Vec<Row> {
    if sought.is_empty() {
        return at.rows(pattern);
    }
    match pattern {
        Pattern::Filter { input, expr } => filter(among(input, sought, at), expr, at),
        Pattern::Extend { input, assignments } => {
            let is_own = |s: &&Sought| !assignments.iter().any(|a| s.may_read(&a.name));
            let below: Vec<Sought> = sought.iter().filter(is_own).cloned().collect();
            let rows = among(input, &below, at);
            in_order(rows.into_iter().map(|row| extend(row, assignments, at)).collect())
        }
        Pattern::Aggregate { input, keys, aggregates, window } => {
            let of_key = |s: &Sought| {
                let key = keys.iter().find(|k| s.is_field(&k.name))?;
                let hidden = aggregates.iter().any(|a| s.may_read(&a.name));
                (!hidden).then(|| s.of(&key.value))
            };
            let below: Vec<Sought> = sought.iter().filter_map(of_key).collect();
            let mut rows = at.rows(input);
            // A key that is unknown in one row touches every group, and so the row stays.
            let unknown = |row: &Row| {
                keys.iter().any(|k| at.value(&k.value, row).is_some_and(|v| v.is_unknown()))
            };
            rows.retain(|row| below.iter().all(|s| s.may_be(row, at)) || unknown(row));
            in_order(aggregate::rows(rows, keys, aggregates, window, at))
        }
        _ => at.rows(pattern),
    }
}

fn filter(rows: Vec<Row>, expr: &Expr, at: &Position<'_>) -> Vec<Row> {
    let keep = |row: Row| match at.truth(expr, &row) {
        Truth::True => Some(row),
        Truth::Unknown => Some(row.possible()),
        Truth::False => None,
    };
    rows.into_iter().filter_map(keep).collect()
}

fn extend(mut row: Row, assignments: &[Assignment], at: &Position<'_>) -> Row {
    for Assignment { name, value } in assignments {
        let value = at.value(value, &row);
        row.set(name, value);
    }
    row
}

fn expand(row: Row, list: &Value, name: &str, at: &Position<'_>) -> Vec<Row> {
    let list = at.value(list, &row);
    let unknown = list == Some(Datum::Unknown);
    let with = |item: Datum| {
        let mut row = row.clone();
        row.set(name, Some(item));
        if unknown { row.possible() } else { row }
    };
    items(list).into_iter().map(with).collect()
}

/// The table is not in the log: what it would add is unknown, and so is whether it has a match.
fn lookup(mut row: Row, outputs: &[String], kind: LookupKind) -> Row {
    for output in outputs {
        row.set(output, Some(Datum::Unknown));
    }
    match kind {
        LookupKind::Enrich => row,
        LookupKind::Keep | LookupKind::Drop => row.possible(),
    }
}

/// Text that was not understood may drop the row and change any field of it.
fn blur(mut row: Row) -> Row {
    for value in row.fields.values_mut() {
        *value = Datum::Unknown;
    }
    row.blurred = true;
    row.possible()
}

/// Runs at every multiple of `every` whose lookback holds an event; a run reads the events from
/// `lookback` before it (included) up to itself (left out), so that runs side by side read each
/// event once. What several runs give alike is given once.
fn scheduled(input: &Pattern, every: Duration, lookback: Duration, at: &Position<'_>) -> Vec<Row> {
    let every = i64::try_from(every.millis.max(1)).unwrap_or(i64::MAX);
    let lookback = i64::try_from(lookback.millis).unwrap_or(i64::MAX);
    let mut ends = BTreeSet::new();
    for event in at.log.within(at.span) {
        let time = at.log.view(event).time();
        let mut end = (time.div_euclid(every) + 1).saturating_mul(every);
        while end.saturating_sub(lookback) <= time {
            ends.insert(end);
            end = end.saturating_add(every);
        }
    }
    let mut found: BTreeSet<Row> = BTreeSet::new();
    for end in ends {
        let from = end.saturating_sub(lookback);
        let span = at.span.map_or((from, end), |(a, b)| (a.max(from), b.min(end)));
        let mut env = at.env.clone();
        env.now = Some(end);
        found.extend(Position { log: at.log, span: Some(span), env }.rows(input));
    }
    found.into_iter().collect()
}
