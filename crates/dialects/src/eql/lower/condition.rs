//! Conditions.
//!
//! A condition is lowered to that it is true, or to that it is false: Elasticsearch moves `not`
//! inward to the tests, and each test says itself what it answers for an absent value (`test`).

use rulescope_ir::{
    Effect, Expr, Glob, Literal, Number, Op, Piece, Quantifier, Scalar, Span, Value,
};

use super::super::ast::{Comparison, Expr as Ast, ExprKind, LogicOp, MatchOp};
use super::super::text::decoded;
use super::context::Context;
use super::literals::within;
use super::test::{Test, there};
use super::value::{is_null, truth, value};
use crate::elasticsearch::regex::common;
use crate::join::{all_of, any_of};

/// That a condition is true, or that it is false.
pub(super) fn holds(expr: &Ast, want: bool, cx: &mut Context<'_>) -> Expr {
    let out = match &expr.kind {
        ExprKind::Logic { op, of } => {
            let parts = of.iter().map(|e| holds(e, want, cx)).collect();
            if (*op == LogicOp::And) == want { all_of(parts) } else { any_of(parts) }
        }
        ExprKind::Not(inner) => return holds(inner, !want, cx),
        ExprKind::Bool(b) => return Expr::Const(*b == want),
        ExprKind::Null => return Expr::Const(false),
        // A field by itself is `field == true` (`AddMissingEqualsToBoolField` of Elasticsearch).
        ExprKind::Field(_) => {
            let span = cx.place(expr.span);
            let literals = vec![Literal::new(Scalar::Bool(true), span)];
            let test = Test { op: Op::Eq, literals, case_sensitive: true, span };
            test.on(&value(expr, cx), want)
        }
        ExprKind::Compare { op, left, right } => compared(*op, left, right, expr, want, cx),
        ExprKind::Match { op, subject, patterns, .. } => {
            matched(*op, subject, patterns, expr, want, cx)
        }
        ExprKind::In { subject, negated, tilde, values } => {
            member(subject, values, !tilde, expr.span, want != *negated, cx)
        }
        ExprKind::Call { function, tilde, args } => called(function, *tilde, args, expr, want, cx),
        ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Negative(_)
        | ExprKind::Arithmetic { .. } => unread("a value stands for a condition", expr.span, cx),
        ExprKind::Lineage { .. } => {
            unread("the relation of processes is not followed", expr.span, cx)
        }
        ExprKind::Opaque(_) => unread("a part was not understood", expr.span, cx),
    };
    if let Expr::Const(_) = out {
        // What was decided changes no match; its literals are told of.
        within(expr, &mut |span| cx.presents(span));
    }
    out
}

/// A part that was not understood: unknown, and told of.
pub(super) fn unread(what: &str, span: Span, cx: &mut Context<'_>) -> Expr {
    cx.loss(what, Effect::Unknown, span);
    Expr::Opaque { text: span.slice(cx.text()).to_owned(), span: cx.place(span) }
}

/// "EQL syntax reference", "Comparison operators": `==` and `!=` compare with case and know no
/// wildcards, `null` on a side asks whether the other is there.
fn compared(
    op: Comparison,
    left: &Ast,
    right: &Ast,
    whole: &Ast,
    want: bool,
    cx: &mut Context<'_>,
) -> Expr {
    let equal = matches!(op, Comparison::Eq | Comparison::Ne);
    let want_equal = want == (op == Comparison::Eq);
    if equal {
        for (a, b) in [(left, right), (right, left)] {
            // `cidrMatch(…) == true`.
            if let (true, ExprKind::Bool(b)) = (truth(a), &b.kind) {
                return holds(a, *b == want_equal, cx);
            }
            if matches!(b.kind, ExprKind::Null) {
                // `indexOf(x, "y") == null`: the text is not in it.
                if let Some(found) = found(a, want_equal, cx) {
                    return found;
                }
                return there(&value(a, cx), !want_equal, cx.place(whole.span));
            }
        }
    }
    if let Some(found) = position(op, left, right, want, cx) {
        return found;
    }
    let (a, b) = (value(left, cx), value(right, cx));
    if is_null(&a) || is_null(&b) {
        return Expr::Const(false);
    }
    let literal_first = matches!(a, Value::Literal(_)) && !matches!(b, Value::Literal(_));
    let (subject, with, op) = if literal_first { (b, a, turned(op)) } else { (a, b, op) };
    compare(op, &subject, &with, want, whole.span, cx)
}

fn compare(
    op: Comparison,
    subject: &Value,
    with: &Value,
    want: bool,
    span: Span,
    cx: &mut Context<'_>,
) -> Expr {
    let at = cx.place(span);
    let (literal, field) = match with {
        Value::Literal(literal) => (literal.clone(), false),
        Value::Field(field) => {
            let message = "Elasticsearch compares no field with another";
            cx.warning("eql/field-comparison", message, span);
            (Literal::new(Scalar::Field(field.clone()), at), true)
        }
        other => (Literal::new(Scalar::Value(Box::new(other.clone())), at), false),
    };
    let plain = matches!(with, Value::Literal(_));
    if matches!(op, Comparison::Eq | Comparison::Ne) {
        let op_equal = if field { Op::FieldEq } else { Op::Eq };
        let test = Test { op: op_equal, literals: vec![literal], case_sensitive: true, span: at };
        let want = want == (op == Comparison::Eq);
        return if plain { test.on(subject, want) } else { test.script(subject, want) };
    }
    if matches!(&literal.value, Scalar::Text(t) if Number::parse(t).is_none()) {
        return unread("texts are put in order here; only numbers are understood", span, cx);
    }
    let op = match if want { op } else { opposite(op) } {
        Comparison::Lt => Op::Lt,
        Comparison::Le => Op::Le,
        Comparison::Gt => Op::Gt,
        Comparison::Ge | Comparison::Eq | Comparison::Ne => Op::Ge,
    };
    Test { op, literals: vec![literal], case_sensitive: true, span: at }.range(subject)
}

/// The operator for the sides the other way round.
fn turned(op: Comparison) -> Comparison {
    match op {
        Comparison::Lt => Comparison::Gt,
        Comparison::Le => Comparison::Ge,
        Comparison::Gt => Comparison::Lt,
        Comparison::Ge => Comparison::Le,
        Comparison::Eq | Comparison::Ne => op,
    }
}

/// The operator of the negation.
fn opposite(op: Comparison) -> Comparison {
    match op {
        Comparison::Lt => Comparison::Ge,
        Comparison::Le => Comparison::Gt,
        Comparison::Gt => Comparison::Le,
        Comparison::Ge => Comparison::Lt,
        Comparison::Eq => Comparison::Ne,
        Comparison::Ne => Comparison::Eq,
    }
}

/// `indexOf(text, part)`: a position where the part is in the text, null where it is not ("EQL
/// function reference", "indexOf"). `absent` asks for null.
fn found(of: &Ast, absent: bool, cx: &mut Context<'_>) -> Option<Expr> {
    let ExprKind::Call { function, tilde, args } = &of.kind else { return None };
    let [text, part] = args.as_slice() else { return None };
    if function != "indexOf" {
        return None;
    }
    Some(part_of(Op::Contains, text, part, *tilde, of, !absent, cx))
}

/// `indexOf(text, part) >= 0`: the part is in the text.
fn position(
    op: Comparison,
    left: &Ast,
    right: &Ast,
    want: bool,
    cx: &mut Context<'_>,
) -> Option<Expr> {
    let ExprKind::Number(n) = &right.kind else { return None };
    if op != Comparison::Ge || n.parse() != Ok(0.0) || !want {
        return None;
    }
    let out = found(left, false, cx)?;
    cx.presents(right.span);
    Some(out)
}

/// "EQL syntax reference", "Pattern comparison keywords", "Lookup operators" and "Wildcards": `:` and
/// what ends in a tilde compare without case; patterns cover the whole value.
fn matched(
    op: MatchOp,
    subject: &Ast,
    patterns: &[Ast],
    whole: &Ast,
    want: bool,
    cx: &mut Context<'_>,
) -> Expr {
    let case_sensitive = matches!(op, MatchOp::Like | MatchOp::Regex);
    let of = value(subject, cx);
    let (mut literals, mut others) = (Vec::new(), Vec::new());
    for pattern in patterns {
        let ExprKind::Text(text) = &pattern.kind else {
            // `:` of a number or of a truth is `==`.
            others.push(compared(Comparison::Eq, subject, pattern, whole, want, cx));
            continue;
        };
        let text = decoded(text);
        let place = cx.place(pattern.span);
        if matches!(op, MatchOp::Regex | MatchOp::RegexTilde) {
            match common(&text, !case_sensitive) {
                Some(regex) => {
                    let mut literal = Literal::new(Scalar::Regex(regex), place);
                    literal.authored = Some(text);
                    literals.push(literal);
                }
                None => others.push(unread(
                    "the regular expression is beyond the common syntax",
                    whole.span,
                    cx,
                )),
            }
        } else {
            literals.push(globbed(&text, place));
        }
    }
    let op = match op {
        MatchOp::Regex | MatchOp::RegexTilde => Op::Regex,
        MatchOp::Colon | MatchOp::Like | MatchOp::LikeTilde => {
            if literals.iter().all(|l| matches!(l.value, Scalar::Text(_))) {
                Op::Eq
            } else {
                Op::Wildcard
            }
        }
    };
    if !literals.is_empty() {
        let test = Test { op, literals, case_sensitive, span: cx.place(whole.span) };
        others.insert(0, told(test, &of, want, cx));
    }
    if want { any_of(others) } else { all_of(others) }
}

/// A test whose literals are told of where it is decided: beside others it comes to nothing.
fn told(test: Test, value: &Value, want: bool, cx: &mut Context<'_>) -> Expr {
    let out = test.on(value, want);
    if let Expr::Const(_) = out {
        // They stand in the body already.
        cx.presentation.extend(test.literals.iter().map(|literal| literal.span));
    }
    out
}

/// A text with `*` and `?`; a backslash is itself.
fn globbed(text: &str, span: Span) -> Literal {
    let mut glob = Glob::new();
    for c in text.chars() {
        match c {
            '*' => glob.push(Piece::Any),
            '?' => glob.push(Piece::One),
            c => glob.push_char(c),
        }
    }
    let scalar =
        if glob.has_wildcard() { Scalar::Glob(glob) } else { Scalar::Text(text.to_owned()) };
    Literal::new(scalar, span)
}

/// One of a list, or none of it ("EQL syntax reference", "Lookup operators").
fn member(
    subject: &Ast,
    values: &[Ast],
    case_sensitive: bool,
    span: Span,
    want: bool,
    cx: &mut Context<'_>,
) -> Expr {
    let subject = value(subject, cx);
    let (mut literals, mut out) = (Vec::new(), Vec::new());
    for v in values {
        match value(v, cx) {
            // A null in a list equals nothing.
            other if is_null(&other) => {}
            Value::Literal(literal) => literals.push(literal),
            other => out.push(compare(Comparison::Eq, &subject, &other, want, span, cx)),
        }
    }
    if !literals.is_empty() {
        let test = Test { op: Op::Eq, literals, case_sensitive, span: cx.place(span) };
        out.insert(0, told(test, &subject, want, cx));
    }
    if want { any_of(out) } else { all_of(out) }
}

/// A function that answers yes or no ("EQL function reference", under its name); a tilde after the
/// name takes case away ("EQL syntax reference", "Case-insensitive functions").
fn called(
    name: &str,
    tilde: bool,
    args: &[Ast],
    whole: &Ast,
    want: bool,
    cx: &mut Context<'_>,
) -> Expr {
    let span = cx.place(whole.span);
    match (name, args) {
        ("cidrMatch" | "cidrmatch", [of, nets @ ..]) if !nets.is_empty() => {
            let mut literals = Vec::new();
            for net in nets {
                let ExprKind::Text(text) = &net.kind else {
                    return unread("the network is computed", whole.span, cx);
                };
                literals.push(Literal::new(Scalar::Network(decoded(text)), cx.place(net.span)));
            }
            let test = Test { op: Op::Cidr, literals, case_sensitive: false, span };
            test.on(&value(of, cx), want)
        }
        ("startsWith" | "startswith", [of, part]) => {
            part_of(Op::StartsWith, of, part, tilde, whole, want, cx)
        }
        ("endsWith" | "endswith", [of, part]) => {
            part_of(Op::EndsWith, of, part, tilde, whole, want, cx)
        }
        ("stringContains" | "stringcontains", [of, part]) => {
            part_of(Op::Contains, of, part, tilde, whole, want, cx)
        }
        // Of earlier versions, without case.
        ("wildcard", [of, patterns @ ..]) if !patterns.is_empty() => {
            let op = if tilde { MatchOp::LikeTilde } else { MatchOp::Colon };
            matched(op, of, patterns, whole, want, cx)
        }
        ("match", [of, patterns @ ..]) if !patterns.is_empty() => {
            let op = if tilde { MatchOp::RegexTilde } else { MatchOp::Regex };
            matched(op, of, patterns, whole, want, cx)
        }
        // Of Endgame and of Elastic Defend: an element for which the condition holds.
        ("arraySearch" | "_arraysearch", [list, variable, condition]) => {
            let ExprKind::Field(variable) = &variable.kind else {
                return unread("the variable is no name", whole.span, cx);
            };
            let each = Expr::Each {
                quantifier: Quantifier::Any,
                list: value(list, cx),
                variable: variable.name(),
                expr: Box::new(holds(condition, true, cx)),
            };
            if want { each } else { Expr::not(each) }
        }
        ("arrayContains", [of, values @ ..]) if !values.is_empty() => {
            member(of, values, !tilde, whole.span, want, cx)
        }
        _ => {
            let what = format!("`{name}` is not understood as a condition");
            unread(&what, whole.span, cx)
        }
    }
}

fn part_of(
    op: Op,
    of: &Ast,
    part: &Ast,
    tilde: bool,
    whole: &Ast,
    want: bool,
    cx: &mut Context<'_>,
) -> Expr {
    let span = cx.place(whole.span);
    let (of, part) = (value(of, cx), value(part, cx));
    if is_null(&of) || is_null(&part) {
        return Expr::Const(false);
    }
    let plain = matches!(part, Value::Literal(_));
    let literal = match part {
        Value::Literal(literal) => literal,
        Value::Field(field) => Literal::new(Scalar::Field(field), span),
        other => Literal::new(Scalar::Value(Box::new(other)), span),
    };
    let test = Test { op, literals: vec![literal], case_sensitive: !tilde, span };
    if plain { test.on(&of, want) } else { test.script(&of, want) }
}
