//! The literals of a search, each with the command that it stands in, for the account of them.
//!
//! What a command tests must come out as a predicate, a part of the scope, a threshold or a loss.
//! What a command makes (`eval`, `rex`, `fillnull`, …) may come to nothing: a value that no later
//! command tests is presentation.

use std::collections::BTreeSet;

use rulescope_ir::{Fate, Logic, Span, account};

use super::super::ast::{
    self, Aggregate, Argument, Boundary, Command, Expr, ExprKind, Pipeline, Query, SearchExpr,
    Step, Text,
};
use super::context::Context;

/// A literal's place in the body, and whether it may come to nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    span: Span,
    makes: bool,
}

/// Every literal of a search.
pub(super) fn of(query: &Query, cx: &mut Context<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    pipeline(&query.pipeline, &mut |span, makes| out.push(Place { span: cx.place(span), makes }));
    out
}

/// Where a pipeline stands with all of its literals: a text without its closing quote goes on to the
/// end of the search, past the pipeline.
pub(super) fn extent(of: &Pipeline) -> Span {
    let mut out = of.span;
    pipeline(of, &mut |span, _| out = out.join(span));
    out
}

/// The same of one command, without its subsearches.
pub(super) fn reach(of: &Step) -> Span {
    let mut out = of.span;
    command(&of.command, &mut |span, _| out = out.join(span));
    out
}

/// Lists the literals in a logic, and those that came to nothing as presentation.
pub(super) fn settle(logic: &mut Logic, places: Vec<Place>) {
    let spans: BTreeSet<Span> = places.iter().map(|p| p.span).filter(|s| !s.is_empty()).collect();
    // A macro's literals all stand where it is called: they may come to nothing only together.
    let tested: BTreeSet<Span> = places.iter().filter(|p| !p.makes).map(|p| p.span).collect();
    crate::reach::stretch(logic, &spans);
    logic.literals = spans.into_iter().collect();
    for (span, fate) in account(logic) {
        if fate == Fate::Vanished && !tested.contains(&span) {
            logic.presentation.push(span);
        }
    }
    logic.presentation.sort();
    logic.presentation.dedup();
    logic.thresholds.sort();
    logic.thresholds.dedup();
}

fn pipeline(of: &Pipeline, f: &mut impl FnMut(Span, bool)) {
    for step in &of.steps {
        command(&step.command, f);
        if !matches!(step.command, Command::Map(_)) {
            step.command.subsearches().into_iter().for_each(|p| pipeline(p, f));
        }
    }
}

fn command(of: &Command, f: &mut impl FnMut(Span, bool)) {
    match of {
        Command::Search(expr) => search(expr, f),
        Command::Where(expr) => eval(expr, false, f),
        Command::Eval(list) => list.iter().for_each(|a| eval(&a.value, true, f)),
        Command::Stats { aggregates: list, .. } => aggregates(list, f),
        Command::Chart(chart) => aggregates(&chart.aggregates, f),
        Command::Tstats(tstats) => {
            aggregates(&tstats.aggregates, f);
            tstats.filter.iter().for_each(|e| search(e, f));
        }
        Command::Rex(rex) => f(rex.pattern.span, true),
        Command::Regex { pattern, .. } => f(pattern.span, false),
        Command::InputLookup { filter, .. } => filter.iter().for_each(|e| search(e, f)),
        Command::Join(join) => join.filter.iter().for_each(|e| search(e, f)),
        Command::Transaction(transaction) => {
            for boundary in transaction.starts.iter().chain(&transaction.ends) {
                match boundary {
                    Boundary::Search(expr) => search(expr, f),
                    Boundary::Eval(expr) => eval(expr, false, f),
                    Boundary::Text(text) => f(text.span, false),
                }
            }
        }
        Command::Replace { pairs, .. } => {
            pairs.iter().for_each(|(a, b)| [a, b].into_iter().for_each(|t| f(t.span, true)));
        }
        Command::Slice(slice) => {
            slice.count.iter().for_each(|t| f(t.span, false));
            slice.until.iter().for_each(|e| eval(e, false, f));
        }
        Command::Dedup(dedup) => dedup.count.iter().for_each(|t| f(t.span, false)),
        Command::Tally(_)
        | Command::Rename(_)
        | Command::Fields { .. }
        | Command::Table(_)
        | Command::Spath(_)
        | Command::Lookup(_)
        | Command::OutputLookup { .. }
        | Command::Branches(_)
        | Command::Bin(_)
        | Command::Convert { .. }
        | Command::Fill { .. }
        | Command::Multivalue(_)
        | Command::Sort { .. }
        | Command::From(_)
        | Command::Foreach(_)
        | Command::Map(_)
        | Command::Plain(_)
        | Command::Macro(_)
        | Command::Opaque { .. } => {}
    }
}

fn search(expr: &SearchExpr, f: &mut impl FnMut(Span, bool)) {
    let literal = |l: &ast::Literal, f: &mut dyn FnMut(Span, bool)| match l {
        ast::Literal::Text(Text { span, .. }) => f(*span, false),
        ast::Literal::Macro(call) => f(call.span, false),
        ast::Literal::Subsearch(_) => {}
    };
    match expr {
        SearchExpr::And(of) | SearchExpr::Or(of) => of.iter().for_each(|e| search(e, f)),
        SearchExpr::Not(inner) => search(inner, f),
        SearchExpr::Compare { value, .. } => literal(value, f),
        SearchExpr::In { values, .. } => values.iter().for_each(|v| literal(v, f)),
        SearchExpr::Keyword(text) | SearchExpr::Segment { text, .. } => f(text.span, false),
        SearchExpr::Macro(call) => f(call.span, false),
        SearchExpr::Opaque { span, .. } => f(*span, false),
        SearchExpr::Subsearch(_) => {}
    }
}

fn aggregates(list: &[Aggregate], f: &mut impl FnMut(Span, bool)) {
    for aggregate in list {
        if let Some(Argument::Eval(expr)) = &aggregate.argument {
            eval(expr, true, f);
        }
    }
}

fn eval(expr: &Expr, makes: bool, f: &mut impl FnMut(Span, bool)) {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Opaque(_) => f(expr.span, makes),
        ExprKind::Macro(call) => f(call.span, makes),
        ExprKind::Field(_) => {}
        ExprKind::Call { args, .. } => args.iter().for_each(|a| eval(a, makes, f)),
        ExprKind::Logic { of, .. } => of.iter().for_each(|e| eval(e, makes, f)),
        ExprKind::Not(inner) => eval(inner, makes, f),
        // The sign belongs to the number.
        ExprKind::Negative(inner) => eval(inner, makes, f),
        ExprKind::Compare { left, right, .. } => {
            eval(left, makes, f);
            eval(right, makes, f);
        }
        ExprKind::In { subject, values } => {
            eval(subject, makes, f);
            values.iter().for_each(|v| eval(v, makes, f));
        }
        ExprKind::Arithmetic { first, rest } => {
            eval(first, makes, f);
            rest.iter().for_each(|(_, e)| eval(e, makes, f));
        }
    }
}
