//! The literals of a query, for the account of them: texts, numbers, categories, spans of time.

use rulescope_ir::{Logic, Span};

use super::super::ast::{Body, Expr, ExprKind, Filter, Query, Step};

/// Where every literal of a query stands in the body.
pub(super) fn of(query: &Query) -> Vec<Span> {
    let mut out = Vec::new();
    let mut note = |span: Span| out.push(query.source.place(span));
    match &query.statement.body {
        Body::Event(of) => filter(of, &mut note),
        Body::Series(series) => {
            series.by.iter().for_each(|e| within(e, &mut note));
            series.max_span.iter().for_each(|s| note(s.span));
            series.steps.iter().chain(&series.until).for_each(|s| step(s, &mut note));
        }
        Body::Opaque { span, .. } => note(*span),
    }
    query.statement.pipes.iter().flat_map(|p| &p.args).for_each(|e| within(e, &mut note));
    out
}

/// Lists the literals in a logic.
pub(super) fn settle(logic: &mut Logic, mut literals: Vec<Span>) {
    literals.retain(|span| !span.is_empty());
    literals.sort();
    literals.dedup();
    crate::reach::stretch(logic, &literals);
    logic.literals = literals;
    for list in [&mut logic.presentation, &mut logic.thresholds] {
        list.sort();
        list.dedup();
    }
}

fn step(of: &Step, f: &mut impl FnMut(Span)) {
    filter(&of.filter, f);
    of.by.iter().for_each(|e| within(e, f));
    of.runs.iter().for_each(|c| f(c.span));
}

fn filter(of: &Filter, f: &mut impl FnMut(Span)) {
    of.category.iter().for_each(|c| f(c.span));
    within(&of.condition, f);
}

/// The literals of an expression. The sign of a number belongs to it.
pub(super) fn within(expr: &Expr, f: &mut dyn FnMut(Span)) {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Opaque(_) => f(expr.span),
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Field(_) => {}
        ExprKind::Call { args, .. } => args.iter().for_each(|e| within(e, f)),
        ExprKind::Logic { of, .. } => of.iter().for_each(|e| within(e, f)),
        ExprKind::Not(inner) | ExprKind::Negative(inner) => within(inner, f),
        ExprKind::Compare { left, right, .. } => {
            within(left, f);
            within(right, f);
        }
        ExprKind::Match { subject, patterns: list, .. }
        | ExprKind::In { subject, values: list, .. } => {
            within(subject, f);
            list.iter().for_each(|e| within(e, f));
        }
        ExprKind::Arithmetic { first, rest } => {
            within(first, f);
            rest.iter().for_each(|(_, e)| within(e, f));
        }
        ExprKind::Lineage { filter: of, .. } => {
            of.category.iter().for_each(|c| f(c.span));
            within(&of.condition, f);
        }
    }
}
