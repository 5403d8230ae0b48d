//! Rows get values from the rows around them.
//!
//! A row without one of the keys stays, without the values. A partition that holds a possible row
//! has unknown values, and so has every partition where a key is unknown in one row.

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
        for (i, row) in partition.iter().enumerate() {
            let mut with = row.clone();
            for function in functions {
                let value =
                    if unknown { Some(Datum::Unknown) } else { value(function, &partition, i, at) };
                with.set(&function.name, value);
            }
            out.push(with);
        }
    }
    out
}

fn value(f: &WindowFunction, partition: &[Row], i: usize, at: &Position<'_>) -> Option<Datum> {
    let argument = |row: &Row| match &f.argument {
        Some(value) => at.value(value, row),
        None => Some(Datum::Bool(true)),
    };
    match &f.function {
        WindowFn::Aggregate(function) => {
            let values: Vec<Option<Datum>> =
                frame(&f.frame, partition, i).iter().map(argument).collect();
            of_values(function, &values).present()
        }
        WindowFn::Lag(n) => argument(partition.get(i.checked_sub(*n as usize)?)?),
        WindowFn::Lead(n) => argument(partition.get(i.checked_add(*n as usize)?)?),
        WindowFn::RowNumber => Some(Datum::int(i as i128 + 1)),
    }
}

/// The rows of the frame at a row. Those before it are those before it in the partition's order;
/// a span counts to `t - span`, itself included.
fn frame(frame: &Frame, partition: &[Row], i: usize) -> Vec<Row> {
    match frame {
        Frame::Partition => partition.to_vec(),
        Frame::Preceding { rows, span, current } => {
            let end = if *current { i + 1 } else { i };
            let start = rows.map_or(0, |n| end.saturating_sub(n as usize));
            let oldest = span.map(|s| {
                partition[i].time.saturating_sub(i64::try_from(s.millis).unwrap_or(i64::MAX))
            });
            partition[start..end]
                .iter()
                .filter(|r| oldest.is_none_or(|oldest| r.time >= oldest))
                .cloned()
                .collect()
        }
    }
}
