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

use rulescope_ir::{Aggregate, Duration, JoinKey, Occurrence, Variable};

use crate::aggregate::aggregated;
use crate::datum::Datum;
use crate::env::Env;
use crate::expr::eval_expr;
use crate::group::Mark;
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

/// A row of a variable.
#[derive(Clone)]
struct Item {
    variable: String,
    row: Row,
    /// Its values of the join keys that name the variable.
    keys: BTreeMap<String, Datum>,
    /// Whether one of them is unknown: it may take part in any combination.
    unknown: bool,
}

impl Item {
    fn certain(&self) -> bool {
        self.row.certain && !self.unknown
    }

    /// Whether it takes part in a combination of keys.
    fn shares(&self, keys: &BTreeMap<String, Datum>) -> bool {
        self.unknown
            || self.keys.iter().all(|(name, value)| {
                keys.get(name).is_none_or(|other| Mark::of(other) == Mark::of(value))
            })
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
    for (place, _) in anchors {
        let (end, start) = (place.0, place.0.saturating_sub(within));
        let all: Vec<&Item> =
            items.iter().filter(|i| start <= i.row.time && i.row.place() <= place).collect();
        let here = all.iter().filter(|i| needs.contains_key(&i.variable));
        for keys in combinations(here, wanted.join) {
            let question = (place, keys.values().map(Mark::of).collect::<Vec<_>>());
            if !asked.insert(question) {
                continue;
            }
            let window = Window {
                items: all.iter().copied().filter(|i| i.shares(&keys)).collect(),
                around: items.iter().filter(|i| start <= i.row.time && i.shares(&keys)).collect(),
                end,
                within,
                needs: &needs,
            };
            // The window's last row has to be of these keys.
            if window.items.iter().any(|i| i.row.place() == place) {
                out.extend(window.answer(wanted, aggregates, &keys, at));
            }
        }
    }
    out
}

/// The row as the variable's; `None` where a join key of the variable is absent.
fn item(variable: &Variable, row: Row, join: &[JoinKey], at: &Position<'_>) -> Option<Item> {
    let mut keys = BTreeMap::new();
    for key in join {
        if let Some(value) = key.values.get(&variable.name) {
            keys.insert(key.name.clone(), at.value(value, &row)?);
        }
    }
    let unknown = keys.values().any(Datum::is_unknown);
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
) -> Vec<BTreeMap<String, Datum>> {
    let mut out = vec![BTreeMap::new()];
    for key in join {
        let mut values: BTreeMap<Mark, &Datum> = BTreeMap::new();
        for value in items.clone().filter_map(|i| i.keys.get(&key.name)) {
            if !value.is_unknown() {
                values.insert(Mark::of(value), value);
            }
        }
        if values.is_empty() {
            // No wanted row says: any value will do.
            continue;
        }
        out = out
            .into_iter()
            .flat_map(|keys| {
                values.values().map(move |value| {
                    let mut keys = keys.clone();
                    keys.insert(key.name.clone(), (*value).clone());
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
}

impl Window<'_> {
    fn answer(
        &self,
        wanted: &Wanted<'_>,
        aggregates: &[Aggregate],
        keys: &BTreeMap<String, Datum>,
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
        let mut row = Row::of_rows(used, keys.clone());
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
