//! Rows of the same keys joined into one, from a start to an end.
//!
//! The meaning follows Splunk's `transaction`,
//! <https://help.splunk.com/en/splunk-enterprise/spl-search-reference/10.0/search-commands/transaction>,
//! with the rows taken in order of time:
//!
//! - A start row opens a transaction and ends one that is open; without a start condition any row
//!   opens one. A row that opens nothing while nothing is open is left out.
//! - A row that comes later than `max_span` after the first row or `max_pause` after the last one
//!   (each itself included) is not taken: the open transaction is over before it.
//! - An end row is taken and closes the transaction: it is finished. Without an end condition a
//!   transaction is finished whenever it is over, also at the log's end.
//! - The row has the fields of its rows (where they differ, the list of distinct values in order of
//!   time), the keys, `duration` in seconds and `eventcount`.

use std::collections::BTreeMap;

use rulescope_ir::{Duration, Expr, Key};

use crate::datum::Datum;
use crate::group::grouped;
use crate::rows::{Position, Row};
use crate::truth::Truth;
use crate::worlds::{there, worlds};

pub(crate) struct Bounds<'a> {
    pub(crate) start: Option<&'a Expr>,
    pub(crate) end: Option<&'a Expr>,
    pub(crate) max_span: Option<Duration>,
    pub(crate) max_pause: Option<Duration>,
    pub(crate) keep_unfinished: bool,
}

/// A row with what it is to a transaction.
#[derive(Clone)]
struct Item {
    row: Row,
    start: Truth,
    end: Truth,
}

pub(crate) fn rows(
    rows: Vec<Row>,
    keys: &[Key],
    bounds: &Bounds<'_>,
    at: &Position<'_>,
) -> Vec<Row> {
    let (groups, _) = grouped(rows, keys, at);
    let shaken = groups.iter().any(|g| g.unknown);
    let mut out = Vec::new();
    for group in groups {
        let holds = |expr: Option<&Expr>, row: &Row| expr.map_or(Truth::True, |e| at.truth(e, row));
        let items: Vec<Item> = group
            .rows
            .into_iter()
            .map(|row| Item {
                start: holds(bounds.start, &row),
                end: if bounds.end.is_some() { holds(bounds.end, &row) } else { Truth::False },
                row,
            })
            .collect();
        // Three kinds of decisions: which rows are there, which start and which end.
        let rows_open = items.iter().filter(|i| !i.row.certain).count();
        let starts_open = items.iter().filter(|i| i.start == Truth::Unknown).count();
        let ends_open = items.iter().filter(|i| i.end == Truth::Unknown).count();
        let found = worlds(rows_open + starts_open + ends_open, |choice| {
            let (starts, rest) = choice.split_at(starts_open.min(choice.len()));
            let (ends, of_rows) = rest.split_at(ends_open.min(rest.len()));
            let (mut starts, mut ends) = (starts.iter(), ends.iter());
            let decide = |truth: Truth, next: &mut std::slice::Iter<'_, bool>| match truth {
                Truth::Unknown => next.next().copied().unwrap_or(true).into(),
                known => known,
            };
            let decided: Vec<Item> = items
                .iter()
                .map(|i| Item {
                    row: i.row.clone(),
                    start: decide(i.start, &mut starts),
                    end: decide(i.end, &mut ends),
                })
                .collect();
            let decided = there(&decided, |i| i.row.certain, of_rows);
            transactions(&decided, bounds)
                .iter()
                .map(|rows| made_of(rows, &group.fields, at))
                .collect()
        });
        out.extend(found.into_iter().map(|row| if shaken { row.possible() } else { row }));
    }
    out
}

fn transactions(items: &[Item], bounds: &Bounds<'_>) -> Vec<Vec<Row>> {
    let millis = |d: Duration| i64::try_from(d.millis).unwrap_or(i64::MAX);
    let late = |from: &Row, row: &Row, most: Option<Duration>| {
        most.is_some_and(|most| row.time.saturating_sub(from.time) > millis(most))
    };
    let mut out = Vec::new();
    let mut open: Vec<Row> = Vec::new();
    let over = |open: &mut Vec<Row>, out: &mut Vec<Vec<Row>>| {
        let rows = std::mem::take(open);
        if !rows.is_empty() && (bounds.end.is_none() || bounds.keep_unfinished) {
            out.push(rows);
        }
    };
    for item in items {
        let starts = bounds.start.is_some() && item.start == Truth::True;
        let too_late = open.first().is_some_and(|r| late(r, &item.row, bounds.max_span))
            || open.last().is_some_and(|r| late(r, &item.row, bounds.max_pause));
        if starts || too_late {
            over(&mut open, &mut out);
        }
        if open.is_empty() && bounds.start.is_some() && !starts {
            continue;
        }
        open.push(item.row.clone());
        if item.end == Truth::True {
            out.push(std::mem::take(&mut open));
        }
    }
    over(&mut open, &mut out);
    out
}

fn made_of(rows: &[Row], keys: &BTreeMap<String, Datum>, at: &Position<'_>) -> Row {
    let mut values: BTreeMap<String, Vec<Datum>> = BTreeMap::new();
    for row in rows {
        if let Datum::Object(members) = at.view(row).object() {
            for (name, value) in members {
                let known = values.entry(name).or_default();
                for element in value.elements() {
                    if !known.contains(element) {
                        known.push(element.clone());
                    }
                }
            }
        }
    }
    let mut fields: BTreeMap<String, Datum> = values
        .into_iter()
        .map(|(name, mut list)| match list.len() {
            1 => (name, list.remove(0)),
            _ => (name, Datum::List(list)),
        })
        .collect();
    fields.extend(keys.clone());
    let span = match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => last.time.saturating_sub(first.time),
        _ => 0,
    };
    fields.insert("duration".to_owned(), Datum::float(span as f64 / 1000.0));
    fields.insert("eventcount".to_owned(), Datum::int(rows.len() as i128));
    let mut row = Row::of_rows(rows, fields);
    row.blurred = rows.iter().any(|r| r.blurred);
    row
}
