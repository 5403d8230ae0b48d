//! Conditions of `search` and of what follows `where` in `tstats`.
//!
//! - Texts are compared without case, and `*` stands for any run of characters, in quotes too
//!   (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/search>,
//!   "Comparison expressions", "Quotes and escaping characters").
//! - `field!=value` holds for events that have the field; `NOT field=value` for those without it
//!   too (<https://docs.splunk.com/Documentation/Splunk/9.0.9/Search/NOTexpressions>).
//! - `<`, `<=`, `>`, `>=` compare numbers.
//! - An address with a mask is a network (the same page of `search`, "CIDR matching").
//! - A word or phrase stands between breakers somewhere in the event
//!   (<https://help.splunk.com/en/splunk-enterprise/search/search-manual/9.3/use-case-and-term-to-match-phrases>).

use rulescope_ir::normalize::narrow;
use rulescope_ir::{Effect, Expr, Glob, Literal, Number, Op, Piece, Scalar, Span, Subject, Value};

use super::super::ast::{self, Comparison, Quote, SearchExpr, Segment, Text};
use super::super::text::searched;
use super::context::Context;
use super::row::Row;
use super::test::Test;
use crate::join::{all_of, any_of};

/// The condition on a row of a level.
pub(super) fn condition(expr: &SearchExpr, row: &Row, level: usize, cx: &mut Context<'_>) -> Expr {
    let mut list = |of: &[SearchExpr]| -> Vec<Expr> {
        of.iter().map(|e| condition(e, row, level, cx)).collect()
    };
    match expr {
        SearchExpr::And(of) => all_of(list(of)),
        SearchExpr::Or(of) => any_of(list(of)),
        SearchExpr::Not(inner) => Expr::not(condition(inner, row, level, cx)),
        SearchExpr::Compare { field, op, value, span } => {
            let subject = row.value(&name_of(field), level, field.span, cx);
            match value {
                ast::Literal::Text(text) => compare(&subject, *op, text, cx),
                ast::Literal::Macro(_) | ast::Literal::Subsearch(_) => {
                    unread("a value that a search or an unknown macro gives", *span, cx)
                }
            }
        }
        SearchExpr::In { field, values, span } => {
            let subject = row.value(&name_of(field), level, field.span, cx);
            let mut texts = Vec::new();
            let mut other = Vec::new();
            for value in values {
                match value {
                    ast::Literal::Text(text) => texts.push(text),
                    ast::Literal::Macro(_) | ast::Literal::Subsearch(_) => other.push(unread(
                        "a value that a search or an unknown macro gives",
                        *span,
                        cx,
                    )),
                }
            }
            let mut alternatives = one_of(&subject, &texts, *span, cx);
            alternatives.extend(other);
            any_of(alternatives)
        }
        SearchExpr::Keyword(text) => keyword(text, text.span, false, cx),
        SearchExpr::Segment { kind, text, span } => match kind {
            Segment::Term => keyword(text, *span, false, cx),
            Segment::Case => keyword(text, *span, true, cx),
            Segment::Prefix => unread("`PREFIX` reads the index, not events", *span, cx),
        },
        SearchExpr::Subsearch(pipeline) => {
            unread("a subsearch within a condition is not followed", pipeline.span, cx)
        }
        SearchExpr::Macro(call) => unread("the macro has no definition here", call.span, cx),
        SearchExpr::Opaque { span, .. } => unread("a part was not understood", *span, cx),
    }
}

/// A part of a condition that stays as text, and the loss of it.
pub(super) fn unread(what: &str, span: Span, cx: &mut Context<'_>) -> Expr {
    cx.loss(what, Effect::Unknown, span);
    Expr::Opaque { text: cx.text(span).to_owned(), span: cx.place(span) }
}

/// The field that a text names.
pub(super) fn name_of(text: &Text) -> String {
    match text.quote {
        Quote::None => text.raw.clone(),
        Quote::Single | Quote::Double => text.raw.replace("\\\"", "\"").replace("\\\\", "\\"),
    }
}

/// `field op value`.
fn compare(subject: &Value, op: Comparison, text: &Text, cx: &mut Context<'_>) -> Expr {
    let span = cx.place(text.span);
    let order = match op {
        Comparison::Eq | Comparison::Same | Comparison::Indexed | Comparison::Like => None,
        Comparison::Ne => None,
        Comparison::Lt => Some(Op::Lt),
        Comparison::Le => Some(Op::Le),
        Comparison::Gt => Some(Op::Gt),
        Comparison::Ge => Some(Op::Ge),
    };
    if let Some(op) = order {
        let Some(number) = Number::parse(&searched(text)) else {
            return unread(
                "texts are put in order here; only numbers are understood",
                text.span,
                cx,
            );
        };
        let literals = vec![Literal::new(Scalar::Number(number), span)];
        let out = Test { op, literals, case_sensitive: false, negated: false, span }.on(subject);
        decided(&out, span, cx);
        return out;
    }
    let (op_of, literal) = value(text, cx);
    let mut test = Test {
        op: op_of,
        literals: literal.into_iter().collect(),
        case_sensitive: false,
        negated: op == Comparison::Ne,
        span,
    };
    if test.op == Op::Exists && test.negated {
        // Nothing is there and matches no text.
        cx.thresholds.push(span);
        return Expr::Const(false);
    }
    if test.op == Op::Exists {
        test.span = span;
    }
    let out = test.on(subject);
    decided(&out, span, cx);
    out
}

/// Notes a literal that no test holds because its test was decided: a label that a computed value is
/// held against.
pub(super) fn decided(expr: &Expr, span: Span, cx: &mut Context<'_>) {
    let mut held = false;
    let mut note = |own: Span| held |= own == span;
    rulescope_ir::visit::walk(expr, &mut |e| match e {
        Expr::Predicate(p) => {
            if let Subject::Value(value) = &p.subject {
                spans_of(value, &mut note);
            }
            for literal in &p.values {
                note(literal.span);
                if let Scalar::Value(value) = &literal.value {
                    spans_of(value, &mut note);
                }
            }
            if p.values.is_empty() {
                note(p.span);
            }
        }
        Expr::Opaque { span: own, .. } if own.contains(span) => note(span),
        _ => {}
    });
    if !held {
        cx.thresholds.push(span);
    }
}

/// Where the literals of a value stand.
fn spans_of(value: &Value, f: &mut impl FnMut(Span)) {
    match value {
        Value::Literal(literal) => f(literal.span),
        Value::List(items) => items.iter().for_each(|v| spans_of(v, f)),
        Value::Call { args, .. } => args.iter().for_each(|v| spans_of(v, f)),
        Value::Truth(expr) => {
            for standing in rulescope_ir::polarity::expr_standings(expr) {
                standing.predicate.values.iter().for_each(|l| f(l.span));
            }
        }
        Value::Field(_) | Value::Opaque { .. } => {}
    }
}

/// `field IN (…)`: the tests of each operator that the values want.
fn one_of(subject: &Value, texts: &[&Text], span: Span, cx: &mut Context<'_>) -> Vec<Expr> {
    let read: Vec<(Op, Option<Literal>)> = texts.iter().map(|t| value(t, cx)).collect();
    let mut tests: Vec<Test> = Vec::new();
    for ((op, literal), text) in read.into_iter().zip(texts) {
        let at = cx.place(text.span);
        match tests.iter_mut().find(|t| t.op == op && op != Op::Exists) {
            Some(test) => test.literals.extend(literal),
            None => tests.push(Test {
                op,
                literals: literal.into_iter().collect(),
                case_sensitive: false,
                negated: false,
                span: if op == Op::Exists { at } else { cx.place(span) },
            }),
        }
    }
    let mut out = Vec::new();
    for test in tests {
        let expr = test.on(subject);
        let exists = (test.op == Op::Exists).then_some(test.span);
        for span in test.literals.iter().map(|l| l.span).chain(exists) {
            decided(&expr, span, cx);
        }
        out.push(expr);
    }
    out
}

/// The operator and literal that a value with its wildcards stands for.
fn value(text: &Text, cx: &Context<'_>) -> (Op, Option<Literal>) {
    let span = cx.place(text.span);
    let plain = searched(text);
    if let Some(network) = network(&plain) {
        return (Op::Cidr, Some(Literal::new(Scalar::Network(network), span)));
    }
    let glob = glob(&plain);
    let (op, value) = match narrow(&glob) {
        Some((Op::Exists, _)) => return (Op::Exists, None),
        Some((Op::Eq, plain)) => match Number::parse(&plain) {
            Some(n) if text.quote == Quote::None && n.as_str() == plain => {
                (Op::Eq, Scalar::Number(n))
            }
            _ => (Op::Eq, Scalar::Text(plain)),
        },
        Some((op, plain)) => (op, Scalar::Text(plain)),
        None => (Op::Wildcard, Scalar::Glob(glob)),
    };
    let mut literal = Literal::new(value, span);
    let shown = text.raw.trim_matches('*');
    if shown != literal.display() && text.raw != literal.display() {
        literal.authored = Some(text.raw.clone());
    }
    (op, Some(literal))
}

/// A text whose `*` are wildcards.
pub(super) fn glob(text: &str) -> Glob {
    let mut glob = Glob::new();
    for c in text.chars() {
        match c {
            '*' => glob.push(Piece::Any),
            c => glob.push_char(c),
        }
    }
    glob
}

/// An address with a mask.
fn network(text: &str) -> Option<String> {
    if !text.contains('/') {
        return None;
    }
    text.parse::<ipnet::IpNet>().ok().map(|_| text.to_owned())
}

/// A word or phrase of the event.
fn keyword(text: &Text, place: Span, case_sensitive: bool, cx: &mut Context<'_>) -> Expr {
    let span = cx.place(place);
    let at = cx.place(text.span);
    let pattern = glob(&searched(text));
    let (op, value) = match narrow(&pattern) {
        Some((Op::Exists, _)) => {
            cx.presentation.push(at);
            return Expr::Const(true);
        }
        Some((Op::Eq, plain)) => (Op::Term, Scalar::Text(plain)),
        Some((_, plain)) => (Op::Keyword, Scalar::Text(plain)),
        None => (Op::Keyword, Scalar::Glob(pattern.trimmed())),
    };
    let mut predicate =
        rulescope_ir::Predicate::new(Subject::Event, op, vec![Literal::new(value, at)]);
    predicate.case_sensitive = case_sensitive;
    predicate.span = span;
    Expr::Predicate(predicate)
}

/// The names that a condition reads.
pub(super) fn reads(expr: &SearchExpr, out: &mut Vec<String>) {
    match expr {
        SearchExpr::And(of) | SearchExpr::Or(of) => of.iter().for_each(|e| reads(e, out)),
        SearchExpr::Not(inner) => reads(inner, out),
        SearchExpr::Compare { field, .. } | SearchExpr::In { field, .. } => {
            out.push(name_of(field))
        }
        SearchExpr::Keyword(_)
        | SearchExpr::Segment { .. }
        | SearchExpr::Subsearch(_)
        | SearchExpr::Macro(_)
        | SearchExpr::Opaque { .. } => {}
    }
}
