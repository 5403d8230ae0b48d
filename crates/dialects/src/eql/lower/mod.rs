//! Queries to the IR.
//!
//! An event query is a filter over the events of its category; a series is a
//! [`Pattern::Sequence`], whose meaning is that of "Sequences", "Samples" and "How sequence queries
//! handle matches" (<https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax>).
//! Conditions are lowered in `condition`, their tests in `test`, values in `value`, regular
//! expressions in `regex`. Field names stay as written.
//!
//! Pipes come after the matches: `head` and `tail` show some of them and change none ("EQL pipe
//! reference").

mod condition;
mod context;
mod literals;
mod series;
mod test;
mod value;

use rulescope_ir::polarity::{expr_standings, standings};
use rulescope_ir::{
    Effect, Expr, Fidelity, Key, Logic, Pattern, Polarity, Scope, Span, StagePredicate, visit,
};

use super::ast::{Body, Filter, Pipe, Query};
use super::text::decoded;
use context::Context;

/// The logic of a query. The scope holds the terms that the rule file gives, such as `index`; every
/// place that reads events has them, and the category of its own (`event_category`) unless it is
/// `any`.
pub fn lower(query: &Query, scope: &Scope) -> Logic {
    let mut cx = Context::new(query, scope);
    let mut pattern = match &query.statement.body {
        Body::Event(filter) => events(filter, false, filter.span, &mut cx),
        Body::Series(series) => series::series(series, &mut cx),
        Body::Opaque { text, span } => {
            let span = cx.place(*span);
            let input = Box::new(Pattern::events(scope.clone()));
            Pattern::Opaque { input, text: text.clone(), span }
        }
    };
    for pipe in &query.statement.pipes {
        pattern = piped(pattern, pipe, &mut cx);
    }
    finish(query, pattern, cx)
}

/// The events of a filter. `event.category` holds the category ("EQL syntax reference", "Basic
/// syntax"); `any` is every event, also without a category.
fn events(filter: &Filter, inverted: bool, stage: Span, cx: &mut Context<'_>) -> Pattern {
    let mut scope = cx.scope.clone();
    if let Some(category) = &filter.category {
        scope = scope.with("event_category", &decoded(category));
        scope.span = cx.place(category.span);
    }
    cx.inverted = inverted;
    let expr = condition::holds(&filter.condition, true, cx);
    cx.inverted = false;
    let place = cx.place(stage);
    let list = cx.predicates.entry(place).or_default();
    for standing in expr_standings(&expr) {
        let negative = standing.negative ^ inverted;
        let polarity = if negative { Polarity::Negative } else { Polarity::Positive };
        list.push(StagePredicate { predicate: standing.predicate.clone(), polarity });
    }
    let events = Pattern::events(scope);
    if expr == Expr::Const(true) { events } else { events.filter(expr) }
}

/// A pipe over what matched: `head` and `tail` are Elasticsearch's ("EQL pipe reference"), the others
/// Endgame's ("EQL syntax reference", "Differences from Endgame EQL syntax").
fn piped(input: Pattern, pipe: &Pipe, cx: &mut Context<'_>) -> Pattern {
    let input = Box::new(input);
    match pipe.name.as_str() {
        "head" | "tail" | "sort" | "count" | "unique_count" => {
            cx.presents(pipe.span);
            *input
        }
        "filter" if pipe.args.len() == 1 => {
            let expr = condition::holds(&pipe.args[0], true, cx);
            Pattern::Filter { input, expr }
        }
        "unique" if !pipe.args.is_empty() => {
            // A literal among the keys tells no event from another.
            pipe.args.iter().for_each(|e| literals::within(e, &mut |span| cx.presents(span)));
            let values = pipe.args.iter().map(|e| value::value(e, cx));
            let key = |(i, value)| Key { name: format!("unique#{i}"), value, keep_missing: true };
            Pattern::Dedup {
                keys: values.collect::<Vec<_>>().into_iter().enumerate().map(key).collect(),
                input,
            }
        }
        _ => {
            let what = format!("the pipe `{}` is not understood", pipe.name);
            cx.loss(what, Effect::Unknown, pipe.span);
            let span = cx.place(pipe.span);
            Pattern::Opaque { input, text: pipe.span.slice(cx.text()).to_owned(), span }
        }
    }
}

/// Puts a logic together and says how well it was understood.
fn finish(query: &Query, pattern: Pattern, mut cx: Context<'_>) -> Logic {
    let mut understood = !standings(&pattern).is_empty();
    visit::patterns(&pattern, &mut |p| {
        understood |= matches!(p, Pattern::Events { scope } if !scope.terms.is_empty());
    });
    understood &= !matches!(query.statement.body, Body::Opaque { .. });
    let fidelity = match (understood, cx.losses.is_empty()) {
        (true, true) => Fidelity::Exact,
        (true, false) => Fidelity::Partial,
        (false, _) => Fidelity::Opaque,
    };
    let mut stages = super::stages(query);
    for stage in &mut stages {
        stage.predicates = cx.predicates.remove(&stage.span).unwrap_or_default();
    }
    let literals = literals::of(query);
    let mut logic = Logic {
        stages,
        pattern,
        fidelity,
        losses: cx.losses,
        diagnostics: query.diagnostics.clone(),
        literals: Vec::new(),
        presentation: cx.presentation,
        thresholds: cx.thresholds,
    };
    logic.diagnostics.extend(cx.diagnostics);
    logic.diagnostics.sort_by_key(|d| d.span);
    literals::settle(&mut logic, literals);
    logic
}
