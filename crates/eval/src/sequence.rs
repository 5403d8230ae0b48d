//! Rows one after another, and samples: rows together in any order.
//!
//! The meaning is that of Elasticsearch's EQL, <https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax>,
//! sections "Sequences", "Missing events", "with runs statement", "until keyword", "Samples" and
//! "How sequence queries handle matches":
//!
//! - For every combination of keys one state machine, with at most one pending sequence a state. A
//!   row moves the pending sequence of the state before on, and takes the place of the one that is
//!   pending where it arrives: the most recent counts. So not every combination of rows is given.
//! - A row follows another when it is later in the order of time and then of the list; no row
//!   follows itself, so that one event never stands at two steps.
//! - All rows are within `max_span` of the first, `max_span` itself included.
//! - `runs` is the step written that many times.
//! - An `until` row between two rows of a sequence ends it; at or after the last row it does not.
//! - A missing step is asked of a finished sequence: between its neighbours there are fewer than
//!   `runs` such rows; before the first row from `last - max_span` on, after the last row up to
//!   `first + max_span`, at any time without a span. The log's end decides as the span's end does.
//! - A sample has one row for each step, no event twice, and is given once a combination of keys:
//!   the earliest rows in the order of the steps. `until` means nothing to it.

use std::collections::{BTreeMap, BTreeSet};

use rulescope_ir::{Duration, Step, Value};

use crate::datum::Datum;
use crate::group::{Part, joined};
use crate::rows::{Position, Row};
use crate::worlds::{there, worlds};

/// What a row is to a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Taken by the step of this place in the list.
    Step(usize),
    /// The end of what is pending.
    Until,
}

#[derive(Clone)]
struct Item {
    role: Role,
    row: Row,
    /// Whether it belongs to this combination of keys for certain.
    decided: bool,
}

struct Machine<'a> {
    steps: &'a [Step],
    max_span: Option<i64>,
    ordered: bool,
    at: &'a Position<'a>,
}

/// The rows of a sequence: their events, and the first step's keys where they are fields.
pub(crate) fn rows(
    steps: &[Step],
    max_span: Option<Duration>,
    until: Option<&Step>,
    ordered: bool,
    at: &Position<'_>,
) -> Vec<Row> {
    let max_span = max_span.map(|d| i64::try_from(d.millis).unwrap_or(i64::MAX));
    let machine = Machine { steps, max_span, ordered, at };
    let roles = steps.iter().enumerate().map(|(i, step)| (Role::Step(i), step));
    let mut taken: Vec<(Role, Vec<Part>, Row)> = Vec::new();
    for (role, step) in roles.chain(until.map(|step| (Role::Until, step))) {
        for row in at.rows(&step.pattern) {
            if let Some(key) = joined(&step.by, &row, at) {
                taken.push((role, key, row));
            }
        }
    }
    let known = |key: &Vec<Part>| !key.contains(&Part::Unknown);
    let positive = |role: &Role| matches!(role, Role::Step(i) if !steps[*i].missing);
    let mut keys: BTreeSet<&Vec<Part>> =
        taken.iter().filter(|(r, k, _)| positive(r) && known(k)).map(|(_, k, _)| k).collect();
    if keys.is_empty() {
        keys = taken.iter().filter(|(r, _, _)| positive(r)).map(|(_, k, _)| k).collect();
    }
    let mut out = Vec::new();
    for key in keys {
        // A step without keys of its own (an `until` or a missing one) is of every combination.
        let items: Vec<Item> = taken
            .iter()
            .filter(|(_, k, _)| k.is_empty() || k == key || !known(k))
            .map(|(role, k, row)| Item {
                role: *role,
                row: row.clone(),
                decided: row.certain && known(k),
            })
            .collect();
        let undecided = items.iter().filter(|i| !i.decided).count();
        out.extend(worlds(undecided, |choice| {
            let mut items = there(&items, |i| i.decided, choice);
            items.sort_by_key(|i| i.row.place());
            if machine.ordered { machine.sequences(&items) } else { machine.sample(&items) }
        }));
    }
    out
}

impl Machine<'_> {
    /// The positive steps, each as often as it runs.
    fn states(&self) -> Vec<usize> {
        let positive = self.steps.iter().enumerate().filter(|(_, step)| !step.missing);
        positive.flat_map(|(i, s)| std::iter::repeat_n(i, s.runs.max(1) as usize)).collect()
    }

    fn sequences(&self, items: &[Item]) -> Vec<Row> {
        let states = self.states();
        let mut pending: Vec<Option<Vec<Row>>> = vec![None; states.len()];
        let mut out = Vec::new();
        for here in items.chunk_by(|a, b| a.row.place() == b.row.place()) {
            // From the last state back, so that a row does not follow itself.
            for (state, step) in states.iter().enumerate().rev() {
                for item in here.iter().filter(|i| i.role == Role::Step(*step)) {
                    let before = match state.checked_sub(1) {
                        None => Vec::new(),
                        Some(previous) => match pending[previous].take() {
                            Some(before) => before,
                            None => continue,
                        },
                    };
                    if before.first().is_some_and(|first| !self.near(first, &item.row)) {
                        continue;
                    }
                    let mut chain = before;
                    chain.push(item.row.clone());
                    if state + 1 == states.len() {
                        out.extend(self.finished(&chain, items));
                    } else {
                        pending[state] = Some(chain);
                    }
                }
            }
            if here.iter().any(|i| i.role == Role::Until) {
                for chain in &mut pending {
                    chain.take_if(|c| {
                        c.last().map(Row::place) < here.first().map(|i| i.row.place())
                    });
                }
            }
        }
        out
    }

    fn near(&self, first: &Row, last: &Row) -> bool {
        self.max_span.is_none_or(|span| last.time.saturating_sub(first.time) <= span)
    }

    /// The row of a finished sequence, unless something that must be missing is there.
    fn finished(&self, chain: &[Row], items: &[Item]) -> Option<Row> {
        let (first, last) = (chain.first()?, chain.last()?);
        let mut next = 0;
        for (i, step) in self.steps.iter().enumerate() {
            let runs = step.runs.max(1) as usize;
            if !step.missing {
                next += runs;
                continue;
            }
            let after = next.checked_sub(1).map(|n| &chain[n]);
            let before = chain.get(next);
            let there = items.iter().filter(|item| {
                item.role == Role::Step(i)
                    && after.is_none_or(|a| a.place() < item.row.place())
                    && before.is_none_or(|b| item.row.place() < b.place())
                    && self.near(first, &item.row)
                    && self.near(&item.row, last)
            });
            if there.count() >= runs {
                return None;
            }
        }
        Some(self.made_of(chain, first))
    }

    fn made_of(&self, chain: &[Row], first: &Row) -> Row {
        let by = self.steps.iter().find(|s| !s.missing).map_or(&[][..], |s| s.by.as_slice());
        let mut fields: BTreeMap<String, Datum> = BTreeMap::new();
        for value in by {
            if let (Value::Field(field), Some(datum)) = (value, self.at.value(value, first)) {
                fields.insert(field.name().to_owned(), datum);
            }
        }
        Row::of_rows(chain, fields)
    }

    fn sample(&self, items: &[Item]) -> Vec<Row> {
        let absent = self.steps.iter().enumerate().all(|(i, step)| {
            let there = items.iter().filter(|item| item.role == Role::Step(i)).count();
            !step.missing || there < step.runs.max(1) as usize
        });
        let mut chosen = Vec::new();
        if !absent || !self.choose(&self.states(), items, &mut chosen) {
            return Vec::new();
        }
        chosen.first().map(|first| self.made_of(&chosen, first)).into_iter().collect()
    }

    /// Chooses a row for each state, the earliest that leaves one for the rest.
    fn choose(&self, states: &[usize], items: &[Item], chosen: &mut Vec<Row>) -> bool {
        let Some((step, rest)) = states.split_first() else { return true };
        for item in items.iter().filter(|i| i.role == Role::Step(*step)) {
            let apart = |row: &Row| row.place() != item.row.place();
            let near = |row: &Row| self.near(row, &item.row) && self.near(&item.row, row);
            if chosen.iter().all(|row| apart(row) && near(row)) {
                chosen.push(item.row.clone());
                if self.choose(rest, items, chosen) {
                    return true;
                }
                chosen.pop();
            }
        }
        false
    }
}
