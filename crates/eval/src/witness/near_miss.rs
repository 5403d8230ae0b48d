//! The near miss: the witness with one literal changed, so that nothing matches, nor may match.

use std::cell::Cell;
use std::collections::BTreeSet;

use rulescope_ir::{Literal, Op, Pattern, Predicate, Scalar, Subject, polarity};

use super::draft::Draft;
use super::solve::{FUEL, Goal, solved};
use super::{Change, json};
use crate::datum::Datum;
use crate::event::Event;
use crate::run::run;

/// How many changes are tried.
const TRIES: usize = 400;

/// The most events in these lists together.
const EVENTS: usize = 4096;

/// The most events of a list that are changed or left out one by one.
const APART: usize = 16;

/// How often an event is repeated at most.
const REPEATED: usize = 4;

/// The witness changed so that nothing matches; `None` where no change that was tried does that.
///
/// Of a list of events one is left out, the last first; of those that differ in their time alone only
/// the last, as the others say no more. Otherwise a value of an event is changed by a
/// character, or replaced, or left out; failing that, in all events, or one event comes more often,
/// or what an exclusion looks for is put in, or an event is taken out of its scope.
pub(super) fn near_miss(pattern: &Pattern, events: &[Event]) -> Option<(Vec<Event>, Change)> {
    let (mut tries, mut left) = (TRIES, EVENTS);
    let mut misses = |events: &[Event]| {
        let judged = tries > 0 && left >= events.len();
        tries = tries.saturating_sub(1);
        left = left.saturating_sub(events.len());
        judged && run(pattern, events, None).is_empty()
    };
    let apart = apart(events);
    if events.len() > 1 {
        for event in apart.iter().rev().copied() {
            let mut rest = events.to_vec();
            rest.remove(event);
            if misses(&rest) {
                return Some((rest, Change::Dropped { event }));
            }
        }
    }
    for i in apart.iter().copied() {
        for (field, value) in &events[i].values {
            for to in changed(value) {
                let mut list = events.to_vec();
                match &to {
                    Some(to) => list[i].values.insert(field.clone(), to.clone()),
                    None => list[i].values.remove(field),
                };
                if misses(&list) {
                    let (from, to) = (Some(json::value(value)), to.as_ref().map(json::value));
                    return Some((
                        list,
                        Change::Field { event: Some(i), field: field.clone(), from, to },
                    ));
                }
            }
        }
    }
    if events.len() > 1
        && let Some(found) = of_all(events, &mut misses)
    {
        return Some(found);
    }
    for (field, to) in excluded(pattern) {
        for i in apart.iter().copied() {
            let from = events[i].values.get(&field).map(json::value);
            let mut list = events.to_vec();
            list[i].values.insert(field.clone(), to.clone());
            if misses(&list) {
                let to = Some(json::value(&to));
                return Some((list, Change::Field { event: Some(i), field, from, to }));
            }
        }
    }
    for i in apart.iter().copied() {
        for (kind, term) in &events[i].scopes {
            let mut list = events.to_vec();
            list[i].scopes.retain(|(k, _)| k != kind);
            if misses(&list) {
                let (kind, term) = (kind.clone(), term.clone());
                return Some((list, Change::Scope { event: i, kind, term }));
            }
        }
    }
    None
}

/// The places of events that differ in more than their time: the last of each kind, in order; of
/// many kinds the first and the last.
fn apart(events: &[Event]) -> Vec<usize> {
    let mut known = BTreeSet::new();
    let mut out: Vec<usize> = (0..events.len())
        .rev()
        .filter(|i| known.insert((&events[*i].values, &events[*i].scopes)))
        .collect();
    out.reverse();
    if out.len() > APART {
        let last = out.len() - APART / 2;
        out.drain(APART / 2..last);
    }
    out
}

/// The same change of every event, or further events like the last.
fn of_all(
    events: &[Event],
    misses: &mut impl FnMut(&[Event]) -> bool,
) -> Option<(Vec<Event>, Change)> {
    let mut known = BTreeSet::new();
    for (field, value) in events.iter().flat_map(|e| &e.values) {
        if !known.insert((field, value)) {
            continue;
        }
        for to in changed(value) {
            let mut list = events.to_vec();
            for event in list.iter_mut().filter(|e| e.values.get(field) == Some(value)) {
                match &to {
                    Some(to) => event.values.insert(field.clone(), to.clone()),
                    None => event.values.remove(field),
                };
            }
            if misses(&list) {
                let (from, to) = (Some(json::value(value)), to.as_ref().map(json::value));
                return Some((list, Change::Field { event: None, field: field.clone(), from, to }));
            }
        }
    }
    let mut list = events.to_vec();
    for times in 1..=REPEATED {
        list.extend(events.last().cloned());
        if misses(&list) {
            return Some((list, Change::Repeated { event: events.len() - 1, times }));
        }
    }
    None
}

/// A value's changes, the smallest first; `None` is to leave it out.
fn changed(value: &Datum) -> Vec<Option<Datum>> {
    let mut out: Vec<Option<Datum>> = Vec::new();
    match value {
        Datum::Text(text) => {
            let count = text.chars().count();
            for at in [count.saturating_sub(1), 0, count / 2, count / 3, count * 2 / 3] {
                let other: String = text
                    .chars()
                    .enumerate()
                    .map(|(i, c)| if i == at { next(c) } else { c })
                    .collect();
                out.push(Some(Datum::text(other)));
            }
            out.extend(value.number().map(|n| Some(Datum::float(n.as_f64() + 1.0))));
            out.push(Some(Datum::text("xyz")));
        }
        Datum::Number(n) => {
            let near = |by: i128| match n.as_str().parse::<i128>() {
                Ok(i) => Datum::int(i.saturating_add(by)),
                Err(_) => Datum::float(n.as_f64() + by as f64),
            };
            out.extend([Some(near(1)), Some(near(-1)), Some(Datum::int(0))]);
        }
        Datum::Bool(b) => out.push(Some(Datum::Bool(!b))),
        Datum::List(items) => {
            for (i, item) in items.iter().enumerate() {
                out.extend(changed(item).into_iter().flatten().map(|item| {
                    let mut items = items.clone();
                    items[i] = item;
                    Some(Datum::List(items))
                }));
            }
        }
        Datum::Object(members) => {
            for (name, member) in members {
                out.extend(changed(member).into_iter().flatten().map(|member| {
                    let mut members = members.clone();
                    members.insert(name.clone(), member);
                    Some(Datum::Object(members))
                }));
            }
        }
        Datum::Null | Datum::Unknown => {}
    }
    out.push(None);
    out
}

/// Another character of the same kind, which no folding makes the same.
fn next(c: char) -> char {
    match c {
        'z' | 'Z' => 'a',
        '9' => '0',
        c if c.is_ascii_alphanumeric() => char::from(c as u8 + 1),
        '_' => '-',
        _ => '_',
    }
}

/// Fields with values that the pattern's exclusions look for.
fn excluded(pattern: &Pattern) -> Vec<(String, Datum)> {
    let mut out = Vec::new();
    for standing in polarity::standings(pattern).into_iter().filter(|s| s.negative) {
        let predicate = standing.predicate;
        let (Op::Exists, Subject::Field(field)) = (predicate.op, &predicate.subject) else {
            out.extend(values_of(predicate));
            continue;
        };
        out.push((field.name().to_owned(), Datum::text("x")));
    }
    out
}

/// The values of the event that passes a predicate's first value.
fn values_of(predicate: &Predicate) -> Vec<(String, Datum)> {
    let mut first = predicate.clone();
    if first.negated {
        first = first.inverted();
    }
    first.missing = first.op == Op::Null;
    let known = |l: &Literal| !matches!(l.value, Scalar::Placeholder(_) | Scalar::Null);
    first.values.retain(known);
    first.values.truncate(1);
    let expr = rulescope_ir::Expr::Predicate(first);
    let goal = Goal { expr: &expr, bindings: Vec::new(), definitions: 0 };
    match solved(Draft::new(0, None, Vec::new()), vec![goal], &Cell::new(FUEL)) {
        Ok(draft) => draft.event().values.into_iter().collect(),
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_events_that_differ_in_time_alone_the_last_is_changed() {
        let of = |values: &[i32]| -> Vec<usize> {
            let events = values.iter().enumerate();
            apart(&events.map(|(i, v)| Event::at(i as i64).with("a", *v)).collect::<Vec<_>>())
        };
        assert_eq!(of(&[1, 1, 2, 1]), [2, 3]);
        let many = of(&(0..40).collect::<Vec<_>>());
        assert_eq!(many.len(), APART);
        assert_eq!((many[0], many[APART - 1]), (0, 39));
    }
}
