//! Nodes that keep some of their rows: new terms, first of a kind, first in an order.

use std::collections::{BTreeMap, BTreeSet};

use rulescope_ir::{Duration, Key, Order, Value};

use crate::datum::Datum;
use crate::group::{Mark, grouped, ordered};
use crate::rows::{Position, Row};
use crate::worlds::{there, worlds};

fn undecided(rows: &[Row]) -> usize {
    rows.iter().filter(|r| !r.certain).count()
}

/// The rows with a combination of the fields' values that no earlier row of the history has: one
/// whose time is not before `t - history`. A field of several values has all combinations; a row
/// without one of the fields is never new. Before the log's start nothing was seen.
pub(crate) fn new_terms(
    rows: Vec<Row>,
    fields: &[Value],
    history: Duration,
    at: &Position<'_>,
) -> Vec<Row> {
    let history = i64::try_from(history.millis).unwrap_or(i64::MAX);
    let values =
        |row: &Row| -> Option<Vec<Datum>> { fields.iter().map(|v| at.value(v, row)).collect() };
    let rows: Vec<Row> = rows.into_iter().filter(|row| values(row).is_some()).collect();
    if rows.iter().filter_map(values).flatten().any(|d| d.is_unknown()) {
        return rows.into_iter().map(Row::possible).collect();
    }
    worlds(undecided(&rows), |choice| {
        let mut seen: BTreeMap<Vec<Mark>, i64> = BTreeMap::new();
        let mut out = Vec::new();
        for row in there(&rows, |r| r.certain, choice) {
            let values = values(&row).unwrap_or_default();
            let oldest = row.time.saturating_sub(history);
            let mut new = false;
            for combination in combinations(&values) {
                new |= seen.get(&combination).is_none_or(|time| *time < oldest);
                seen.insert(combination, row.time);
            }
            if new {
                out.push(row);
            }
        }
        out
    })
}

fn combinations(values: &[Datum]) -> BTreeSet<Vec<Mark>> {
    let mut out = BTreeSet::from([Vec::new()]);
    for value in values {
        let marks: Vec<Mark> = value.elements().into_iter().map(Mark::of).collect();
        out = out
            .iter()
            .flat_map(|before: &Vec<Mark>| {
                marks.iter().map(|mark| before.iter().chain([mark]).cloned().collect())
            })
            .collect();
    }
    out
}

/// The first row of every combination of keys.
pub(crate) fn dedup(rows: Vec<Row>, keys: &[Key], at: &Position<'_>) -> Vec<Row> {
    let (groups, _) = grouped(rows, keys, at);
    if groups.iter().any(|g| g.unknown) {
        // Any row may be the first of its keys.
        return groups.into_iter().flat_map(|g| g.rows).map(Row::possible).collect();
    }
    groups
        .into_iter()
        .flat_map(|group| {
            worlds(undecided(&group.rows), |choice| {
                there(&group.rows, |r| r.certain, choice).into_iter().take(1).collect()
            })
        })
        .collect()
}

/// The first rows in an order.
pub(crate) fn limit(rows: Vec<Row>, order: &[Order], count: u64, at: &Position<'_>) -> Vec<Row> {
    let (rows, unordered) = ordered(rows, order, at);
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if unordered && rows.len() > count {
        return rows.into_iter().map(Row::possible).collect();
    }
    worlds(undecided(&rows), |choice| {
        there(&rows, |r| r.certain, choice).into_iter().take(count).collect()
    })
}
