//! Every field that a pattern reads, to name it anew.

use crate::expr::Expr;
use crate::pattern::{Aggregate, Key, Occurrence, Pattern};
use crate::predicate::{Predicate, Subject};
use crate::value::{Field, Scalar, Value};

/// Calls `f` on every field of a pattern, wherever it stands.
pub fn fields_mut(pattern: &mut Pattern, f: &mut impl FnMut(&mut Field)) {
    match pattern {
        Pattern::Filter { expr, .. } => expr_fields_mut(expr, f),
        Pattern::Extend { assignments, .. } | Pattern::Lookup { on: assignments, .. } => {
            assignments.iter_mut().for_each(|a| value_fields_mut(&mut a.value, f));
        }
        Pattern::Expand { list, .. } => value_fields_mut(list, f),
        Pattern::Aggregate { keys: by, aggregates: list, .. } => {
            keys(by, f);
            aggregates(list, f);
        }
        Pattern::Windowed { keys: by, functions, order, .. } => {
            keys(by, f);
            functions
                .iter_mut()
                .filter_map(|w| w.argument.as_mut())
                .for_each(|v| value_fields_mut(v, f));
            order.iter_mut().for_each(|o| value_fields_mut(&mut o.value, f));
        }
        Pattern::Sequence { steps, until, .. } => {
            for step in steps.iter_mut().chain(until.as_deref_mut()) {
                step.by.iter_mut().for_each(|v| value_fields_mut(v, f));
            }
        }
        Pattern::Transaction { keys: by, start, end, .. } => {
            keys(by, f);
            [start, end].into_iter().flatten().for_each(|e| expr_fields_mut(e, f));
        }
        Pattern::Temporal { join, condition, aggregates: list, .. } => {
            join.iter_mut()
                .flat_map(|j| j.values.values_mut())
                .for_each(|v| value_fields_mut(v, f));
            occurrence(condition, f);
            aggregates(list, f);
        }
        Pattern::NewTerms { fields, .. } => fields.iter_mut().for_each(|v| value_fields_mut(v, f)),
        Pattern::Dedup { keys: by, .. } => keys(by, f),
        Pattern::Limit { order, .. } => {
            order.iter_mut().for_each(|o| value_fields_mut(&mut o.value, f))
        }
        Pattern::Join { on, .. } => {
            for (l, r) in on {
                value_fields_mut(l, f);
                value_fields_mut(r, f);
            }
        }
        Pattern::Events { .. }
        | Pattern::Union { .. }
        | Pattern::Scheduled { .. }
        | Pattern::Opaque { .. } => {}
    }
    pattern.children_mut().into_iter().for_each(|child| fields_mut(child, f));
}

fn keys(keys: &mut [Key], f: &mut impl FnMut(&mut Field)) {
    keys.iter_mut().for_each(|k| value_fields_mut(&mut k.value, f));
}

fn aggregates(list: &mut [Aggregate], f: &mut impl FnMut(&mut Field)) {
    for aggregate in list {
        aggregate.argument.iter_mut().for_each(|v| value_fields_mut(v, f));
        aggregate.filter.iter_mut().for_each(|e| expr_fields_mut(e, f));
    }
}

fn occurrence(o: &mut Occurrence, f: &mut impl FnMut(&mut Field)) {
    match o {
        Occurrence::All(of) | Occurrence::Any(of) => of.iter_mut().for_each(|o| occurrence(o, f)),
        Occurrence::Not(inner) => occurrence(inner, f),
        Occurrence::AtLeast { .. } => {}
        Occurrence::Truth(expr) => expr_fields_mut(expr, f),
    }
}

/// Calls `f` on every field of a condition.
pub fn expr_fields_mut(expr: &mut Expr, f: &mut impl FnMut(&mut Field)) {
    match expr {
        Expr::All(of) | Expr::Any(of) | Expr::AtLeast { of, .. } => {
            of.iter_mut().for_each(|e| expr_fields_mut(e, f));
        }
        Expr::Not(inner) => expr_fields_mut(inner, f),
        Expr::Each { list, expr, .. } => {
            value_fields_mut(list, f);
            expr_fields_mut(expr, f);
        }
        Expr::Predicate(predicate) => predicate_fields_mut(predicate, f),
        Expr::Const(_) | Expr::Opaque { .. } => {}
    }
}

/// Calls `f` on every field of a predicate.
pub fn predicate_fields_mut(predicate: &mut Predicate, f: &mut impl FnMut(&mut Field)) {
    match &mut predicate.subject {
        Subject::Field(field) => f(field),
        Subject::Value(v) => value_fields_mut(v, f),
        Subject::Event => {}
    }
    predicate.values.iter_mut().for_each(|l| scalar(&mut l.value, f));
}

fn scalar(s: &mut Scalar, f: &mut impl FnMut(&mut Field)) {
    match s {
        Scalar::Field(field) => f(field),
        Scalar::Value(v) => value_fields_mut(v, f),
        Scalar::Text(_)
        | Scalar::Glob(_)
        | Scalar::Number(_)
        | Scalar::Bool(_)
        | Scalar::Null
        | Scalar::Regex(_)
        | Scalar::Network(_)
        | Scalar::Placeholder(_) => {}
    }
}

/// Calls `f` on every field of a value.
pub fn value_fields_mut(v: &mut Value, f: &mut impl FnMut(&mut Field)) {
    match v {
        Value::Field(field) => f(field),
        Value::Literal(literal) => scalar(&mut literal.value, f),
        Value::List(items) => items.iter_mut().for_each(|v| value_fields_mut(v, f)),
        Value::Call { args, .. } => args.iter_mut().for_each(|v| value_fields_mut(v, f)),
        Value::Truth(expr) => expr_fields_mut(expr, f),
        Value::Opaque { .. } => {}
    }
}
