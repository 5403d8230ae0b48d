//! The literals of a query, for the account of them: indices, texts, numbers, spans of time.

use rulescope_ir::{Fate, Logic, Span, account};

use super::super::ast::{Command, CommandKind, Expr, ExprKind, Named, Query};

/// Where every literal of a query stands in the body.
pub(super) fn of(query: &Query) -> Vec<Span> {
    let mut out = Vec::new();
    for command in &query.statement.commands {
        of_command(command, &mut |span| out.push(query.source.place(span)));
    }
    out
}

/// Lists the literals in a logic. What stands in a command that makes columns, and in no condition,
/// presents the rows.
pub(super) fn settle(query: &Query, logic: &mut Logic, mut literals: Vec<Span>) {
    literals.retain(|span| !span.is_empty());
    literals.sort();
    literals.dedup();
    crate::reach::stretch(logic, &literals);
    logic.literals = literals;
    let mut makes = Vec::new();
    for command in &query.statement.commands {
        if !matches!(command.kind, CommandKind::Where(_) | CommandKind::Opaque(_)) {
            of_command(command, &mut |span| makes.push(query.source.place(span)));
        }
    }
    let unread = account(logic).into_iter().filter(|(_, fate)| *fate == Fate::Vanished);
    let unread: Vec<Span> = unread.map(|(span, _)| span).filter(|s| makes.contains(s)).collect();
    logic.presentation.extend(unread);
    for list in [&mut logic.presentation, &mut logic.thresholds] {
        list.sort();
        list.dedup();
    }
}

fn of_command(command: &Command, f: &mut dyn FnMut(Span)) {
    match &command.kind {
        CommandKind::From { indices, .. } => indices.iter().for_each(|i| f(i.span)),
        CommandKind::Where(expr) => within(expr, f),
        CommandKind::Eval(list) => list.iter().for_each(|n| named(n, f)),
        CommandKind::Columns { .. } | CommandKind::Rename(_) | CommandKind::Expand(_) => {}
        CommandKind::Stats { aggregates, by, .. } => {
            aggregates.iter().chain(by).for_each(|n| named(n, f));
        }
        CommandKind::Sort(list) => list.iter().for_each(|o| within(&o.value, f)),
        CommandKind::Limit { span, .. } => f(*span),
        CommandKind::Extract { input, patterns, options, .. } => {
            within(input, f);
            patterns.iter().for_each(|p| f(p.span));
            options.iter().for_each(|n| named(n, f));
        }
        CommandKind::Enrich { policy, .. } => f(policy.span),
        CommandKind::Join { index, on } => {
            f(index.span);
            on.iter().for_each(|e| within(e, f));
        }
        CommandKind::Completion { prompt, with, .. } => {
            within(prompt, f);
            with.iter().for_each(|e| within(e, f));
        }
        CommandKind::Opaque(_) => f(command.span),
    }
}

fn named(of: &Named, f: &mut dyn FnMut(Span)) {
    within(&of.value, f);
    of.filter.iter().for_each(|e| within(e, f));
}

/// The literals of an expression. The sign of a number belongs to it.
pub(super) fn within(expr: &Expr, f: &mut dyn FnMut(Span)) {
    match &expr.kind {
        ExprKind::Number(_)
        | ExprKind::Time { .. }
        | ExprKind::Text(_)
        | ExprKind::Parameter(_) => f(expr.span),
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Field(_) | ExprKind::Star => {}
        ExprKind::Call { args: list, .. }
        | ExprKind::Logic { of: list, .. }
        | ExprKind::List(list) => list.iter().for_each(|e| within(e, f)),
        ExprKind::Not(inner)
        | ExprKind::Negative(inner)
        | ExprKind::Absence { subject: inner, .. }
        | ExprKind::Cast { value: inner, .. } => within(inner, f),
        ExprKind::Compare { left, right, .. } => {
            within(left, f);
            within(right, f);
        }
        ExprKind::Match { subject, patterns, .. } => {
            within(subject, f);
            patterns.iter().for_each(|e| within(e, f));
        }
        ExprKind::Arithmetic { first, rest } => {
            within(first, f);
            rest.iter().for_each(|(_, e)| within(e, f));
        }
        ExprKind::Map(pairs) => {
            for (key, value) in pairs {
                f(key.span);
                within(value, f);
            }
        }
    }
}
