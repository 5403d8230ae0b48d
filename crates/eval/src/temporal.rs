//! Events of several variables that share keys within a time.
//!
//! - A variable is *wanted* where the condition asks for at least some of its events under an even
//!   number of negations. A wanted row at `t` ends the window `[t - within, t]`; the pattern is asked
//!   at each of them, so that a condition that stays true is given at each wanted row anew. A
//!   condition that asks for no variable's events (only for aggregates) is asked at every row.
//! - Every combination of the join keys' values that the window's rows have is asked by itself. A
//!   row of a variable takes part where each key that names the variable has its value.
//! - Under an odd number of negations the events are counted further: wherever one more event would
//!   still be within `within` of all wanted rows of the window, so from `t - within` to `first + within`.
//!   What must not be there is thus decided when the span is over or the log ends.
//! - Ordered: the events of the wanted variables, each as often as it is asked for, can be picked
//!   one after another, each later in the order of time and of the list, in the variables' order;
//!   wanted variables that have none in the window are left out (one side of an `any`).
//! - An aggregate reads a field of a row by its name, or of one variable's rows only by
//!   `<variable>.<name>`; `count(variable)` is the number of its events in the window.
//! - The row has the join keys, the aggregates, and the events of the wanted variables.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rulescope_ir::{Aggregate, Duration, JoinKey, Occurrence, Variable};

use crate::aggregate::aggregated;
use crate::datum::Datum;
use crate::env::Env;
use crate::expr::eval_expr;
use crate::group::Mark;
use crate::places::Places;
use crate::rows::{Position, Row};
use crate::truth::Truth;
use crate::value::eval_value;

pub(crate) struct Wanted<'a> {
    pub(crate) variables: &'a [Variable],
    pub(crate) join: &'a [JoinKey],
    pub(crate) within: Duration,
    pub(crate) ordered: bool,
    pub(crate) condition: &'a Occurrence,
}

/// Values of join keys by name, each as it is compared.
type Keys = BTreeMap<String, (Mark, Datum)>;

/// A row of a variable.
#[derive(Clone)]
struct Item {
    variable: String,
    row: Row,
    /// Its values of the join keys that name the variable, each as it is compared.
    keys: Keys,
    /// Whether one of them is unknown: it may take part in any combination.
    unknown: bool,
}

impl Item {
    fn certain(&self) -> bool {
        self.row.certain && !self.unknown
    }

    /// Whether it takes part in a combination of keys.
    fn shares(&self, keys: &Keys) -> bool {
        self.unknown
            || self
                .keys
                .iter()
                .all(|(name, (mark, _))| keys.get(name).is_none_or(|(other, _)| other == mark))
    }
}

pub(crate) fn rows(wanted: &Wanted<'_>, aggregates: &[Aggregate], at: &Position<'_>) -> Vec<Row> {
    let mut items: Vec<Item> = wanted
        .variables
        .iter()
        .flat_map(|v| {
            at.rows(&v.pattern).into_iter().filter_map(|row| item(v, row, wanted.join, at))
        })
        .collect();
    items.sort_by_key(|i| i.row.place());
    let mut needs = BTreeMap::new();
    if needed(wanted.condition, false, &mut needs) == 0 {
        needs = wanted.variables.iter().map(|v| (v.name.clone(), 0)).collect();
    }
    let within = i64::try_from(wanted.within.millis).unwrap_or(i64::MAX);
    let anchors: BTreeSet<_> = items
        .iter()
        .filter(|i| needs.contains_key(&i.variable))
        .map(|i| (i.row.place(), i.row.certain))
        .collect();
    let mut out = Vec::new();
    let mut asked = BTreeSet::new();
    let mut lists: BTreeMap<Vec<(String, Mark)>, List> = BTreeMap::new();
    for (place, _) in anchors {
        let (end, start) = (place.0, place.0.saturating_sub(within));
        // No row that is within the span of another of the window is later.
        let reach = end.saturating_add(within);
        // In order of their places.
        let first = items.partition_point(|i| i.row.time < start);
        let last = items.partition_point(|i| i.row.place() <= place);
        let all: Vec<&Item> = items[first..last].iter().collect();
        let here = all.iter().filter(|i| needs.contains_key(&i.variable));
        for keys in combinations(here, wanted.join) {
            let named = keys.iter().map(|(name, (mark, _))| (name.clone(), mark.clone()));
            let question = (place, named.collect::<Vec<_>>());
            if !asked.insert(question.clone()) {
                continue;
            }
            let list = lists.entry(question.1).or_insert_with(|| List::of(&items, &keys, &needs));
            let latest = last + items[last..].partition_point(|i| i.row.time <= reach);
            let window = Window {
                items: all.iter().copied().filter(|i| i.shares(&keys)).collect(),
                around: items[first..latest].iter().filter(|i| i.shares(&keys)).collect(),
                end,
                within,
                needs: &needs,
                events: list.between(start, place),
            };
            // The window's last row has to be of these keys.
            if window.items.iter().any(|i| i.row.place() == place) {
                out.extend(window.answer(wanted, aggregates, &keys, at));
            }
        }
    }
    out
}

/// The events of the wanted rows of one combination of keys, which all windows over them share.
struct List {
    places: Vec<(i64, Option<usize>)>,
    /// `None` where a row has several events, or two have the same.
    events: Option<Arc<[usize]>>,
}

impl List {
    fn of(items: &[Item], keys: &Keys, needs: &BTreeMap<String, u64>) -> List {
        let wanted = |i: &&Item| needs.contains_key(&i.variable) && i.shares(keys);
        let of: Vec<&Item> = items.iter().filter(wanted).collect();
        let single = of.iter().all(|i| i.row.events.len() == 1)
            && of.windows(2).all(|pair| pair[0].row.events[0] < pair[1].row.events[0]);
        List {
            places: of.iter().map(|i| i.row.place()).collect(),
            events: single.then(|| of.iter().map(|i| i.row.events[0]).collect()),
        }
    }

    /// The events from a time on, up to a place.
    fn between(&self, start: i64, end: (i64, Option<usize>)) -> Option<Places> {
        let from = self.places.partition_point(|place| place.0 < start);
        let to = self.places.partition_point(|place| *place <= end);
        self.events.as_ref().map(|events| Places::part(events, from..to))
    }
}

/// The row as the variable's; `None` where a join key of the variable is absent.
fn item(variable: &Variable, row: Row, join: &[JoinKey], at: &Position<'_>) -> Option<Item> {
    let mut keys = BTreeMap::new();
    for key in join {
        if let Some(value) = key.values.get(&variable.name) {
            let value = at.value(value, &row)?;
            keys.insert(key.name.clone(), (Mark::of(&value), value));
        }
    }
    let unknown = keys.values().any(|(_, value)| value.is_unknown());
    Some(Item { variable: variable.name.clone(), row, keys, unknown })
}

/// How many events of each variable are wanted: the most that is asked for under an even number of
/// negations. Gives how often the condition asks for a variable at all.
fn needed(condition: &Occurrence, negated: bool, out: &mut BTreeMap<String, u64>) -> usize {
    match condition {
        Occurrence::All(of) | Occurrence::Any(of) => {
            of.iter().map(|o| needed(o, negated, out)).sum()
        }
        Occurrence::Not(inner) => needed(inner, !negated, out),
        Occurrence::AtLeast { variable, count } => {
            if !negated {
                let most = out.entry(variable.clone()).or_default();
                *most = (*count).max(*most);
            }
            1
        }
        Occurrence::Truth(_) => 0,
    }
}

/// The combinations of the join keys' values that rows have.
fn combinations<'i>(
    items: impl Iterator<Item = &'i &'i Item> + Clone,
    join: &[JoinKey],
) -> Vec<Keys> {
    let mut out = vec![BTreeMap::new()];
    for key in join {
        let mut values: BTreeMap<&Mark, &Datum> = BTreeMap::new();
        for (mark, value) in items.clone().filter_map(|i| i.keys.get(&key.name)) {
            if !value.is_unknown() {
                values.insert(mark, value);
            }
        }
        if values.is_empty() {
            // No wanted row says: any value will do.
            continue;
        }
        out = out
            .into_iter()
            .flat_map(|keys| {
                values.iter().map(move |(mark, value)| {
                    let mut keys = keys.clone();
                    keys.insert(key.name.clone(), ((*mark).clone(), (*value).clone()));
                    keys
                })
            })
            .collect();
    }
    out
}

/// The rows of one combination of keys that a wanted row ends the window of.
struct Window<'i> {
    /// Those in the window.
    items: Vec<&'i Item>,
    /// Those and all after it.
    around: Vec<&'i Item>,
    end: i64,
    within: i64,
    needs: &'i BTreeMap<String, u64>,
    /// The events of the wanted ones, where they are a part of a list.
    events: Option<Places>,
}

impl Window<'_> {
    fn answer(
        &self,
        wanted: &Wanted<'_>,
        aggregates: &[Aggregate],
        keys: &Keys,
        at: &Position<'_>,
    ) -> Option<Row> {
        let sure = self.items.iter().all(|i| i.certain());
        let counts = wanted.variables.iter().map(|v| {
            let count = self.items.iter().filter(|i| i.variable == v.name).count();
            (v.name.clone(), sure.then_some(count as u64))
        });
        let env = at.env.counted(counts.collect());
        let used: Vec<&Row> = self
            .items
            .iter()
            .filter(|i| self.needs.contains_key(&i.variable))
            .map(|i| &i.row)
            .collect();
        let fields = keys.iter().map(|(name, (_, value))| (name.clone(), value.clone())).collect();
        let mut row = match &self.events {
            Some(events) => Row {
                time: used.last().map_or(i64::MIN, |row| row.time),
                events: events.clone(),
                fields,
                base: None,
                blurred: false,
                certain: used.iter().all(|row| row.certain),
            },
            None => Row::of_rows(used, fields),
        };
        for aggregate in aggregates {
            let value = if sure {
                aggregated(
                    aggregate,
                    &self.items,
                    |e, i| eval_expr(e, &at.view(&i.row), &of(i, &env, at)),
                    |v, i| eval_value(v, &at.view(&i.row), &of(i, &env, at)),
                )
            } else {
                Datum::Unknown
            };
            row.set(&aggregate.name, Some(value));
        }
        let holds = self.holds(wanted.condition, false, &row, &env, at);
        let order = if wanted.ordered { self.in_order(wanted.variables) } else { Truth::True };
        match Truth::all([holds, order]) {
            Truth::True => Some(row),
            Truth::Unknown => Some(row.possible()),
            Truth::False => None,
        }
    }

    fn holds(
        &self,
        condition: &Occurrence,
        negated: bool,
        row: &Row,
        env: &Env,
        at: &Position<'_>,
    ) -> Truth {
        match condition {
            Occurrence::All(of) => {
                Truth::all(of.iter().map(|o| self.holds(o, negated, row, env, at)))
            }
            Occurrence::Any(of) => {
                Truth::any(of.iter().map(|o| self.holds(o, negated, row, env, at)))
            }
            Occurrence::Not(inner) => !self.holds(inner, !negated, row, env, at),
            Occurrence::AtLeast { variable, count } => {
                let of = |i: &&&Item| i.variable == *variable;
                let there: Vec<&Item> = if negated {
                    self.around.iter().filter(of).filter(|i| self.fits(i)).copied().collect()
                } else {
                    self.items.iter().filter(of).copied().collect()
                };
                Truth::at_least(
                    *count,
                    there.iter().map(|i| if i.certain() { Truth::True } else { Truth::Unknown }),
                )
            }
            Occurrence::Truth(expr) => eval_expr(expr, &at.view(row), env),
        }
    }

    /// Whether a row is within the span of all wanted rows of the window.
    fn fits(&self, item: &Item) -> bool {
        let wanted = self.items.iter().filter(|i| self.needs.contains_key(&i.variable));
        let first = wanted.map(|i| i.row.time).min().unwrap_or(self.end);
        item.row.time <= first.saturating_add(self.within)
    }

    fn in_order(&self, variables: &[Variable]) -> Truth {
        let certain: Vec<&Item> = self.items.iter().copied().filter(|i| i.certain()).collect();
        Truth::between(self.picked(&certain, variables), self.picked(&self.items, variables))
    }

    /// Whether the events can be picked in order: the earliest of each leave the most for the rest.
    fn picked(&self, items: &[&Item], variables: &[Variable]) -> bool {
        let mut last = None;
        for variable in variables {
            let Some(need) = self.needs.get(&variable.name) else { continue };
            let of: Vec<&&Item> = items.iter().filter(|i| i.variable == variable.name).collect();
            if of.is_empty() {
                continue;
            }
            for _ in 0..*need {
                let next = of.iter().find(|i| Some(i.row.place()) > last);
                let Some(next) = next else { return false };
                last = Some(next.row.place());
            }
        }
        true
    }
}

/// The surroundings in which an aggregate reads a row: its variable is the row.
fn of(item: &Item, env: &Env, at: &Position<'_>) -> Env {
    env.bound(&item.variable, at.view(&item.row).object())
}
