//! Events for groups: as many rows of the same keys as a threshold wants, with the arguments that it
//! wants.

use rulescope_ir::{
    Aggregate, AggregateFn, Expr, Key, Pattern, Predicate, Quantifier, Subject, Value, Window,
};

use super::keys::{self, Part, Thresholds, is, is_none_of, is_there, one_after_another, read};
use super::reason::Reason;
use super::rows::{Above, EVENTS, Ground, events as events_of};
use super::vary::{VARIED, Varied};
use crate::datum::Datum;
use crate::event::Event;

/// How rows of a group differ.
#[derive(Debug, Clone, Copy)]
struct Plan {
    /// How many rows (for each filter of an aggregate).
    rows: usize,
    /// How many of them have arguments of their own.
    distinct: usize,
    /// The value of arguments that are computed with.
    number: Option<u64>,
}

/// Events of a group that the conditions above let through.
pub(super) fn events(
    input: &Pattern,
    keys: &[Key],
    aggregates: &[Aggregate],
    window: &Window,
    above: &Above<'_>,
    ground: &Ground<'_>,
) -> Result<Vec<Event>, Reason> {
    let ground = ground.within(match window {
        Window::Whole => None,
        Window::Tumbling { size } | Window::Hopping { size, .. } | Window::Sliding { size } => {
            Some(*size)
        }
        Window::Session { gap } => Some(*gap),
    });
    let group = Group { input, keys, aggregates, asked: asked(aggregates, above) };
    let thresholds = Thresholds::of(above.conditions.iter().map(|c| &*c.expr));
    let mut trouble = None;
    for plan in plans(aggregates, &thresholds) {
        match group.rows(plan, &ground) {
            Ok(found) if above.accepts(&found, &ground)? => return Ok(found),
            Ok(_) => {}
            Err(reason) => trouble = trouble.or(Some(reason)),
        }
    }
    if let Some(most) = thresholds.numbers().find(|n| *n > EVENTS as u64) {
        return Err(Reason::TooLarge { text: format!("{most} events") });
    }
    Err(trouble.unwrap_or_else(|| above.refused()))
}

fn is_distinct(aggregate: &Aggregate) -> bool {
    matches!(
        aggregate.function,
        AggregateFn::CountDistinct | AggregateFn::Values | AggregateFn::List
    )
}

fn is_computed(aggregate: &Aggregate) -> bool {
    match aggregate.function {
        AggregateFn::Sum
        | AggregateFn::Average
        | AggregateFn::Min
        | AggregateFn::Max
        | AggregateFn::Median
        | AggregateFn::Percentile(_) => true,
        AggregateFn::Count
        | AggregateFn::CountDistinct
        | AggregateFn::StandardDeviation
        | AggregateFn::Values
        | AggregateFn::List
        | AggregateFn::First
        | AggregateFn::Last => false,
    }
}

/// The plans to try, the likeliest first.
fn plans(aggregates: &[Aggregate], thresholds: &Thresholds) -> Vec<Plan> {
    let mut out = Vec::new();
    let distinct = aggregates.iter().any(is_distinct);
    let computed = aggregates.iter().any(is_computed);
    let mut sizes = thresholds.sizes();
    if computed && !distinct && !aggregates.iter().any(|a| a.function == AggregateFn::Count) {
        // The rows' values decide, not how many there are.
        sizes.retain(|n| *n > 2);
        sizes.splice(0..0, [1, 2]);
    }
    for rows in sizes.iter().copied().filter(|n| *n <= EVENTS) {
        let mut kinds = if distinct { vec![rows] } else { vec![1] };
        kinds.extend(sizes.iter().copied().filter(|d| distinct && *d < rows));
        let mut values = vec![None];
        if computed {
            let share = |n: u64| n.div_ceil(rows as u64);
            let near = |n: u64| [n, n.saturating_add(1), n.saturating_sub(1)];
            values = thresholds.numbers().flat_map(near).map(Some).collect();
            values.extend(thresholds.numbers().map(|n| Some(share(n))));
            values.push(None);
        }
        for distinct in kinds {
            out.extend(values.iter().map(|number| Plan { rows, distinct, number: *number }));
        }
    }
    out
}

/// What is asked above of values that an aggregate takes from its rows, asked of the rows.
fn asked(aggregates: &[Aggregate], above: &Above<'_>) -> Vec<Expr> {
    let mut out = Vec::new();
    for condition in &above.conditions {
        let parts = match &*condition.expr {
            Expr::All(of) => of.as_slice(),
            one => std::slice::from_ref(one),
        };
        for part in parts {
            let Expr::Predicate(p) = part else { continue };
            let taken = |a: &&Aggregate| {
                let from_rows = match a.function {
                    AggregateFn::Min
                    | AggregateFn::Max
                    | AggregateFn::Values
                    | AggregateFn::List
                    | AggregateFn::First
                    | AggregateFn::Last => true,
                    AggregateFn::Count
                    | AggregateFn::CountDistinct
                    | AggregateFn::Sum
                    | AggregateFn::Average
                    | AggregateFn::Median
                    | AggregateFn::Percentile(_)
                    | AggregateFn::StandardDeviation => false,
                };
                from_rows && p.field().is_some_and(|f| f.name() == a.name)
            };
            if p.negated || (p.quantifier == Quantifier::All && p.values.len() > 1) {
                continue;
            }
            let Some(argument) = aggregates.iter().find(taken).and_then(|a| a.argument.as_ref())
            else {
                continue;
            };
            let subject = match argument {
                Value::Field(field) => Subject::Field(field.clone()),
                other => Subject::Value(other.clone()),
            };
            out.push(Expr::Predicate(Predicate { subject, ..p.clone() }));
        }
    }
    out
}

struct Group<'p> {
    input: &'p Pattern,
    keys: &'p [Key],
    aggregates: &'p [Aggregate],
    asked: Vec<Expr>,
}

impl Group<'_> {
    fn rows(&self, plan: Plan, ground: &Ground<'_>) -> Result<Vec<Event>, Reason> {
        let mut filters: Vec<Option<&Expr>> =
            self.aggregates.iter().map(|a| a.filter.as_deref()).collect();
        if filters.iter().any(Option::is_some) {
            filters.retain(Option::is_some);
        }
        filters.sort();
        filters.dedup();
        if filters.is_empty() {
            filters.push(None);
        }
        let arguments = |wanted: fn(&Aggregate) -> bool| {
            let of = self.aggregates.iter().filter(move |a| wanted(a));
            of.filter_map(|a| a.argument.clone()).collect::<Vec<Value>>()
        };
        let distinct = arguments(is_distinct);
        let mut conditions = self.asked.clone();
        conditions.extend(arguments(|_| true).iter().filter_map(is_there));
        if let Some(number) = plan.number {
            let number = Datum::int(number.into());
            conditions.extend(arguments(is_computed).iter().filter_map(|v| is(v, &number)));
        }
        let shared: Vec<Option<Value>> =
            self.keys.iter().filter(|k| !k.keep_missing).map(|k| Some(k.value.clone())).collect();
        let mut known: Vec<Option<Datum>> = vec![None; shared.len()];
        let mut used: Vec<Vec<Datum>> = vec![Vec::new(); distinct.len()];
        let mut rows: Vec<Vec<Event>> = Vec::new();
        for filter in filters {
            let first = rows.len();
            let mut own = conditions.clone();
            own.extend(filter.cloned());
            let part = |own| Part { pattern: keys::with(self.input, own), shared: shared.clone() };
            let mut varied = None;
            for i in 0..plan.rows {
                if i >= plan.distinct {
                    rows.push(rows[first + i % plan.distinct].clone());
                    continue;
                }
                if i > 0 {
                    if varied.is_none() && i <= VARIED {
                        let plain = part(own.clone()).sharing(&known);
                        varied = Varied::of(plain, &rows[rows.len() - 1], &distinct, ground);
                    }
                    let row = varied.as_ref().and_then(|v| v.by(i + 1, &mut used, ground));
                    if let Some(row) = row {
                        rows.push(row);
                        continue;
                    }
                }
                let mut apart = own.clone();
                apart
                    .extend(distinct.iter().zip(&used).filter_map(|(v, used)| is_none_of(v, used)));
                let pattern = part(apart).sharing(&known);
                let found = events_of(&pattern, ground)?;
                let values: Vec<Value> =
                    shared.iter().flatten().chain(&distinct).cloned().collect();
                let mut values = read(&pattern, &found, &values, ground);
                let of_row = values.split_off(shared.len());
                if rows.is_empty() {
                    known =
                        values.into_iter().map(|v| v.and_then(|v| v.first().cloned())).collect();
                }
                for (used, value) in used.iter_mut().zip(of_row) {
                    used.extend(value.and_then(|v| v.first().cloned()));
                }
                rows.push(found);
                if rows.iter().map(Vec::len).sum::<usize>() > 4 * EVENTS {
                    return Err(Reason::TooLarge { text: format!("{} rows", plan.rows) });
                }
            }
        }
        Ok(one_after_another(rows, ground))
    }
}
