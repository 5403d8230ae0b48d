//! Conditions.
//!
//! A condition is lowered to that it is true, or to that it is false: a null is neither, and `and`,
//! `or` and `not` follow Kleene's logic ("ES|QL operators",
//! <https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/operators>).

use rulescope_ir::{Effect, Expr, Glob, Literal, Number, Op, Piece, Scalar, Span, Value};

use super::super::ast::{Comparison, Expr as Ast, ExprKind, LogicOp, MatchOp};
use super::super::text::decoded;
use super::context::Context;
use super::kuery;
use super::literals::within;
use super::marks::marks;
use super::row::{Row, null};
use super::test::{Test, there};
use super::value::value;
use crate::elasticsearch::regex::common;
use crate::elasticsearch::{Wanted, any_of as searched, is_list};
use crate::join::{all_of, any_of};

/// That a condition is true, or that it is false.
pub(super) fn holds(expr: &Ast, want: bool, row: &Row, cx: &mut Context<'_>) -> Expr {
    let out = match &expr.kind {
        ExprKind::Logic { op, of } => {
            let parts = of.iter().map(|e| holds(e, want, row, cx)).collect();
            if (*op == LogicOp::And) == want { all_of(parts) } else { any_of(parts) }
        }
        ExprKind::Not(inner) => return holds(inner, !want, row, cx),
        ExprKind::Bool(b) => return Expr::Const(*b == want),
        ExprKind::Null => return Expr::Const(false),
        ExprKind::Compare { op, left, right } => compared(*op, left, right, expr, want, row, cx),
        ExprKind::Match { op, subject, negated, patterns, .. } => {
            matched(*op, subject, patterns, expr, want != *negated, row, cx)
        }
        ExprKind::Absence { subject, negated } => {
            let place = cx.place(expr.span);
            let of = value(subject, row, cx);
            taken_apart(&of, expr, cx);
            there(&of, want == *negated, place)
        }
        ExprKind::Call { function, args } => called(function, args, expr, want, row, cx),
        ExprKind::Field(_) | ExprKind::Cast { .. } => itself(expr, want, row, cx),
        ExprKind::Number(_)
        | ExprKind::Time { .. }
        | ExprKind::Text(_)
        | ExprKind::Negative(_)
        | ExprKind::Parameter(_)
        | ExprKind::Star
        | ExprKind::Arithmetic { .. }
        | ExprKind::List(_)
        | ExprKind::Map(_) => unread("a value stands for a condition", expr.span, cx),
    };
    if let Expr::Const(_) = out {
        // What was decided changes no match; its literals are told of.
        within(expr, &mut |span| cx.presents(span));
    }
    out
}

/// A truth by itself.
fn itself(expr: &Ast, want: bool, row: &Row, cx: &mut Context<'_>) -> Expr {
    let span = cx.place(expr.span);
    let literals = vec![Literal::new(Scalar::Bool(true), span)];
    let test = Test { op: Op::Eq, literals, case_sensitive: true, span };
    test.on(&value(expr, row, cx), want)
}

/// A part that was not understood: unknown, and told of.
pub(super) fn unread(what: &str, span: Span, cx: &mut Context<'_>) -> Expr {
    cx.loss(what, Effect::Unknown, span);
    Expr::Opaque { text: span.slice(cx.text()).to_owned(), span: cx.place(span) }
}

/// Whether an expression is a condition by its form.
pub(super) fn is_condition(expr: &Ast) -> bool {
    match &expr.kind {
        ExprKind::Logic { .. }
        | ExprKind::Not(_)
        | ExprKind::Compare { .. }
        | ExprKind::Match { .. }
        | ExprKind::Absence { .. } => true,
        ExprKind::Call { function, .. } => {
            CONDITIONS.contains(&function.to_ascii_lowercase().as_str())
        }
        _ => false,
    }
}

/// Functions that answer yes or no.
const CONDITIONS: [&str; 10] = [
    "starts_with",
    "ends_with",
    "contains",
    "cidr_match",
    "match",
    "match_phrase",
    "mv_contains",
    "kql",
    "qstr",
    "term",
];

/// "ES|QL operators", "Binary operators": `==` compares with case and knows no wildcards.
fn compared(
    op: Comparison,
    left: &Ast,
    right: &Ast,
    whole: &Ast,
    want: bool,
    row: &Row,
    cx: &mut Context<'_>,
) -> Expr {
    if matches!(op, Comparison::Eq | Comparison::Ne) {
        for (a, b) in [(left, right), (right, left)] {
            // `cidr_match(…) == true`.
            if let (true, ExprKind::Bool(b)) = (is_condition(a), &b.kind) {
                return holds(a, *b == (want == (op == Comparison::Eq)), row, cx);
            }
        }
    }
    let (a, b) = (value(left, row, cx), value(right, row, cx));
    if a == null() || b == null() {
        return Expr::Const(false);
    }
    let literal_first = matches!(a, Value::Literal(_)) && !matches!(b, Value::Literal(_));
    let (subject, with, op) = if literal_first { (b, a, turned(op)) } else { (a, b, op) };
    taken_apart(&subject, whole, cx);
    of_one(&subject, whole, cx);
    of_one(&with, whole, cx);
    compare(op, &subject, &with, want, whole.span, cx)
}

/// A test of branches is decided on those that are literals: what no branch needs changes no match.
fn taken_apart(of: &Value, whole: &Ast, cx: &mut Context<'_>) {
    use rulescope_ir::Function::{Case, Coalesce, Lower, Upper};
    if matches!(of, Value::Call { function: Case | Coalesce | Lower | Upper, .. }) {
        within(whole, &mut |span| cx.presents(span));
    }
}

/// A test of a field with several values is null, and so is its negation ("ES|QL multivalued fields",
/// "Functions", <https://www.elastic.co/docs/reference/query-languages/esql/esql-multivalued-fields>);
/// here it passes by any of them.
fn of_one(of: &Value, whole: &Ast, cx: &mut Context<'_>) {
    use rulescope_ir::Function::{Lower, Trim, Upper};
    let several = match of {
        Value::Field(field) => is_list(field.name()) || cx.lists.contains(field.name()),
        Value::Call { function: Lower | Upper | Trim, args } => {
            return args.iter().for_each(|v| of_one(v, whole, cx));
        }
        Value::Call { .. }
        | Value::Literal(_)
        | Value::List(_)
        | Value::Truth(_)
        | Value::Opaque { .. } => false,
    };
    if several {
        let what = "a test of several values at a time is null and not one of each";
        cx.loss(what, Effect::More, whole.span);
    }
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
    let (literal, is_field) = match with {
        Value::Literal(literal) => (literal.clone(), false),
        Value::Field(field) => (Literal::new(Scalar::Field(field.clone()), at), true),
        other => (Literal::new(Scalar::Value(Box::new(other.clone())), at), false),
    };
    let case_sensitive = op != Comparison::Caseless;
    let test = |op| Test { op, literals: vec![literal.clone()], case_sensitive, span: at };
    let op = match if want { op } else { opposite(op) } {
        Comparison::Lt => Op::Lt,
        Comparison::Le => Op::Le,
        Comparison::Gt => Op::Gt,
        Comparison::Ge => Op::Ge,
        Comparison::Eq | Comparison::Ne | Comparison::Caseless => {
            let equal = if is_field { Op::FieldEq } else { Op::Eq };
            return test(equal).on(subject, want == (op != Comparison::Ne));
        }
    };
    if matches!(&literal.value, Scalar::Text(t) if Number::parse(t).is_none()) {
        return unread("texts are put in order here; only numbers are understood", span, cx);
    }
    let several = |l: &Literal| !matches!(l.display().as_str(), "1" | "0");
    if let Value::Call { function: rulescope_ir::Function::Subtract, args } = subject
        && marks(args).is_some()
    {
        cx.counts(literal.span);
        if several(&literal) && matches!(op, Op::Ge | Op::Gt) {
            let what = "matches are counted wherever they stand, not from the left alone";
            cx.loss(what, Effect::More, span);
        }
    }
    test(op).on(subject, true)
}

/// The operator for the sides the other way round.
fn turned(op: Comparison) -> Comparison {
    match op {
        Comparison::Lt => Comparison::Gt,
        Comparison::Le => Comparison::Ge,
        Comparison::Gt => Comparison::Lt,
        Comparison::Ge => Comparison::Le,
        Comparison::Eq | Comparison::Ne | Comparison::Caseless => op,
    }
}

/// The operator of the negation; equality says it otherwise.
fn opposite(op: Comparison) -> Comparison {
    match op {
        Comparison::Lt => Comparison::Ge,
        Comparison::Le => Comparison::Gt,
        Comparison::Gt => Comparison::Le,
        Comparison::Ge => Comparison::Lt,
        Comparison::Eq | Comparison::Ne | Comparison::Caseless => op,
    }
}

/// "ES|QL operators", "`LIKE`", "`RLIKE`", "`IN`" and "Match operator": patterns cover the whole
/// value, with case.
fn matched(
    op: MatchOp,
    subject: &Ast,
    patterns: &[Ast],
    whole: &Ast,
    want: bool,
    row: &Row,
    cx: &mut Context<'_>,
) -> Expr {
    if let (MatchOp::Colon, [pattern]) = (op, patterns) {
        return search(subject, pattern, whole, want, row, cx);
    }
    let of = value(subject, row, cx);
    if of == null() {
        return Expr::Const(false);
    }
    taken_apart(&of, whole, cx);
    of_one(&of, whole, cx);
    let (mut literals, mut others) = (Vec::new(), Vec::new());
    for pattern in patterns {
        let place = cx.place(pattern.span);
        match (op, value(pattern, row, cx)) {
            // A null in a list equals nothing; where nothing else does, the answer is null.
            (_, v) if v == null() => {
                if !want {
                    others.push(Expr::Const(false));
                }
            }
            (MatchOp::In, Value::Literal(literal)) => literals.push(literal),
            (MatchOp::In, other) => {
                others.push(compare(Comparison::Eq, &of, &other, want, whole.span, cx));
            }
            (MatchOp::Rlike, Value::Literal(Literal { value: Scalar::Text(text), .. })) => {
                match common(&text, false) {
                    Some(regex) => {
                        let mut literal = Literal::new(Scalar::Regex(regex), place);
                        literal.authored = Some(text);
                        literals.push(literal);
                    }
                    None => {
                        let what = "the regular expression is beyond the common syntax";
                        others.push(unread(what, whole.span, cx));
                    }
                }
            }
            (_, Value::Literal(Literal { value: Scalar::Text(text), .. })) => {
                literals.push(globbed(&text, place));
            }
            _ => others.push(unread("a pattern is computed", whole.span, cx)),
        }
    }
    let op = match op {
        MatchOp::Rlike => Op::Regex,
        _ if literals.iter().any(|l| matches!(l.value, Scalar::Glob(_))) => Op::Wildcard,
        _ => Op::Eq,
    };
    if !literals.is_empty() {
        let test = Test { op, literals, case_sensitive: true, span: cx.place(whole.span) };
        let tested = test.on(&of, want);
        if let Expr::Const(_) = tested {
            // Beside others it comes to nothing. They stand in the body already.
            cx.presentation.extend(test.literals.iter().map(|literal| literal.span));
        }
        others.insert(0, tested);
    }
    if want { any_of(others) } else { all_of(others) }
}

/// A text with `*` and `?`; a backslash before one of them or before itself escapes it.
fn globbed(text: &str, span: Span) -> Literal {
    let mut glob = Glob::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => glob.push(Piece::Any),
            '?' => glob.push(Piece::One),
            '\\' => glob.push_char(chars.next_if(|c| matches!(c, '*' | '?' | '\\')).unwrap_or(c)),
            c => glob.push_char(c),
        }
    }
    let scalar = match glob.as_text() {
        Some(plain) if !glob.has_wildcard() => Scalar::Text(plain.to_owned()),
        _ if glob.has_wildcard() => Scalar::Glob(glob),
        _ => Scalar::Text(String::new()),
    };
    let mut literal = Literal::new(scalar, span);
    if literal.display() != text {
        literal.authored = Some(text.to_owned());
    }
    literal
}

/// A search of the index ("ES|QL search functions", "`MATCH`"): as a query's clause, which an event
/// without the field fails and whose negation it passes.
fn search(
    subject: &Ast,
    pattern: &Ast,
    whole: &Ast,
    want: bool,
    row: &Row,
    cx: &mut Context<'_>,
) -> Expr {
    let (of, pattern_value) = (value(subject, row, cx), value(pattern, row, cx));
    let (Value::Field(field), Value::Literal(literal)) = (&of, &pattern_value) else {
        return unread("a search of what is computed", whole.span, cx);
    };
    let raw = literal.display();
    let glob = Glob::text(raw.clone());
    let wanted = Wanted { glob: &glob, phrase: false, raw: &raw, span: cx.place(pattern.span) };
    let found = searched(Some(field.name()), &[wanted], cx.place(whole.span));
    for loss in found.losses {
        let effect = if want { loss.effect } else { loss.effect.inverted() };
        cx.loss(loss.what, effect, pattern.span);
    }
    if want { found.expr } else { Expr::not(found.expr) }
}

/// A function that answers yes or no ("ES|QL functions and operators", under its name).
fn called(
    name: &str,
    args: &[Ast],
    whole: &Ast,
    want: bool,
    row: &Row,
    cx: &mut Context<'_>,
) -> Expr {
    let span = cx.place(whole.span);
    match (name.to_ascii_lowercase().as_str(), args) {
        ("cidr_match", [of, nets @ ..]) if !nets.is_empty() => {
            let mut literals = Vec::new();
            for net in nets {
                let ExprKind::Text(text) = &net.kind else {
                    return unread("the network is computed", whole.span, cx);
                };
                literals.push(Literal::new(Scalar::Network(decoded(text)), cx.place(net.span)));
            }
            let test = Test { op: Op::Cidr, literals, case_sensitive: false, span };
            let of = value(of, row, cx);
            taken_apart(&of, whole, cx);
            of_one(&of, whole, cx);
            test.on(&of, want)
        }
        ("starts_with", [of, part]) => part_of(Op::StartsWith, of, part, whole, want, row, cx),
        ("ends_with", [of, part]) => part_of(Op::EndsWith, of, part, whole, want, row, cx),
        ("contains", [of, part]) => part_of(Op::Contains, of, part, whole, want, row, cx),
        // That one of the values is the other.
        ("mv_contains", [of, part]) => part_of(Op::Eq, of, part, whole, want, row, cx),
        ("match" | "match_phrase", [of, pattern, options @ ..]) => {
            for option in options {
                let what = "the options of a search are not followed";
                let effect = if want { Effect::Less } else { Effect::More };
                cx.loss(what, effect, option.span);
            }
            search(of, pattern, whole, want, row, cx)
        }
        ("kql", [query, options @ ..]) => kuery::found(query, options, whole, want, row, cx),
        (name, _) if CONDITIONS.contains(&name) => {
            unread(&format!("`{name}` is not understood as a condition"), whole.span, cx)
        }
        _ => itself(whole, want, row, cx),
    }
}

fn part_of(
    op: Op,
    of: &Ast,
    part: &Ast,
    whole: &Ast,
    want: bool,
    row: &Row,
    cx: &mut Context<'_>,
) -> Expr {
    let span = cx.place(whole.span);
    let (of, part) = (value(of, row, cx), value(part, row, cx));
    if of == null() || part == null() {
        return Expr::Const(false);
    }
    taken_apart(&of, whole, cx);
    if op != Op::Eq {
        of_one(&of, whole, cx);
    }
    let literal = match part {
        Value::Literal(literal) => literal,
        Value::Field(field) => Literal::new(Scalar::Field(field), span),
        other => Literal::new(Scalar::Value(Box::new(other)), span),
    };
    Test { op, literals: vec![literal], case_sensitive: true, span }.on(&of, want)
}
