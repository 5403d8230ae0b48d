//! What a condition or value reads, and the same with names replaced by what they stand for.

use std::collections::BTreeSet;

use crate::expr::Expr;
use crate::function::Function;
use crate::predicate::{Predicate, Subject};
use crate::value::{Field, Literal, Scalar, Value};

/// Adds the names that a condition reads. The event as a whole (a keyword) reads only what was
/// logged, no name that a pattern made.
pub(super) fn expr_reads(expr: &Expr, out: &mut BTreeSet<String>) {
    match expr {
        Expr::All(of) | Expr::Any(of) | Expr::AtLeast { of, .. } => {
            of.iter().for_each(|e| expr_reads(e, out));
        }
        Expr::Not(inner) => expr_reads(inner, out),
        Expr::Each { list, variable, expr, .. } => {
            let mut inner = BTreeSet::new();
            expr_reads(expr, &mut inner);
            inner.retain(|name| !is_variable(name, variable));
            out.extend(inner);
            value_reads(list, out);
        }
        Expr::Predicate(predicate) => {
            match &predicate.subject {
                Subject::Field(field) => {
                    out.insert(field.name().to_owned());
                }
                Subject::Value(value) => value_reads(value, out),
                Subject::Event => {}
            }
            for literal in &predicate.values {
                scalar_reads(&literal.value, out);
            }
        }
        Expr::Const(_) | Expr::Opaque { .. } => {}
    }
}

fn scalar_reads(scalar: &Scalar, out: &mut BTreeSet<String>) {
    match scalar {
        Scalar::Field(field) => {
            out.insert(field.name().to_owned());
        }
        Scalar::Value(value) => value_reads(value, out),
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

/// Adds the names that a value reads.
pub(crate) fn value_reads(value: &Value, out: &mut BTreeSet<String>) {
    match value {
        Value::Field(field) => {
            out.insert(field.name().to_owned());
        }
        Value::Literal(literal) => scalar_reads(&literal.value, out),
        Value::List(items) => items.iter().for_each(|v| value_reads(v, out)),
        Value::Call { args, .. } => args.iter().for_each(|v| value_reads(v, out)),
        Value::Truth(expr) => expr_reads(expr, out),
        Value::Opaque { .. } => {}
    }
}

/// Whether a name is the variable or a member of it.
pub(super) fn is_variable(name: &str, variable: &str) -> bool {
    name.strip_prefix(variable).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether a condition holds text that was not understood, which could read anything.
pub(super) fn is_opaque(expr: &Expr) -> bool {
    match expr {
        Expr::All(of) | Expr::Any(of) | Expr::AtLeast { of, .. } => of.iter().any(is_opaque),
        Expr::Not(inner) => is_opaque(inner),
        Expr::Each { list, expr, .. } => value_is_opaque(list) || is_opaque(expr),
        Expr::Predicate(predicate) => {
            matches!(&predicate.subject, Subject::Value(value) if value_is_opaque(value))
                || predicate
                    .values
                    .iter()
                    .any(|literal| matches!(&literal.value, Scalar::Value(v) if value_is_opaque(v)))
        }
        Expr::Const(_) => false,
        Expr::Opaque { .. } => true,
    }
}

/// Whether a value holds text that was not understood.
pub(crate) fn value_is_opaque(value: &Value) -> bool {
    match value {
        Value::Field(_) => false,
        Value::Literal(literal) => {
            matches!(&literal.value, Scalar::Value(v) if value_is_opaque(v))
        }
        Value::List(items) => items.iter().any(value_is_opaque),
        Value::Call { args, .. } => args.iter().any(value_is_opaque),
        Value::Truth(expr) => is_opaque(expr),
        Value::Opaque { .. } => true,
    }
}

/// Whether a condition tests the event as a whole.
pub(super) fn tests_event(expr: &Expr) -> bool {
    match expr {
        Expr::All(of) | Expr::Any(of) | Expr::AtLeast { of, .. } => of.iter().any(tests_event),
        Expr::Not(inner) => tests_event(inner),
        Expr::Each { expr, .. } => tests_event(expr),
        Expr::Predicate(predicate) => predicate.subject == Subject::Event,
        Expr::Const(_) | Expr::Opaque { .. } => false,
    }
}

/// Whether putting `by` in place of `name` would change what a variable of the condition stands
/// for: `by` reads a field of the variable's name, or the variable is a member of `name`.
pub(super) fn captures(e: &Expr, name: &str, by: &Value) -> bool {
    let mut reads = BTreeSet::new();
    value_reads(by, &mut reads);
    let mut found = false;
    crate::visit::walk(e, &mut |e| {
        if let Expr::Each { variable, .. } = e {
            found |=
                reads.iter().any(|read| is_variable(read, variable)) || is_variable(variable, name);
        }
    });
    found
}

/// What a field reads after `name` is replaced by `by`: a member of `name` becomes a member of
/// `by`. None where it reads neither.
fn replaced(field: &Field, name: &str, by: &Value) -> Option<Value> {
    match field.name().strip_prefix(name)? {
        "" => Some(by.clone()),
        rest => {
            let path = Value::Literal(Literal::text(rest.strip_prefix('.')?));
            Some(Value::call(Function::Member, vec![by.clone(), path]))
        }
    }
}

/// The condition with `name` replaced by `by`, where nothing is captured ([`captures`]).
pub(super) fn expr(e: &Expr, name: &str, by: &Value) -> Expr {
    let list = |of: &[Expr]| of.iter().map(|e| expr(e, name, by)).collect();
    match e {
        Expr::All(of) => Expr::All(list(of)),
        Expr::Any(of) => Expr::Any(list(of)),
        Expr::AtLeast { count, of } => Expr::AtLeast { count: *count, of: list(of) },
        Expr::Not(inner) => Expr::Not(Box::new(expr(inner, name, by))),
        Expr::Each { quantifier, list, variable, expr: inner } => {
            let inner = if is_variable(name, variable) {
                inner.clone()
            } else {
                Box::new(expr(inner, name, by))
            };
            Expr::Each {
                quantifier: *quantifier,
                list: value(list, name, by),
                variable: variable.clone(),
                expr: inner,
            }
        }
        Expr::Predicate(p) => Expr::Predicate(predicate(p, name, by)),
        Expr::Const(_) | Expr::Opaque { .. } => e.clone(),
    }
}

fn predicate(p: &Predicate, name: &str, by: &Value) -> Predicate {
    let mut out = p.clone();
    out.subject = match &p.subject {
        Subject::Field(field) => match replaced(field, name, by) {
            Some(Value::Field(field)) => Subject::Field(field),
            Some(other) => Subject::Value(other),
            None => p.subject.clone(),
        },
        Subject::Value(v) => Subject::Value(value(v, name, by)),
        Subject::Event => Subject::Event,
    };
    out.values = p.values.iter().map(|v| literal(v, name, by)).collect();
    out
}

fn literal(l: &Literal, name: &str, by: &Value) -> Literal {
    let mut out = l.clone();
    out.value = match &l.value {
        Scalar::Field(field) => match replaced(field, name, by) {
            Some(Value::Field(field)) => Scalar::Field(field),
            Some(other) => Scalar::Value(Box::new(other)),
            None => l.value.clone(),
        },
        Scalar::Value(v) => Scalar::Value(Box::new(value(v, name, by))),
        other => other.clone(),
    };
    out
}

/// The value with `name` replaced by `by`.
pub(super) fn value(v: &Value, name: &str, by: &Value) -> Value {
    match v {
        Value::Field(field) => replaced(field, name, by).unwrap_or_else(|| v.clone()),
        Value::Opaque { .. } => v.clone(),
        Value::Literal(l) => Value::Literal(literal(l, name, by)),
        Value::List(items) => Value::List(items.iter().map(|v| value(v, name, by)).collect()),
        Value::Call { function, args } => Value::Call {
            function: *function,
            args: args.iter().map(|v| value(v, name, by)).collect(),
        },
        Value::Truth(e) => Value::Truth(Box::new(expr(e, name, by))),
    }
}
