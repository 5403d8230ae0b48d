//! `LIKE`: texts against patterns of `%` and `_`.

use rulescope_ir::normalize::narrow;
use rulescope_ir::{Expr, Function, Glob, Literal, Op, Piece, Scalar, Span, Value};

use super::super::ast::Expr as Ast;
use super::context::Context;
use super::search::unread;
use super::test::Test;
use super::value::{Place, value};

/// `like(text, pattern)`: `%` is any run of characters, `_` one
/// (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/comparison-and-conditional-functions>,
/// "like").
pub(super) fn like(
    subject: &Value,
    pattern: &str,
    span: Span,
    want: bool,
    cx: &mut Context<'_>,
) -> Expr {
    let mut glob = Glob::new();
    for c in pattern.chars() {
        match c {
            '%' => glob.push(Piece::Any),
            '_' => glob.push(Piece::One),
            c => glob.push_char(c),
        }
    }
    let at = cx.place(span);
    let (op, scalar) = match narrow(&glob) {
        Some((Op::Exists, _)) => {
            let test = Test::exists(at);
            return if want { test.on(subject) } else { Expr::Const(false) };
        }
        Some((op, text)) => (op, Scalar::Text(text)),
        None => (Op::Wildcard, Scalar::Glob(glob)),
    };
    let mut literal = Literal::new(scalar, at);
    literal.authored = Some(pattern.to_owned());
    Test { op, literals: vec![literal], case_sensitive: true, negated: !want, span: at }.on(subject)
}

/// `like(text, "%" . value . "%")`: what stands between the wildcards is computed.
pub(super) fn like_value(
    of: &Ast,
    pattern: &Ast,
    span: Span,
    want: bool,
    at: Place<'_>,
    cx: &mut Context<'_>,
) -> Expr {
    let wild =
        |v: &Value| matches!(v, Value::Literal(l) if l.value == Scalar::Text("%".to_owned()));
    let plain = |v: &Value| match v {
        Value::Literal(l) => !l.display().contains(['%', '_']),
        _ => true,
    };
    let mut parts = match value(pattern, at, cx) {
        Value::Call { function: Function::Concat, args } => args,
        other => vec![other],
    };
    let after = parts.len() > 1 && parts.last().is_some_and(wild);
    if after {
        parts.pop();
    }
    let before = parts.len() > 1 && parts.first().is_some_and(wild);
    if before {
        parts.remove(0);
    }
    if !parts.iter().all(plain) {
        return unread("the pattern of LIKE is computed", span, cx);
    }
    let op = match (before, after) {
        (true, true) => Op::Contains,
        (true, false) => Op::EndsWith,
        (false, true) => Op::StartsWith,
        (false, false) => Op::Eq,
    };
    let own = if parts.len() == 1 { parts.remove(0) } else { Value::call(Function::Concat, parts) };
    let span = cx.place(span);
    let scalar = match own {
        Value::Field(field) => Scalar::Field(field),
        other => Scalar::Value(Box::new(other)),
    };
    let literals = vec![Literal::new(scalar, span)];
    Test { op, literals, case_sensitive: true, negated: !want, span }.on(&value(of, at, cx))
}
