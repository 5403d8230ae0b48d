//! Events for a pattern: down its filters and names to the events, or to a node that takes several.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rulescope_ir::fields::{expr_fields_mut, value_fields_mut};
use rulescope_ir::{Duration, Expr, Field, LookupKind, Pattern, Scope, Value, print};

use super::budget::Budget;
use super::demand::place_of;
use super::draft::{Bindings, Definition, Draft, ELEMENT};
use super::keys::is_there;
use super::reason::Reason;
use super::solve::{Goal, solved};
use super::{chains, frames, groups, joins};
use crate::event::Event;
use crate::run::{Certainty, run};

/// The most events of a witness.
pub(super) const EVENTS: usize = 256;

/// When events may happen.
#[derive(Debug)]
pub(super) struct Ground<'t> {
    /// The time of the first, in milliseconds since 1970.
    pub(super) time: i64,
    /// The end of the run of a scheduled pattern.
    pub(super) now: Option<i64>,
    /// How long after the first the last may come, in milliseconds.
    pub(super) room: i64,
    /// What the search may still spend.
    pub(super) budget: &'t Budget,
}

impl Ground<'_> {
    /// The same with at most this much room.
    pub(super) fn within(&self, room: Option<Duration>) -> Ground<'_> {
        let room = room.map_or(self.room, |d| self.room.min(millis(d)));
        Ground { room, ..*self }
    }
}

/// A length of time in milliseconds.
pub(super) fn millis(d: Duration) -> i64 {
    i64::try_from(d.millis).unwrap_or(i64::MAX)
}

/// A condition that waits for the events of its pattern.
#[derive(Debug, Clone)]
pub(super) struct Pending<'p> {
    pub(super) expr: Cow<'p, Expr>,
    bindings: Bindings,
    /// How many names the pattern gives above it.
    above: usize,
}

/// What stands above a node.
#[derive(Debug, Clone)]
pub(super) struct Above<'p> {
    /// The whole pattern, by which events are judged.
    pub(super) whole: &'p Pattern,
    /// The conditions.
    pub(super) conditions: Vec<Pending<'p>>,
    definitions: Vec<Definition<'p>>,
}

impl<'p> Above<'p> {
    /// Adds a condition on the rows of the node that is next.
    fn ask(&mut self, expr: Cow<'p, Expr>) {
        let above = self.definitions.len();
        self.conditions.push(Pending { expr, bindings: Bindings::new(), above });
    }

    /// The names that conditions, and values with a name, read.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        let mut add = |field: &mut Field| {
            out.insert(field.name().to_owned());
        };
        for condition in &self.conditions {
            expr_fields_mut(&mut condition.expr.clone().into_owned(), &mut add);
        }
        for (_, value) in &self.definitions {
            value_fields_mut(&mut (*value).clone(), &mut add);
        }
        out
    }

    /// Whether the whole pattern certainly matches these events.
    pub(super) fn accepts(&self, events: &[Event], ground: &Ground<'_>) -> Result<bool, Reason> {
        ground.budget.judge(events.len())?;
        Ok(is_certain(self.whole, events, ground.now))
    }

    /// The reason where nothing that was tried was accepted.
    pub(super) fn refused(&self) -> Reason {
        let conditions: Vec<String> =
            self.conditions.iter().map(|c| print::expr(&c.expr)).collect();
        Reason::NotConfirmed { text: conditions.join("; ") }
    }
}

/// Whether a pattern certainly matches events.
pub(super) fn is_certain(pattern: &Pattern, events: &[Event], now: Option<i64>) -> bool {
    run(pattern, events, now).iter().any(|m| m.certainty == Certainty::Certain)
}

/// Events that the pattern should match; those of nodes that take several are judged already.
pub(super) fn events(whole: &Pattern, ground: &Ground<'_>) -> Result<Vec<Event>, Reason> {
    ground.budget.solve()?;
    let above = Above { whole, conditions: Vec::new(), definitions: Vec::new() };
    below(whole, above, ground)
}

fn below<'p>(
    pattern: &'p Pattern,
    mut above: Above<'p>,
    ground: &Ground<'_>,
) -> Result<Vec<Event>, Reason> {
    match pattern {
        Pattern::Events { scope } => Ok(vec![one(scope, above, ground)?]),
        Pattern::Filter { input, expr } => {
            above.ask(Cow::Borrowed(expr));
            below(input, above, ground)
        }
        Pattern::Extend { input, assignments } => {
            let own = assignments.iter().map(|a| (a.name.as_str(), &a.value));
            above.definitions = own.chain(above.definitions).collect();
            below(input, above, ground)
        }
        Pattern::Expand { input, list, name } => {
            let place = list_place(list)?;
            for condition in &mut above.conditions {
                condition.bindings.insert(0, (name.clone(), format!("{place}{ELEMENT}0")));
            }
            below(input, above, ground)
        }
        Pattern::Limit { count: 0, .. } => {
            Err(Reason::NotConfirmed { text: "the first 0 rows".to_owned() })
        }
        Pattern::Dedup { input, keys } => {
            let needed = keys.iter().filter(|k| !k.keep_missing);
            needed.filter_map(|k| is_there(&k.value)).for_each(|e| above.ask(Cow::Owned(e)));
            below(input, above, ground)
        }
        Pattern::Limit { input, .. } => below(input, above, ground),
        Pattern::Lookup { input, kind: LookupKind::Enrich, .. } => below(input, above, ground),
        Pattern::Lookup { table, .. } => Err(Reason::Lookup { table: table.clone() }),
        Pattern::Opaque { text, .. } => Err(Reason::OpaquePart { text: text.clone() }),
        Pattern::Union { sides } => {
            let mut trouble = Reason::NotConfirmed { text: "a union of nothing".to_owned() };
            for (i, side) in sides.iter().enumerate() {
                match below(side, above.clone(), ground) {
                    Ok(events) => return Ok(events),
                    Err(reason) if i == 0 => trouble = reason,
                    Err(_) => {}
                }
            }
            Err(trouble)
        }
        Pattern::Scheduled { input, every, lookback } => {
            let every = millis(*every).max(1);
            let room = millis(*lookback).min(every);
            let end = (ground.time.div_euclid(every) + 1).saturating_mul(every);
            let time = ground.time.max(end.saturating_sub(room));
            let room = ground.room.min(end.saturating_sub(time).saturating_sub(1));
            below(input, above, &Ground { time, now: Some(end), room, budget: ground.budget })
        }
        Pattern::NewTerms { input, fields, .. } => {
            fields.iter().filter_map(is_there).for_each(|e| above.ask(Cow::Owned(e)));
            below(input, above, ground)
        }
        Pattern::Aggregate { input, keys, aggregates, window } => {
            groups::events(input, keys, aggregates, window, &above, ground)
        }
        Pattern::Windowed { input, keys, functions, .. } => {
            frames::events(input, keys, functions, &above, ground)
        }
        Pattern::Sequence { steps, max_span, .. } => {
            chains::sequence(steps, *max_span, &above, ground)
        }
        Pattern::Transaction { input, keys, start, end, max_span, max_pause, .. } => {
            let room = [*max_span, *max_pause].into_iter().flatten().min();
            let ends = [start.as_deref(), end.as_deref()];
            chains::transaction(input, keys, ends, &ground.within(room), &above)
        }
        Pattern::Temporal { variables, join, within, condition, aggregates, .. } => {
            let wanted = joins::Wanted { variables, join, condition, aggregates };
            joins::temporal(&wanted, &above, &ground.within(Some(*within)))
        }
        Pattern::Join { left, right, kind, on, within } => {
            joins::join([left, right], *kind, on, &above, &ground.within(*within))
        }
    }
}

/// The place of a list that every row is expanded by.
fn list_place(list: &Value) -> Result<String, Reason> {
    place_of(list, &Bindings::new(), 0, &mut Draft::new(0, None, Vec::new()))
}

/// One event of the scope that passes the conditions.
fn one(scope: &Scope, above: Above<'_>, ground: &Ground<'_>) -> Result<Event, Reason> {
    let all = above.definitions.len();
    let goals = above
        .conditions
        .iter()
        .map(|c| Goal { expr: &c.expr, bindings: c.bindings.clone(), definitions: all - c.above })
        .collect();
    let draft = Draft::new(ground.time, ground.now, above.definitions);
    let mut event = solved(draft, goals, &ground.budget.values)?.event();
    for (kind, terms) in &scope.terms {
        if let Some(term) = terms.first() {
            event = event.of(kind, term);
        }
    }
    Ok(event)
}
