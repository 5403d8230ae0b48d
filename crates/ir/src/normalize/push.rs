//! Filters go down to the events as far as their meaning allows.

use std::collections::BTreeSet;

use super::boolean::formed;
use super::substitute;
use crate::expr::Expr;
use crate::pattern::{Assignment, Key, Pattern, Scope};
use crate::print;
use crate::value::Value;

/// The pattern with every filter as near to the events as it can go, and every condition in Boolean
/// normal form.
pub(super) fn push(pattern: Pattern) -> Pattern {
    match pattern {
        Pattern::Filter { input, expr } => sink(*input, formed(expr)),
        Pattern::Union { sides } => union(sides.into_iter().map(push).collect()),
        other => below(conditions(other), push),
    }
}

/// A filter with this condition (in normal form) over `input`.
fn sink(input: Pattern, expr: Expr) -> Pattern {
    if expr == Expr::Const(true) {
        return push(input);
    }
    match input {
        Pattern::Filter { input, expr: inner } => {
            sink(*input, formed(Expr::All(vec![inner, expr])))
        }
        Pattern::Extend { input, assignments } => {
            let mut inner = expr.clone();
            for Assignment { name, value } in assignments.iter().rev() {
                if substitute::is_opaque(&inner) || substitute::captures(&inner, name, value) {
                    return push(Pattern::Extend { input, assignments }).filter(expr);
                }
                inner = substitute::expr(&inner, name, value);
            }
            Pattern::Extend { input: Box::new(sink(*input, formed(inner))), assignments }
        }
        Pattern::Union { sides } => {
            union(sides.into_iter().map(|s| sink(s, expr.clone())).collect())
        }
        Pattern::Scheduled { input, every, lookback } => {
            Pattern::Scheduled { input: Box::new(sink(*input, expr)), every, lookback }
        }
        Pattern::Aggregate { input, keys, aggregates, window } => {
            let captured =
                |e: &Expr| keys.iter().any(|k| substitute::captures(e, &k.name, &k.value));
            // A key that is computed of a field by another key's name: one replaced after the other
            // would read the wrong of the two.
            let tangled = keys.iter().any(|key| {
                let mut reads = BTreeSet::new();
                substitute::value_reads(&key.value, &mut reads);
                keys.iter().any(|other| {
                    let of_other = |read: &String| substitute::is_variable(read, &other.name);
                    other.name != key.name && reads.iter().any(of_other)
                })
            });
            let (mut down, up) = split(expr, |e| {
                reads_only_keys(e, &keys)
                    && !tangled
                    && !captured(e)
                    && !reads_any(e, aggregates.iter().map(|a| &a.name))
            });
            for key in &keys {
                down = down.iter().map(|e| substitute::expr(e, &key.name, &key.value)).collect();
            }
            let input = Box::new(sink(*input, formed(Expr::All(down))));
            over(conditions(Pattern::Aggregate { input, keys, aggregates, window }), up)
        }
        Pattern::Expand { input, list, name } => {
            let (down, up) = split(expr, |e| !reads_any(e, [&name]));
            let input = Box::new(sink(*input, formed(Expr::All(down))));
            over(Pattern::Expand { input, list, name }, up)
        }
        Pattern::Windowed { input, keys, functions, order } => {
            let (down, up) = split(expr, |e| {
                keeps_groups(e, &keys) && !reads_any(e, functions.iter().map(|f| &f.name))
            });
            let input = Box::new(sink(*input, formed(Expr::All(down))));
            over(Pattern::Windowed { input, keys, functions, order }, up)
        }
        Pattern::Dedup { input, keys } => {
            let (down, up) = split(expr, |e| keeps_groups(e, &keys));
            let input = Box::new(sink(*input, formed(Expr::All(down))));
            over(Pattern::Dedup { input, keys }, up)
        }
        Pattern::Lookup { input, table, on, outputs, kind, span } => {
            let (down, up) = split(expr, |e| !reads_any(e, &outputs));
            let input = Box::new(sink(*input, formed(Expr::All(down))));
            over(Pattern::Lookup { input, table, on, outputs, kind, span }, up)
        }
        Pattern::Events { .. }
        | Pattern::Sequence { .. }
        | Pattern::Transaction { .. }
        | Pattern::Temporal { .. }
        | Pattern::NewTerms { .. }
        | Pattern::Limit { .. }
        | Pattern::Join { .. }
        | Pattern::Opaque { .. } => below(conditions(input), push).filter(expr),
    }
}

/// The union of sides: in one order, none of them a union, and no union of one.
fn union(sides: Vec<Pattern>) -> Pattern {
    let mut flat = Vec::with_capacity(sides.len());
    for side in sides {
        match side {
            Pattern::Union { sides } => flat.extend(sides),
            other => flat.push(other),
        }
    }
    flat.sort_by_cached_key(print::pattern_key);
    if flat.len() == 1 { flat.remove(0) } else { Pattern::Union { sides: flat } }
}

fn over(pattern: Pattern, rest: Vec<Expr>) -> Pattern {
    match formed(Expr::All(rest)) {
        Expr::Const(true) => pattern,
        expr => pattern.filter(expr),
    }
}

/// The parts of a conjunction that may go down and those that stay. Opaque text could read
/// anything and stays.
fn split(expr: Expr, down: impl Fn(&Expr) -> bool) -> (Vec<Expr>, Vec<Expr>) {
    let parts = match expr {
        Expr::All(of) => of,
        other => vec![other],
    };
    parts.into_iter().partition(|e| !substitute::is_opaque(e) && down(e))
}

fn reads(expr: &Expr) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    substitute::expr_reads(expr, &mut out);
    out
}

/// Whether a condition reads one of these names, or a member of one.
fn reads_any<'a>(expr: &Expr, names: impl IntoIterator<Item = &'a String>) -> bool {
    let reads = reads(expr);
    names.into_iter().any(|name| reads.iter().any(|read| substitute::is_variable(read, name)))
}

/// Whether a condition on a group can be asked of each of its rows.
fn reads_only_keys(expr: &Expr, keys: &[Key]) -> bool {
    let names = reads(expr);
    !names.is_empty()
        && !substitute::tests_event(expr)
        && names.iter().all(|name| keys.iter().any(|k| k.name == *name))
}

/// Whether a condition on a row answers alike for all rows of its group, where rows keep their
/// fields.
fn keeps_groups(expr: &Expr, keys: &[Key]) -> bool {
    let names = reads(expr);
    let is_field = |k: &Key| matches!(&k.value, Value::Field(f) if f.name() == k.name);
    !names.is_empty()
        && !substitute::tests_event(expr)
        && names.iter().all(|name| keys.iter().any(|k| k.name == *name && is_field(k)))
}

/// The node with the conditions in its own parts in normal form.
fn conditions(mut pattern: Pattern) -> Pattern {
    let normal = |e: &mut Expr| *e = formed(std::mem::replace(e, Expr::Const(true)));
    match &mut pattern {
        Pattern::Aggregate { aggregates, .. } => {
            aggregates.iter_mut().filter_map(|a| a.filter.as_deref_mut()).for_each(normal);
        }
        Pattern::Transaction { start, end, .. } => {
            [start, end].into_iter().filter_map(|e| e.as_deref_mut()).for_each(normal);
        }
        Pattern::Events { .. }
        | Pattern::Filter { .. }
        | Pattern::Extend { .. }
        | Pattern::Expand { .. }
        | Pattern::Windowed { .. }
        | Pattern::Sequence { .. }
        | Pattern::Temporal { .. }
        | Pattern::NewTerms { .. }
        | Pattern::Dedup { .. }
        | Pattern::Limit { .. }
        | Pattern::Lookup { .. }
        | Pattern::Union { .. }
        | Pattern::Join { .. }
        | Pattern::Scheduled { .. }
        | Pattern::Opaque { .. } => {}
    }
    pattern
}

/// A pattern taken out of its place for a moment.
fn taken(pattern: &mut Pattern) -> Pattern {
    std::mem::replace(pattern, Pattern::Events { scope: Scope::default() })
}

/// The node with `f` done to the patterns directly below it.
pub(super) fn below(pattern: Pattern, mut f: impl FnMut(Pattern) -> Pattern) -> Pattern {
    let mut boxed = |input: Box<Pattern>| Box::new(f(*input));
    match pattern {
        Pattern::Events { .. } => pattern,
        Pattern::Filter { input, expr } => Pattern::Filter { input: boxed(input), expr },
        Pattern::Extend { input, assignments } => {
            Pattern::Extend { input: boxed(input), assignments }
        }
        Pattern::Expand { input, list, name } => {
            Pattern::Expand { input: boxed(input), list, name }
        }
        Pattern::Aggregate { input, keys, aggregates, window } => {
            Pattern::Aggregate { input: boxed(input), keys, aggregates, window }
        }
        Pattern::Windowed { input, keys, functions, order } => {
            Pattern::Windowed { input: boxed(input), keys, functions, order }
        }
        Pattern::Sequence { mut steps, max_span, mut until, ordered } => {
            for step in steps.iter_mut().chain(until.as_deref_mut()) {
                step.pattern = f(taken(&mut step.pattern));
            }
            Pattern::Sequence { steps, max_span, until, ordered }
        }
        Pattern::Transaction { input, keys, start, end, max_span, max_pause, keep_unfinished } => {
            let input = boxed(input);
            Pattern::Transaction { input, keys, start, end, max_span, max_pause, keep_unfinished }
        }
        Pattern::Temporal { mut variables, join, within, ordered, condition, aggregates } => {
            for variable in &mut variables {
                variable.pattern = f(taken(&mut variable.pattern));
            }
            Pattern::Temporal { variables, join, within, ordered, condition, aggregates }
        }
        Pattern::NewTerms { input, fields, history } => {
            Pattern::NewTerms { input: boxed(input), fields, history }
        }
        Pattern::Dedup { input, keys } => Pattern::Dedup { input: boxed(input), keys },
        Pattern::Limit { input, order, count } => {
            Pattern::Limit { input: boxed(input), order, count }
        }
        Pattern::Lookup { input, table, on, outputs, kind, span } => {
            Pattern::Lookup { input: boxed(input), table, on, outputs, kind, span }
        }
        Pattern::Union { sides } => Pattern::Union { sides: sides.into_iter().map(f).collect() },
        Pattern::Join { left, right, kind, on, within } => {
            let (left, right) = (boxed(left), boxed(right));
            Pattern::Join { left, right, kind, on, within }
        }
        Pattern::Scheduled { input, every, lookback } => {
            Pattern::Scheduled { input: boxed(input), every, lookback }
        }
        Pattern::Opaque { input, text, span } => {
            Pattern::Opaque { input: boxed(input), text, span }
        }
    }
}
