//! Values that several rows share, or must not share.

use std::collections::BTreeSet;

use rulescope_ir::{
    Assignment, Expr, Literal, Number, Op, Pattern, Predicate, Subject, Value, normalize, visit,
};

use super::demand::literal_of;
use super::reason::Reason;
use super::rows::{Ground, events};
use crate::datum::Datum;
use crate::event::Event;
use crate::run::{Certainty, run};

/// The rows of a pattern that pass these conditions as well, in normal form.
pub(super) fn with(input: &Pattern, conditions: Vec<Expr>) -> Pattern {
    if conditions.is_empty() {
        return input.clone();
    }
    normalize(&input.clone().filter(Expr::All(conditions)))
}

fn subject(value: &Value) -> Option<Subject> {
    match value {
        Value::Field(field) => Some(Subject::Field(field.clone())),
        Value::Literal(_) => None,
        Value::List(_) | Value::Call { .. } | Value::Truth(_) | Value::Opaque { .. } => {
            Some(Subject::Value(value.clone()))
        }
    }
}

/// The condition that a value is there; none for what always is.
pub(super) fn is_there(value: &Value) -> Option<Expr> {
    Some(Expr::Predicate(Predicate::new(subject(value)?, Op::Exists, Vec::new())))
}

/// The condition that a value is this one; none for what can't be another.
pub(super) fn is(value: &Value, datum: &Datum) -> Option<Expr> {
    let mut p = Predicate::new(subject(value)?, Op::Eq, vec![literal_of(datum.first()?)?]);
    p.case_sensitive = true;
    Some(Expr::Predicate(p))
}

/// The condition that a value is there and none of these.
pub(super) fn is_none_of(value: &Value, known: &[Datum]) -> Option<Expr> {
    let values = known.iter().filter_map(literal_of).collect();
    let mut p = Predicate::new(subject(value)?, Op::Eq, values);
    p.negated = true;
    Some(Expr::Predicate(p))
}

/// The values on the first certain row that a pattern gives of events.
pub(super) fn read(
    pattern: &Pattern,
    found: &[Event],
    values: &[Value],
    ground: &Ground<'_>,
) -> Vec<Option<Datum>> {
    let name = |i: usize| format!("\u{1}{i}");
    let assignments = values
        .iter()
        .enumerate()
        .map(|(i, value)| Assignment { name: name(i), value: value.clone() })
        .collect();
    let named = Pattern::Extend { input: Box::new(pattern.clone()), assignments };
    let rows = run(&named, found, ground.now);
    let row = rows.iter().find(|m| m.certainty == Certainty::Certain);
    (0..values.len())
        .map(|i| row.and_then(|m| m.fields.get(&name(i))).cloned().and_then(Datum::present))
        .collect()
}

/// Rows of one pattern with the values that they must share with those of others, in one order.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) pattern: Pattern,
    pub(super) shared: Vec<Option<Value>>,
}

impl Part {
    /// The part's rows that have the known of the shared values, and any value for the others.
    pub(super) fn sharing(&self, known: &[Option<Datum>]) -> Pattern {
        with(&self.pattern, are(&self.shared, known).collect())
    }
}

/// The conditions that values are the known ones, or are there.
pub(super) fn are<'v>(
    values: &'v [Option<Value>],
    known: &'v [Option<Datum>],
) -> impl Iterator<Item = Expr> + 'v {
    values.iter().zip(known).filter_map(|(value, datum)| {
        let value = value.as_ref()?;
        match datum {
            Some(datum) => is(value, datum),
            None => is_there(value),
        }
    })
}

/// Events for every part, and the values that they share.
pub(super) type Shared = (Vec<Vec<Event>>, Vec<Option<Datum>>);

/// Events for every part, and the values they share. One part after the other may choose the values;
/// the others follow.
pub(super) fn shared(parts: &[Part], ground: &Ground<'_>) -> Result<Shared, Reason> {
    let mut trouble = None;
    for anchor in 0..parts.len() {
        match anchored(parts, anchor, ground) {
            Ok(found) => return Ok(found),
            Err(reason) => trouble = trouble.or(Some(reason)),
        }
    }
    Err(trouble.unwrap_or_else(|| Reason::NotConfirmed { text: "a pattern of nothing".to_owned() }))
}

fn anchored(parts: &[Part], anchor: usize, ground: &Ground<'_>) -> Result<Shared, Reason> {
    let mut known: Vec<Option<Datum>> = vec![None; parts[anchor].shared.len()];
    let mut found: Vec<Vec<Event>> = vec![Vec::new(); parts.len()];
    let others = (0..parts.len()).filter(|i| *i != anchor);
    for i in std::iter::once(anchor).chain(others) {
        let part = &parts[i];
        let pattern = part.sharing(&known);
        found[i] = events(&pattern, ground)?;
        let places: Vec<usize> =
            (0..known.len()).filter(|k| known[*k].is_none() && part.shared[*k].is_some()).collect();
        let values: Vec<Value> =
            places.iter().filter_map(|place| part.shared[*place].clone()).collect();
        for (place, value) in places.into_iter().zip(read(&pattern, &found[i], &values, ground)) {
            known[place] = value.and_then(|v| v.first().cloned());
        }
    }
    Ok((found, known))
}

/// Puts lists of events one after another in time, evenly within the room.
pub(super) fn one_after_another(parts: Vec<Vec<Event>>, ground: &Ground<'_>) -> Vec<Event> {
    let count = i64::try_from(parts.len()).unwrap_or(i64::MAX).max(1);
    let step = (ground.room / count.saturating_add(1)).clamp(0, 1000);
    let mut out = Vec::new();
    for (i, part) in (0i64..).zip(parts) {
        out.extend(part.into_iter().map(|mut event| {
            event.time = event.time.saturating_add(i * step);
            event
        }));
    }
    out
}

/// The whole numbers that conditions compare with: first the least that passes each comparison, in
/// order, then all others near them.
#[derive(Debug, Clone, Default)]
pub(super) struct Thresholds {
    passing: BTreeSet<u64>,
    near: BTreeSet<u64>,
}

impl Thresholds {
    /// Of these conditions.
    pub(super) fn of<'p>(conditions: impl IntoIterator<Item = &'p Expr>) -> Thresholds {
        let mut out = Thresholds::default();
        for condition in conditions {
            visit::walk(condition, &mut |e| {
                if let Expr::Predicate(p) = e {
                    p.values.iter().for_each(|literal| out.add(p, literal));
                }
            });
        }
        out
    }

    fn add(&mut self, p: &Predicate, literal: &Literal) {
        let Some(n) = Number::parse(&literal.value.display()).map(|n| n.as_f64()) else { return };
        if !(0.0..1e15).contains(&n) {
            return;
        }
        let n = n.ceil() as u64;
        let above = (p.op == Op::Gt && !p.negated) || (p.op == Op::Le && p.negated);
        let below = (p.op == Op::Lt && !p.negated) || (p.op == Op::Ge && p.negated);
        self.passing.insert(if above {
            n.saturating_add(1)
        } else if below {
            n.saturating_sub(1)
        } else {
            n
        });
        self.near.extend([n.saturating_sub(1), n, n.saturating_add(1)]);
    }

    /// The numbers without their neighbours.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.passing.iter().copied()
    }

    /// How many of something to try, the likeliest first; never 0.
    pub(super) fn sizes(&self) -> Vec<usize> {
        let mut out = Vec::new();
        for n in self.passing.iter().chain(&[1, 2]).chain(&self.near) {
            match usize::try_from(*n) {
                Ok(n) if n > 0 && !out.contains(&n) => out.push(n),
                _ => {}
            }
        }
        out
    }
}
