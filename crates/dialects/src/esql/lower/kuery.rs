//! `kql("…")`: a query of Kibana's language as a condition ("ES|QL search functions", "`KQL`",
//! <https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/search-functions/kql>).
//!
//! It is asked of the document in its index, so its fields are those of the event, whatever the query
//! named them since; an event without a field fails its test and passes the negation.

use rulescope_ir::{Effect, Expr, Pattern};

use super::super::ast::{Expr as Ast, ExprKind};
use super::super::text::source;
use super::condition::unread;
use super::context::Context;
use super::row::Row;
use crate::kuery;

/// That an event is found by the query, or that it is not.
pub(super) fn found(
    query: &Ast,
    options: &[Ast],
    whole: &Ast,
    want: bool,
    row: &Row,
    cx: &mut Context<'_>,
) -> Expr {
    let ExprKind::Text(text) = &query.kind else {
        return unread("a query in KQL is computed", whole.span, cx);
    };
    if !row.open {
        return unread("a query in KQL is asked of a group", whole.span, cx);
    }
    for option in options {
        let effect = if want { Effect::Less } else { Effect::More };
        cx.loss("the options of a search are not followed", effect, option.span);
    }
    let logic = kuery::condition(&kuery::parse(&source(text, cx.source())));
    for loss in logic.losses {
        let effect = if want { loss.effect } else { loss.effect.inverted() };
        cx.loss(loss.what, effect, query.span);
    }
    cx.made_of(query.span, logic.literals);
    cx.told(logic.diagnostics);
    cx.thresholds.extend(logic.thresholds);
    cx.presentation.extend(logic.presentation);
    let found = match logic.pattern {
        Pattern::Filter { expr, .. } => expr,
        _ => Expr::Const(true),
    };
    if want { found } else { Expr::not(found) }
}
