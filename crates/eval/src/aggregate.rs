//! Groups become rows.
//!
//! A group has at least one row: without a row there is no group, in no window, also where there
//! are no keys. (So a count is never 0, and a pattern whose aggregate nothing reads gives no row
//! without an event, as its normal form.) A group that holds a possible row is possible itself and
//! what is computed of it is unknown; a key that is unknown in one row makes every group's so.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use rulescope_ir::{Aggregate, AggregateFn, Key, Number, Window};

use crate::arithmetic;
use crate::datum::Datum;
use crate::group::{Group, grouped};
use crate::places::Places;
use crate::rows::{Position, Row};
use crate::truth::Truth;

/// The rows of an aggregate: for every group and window its keys and aggregates.
pub(crate) fn rows(
    rows: Vec<Row>,
    keys: &[Key],
    aggregates: &[Aggregate],
    window: &Window,
    at: &Position<'_>,
) -> Vec<Row> {
    let (groups, _) = grouped(rows, keys, at);
    let shaken = groups.iter().any(|g| g.unknown);
    let mut out = Vec::new();
    for group in groups {
        let windowed = Windowed::of(&group);
        let mut columns: Vec<Column<'_>> =
            aggregates.iter().map(|a| Column::of(a, &group.rows, at)).collect();
        for part in windows(&group.rows, window) {
            let mut row = windowed.row(part.clone());
            for column in &mut columns {
                let value = if shaken || !row.certain {
                    Datum::Unknown
                } else {
                    column.value(part.clone())
                };
                row.set(&column.aggregate.name, Some(value));
            }
            out.push(row);
        }
    }
    out
}

/// Each window that holds a row of the group, as a part of the group's rows, which are in order of
/// time.
fn windows(rows: &[Row], window: &Window) -> Vec<Range<usize>> {
    let millis = |d: rulescope_ir::Duration| i64::try_from(d.millis).unwrap_or(i64::MAX);
    match window {
        Window::Whole => std::iter::once(0..rows.len()).collect(),
        Window::Tumbling { size } => hopping(rows, millis(*size).max(1), millis(*size).max(1)),
        Window::Hopping { size, step } => hopping(rows, millis(*size).max(1), millis(*step).max(1)),
        Window::Sliding { size } => rows
            .iter()
            .map(|last| {
                let from = last.time.saturating_sub(millis(*size));
                let start = rows.partition_point(|r| r.time < from);
                start..rows.partition_point(|r| r.time <= last.time)
            })
            .collect(),
        Window::Session { gap } => {
            let mut out: Vec<Range<usize>> = Vec::new();
            for (i, row) in rows.iter().enumerate() {
                match out.last_mut() {
                    Some(session)
                        if row.time.saturating_sub(rows[session.end - 1].time) <= millis(*gap) =>
                    {
                        session.end = i + 1;
                    }
                    _ => out.push(i..i + 1),
                }
            }
            out
        }
    }
}

/// Windows from every multiple of the step (included) to a size later (left out).
fn hopping(rows: &[Row], size: i64, step: i64) -> Vec<Range<usize>> {
    let mut starts = BTreeSet::new();
    for row in rows {
        let mut start = row.time.div_euclid(step) * step;
        while row.time < start.saturating_add(size) && starts.insert(start) {
            let Some(before) = start.checked_sub(step) else { break };
            start = before;
        }
    }
    starts
        .into_iter()
        .map(|start| {
            let end = start.saturating_add(size);
            rows.partition_point(|r| r.time < start)..rows.partition_point(|r| r.time < end)
        })
        .collect()
}

/// The rows of a group's windows without their aggregates, which share one list of events where
/// each row of the group has one event.
struct Windowed<'g> {
    group: &'g Group,
    events: Option<Arc<[usize]>>,
}

impl Windowed<'_> {
    fn of(group: &Group) -> Windowed<'_> {
        let rows = &group.rows;
        let single = rows.iter().all(|r| r.events.len() == 1)
            && rows.windows(2).all(|pair| pair[0].events[0] < pair[1].events[0]);
        let events = single.then(|| rows.iter().map(|r| r.events[0]).collect());
        Windowed { group, events }
    }

    fn row(&self, part: Range<usize>) -> Row {
        let rows = &self.group.rows[part.clone()];
        let fields = self.group.fields.clone();
        let mut row = match &self.events {
            Some(events) => Row {
                // In order of time the last is the latest.
                time: rows.last().map_or(i64::MIN, |r| r.time),
                events: Places::part(events, part),
                fields,
                base: None,
                blurred: false,
                certain: rows.iter().all(|r| r.certain),
            },
            None => Row::of_rows(rows, fields),
        };
        row.certain &= !self.group.unknown;
        row
    }
}

/// An aggregate's values of a group's rows, each computed once however many windows it lies in.
struct Column<'a> {
    aggregate: &'a Aggregate,
    /// By row: `None` where its filter keeps the row out, unknown where it may.
    values: Vec<Option<Option<Datum>>>,
    /// The texts of the last window's values, each with how often it is there; windows move on in
    /// time, so that the next one is made of this one.
    texts: BTreeMap<String, usize>,
    counted: Range<usize>,
}

impl<'a> Column<'a> {
    fn of(aggregate: &'a Aggregate, rows: &[Row], at: &Position<'_>) -> Column<'a> {
        let value = |row: &Row| match &aggregate.argument {
            Some(argument) => at.value(argument, row),
            None => Some(Datum::Bool(true)),
        };
        let of =
            |row: &Row| match aggregate.filter.as_ref().map_or(Truth::True, |e| at.truth(e, row)) {
                Truth::False => None,
                Truth::Unknown => Some(Some(Datum::Unknown)),
                Truth::True => Some(value(row)),
            };
        let values = rows.iter().map(of).collect();
        Column { aggregate, values, texts: BTreeMap::new(), counted: 0..0 }
    }

    /// The aggregate of a part of the rows.
    fn value(&mut self, part: Range<usize>) -> Datum {
        let plain = self.aggregate.argument.is_none() && self.aggregate.filter.is_none();
        if self.aggregate.function == AggregateFn::Count && plain {
            return Datum::int(part.len() as i128);
        }
        if self.aggregate.function == AggregateFn::CountDistinct {
            return self.distinct(part);
        }
        let values: Vec<Option<Datum>> = self.values[part].iter().flatten().cloned().collect();
        of_values(&self.aggregate.function, &values)
    }

    fn distinct(&mut self, part: Range<usize>) -> Datum {
        let old = self.counted.clone();
        let moves_on = old.start <= part.start && part.start <= old.end && old.end <= part.end;
        if moves_on {
            (old.start..part.start).for_each(|i| self.count(i, false));
            (old.end..part.end).for_each(|i| self.count(i, true));
        } else {
            self.texts.clear();
            part.clone().for_each(|i| self.count(i, true));
        }
        self.counted = part;
        if self.texts.contains_key(UNKNOWN) {
            return Datum::Unknown;
        }
        Datum::int(self.texts.len() as i128)
    }

    /// Counts the values of a row, or takes them away again.
    fn count(&mut self, row: usize, add: bool) {
        let Some(Some(value)) = &self.values[row] else { return };
        let texts: Vec<String> = if value.is_unknown() {
            vec![UNKNOWN.to_owned()]
        } else {
            value.elements().into_iter().map(Datum::display).collect()
        };
        for text in texts {
            if add {
                *self.texts.entry(text).or_default() += 1;
            } else if let Some(count) = self.texts.get_mut(&text) {
                *count -= 1;
                if *count == 0 {
                    self.texts.remove(&text);
                }
            }
        }
    }
}

/// What no value's text is: it stands for one that may be any.
const UNKNOWN: &str = "\u{0}unknown\u{0}";

/// An aggregate of values in order of time, of which some are absent. Of a value that is a list
/// `CountDistinct`, `Values` and `List` take every element, the others the first.
pub(crate) fn of_values(function: &AggregateFn, values: &[Option<Datum>]) -> Datum {
    let present: Vec<&Datum> = values.iter().flatten().collect();
    if present.iter().any(|v| v.is_unknown()) {
        return Datum::Unknown;
    }
    let firsts: Vec<&Datum> = present.iter().filter_map(|v| v.first()).collect();
    let all: Vec<&Datum> = present.iter().flat_map(|v| v.elements()).collect();
    let numbers: Vec<Number> = firsts.iter().filter_map(|v| v.number()).collect();
    let copy = |v: Option<&&Datum>| v.map_or(Datum::Null, |v| (*v).clone());
    match function {
        AggregateFn::Count => Datum::int(firsts.len() as i128),
        AggregateFn::CountDistinct => Datum::int(distinct(&all).len() as i128),
        AggregateFn::Sum if numbers.is_empty() => Datum::Null,
        AggregateFn::Sum => arithmetic::sum(&numbers),
        AggregateFn::Average if numbers.is_empty() => Datum::Null,
        AggregateFn::Average => {
            let sum = arithmetic::sum(&numbers).number().map_or(f64::NAN, |n| n.as_f64());
            Datum::float(sum / numbers.len() as f64)
        }
        AggregateFn::Min => copy(firsts.iter().min_by(|a, b| a.compare(b))),
        AggregateFn::Max => copy(firsts.iter().max_by(|a, b| a.compare(b))),
        AggregateFn::Median => arithmetic::quantile(&numbers, 0.5),
        AggregateFn::Percentile(n) => arithmetic::quantile(&numbers, n.as_f64() / 100.0),
        AggregateFn::StandardDeviation => arithmetic::deviation(&numbers),
        AggregateFn::Values => Datum::List(distinct(&all)),
        AggregateFn::List => Datum::List(all.into_iter().cloned().collect()),
        AggregateFn::First => copy(firsts.first()),
        AggregateFn::Last => copy(firsts.last()),
    }
}

/// The values without repetitions of their text, sorted.
fn distinct(values: &[&Datum]) -> Vec<Datum> {
    let mut out: Vec<Datum> = values.iter().map(|v| (*v).clone()).collect();
    out.sort_by(Datum::compare);
    out.dedup_by(|a, b| a.display() == b.display());
    out
}

/// An aggregate of rows; null where there is nothing to compute it of. `truth` and `of` read a row.
pub(crate) fn aggregated<R>(
    aggregate: &Aggregate,
    rows: &[R],
    truth: impl Fn(&rulescope_ir::Expr, &R) -> Truth,
    of: impl Fn(&rulescope_ir::Value, &R) -> Option<Datum>,
) -> Datum {
    let mut values = Vec::new();
    for row in rows {
        match aggregate.filter.as_ref().map_or(Truth::True, |e| truth(e, row)) {
            Truth::False => continue,
            Truth::Unknown => return Datum::Unknown,
            Truth::True => {}
        }
        values.push(match &aggregate.argument {
            Some(argument) => of(argument, row),
            None => Some(Datum::Bool(true)),
        });
    }
    of_values(&aggregate.function, &values)
}
