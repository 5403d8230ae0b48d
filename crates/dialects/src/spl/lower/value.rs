//! Expressions of `eval` as values.

use rulescope_ir::{Function, Literal, Number, Regex, Scalar, Span, Value};

use super::super::ast::{ArithmeticOp, Expr as Ast, ExprKind};
use super::super::text::evaluated;
use super::context::Context;
use super::function::call;
use super::row::{Row, null};

/// The row and level that an expression is read on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'r> {
    pub(super) row: &'r Row,
    pub(super) level: usize,
}

/// The value of an expression.
pub(super) fn value(expr: &Ast, at: Place<'_>, cx: &mut Context<'_>) -> Value {
    let span = cx.place(expr.span);
    let out = match &expr.kind {
        ExprKind::Number(n) => match Number::parse(n) {
            Some(n) => Value::Literal(Literal::new(Scalar::Number(n), span)),
            None => opaque(expr.span, cx),
        },
        ExprKind::Text(text) => {
            let mut literal = Literal::new(Scalar::Text(evaluated(text)), span);
            if literal.display() != text.raw {
                literal.authored = Some(text.raw.clone());
            }
            Value::Literal(literal)
        }
        ExprKind::Field(name) => at.row.value(&name.raw, at.level, expr.span, cx),
        ExprKind::Call { function, args } => call(&function.raw, args, expr.span, at, cx),
        ExprKind::Logic { .. }
        | ExprKind::Not(_)
        | ExprKind::Compare { .. }
        | ExprKind::In { .. } => {
            Value::Truth(Box::new(super::condition::holds(expr, true, at, cx)))
        }
        ExprKind::Negative(inner) => match value(inner, at, cx) {
            Value::Literal(Literal { value: Scalar::Number(n), span, .. }) => {
                let negative = Number::parse(&format!("-{}", n.as_str()));
                let negative = negative.map_or(Scalar::Null, Scalar::Number);
                Value::Literal(Literal::new(negative, span))
            }
            other => Value::call(Function::Negate, vec![other]),
        },
        ExprKind::Arithmetic { first, rest } => arithmetic(first, rest, at, cx),
        ExprKind::Macro(call) => opaque(call.span, cx),
        ExprKind::Opaque(_) => opaque(expr.span, cx),
    };
    bounded(out, expr.span, cx)
}

/// From left to right. `.` joins texts, and so does `+` beside a text
/// (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/eval>,
/// "Operators").
fn arithmetic(
    first: &Ast,
    rest: &[(ArithmeticOp, Ast)],
    at: Place<'_>,
    cx: &mut Context<'_>,
) -> Value {
    let is_text = |v: &Value| {
        matches!(
            v,
            Value::Literal(Literal { value: Scalar::Text(_), .. })
                | Value::Call { function: Function::Concat, .. }
        )
    };
    let mut out = value(first, at, cx);
    let mut rest = rest;
    let sums = rest.iter().take_while(|(op, _)| *op == ArithmeticOp::Add).count();
    if sums > LONG_SUM {
        let (added, others) = rest.split_at(sums);
        let mut terms = vec![out.clone()];
        terms.extend(added.iter().map(|(_, e)| value(e, at, cx)));
        if !terms.iter().any(is_text) {
            out = sum(terms);
            rest = others;
        }
    }
    for (op, right) in rest {
        let right = value(right, at, cx);
        let function = match op {
            ArithmeticOp::Add if is_text(&out) || is_text(&right) => Function::Concat,
            ArithmeticOp::Add => Function::Add,
            ArithmeticOp::Subtract => Function::Subtract,
            ArithmeticOp::Concat => Function::Concat,
            ArithmeticOp::Multiply => Function::Multiply,
            ArithmeticOp::Divide => Function::Divide,
            ArithmeticOp::Modulo => Function::Modulo,
        };
        out = match out {
            Value::Call { function: Function::Concat, mut args }
                if function == Function::Concat =>
            {
                args.push(right);
                Value::call(Function::Concat, args)
            }
            other => Value::call(function, vec![other, right]),
        };
    }
    out
}

/// Sums of more terms than this are added up halves first.
const LONG_SUM: usize = 6;

/// The sum of values, halves first so that it does not grow deep.
pub(super) fn sum(mut terms: Vec<Value>) -> Value {
    if terms.len() == 1 {
        return terms.remove(0);
    }
    let rest = terms.split_off(terms.len() / 2);
    Value::call(Function::Add, vec![sum(terms), sum(rest)])
}

fn opaque(span: Span, cx: &Context<'_>) -> Value {
    Value::Opaque { text: cx.text(span).to_owned(), span: cx.place(span) }
}

/// Larger or deeper values than these stay as text.
const MAX_SIZE: usize = 400;
const MAX_DEPTH: usize = 16;

/// The value, or the text of its expression where it has grown too large.
pub(super) fn bounded(value: Value, span: Span, cx: &mut Context<'_>) -> Value {
    if matches!(value, Value::Field(_) | Value::Literal(_) | Value::Opaque { .. }) {
        return value;
    }
    let mut size = 0;
    let fits = measure(&value, 0, &mut size);
    if fits && cx.afford(size) { value } else { opaque(span, cx) }
}

/// Adds the parts of a value; whether it stays within the bounds.
pub(super) fn measure(value: &Value, depth: usize, size: &mut usize) -> bool {
    *size += 1;
    if depth > MAX_DEPTH || *size > MAX_SIZE {
        return false;
    }
    match value {
        Value::Field(_) | Value::Literal(_) | Value::Opaque { .. } => true,
        Value::List(items) => items.iter().all(|v| measure(v, depth + 1, size)),
        Value::Call { args, .. } => args.iter().all(|v| measure(v, depth + 1, size)),
        Value::Truth(expr) => {
            let mut fits = true;
            rulescope_ir::visit::walk(expr, &mut |e| {
                *size += 1;
                if let rulescope_ir::Expr::Predicate(p) = e {
                    *size += p.values.len();
                    if let rulescope_ir::Subject::Value(v) = &p.subject {
                        fits &= *size <= MAX_SIZE && measure(v, depth + 1, size);
                    }
                }
            });
            fits && *size <= MAX_SIZE
        }
    }
}

/// A regular expression that stands as a text; it may match anywhere and knows case
/// (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/comparison-and-conditional-functions>,
/// "match").
pub(super) fn regex(expr: &Ast, cx: &mut Context<'_>) -> Option<Literal> {
    let ExprKind::Text(text) = &expr.kind else { return None };
    Some(regex_literal(&evaluated(text), expr.span, cx))
}

/// A regular expression as a literal; what the engine does not read is said.
pub(super) fn regex_literal(source: &str, span: Span, cx: &mut Context<'_>) -> Literal {
    let common = super::pcre::common(source);
    let read = regex_syntax::parse(&common).is_ok();
    let regex = Regex { source: common, flags: String::new(), whole: false };
    if !read {
        let message = "the regular expression is beyond the common syntax; what it matches is \
                       unknown";
        cx.warning("spl/regex", message, span);
        cx.loss(
            "a regular expression that the engine does not read",
            rulescope_ir::Effect::Unknown,
            span,
        );
    }
    Literal::new(Scalar::Regex(regex), cx.place(span))
}

/// The names that an expression reads.
pub(super) fn reads(expr: &Ast, out: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Macro(_) | ExprKind::Opaque(_) => {}
        ExprKind::Field(name) => out.push(name.raw.clone()),
        ExprKind::Call { args, .. } => args.iter().for_each(|a| reads(a, out)),
        ExprKind::Logic { of, .. } => of.iter().for_each(|e| reads(e, out)),
        ExprKind::Not(inner) | ExprKind::Negative(inner) => reads(inner, out),
        ExprKind::Compare { left, right, .. } => {
            reads(left, out);
            reads(right, out);
        }
        ExprKind::In { subject, values } => {
            reads(subject, out);
            values.iter().for_each(|v| reads(v, out));
        }
        ExprKind::Arithmetic { first, rest } => {
            reads(first, out);
            rest.iter().for_each(|(_, e)| reads(e, out));
        }
    }
}

/// Whether a value is the one that is not there.
pub(super) fn is_null(value: &Value) -> bool {
    *value == null()
}
