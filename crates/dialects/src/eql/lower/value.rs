//! Expressions as values: fields, literals, and functions of the registry.
//!
//! Source of each function's meaning: "EQL function reference", under its name
//! (<https://www.elastic.co/docs/reference/query-languages/eql/eql-function-ref>). A null argument
//! makes the result null, as an absent one does in the IR.

use rulescope_ir::{Effect, Function, Literal, Number, Scalar, Span, Value};

use super::super::ast::{Arithmetic, Expr as Ast, ExprKind};
use super::super::text::decoded;
use super::condition::holds;
use super::context::Context;

/// The value of an expression.
pub(super) fn value(expr: &Ast, cx: &mut Context<'_>) -> Value {
    let span = cx.place(expr.span);
    match &expr.kind {
        ExprKind::Null => literal(Scalar::Null, span),
        ExprKind::Bool(b) => literal(Scalar::Bool(*b), span),
        ExprKind::Number(n) => match Number::parse(n) {
            Some(n) => literal(Scalar::Number(n), span),
            None => opaque(expr, cx),
        },
        ExprKind::Text(text) => {
            let mut literal = Literal::new(Scalar::Text(decoded(text)), span);
            if literal.display() != text.raw {
                literal.authored = Some(text.raw.clone());
            }
            Value::Literal(literal)
        }
        ExprKind::Field(name) => Value::field(name.name()),
        ExprKind::Negative(inner) => match value(inner, cx) {
            Value::Literal(Literal { value: Scalar::Number(n), span, .. }) => {
                let negative = Number::parse(&format!("-{}", n.as_str()));
                literal(negative.map_or(Scalar::Null, Scalar::Number), span)
            }
            other => Value::call(Function::Negate, vec![other]),
        },
        ExprKind::Arithmetic { first, rest } => {
            let mut out = value(first, cx);
            let mut whole = is_whole(first);
            for (op, right) in rest {
                whole &= is_whole(right);
                let right = value(right, cx);
                out = arithmetic(*op, out, right, whole);
            }
            out
        }
        ExprKind::Call { function, args, .. } if !truth(expr) => call(function, args, expr, cx),
        ExprKind::Call { .. }
        | ExprKind::Logic { .. }
        | ExprKind::Not(_)
        | ExprKind::Compare { .. }
        | ExprKind::Match { .. }
        | ExprKind::In { .. } => Value::Truth(Box::new(holds(expr, true, cx))),
        ExprKind::Lineage { .. } | ExprKind::Opaque(_) => opaque(expr, cx),
    }
}

fn literal(scalar: Scalar, span: Span) -> Value {
    Value::Literal(Literal::new(scalar, span))
}

/// Whether a value is null itself.
pub(super) fn is_null(value: &Value) -> bool {
    matches!(value, Value::Literal(Literal { value: Scalar::Null, .. }))
}

/// Whether an expression is a condition by its form.
pub(super) fn truth(expr: &Ast) -> bool {
    match &expr.kind {
        ExprKind::Logic { .. }
        | ExprKind::Not(_)
        | ExprKind::Compare { .. }
        | ExprKind::Match { .. }
        | ExprKind::In { .. }
        | ExprKind::Lineage { .. } => true,
        ExprKind::Call { function, .. } => matches!(
            function.as_str(),
            "cidrMatch"
                | "cidrmatch"
                | "startsWith"
                | "startswith"
                | "endsWith"
                | "endswith"
                | "stringContains"
                | "stringcontains"
                | "wildcard"
                | "match"
                | "arraySearch"
                | "_arraysearch"
                | "arrayContains"
        ),
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Field(_)
        | ExprKind::Negative(_)
        | ExprKind::Arithmetic { .. }
        | ExprKind::Opaque(_) => false,
    }
}

/// Whether a number is an integer, as far as its form says: a field is taken to be one.
fn is_whole(expr: &Ast) -> bool {
    match &expr.kind {
        ExprKind::Number(n) => !n.contains(['.', 'e', 'E']),
        ExprKind::Arithmetic { first, rest } => {
            is_whole(first) && rest.iter().all(|(_, e)| is_whole(e))
        }
        ExprKind::Negative(inner) => is_whole(inner),
        _ => true,
    }
}

/// "EQL syntax reference", "Math operators": of two integers a quotient is rounded down.
fn arithmetic(op: Arithmetic, left: Value, right: Value, whole: bool) -> Value {
    let args = vec![left, right];
    match op {
        Arithmetic::Add => Value::call(Function::Add, args),
        Arithmetic::Subtract => Value::call(Function::Subtract, args),
        Arithmetic::Multiply => Value::call(Function::Multiply, args),
        Arithmetic::Divide if whole => {
            Value::call(Function::Floor, vec![Value::call(Function::Divide, args)])
        }
        Arithmetic::Divide => Value::call(Function::Divide, args),
        Arithmetic::Modulo => Value::call(Function::Modulo, args),
    }
}

fn call(name: &str, args: &[Ast], whole: &Ast, cx: &mut Context<'_>) -> Value {
    let two = match name {
        "add" => Some(Arithmetic::Add),
        "subtract" => Some(Arithmetic::Subtract),
        "multiply" => Some(Arithmetic::Multiply),
        "divide" => Some(Arithmetic::Divide),
        "modulo" => Some(Arithmetic::Modulo),
        _ => None,
    };
    match (name, args) {
        (_, [a, b]) if two.is_some() => {
            let integers = is_whole(a) && is_whole(b);
            let (a, b) = (value(a, cx), value(b, cx));
            match two {
                Some(op) => arithmetic(op, a, b, integers),
                None => opaque(whole, cx),
            }
        }
        ("length", [of]) => Value::call(Function::Length, vec![value(of, cx)]),
        ("concat", [_, ..]) => {
            Value::call(Function::Concat, args.iter().map(|e| value(e, cx)).collect())
        }
        ("string", [of]) => Value::call(Function::Text, vec![value(of, cx)]),
        ("number", [_] | [_, _]) => {
            Value::call(Function::Number, args.iter().map(|e| value(e, cx)).collect())
        }
        ("substring", [of, start]) => {
            Value::call(Function::Substring, vec![value(of, cx), value(start, cx)])
        }
        // The end is a place that is left out, from the end of the text where it is negative.
        ("substring", [of, start, end]) => {
            let (from, to) = (value(start, cx), value(end, cx));
            let is_negative =
                |v: &Value| matches!(v, Value::Literal(l) if l.display().starts_with('-'));
            let of = value(of, cx);
            let end = match (is_negative(&from), is_negative(&to)) {
                (false, true) => {
                    let length = Value::call(Function::Length, vec![of.clone()]);
                    Value::call(Function::Add, vec![length, to])
                }
                (true, false) => return opaque(whole, cx),
                (true, true) | (false, false) => to,
            };
            let length = match &from {
                Value::Literal(l) if l.value == Scalar::Number(Number::from_int(0)) => end,
                _ => Value::call(Function::Subtract, vec![end, from.clone()]),
            };
            Value::call(Function::Substring, vec![of, from, length])
        }
        _ => opaque(whole, cx),
    }
}

/// A value that was not understood, which is told of.
fn opaque(expr: &Ast, cx: &mut Context<'_>) -> Value {
    cx.loss("a value is not understood", Effect::Unknown, expr.span);
    Value::Opaque { text: expr.span.slice(cx.text()).to_owned(), span: cx.place(expr.span) }
}
