//! Groups: rows of the same keys, and rows in an order.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rulescope_ir::{Key, Order, Value};

use crate::datum::Datum;
use crate::rows::{Position, Row};

/// What values are grouped and joined by: their text, which of a list is its JSON. Text and number
/// of one reading are one key, and keys are compared with case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark(bool, String);

impl Mark {
    pub(crate) fn of(value: &Datum) -> Mark {
        Mark(matches!(value, Datum::List(_) | Datum::Object(_)), value.display())
    }
}

/// A value as it identifies a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Missing,
    Known(Mark),
    /// It may be any.
    Unknown,
}

impl Part {
    pub(crate) fn of(value: Option<&Datum>) -> Part {
        match value {
            None => Part::Missing,
            Some(value) if value.is_unknown() => Part::Unknown,
            Some(value) => Part::Known(Mark::of(value)),
        }
    }
}

/// Rows of the same keys.
pub(crate) struct Group {
    /// The keys by name; a missing one is null.
    pub(crate) fields: BTreeMap<String, Datum>,
    /// Whether a key is unknown.
    pub(crate) unknown: bool,
    /// The rows in order of time.
    pub(crate) rows: Vec<Row>,
}

/// Rows by their keys, in the keys' order, and the rows that a missing key keeps out.
pub(crate) fn grouped(rows: Vec<Row>, keys: &[Key], at: &Position<'_>) -> (Vec<Group>, Vec<Row>) {
    let mut groups: BTreeMap<Vec<Part>, Group> = BTreeMap::new();
    let mut out = Vec::new();
    for row in rows {
        let values: Vec<Option<Datum>> = keys.iter().map(|k| at.value(&k.value, &row)).collect();
        if keys.iter().zip(&values).any(|(key, value)| value.is_none() && !key.keep_missing) {
            out.push(row);
            continue;
        }
        let parts: Vec<Part> = values.iter().map(|v| Part::of(v.as_ref())).collect();
        let unknown = parts.contains(&Part::Unknown);
        let named = |(k, v): (&Key, Option<Datum>)| (k.name.clone(), v.unwrap_or(Datum::Null));
        groups
            .entry(parts)
            .or_insert_with(|| Group {
                fields: keys.iter().zip(values).map(named).collect(),
                unknown,
                rows: Vec::new(),
            })
            .rows
            .push(row);
    }
    (groups.into_values().collect(), out)
}

/// Values of a row by which rows are joined; `None` where one is absent.
pub(crate) fn joined(values: &[Value], row: &Row, at: &Position<'_>) -> Option<Vec<Part>> {
    values
        .iter()
        .map(|value| match Part::of(at.value(value, row).as_ref()) {
            Part::Missing => None,
            part => Some(part),
        })
        .collect()
}

/// Rows in an order: absent values last, then time. The second is whether a value of the order is
/// unknown.
pub(crate) fn ordered(rows: Vec<Row>, order: &[Order], at: &Position<'_>) -> (Vec<Row>, bool) {
    let mut keyed: Vec<(Vec<Option<Datum>>, Row)> = rows
        .into_iter()
        .map(|row| (order.iter().map(|o| at.value(&o.value, &row)).collect(), row))
        .collect();
    let unknown = keyed.iter().any(|(values, _)| values.iter().flatten().any(Datum::is_unknown));
    keyed.sort_by(|(a, ra), (b, rb)| {
        let by_value = order.iter().enumerate().map(|(i, o)| match (&a[i], &b[i]) {
            (Some(a), Some(b)) if o.descending => b.compare(a),
            (Some(a), Some(b)) => a.compare(b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
        by_value.fold(Ordering::Equal, Ordering::then).then_with(|| ra.place().cmp(&rb.place()))
    });
    (keyed.into_iter().map(|(_, row)| row).collect(), unknown)
}
