//! Conditions of `where` and `eval`.
//!
//! A comparison with a value that is not there is null, and so is what joins or inverts it as far
//! as it hangs on it; `where` keeps a row where the condition is true
//! (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/where>,
//! "Description"). A condition is lowered to that it is true, or to that it is false, so that each
//! test says itself what it answers for an absent value, and `NOT` stands on no test. Texts are
//! compared with case (the same page, "Usage").

use rulescope_ir::{Expr, Literal, Number, Op, Scalar, Span, Value};

use super::super::ast::{Comparison, Expr as Ast, ExprKind, LogicOp};
use super::context::Context;
use super::function::{integer_of, text_of};
use super::like::{like, like_value};
use super::search::{decided, unread};
use super::test::Test;
use super::value::{Place, is_null, regex, value};
use crate::join::{all_of, any_of};

/// That a condition is true, or that it is false.
pub(super) fn holds(expr: &Ast, want: bool, at: Place<'_>, cx: &mut Context<'_>) -> Expr {
    match &expr.kind {
        ExprKind::Logic { op, of } => {
            let mut list =
                |want: bool| -> Vec<Expr> { of.iter().map(|e| holds(e, want, at, cx)).collect() };
            match (op, want) {
                (LogicOp::And, true) => all_of(list(true)),
                (LogicOp::And, false) => any_of(list(false)),
                (LogicOp::Or, true) => any_of(list(true)),
                (LogicOp::Or, false) => all_of(list(false)),
                (LogicOp::Xor, _) => {
                    let (yes, no) = (list(true), list(false));
                    let size = yes.iter().chain(&no).map(size).sum::<usize>();
                    // Every operand doubles what stands before it.
                    if of.len() > MAX_XOR || !cx.afford(size << of.len()) {
                        return unread("XOR of too much", expr.span, cx);
                    }
                    xor(&yes, &no, want)
                }
            }
        }
        ExprKind::Not(inner) => holds(inner, !want, at, cx),
        ExprKind::Compare { op, left, right } => {
            let out = compared(*op, left, right, expr.span, want, at, cx);
            settled(out, &[left, right], cx)
        }
        ExprKind::In { subject, values } => {
            let out = member(subject, values, expr.span, want, at, cx);
            settled(out, &[expr], cx)
        }
        ExprKind::Call { function, args } => {
            let name = function.raw.to_ascii_lowercase();
            let out = called(&name, args, expr, want, at, cx);
            // The parts of a choice are conditions of their own.
            if name == "if" { out } else { settled(out, &[expr], cx) }
        }
        ExprKind::Field(name) if name.raw.eq_ignore_ascii_case("true") => Expr::Const(want),
        ExprKind::Field(name) if name.raw.eq_ignore_ascii_case("false") => Expr::Const(!want),
        ExprKind::Number(n) => {
            // `where 1`.
            cx.threshold(expr.span);
            Expr::Const((n.parse() != Ok(0.0)) == want)
        }
        ExprKind::Text(_)
        | ExprKind::Field(_)
        | ExprKind::Negative(_)
        | ExprKind::Arithmetic { .. } => unread("a value stands for a condition", expr.span, cx),
        ExprKind::Macro(call) => unread("the macro has no definition here", call.span, cx),
        ExprKind::Opaque(_) => unread("a part was not understood", expr.span, cx),
    }
}

/// So many conditions are joined by XOR.
const MAX_XOR: usize = 6;

/// How many parts a condition has.
fn size(expr: &Expr) -> usize {
    let mut parts = 0;
    rulescope_ir::visit::walk(expr, &mut |_| parts += 1);
    parts
}

/// Exactly an odd number of conditions is true; null where one is.
fn xor(yes: &[Expr], no: &[Expr], want: bool) -> Expr {
    let (mut odd, mut even) = (Expr::Const(false), Expr::Const(true));
    for (yes, no) in yes.iter().zip(no) {
        let next = any_of(vec![
            all_of(vec![odd.clone(), no.clone()]),
            all_of(vec![even.clone(), yes.clone()]),
        ]);
        even = any_of(vec![all_of(vec![odd, yes.clone()]), all_of(vec![even, no.clone()])]);
        odd = next;
    }
    if want { odd } else { even }
}

fn compared(
    op: Comparison,
    left: &Ast,
    right: &Ast,
    span: Span,
    want: bool,
    at: Place<'_>,
    cx: &mut Context<'_>,
) -> Expr {
    // `mvfind(list, regex) >= 0`: an element matches.
    if let ExprKind::Call { function, args } = &left.kind
        && function.raw.eq_ignore_ascii_case("mvfind")
        && let [list, pattern] = args.as_slice()
        && let Some(found) = finds(op, right)
        && let Some(literal) = regex(pattern, cx)
    {
        let span = cx.place(pattern.span);
        let test = Test {
            op: Op::Regex,
            literals: vec![literal],
            case_sensitive: true,
            negated: found != want,
            span,
        };
        return test.on(&value(list, at, cx));
    }
    if op == Comparison::Like {
        return match text_of(right) {
            Some(pattern) => like(&value(left, at, cx), &pattern, right.span, want, cx),
            None => like_value(left, right, span, want, at, cx),
        };
    }
    let (left_value, right_value) = (value(left, at, cx), value(right, at, cx));
    compare(op, &left_value, &right_value, want, span, cx)
}

/// The condition that a test came to, with its literals that were decided noted.
fn settled(out: Expr, parts: &[&Ast], cx: &mut Context<'_>) -> Expr {
    for part in parts {
        literals_in(part, &mut |span| {
            let span = cx.place(span);
            decided(&out, span, cx);
        });
    }
    out
}

/// Where the numbers and texts of an expression stand.
fn literals_in(expr: &Ast, f: &mut impl FnMut(Span)) {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Opaque(_) => f(expr.span),
        ExprKind::Macro(call) => f(call.span),
        ExprKind::Field(_) => {}
        ExprKind::Negative(inner) | ExprKind::Not(inner) => literals_in(inner, f),
        ExprKind::Call { args, .. } => args.iter().for_each(|a| literals_in(a, f)),
        ExprKind::Logic { of, .. } => of.iter().for_each(|e| literals_in(e, f)),
        ExprKind::Compare { left, right, .. } => {
            literals_in(left, f);
            literals_in(right, f);
        }
        ExprKind::In { subject, values } => {
            literals_in(subject, f);
            values.iter().for_each(|v| literals_in(v, f));
        }
        ExprKind::Arithmetic { first, rest } => {
            literals_in(first, f);
            rest.iter().for_each(|(_, e)| literals_in(e, f));
        }
    }
}

/// Whether a comparison of a place in a list says that there is one.
fn finds(op: Comparison, with: &Ast) -> Option<bool> {
    match (op, integer_of(with)?) {
        (Comparison::Ge, 0) | (Comparison::Gt, -1) | (Comparison::Ne, -1) => Some(true),
        _ => None,
    }
}

/// That a comparison of two values is true, or that it is false.
fn compare(
    op: Comparison,
    left: &Value,
    right: &Value,
    want: bool,
    span: Span,
    cx: &mut Context<'_>,
) -> Expr {
    if is_null(left) || is_null(right) {
        return Expr::Const(false);
    }
    let (op, inverted) = match op {
        Comparison::Eq | Comparison::Same | Comparison::Indexed => (Op::Eq, false),
        Comparison::Ne => (Op::Eq, true),
        Comparison::Lt => (Op::Lt, false),
        Comparison::Le => (Op::Le, false),
        Comparison::Gt => (Op::Gt, false),
        Comparison::Ge => (Op::Ge, false),
        Comparison::Like => {
            return unread("the pattern of LIKE is computed", span, cx);
        }
    };
    let (subject, op, with) = match (left, right) {
        (Value::Literal(_), Value::Literal(_)) => (left, op, right),
        (Value::Literal(_), _) => (right, turned(op), left),
        _ => (left, op, right),
    };
    let at = cx.place(span);
    let (op, literal) = match with {
        Value::Literal(literal) => (op, literal.clone()),
        Value::Field(field) => {
            let op = if op == Op::Eq { Op::FieldEq } else { op };
            (op, Literal::new(Scalar::Field(field.clone()), at))
        }
        other => (op, Literal::new(Scalar::Value(Box::new(other.clone())), at)),
    };
    if matches!(op, Op::Lt | Op::Le | Op::Gt | Op::Ge)
        && matches!(&literal.value, Scalar::Text(t) if Number::parse(t).is_none())
    {
        return unread("texts are put in order here; only numbers are understood", span, cx);
    }
    Test { op, literals: vec![literal], case_sensitive: true, negated: inverted == want, span: at }
        .on(subject)
}

/// The operator for the sides the other way round.
fn turned(op: Op) -> Op {
    match op {
        Op::Lt => Op::Gt,
        Op::Le => Op::Ge,
        Op::Gt => Op::Lt,
        Op::Ge => Op::Le,
        other => other,
    }
}

/// One of a list, or none of it.
fn member(
    subject: &Ast,
    values: &[Ast],
    span: Span,
    want: bool,
    at: Place<'_>,
    cx: &mut Context<'_>,
) -> Expr {
    let subject = value(subject, at, cx);
    let mut literals = Vec::new();
    let mut computed = Vec::new();
    for v in values {
        match value(v, at, cx) {
            Value::Literal(literal) => literals.push(literal),
            other => computed.push(other),
        }
    }
    let mut out = Vec::new();
    if !literals.is_empty() {
        let test = Test {
            op: Op::Eq,
            literals,
            case_sensitive: true,
            negated: !want,
            span: cx.place(span),
        };
        let expr = test.on(&subject);
        out.push(expr);
    }
    for other in computed {
        out.push(compare(Comparison::Eq, &subject, &other, want, span, cx));
    }
    if want { any_of(out) } else { all_of(out) }
}

/// A function that answers yes or no.
fn called(
    name: &str,
    args: &[Ast],
    expr: &Ast,
    want: bool,
    at: Place<'_>,
    cx: &mut Context<'_>,
) -> Expr {
    let span = cx.place(expr.span);
    match (name, args) {
        ("true", []) => Expr::Const(want),
        ("false", []) => Expr::Const(!want),
        ("isnull", [of]) => there(&value(of, at, cx), !want, span),
        ("isnotnull", [of]) => {
            // `isnotnull(mvfind(list, regex))`: an element matches.
            if let ExprKind::Call { function, args } = &of.kind
                && function.raw.eq_ignore_ascii_case("mvfind")
                && let [list, pattern] = args.as_slice()
                && let Some(literal) = regex(pattern, cx)
            {
                let span = cx.place(pattern.span);
                let test = Test {
                    op: Op::Regex,
                    literals: vec![literal],
                    case_sensitive: true,
                    negated: false,
                    span,
                };
                let found = test.on(&value(list, at, cx));
                return if want { found } else { Expr::not(found) };
            }
            there(&value(of, at, cx), want, span)
        }
        ("match", [of, pattern]) => match regex(pattern, cx) {
            Some(literal) => {
                let span = cx.place(pattern.span);
                let test = Test {
                    op: Op::Regex,
                    literals: vec![literal],
                    case_sensitive: true,
                    negated: !want,
                    span,
                };
                test.on(&value(of, at, cx))
            }
            None => {
                let held = value(pattern, at, cx);
                computed(held, pattern.span, &value(of, at, cx), want, cx)
            }
        },
        ("like", [of, pattern]) => match text_of(pattern) {
            Some(text) => like(&value(of, at, cx), &text, pattern.span, want, cx),
            None => like_value(of, pattern, expr.span, want, at, cx),
        },
        ("in", [subject, values @ ..]) => member(subject, values, expr.span, want, at, cx),
        ("cidrmatch", [net, of]) => match text_of(net) {
            Some(text) => {
                let span = cx.place(net.span);
                let literal = Literal::new(Scalar::Network(text), span);
                let test = Test {
                    op: Op::Cidr,
                    literals: vec![literal],
                    case_sensitive: false,
                    negated: !want,
                    span,
                };
                test.on(&value(of, at, cx))
            }
            None => unread("the network is computed", expr.span, cx),
        },
        ("if", [condition, then, otherwise]) => {
            let yes = holds(condition, true, at, cx);
            // It stands twice.
            if !cx.afford(2 * size(&yes)) {
                return unread("the condition is too large", expr.span, cx);
            }
            let no = Expr::not(yes.clone());
            any_of(vec![
                all_of(vec![yes, holds(then, want, at, cx)]),
                all_of(vec![no, holds(otherwise, want, at, cx)]),
            ])
        }
        _ => unread("the function is not understood as a condition", expr.span, cx),
    }
}

/// A test against a regular expression that is computed.
fn computed(held: Value, span: Span, of: &Value, want: bool, cx: &Context<'_>) -> Expr {
    let span = cx.place(span);
    let literals = vec![Literal::new(Scalar::Value(Box::new(held)), span)];
    Test { op: Op::Regex, literals, case_sensitive: true, negated: !want, span }.on(of)
}

/// That a value is there, or that it is not; it is never null.
fn there(value: &Value, want: bool, span: Span) -> Expr {
    let exists = Test::exists(span).on(value);
    if want { exists } else { Expr::not(exists) }
}
