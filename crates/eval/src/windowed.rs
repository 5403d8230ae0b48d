//! Rows get values from the rows around them.
//!
//! A row without one of the keys stays, without the values. A partition that holds a possible row
//! has unknown values, and so has every partition where a key is unknown in one row.

use std::borrow::Cow;

use rulescope_ir::{Frame, Key, Order, WindowFn, WindowFunction};

use crate::aggregate::of_values;
use crate::datum::Datum;
use crate::group::{grouped, ordered};
use crate::rows::{Position, Row};

pub(crate) fn rows(
    rows: Vec<Row>,
    keys: &[Key],
    functions: &[WindowFunction],
    order: &[Order],
    at: &Position<'_>,
) -> Vec<Row> {
    let (groups, mut out) = grouped(rows, keys, at);
    for row in &mut out {
        functions.iter().for_each(|f| row.set(&f.name, None));
    }
    let shaken = groups.iter().any(|g| g.unknown);
    for group in groups {
        let (partition, unordered) = ordered(group.rows, order, at);
        let unknown = shaken || unordered || partition.iter().any(|r| !r.certain);
        let windows: Vec<Option<Window<'_>>> = functions
            .iter()
            .map(|f| (!unknown).then(|| Window::of(f, &partition, order.is_empty(), at)))
            .collect();
        for (i, row) in partition.iter().enumerate() {
            let mut with = row.clone();
            for (function, window) in functions.iter().zip(&windows) {
                let value =
                    window.as_ref().map_or(Some(Datum::Unknown), |w| w.value(&partition, i));
                with.set(&function.name, value);
            }
            out.push(with);
        }
    }
    out
}

/// A function over a partition.
struct Window<'f> {
    function: &'f WindowFn,
    frame: &'f Frame,
    /// Of each row.
    arguments: Vec<Option<Datum>>,
    /// What a frame of all rows gives, which is the same for each.
    whole: Option<Datum>,
    /// Whether the rows are in order of time.
    in_time: bool,
}

impl<'f> Window<'f> {
    fn of(f: &'f WindowFunction, partition: &[Row], in_time: bool, at: &Position<'_>) -> Self {
        let argument = |row: &Row| match &f.argument {
            Some(value) => at.value(value, row),
            None => Some(Datum::Bool(true)),
        };
        let arguments: Vec<Option<Datum>> = partition.iter().map(argument).collect();
        let whole = match (&f.function, &f.frame) {
            (WindowFn::Aggregate(function), Frame::Partition) => {
                Some(of_values(function, &arguments))
            }
            _ => None,
        };
        Window { function: &f.function, frame: &f.frame, arguments, whole, in_time }
    }

    fn value(&self, partition: &[Row], i: usize) -> Option<Datum> {
        match self.function {
            WindowFn::Aggregate(function) => match &self.whole {
                Some(whole) => whole.clone().present(),
                None => of_values(function, &self.framed(partition, i)).present(),
            },
            WindowFn::Lag(n) => self.arguments.get(i.checked_sub(*n as usize)?)?.clone(),
            WindowFn::Lead(n) => self.arguments.get(i.checked_add(*n as usize)?)?.clone(),
            WindowFn::RowNumber => Some(Datum::int(i as i128 + 1)),
        }
    }

    /// The arguments in the frame at a row. Those before it are those before it in the partition's
    /// order; a span counts to `t - span`, itself included.
    fn framed(&self, partition: &[Row], i: usize) -> Cow<'_, [Option<Datum>]> {
        let Frame::Preceding { rows, span, current } = self.frame else {
            return Cow::Borrowed(&self.arguments);
        };
        let end = if *current { i + 1 } else { i };
        let start = rows.map_or(0, |n| end.saturating_sub(n as usize));
        let Some(span) = span else { return Cow::Borrowed(&self.arguments[start..end]) };
        let millis = i64::try_from(span.millis).unwrap_or(i64::MAX);
        let oldest = partition[i].time.saturating_sub(millis);
        if self.in_time {
            let before = partition[start..end].partition_point(|r| r.time < oldest);
            return Cow::Borrowed(&self.arguments[start + before..end]);
        }
        let near = (start..end).filter(|at| partition[*at].time >= oldest);
        near.map(|at| self.arguments[at].clone()).collect()
    }
}
