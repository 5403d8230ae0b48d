//! Events of several kinds that share keys: temporal patterns and joins.

use std::collections::BTreeMap;

use rulescope_ir::{
    Aggregate, AggregateFn, Expr, JoinKey, JoinKind, Occurrence, Pattern, Value, Variable,
};

use super::keys::{self, Part, Thresholds, is_none_of, is_there, one_after_another, read, shared};
use super::reason::Reason;
use super::rows::{Above, EVENTS, Ground, events as events_of};
use super::vary::{VARIED, Varied};
use crate::datum::Datum;
use crate::event::Event;

/// The most ways to meet a condition on counts that are tried.
const WAYS: usize = 16;

/// The sides of a join that are asked for what is asked of the pairs, one way after the other.
const ASKED: [[bool; 2]; 3] = [[true, false], [false, true], [false, false]];

/// What a temporal pattern asks for.
pub(super) struct Wanted<'p> {
    pub(super) variables: &'p [Variable],
    pub(super) join: &'p [JoinKey],
    pub(super) condition: &'p Occurrence,
    pub(super) aggregates: &'p [Aggregate],
}

/// How many events of each variable.
type Counts = BTreeMap<String, u64>;

/// Events of a temporal pattern: of each variable as many as are asked for, in the variables' order.
pub(super) fn temporal(
    wanted: &Wanted<'_>,
    above: &Above<'_>,
    ground: &Ground<'_>,
) -> Result<Vec<Event>, Reason> {
    let mut truths = Vec::new();
    truths_of(wanted.condition, &mut truths);
    let thresholds =
        Thresholds::of(truths.into_iter().chain(above.conditions.iter().map(|c| &*c.expr)));
    let sizes = if wanted.aggregates.is_empty() { vec![1] } else { thresholds.sizes() };
    let mut trouble = None;
    for mut counts in ways(wanted.condition) {
        if counts.is_empty() {
            counts = wanted.variables.iter().map(|v| (v.name.clone(), 1)).collect();
        }
        for least in &sizes {
            let events: u64 = counts.values().map(|n| *n.max(&(*least as u64))).sum();
            if events > EVENTS as u64 {
                trouble = Some(Reason::TooLarge { text: format!("{events} events") });
                break;
            }
            match rows(wanted, &counts, *least, ground) {
                Ok(found) if above.accepts(&found, ground)? => return Ok(found),
                Ok(_) => {}
                Err(reason) => trouble = trouble.or(Some(reason)),
            }
        }
    }
    Err(trouble.unwrap_or_else(|| above.refused()))
}

fn truths_of<'p>(condition: &'p Occurrence, out: &mut Vec<&'p Expr>) {
    match condition {
        Occurrence::All(of) | Occurrence::Any(of) => of.iter().for_each(|o| truths_of(o, out)),
        Occurrence::Not(inner) => truths_of(inner, out),
        Occurrence::AtLeast { .. } => {}
        Occurrence::Truth(expr) => out.push(expr),
    }
}

/// The counts that meet a condition, as far as it asks for counts.
fn ways(condition: &Occurrence) -> Vec<Counts> {
    match condition {
        Occurrence::All(of) => of.iter().fold(vec![Counts::new()], |known, o| {
            let own = ways(o);
            let both = known.iter().flat_map(|a| own.iter().map(move |b| most(a, b)));
            both.take(WAYS).collect()
        }),
        Occurrence::Any(of) => of.iter().flat_map(ways).take(WAYS).collect(),
        Occurrence::Not(_) | Occurrence::Truth(_) => vec![Counts::new()],
        Occurrence::AtLeast { variable, count } => {
            vec![Counts::from([(variable.clone(), (*count).max(1))])]
        }
    }
}

fn most(a: &Counts, b: &Counts) -> Counts {
    let mut out = a.clone();
    for (name, n) in b {
        let known = out.entry(name.clone()).or_default();
        *known = (*known).max(*n);
    }
    out
}

fn rows(
    wanted: &Wanted<'_>,
    counts: &Counts,
    least: usize,
    ground: &Ground<'_>,
) -> Result<Vec<Event>, Reason> {
    let taken: Vec<&Variable> =
        wanted.variables.iter().filter(|v| counts.contains_key(&v.name)).collect();
    let parts: Vec<Part> = taken
        .iter()
        .map(|v| {
            let read = arguments(wanted.aggregates, &v.name, false);
            Part {
                pattern: keys::with(&v.pattern, read.iter().filter_map(is_there).collect()),
                shared: wanted.join.iter().map(|k| k.values.get(&v.name).cloned()).collect(),
            }
        })
        .collect();
    let (firsts, known) = shared(&parts, ground)?;
    let mut out: Vec<Vec<Event>> = Vec::new();
    for ((variable, part), first) in taken.iter().zip(&parts).zip(firsts) {
        let distinct = arguments(wanted.aggregates, &variable.name, true);
        let counted = wanted.aggregates.iter().any(|a| {
            a.argument.is_none()
                || !arguments(std::slice::from_ref(a), &variable.name, false).is_empty()
        });
        let asked = usize::try_from(counts[&variable.name]).unwrap_or(usize::MAX);
        let count = if counted { asked.max(least) } else { asked };
        let mut used: Vec<Vec<Datum>> = vec![Vec::new(); distinct.len()];
        let mut pattern = part.sharing(&known);
        let mut last = first;
        let mut varied = None;
        for i in 0..count {
            if i > 0 && !distinct.is_empty() {
                if varied.is_none() && i <= VARIED {
                    let plain = part.sharing(&known);
                    varied = Varied::of(plain, &out[out.len() - 1], &distinct, ground);
                }
                let row = varied.as_ref().and_then(|v| v.by(i + 1, &mut used, ground));
                if let Some(row) = row {
                    out.push(row);
                    continue;
                }
                let apart = distinct
                    .iter()
                    .zip(&used)
                    .filter_map(|(v, used)| is_none_of(v, used))
                    .collect();
                pattern = keys::with(&part.sharing(&known), apart);
                last = events_of(&pattern, ground)?;
            }
            let values = read(&pattern, &last, &distinct, ground);
            for (used, value) in used.iter_mut().zip(values) {
                used.extend(value.and_then(|v| v.first().cloned()));
            }
            out.push(last.clone());
        }
    }
    Ok(one_after_another(out, ground))
}

/// The fields of a variable that aggregates read: of all, or of those that count distinct values.
fn arguments(aggregates: &[Aggregate], variable: &str, distinct: bool) -> Vec<Value> {
    let of = |a: &Aggregate| {
        if distinct && a.function != AggregateFn::CountDistinct {
            return None;
        }
        let Value::Field(field) = a.argument.as_ref()? else { return None };
        let name = field.name().strip_prefix(variable)?.strip_prefix('.')?;
        Some(Value::field(name))
    };
    aggregates.iter().filter_map(of).collect()
}

/// Events of a join: of the side that is enough, or of both.
pub(super) fn join(
    [left, right]: [&Pattern; 2],
    kind: JoinKind,
    on: &[(Value, Value)],
    above: &Above<'_>,
    ground: &Ground<'_>,
) -> Result<Vec<Event>, Reason> {
    let alone = match kind {
        JoinKind::LeftOuter | JoinKind::FullOuter | JoinKind::LeftAnti => Some(left),
        JoinKind::RightOuter => Some(right),
        JoinKind::Inner | JoinKind::InnerUnique | JoinKind::LeftSemi => None,
    };
    let asked: Vec<Expr> = above.conditions.iter().map(|c| c.expr.clone().into_owned()).collect();
    let mut trouble = None;
    if let Some(side) = alone {
        match events_of(&keys::with(side, asked.clone()), ground) {
            Ok(found) if above.accepts(&found, ground)? => return Ok(found),
            Ok(_) => {}
            Err(reason) => trouble = Some(reason),
        }
        if kind == JoinKind::LeftAnti {
            return Err(trouble.unwrap_or_else(|| above.refused()));
        }
    }
    // What is asked of the pairs may be asked of either side, or of neither alone.
    let of = if asked.is_empty() { &[[false, false]][..] } else { &ASKED };
    for of in of {
        let part = |pattern: &Pattern, asks: bool, shared: Vec<Option<Value>>| Part {
            pattern: if asks { keys::with(pattern, asked.clone()) } else { pattern.clone() },
            shared,
        };
        let parts = [
            part(left, of[0], on.iter().map(|(v, _)| Some(v.clone())).collect()),
            part(right, of[1], on.iter().map(|(_, v)| Some(v.clone())).collect()),
        ];
        match shared(&parts, ground) {
            Ok((found, _)) => {
                let found = one_after_another(found, ground);
                if above.accepts(&found, ground)? {
                    return Ok(found);
                }
            }
            Err(reason) => trouble = trouble.or(Some(reason)),
        }
    }
    Err(trouble.unwrap_or_else(|| above.refused()))
}
