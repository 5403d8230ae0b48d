//! Events for groups: as many rows of the same keys as a threshold wants, with the arguments that it
//! wants.

use rulescope_ir::{
    Aggregate, AggregateFn, Expr, Function, Key, Number, Op, Pattern, Predicate, Quantifier,
    Subject, Value, Window,
};

use super::keys::Thresholds;
use super::members::{Members, Plan, is_computed, is_distinct};
use super::reason::Reason;
use super::rows::{Above, EVENTS, Ground};
use crate::event::Event;

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
    if let Some(least) = least(aggregates, above).filter(|n| *n > EVENTS as f64) {
        return Err(Reason::TooLarge { text: format!("{least} events") });
    }
    let thresholds = Thresholds::of(above.conditions.iter().map(|c| &*c.expr));
    let read = above.names();
    // When events happen is not chosen by these numbers.
    let is_time =
        |a: &Aggregate| matches!(&a.argument, Some(Value::Call { function: Function::Time, .. }));
    let computed = |a: &Aggregate| is_computed(a) && read.contains(&a.name) && !is_time(a);
    let mut members =
        Members::new(input, keys, aggregates, &computed, asked(aggregates, above), &ground);
    let mut trouble = None;
    for plan in plans(aggregates, &computed, &thresholds) {
        match members.rows(plan) {
            Ok(found) if above.accepts(&found, &ground)? => return Ok(found),
            Ok(_) => {}
            Err(reason) => {
                trouble = trouble.or(Some(reason));
                if members.are_hopeless() {
                    break;
                }
            }
        }
    }
    if let Some(most) = thresholds.numbers().find(|n| *n > EVENTS as u64) {
        return Err(Reason::TooLarge { text: format!("{most} events") });
    }
    Err(trouble.unwrap_or_else(|| above.refused()))
}

/// The most rows that a count above has to be: no plan of fewer can do.
fn least(aggregates: &[Aggregate], above: &Above<'_>) -> Option<f64> {
    let counts = |name: &str| {
        let counted = [AggregateFn::Count, AggregateFn::CountDistinct];
        aggregates.iter().any(|a| a.name == name && counted.contains(&a.function))
    };
    let parts = above.conditions.iter().flat_map(|c| match &*c.expr {
        Expr::All(of) => of.as_slice(),
        one => std::slice::from_ref(one),
    });
    let least = parts.filter_map(|part| match part {
        Expr::Predicate(p)
            if !p.negated
                && matches!(p.op, Op::Ge | Op::Gt)
                && p.field().is_some_and(|f| counts(f.name())) =>
        {
            let [literal] = p.values.as_slice() else { return None };
            let n = Number::parse(&literal.display())?.as_f64();
            Some(if p.op == Op::Gt { n + 1.0 } else { n })
        }
        _ => None,
    });
    least.max_by(f64::total_cmp)
}

/// The plans to try, the likeliest first. The numbers that are computed with matter for what is asked.
fn plans(
    aggregates: &[Aggregate],
    computed: &dyn Fn(&Aggregate) -> bool,
    thresholds: &Thresholds,
) -> Vec<Plan> {
    let mut out = Vec::new();
    let distinct = aggregates.iter().any(is_distinct);
    let computed = aggregates.iter().any(computed);
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
