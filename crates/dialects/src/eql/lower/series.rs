//! Sequences, samples and joins as [`Pattern::Sequence`].

use rulescope_ir::{Duration, Effect, Function, Literal, Pattern, Scalar, Span, Step, Value};

use super::super::ast::{self, Expr as Ast, ExprKind, Series, SeriesKind, TimeSpan};
use super::context::Context;
use super::literals::within;
use super::value::value;

/// A series. The keys of the series come before those of a step ("EQL syntax reference", "by
/// keyword"); a sample's order does not count ("Samples").
pub(super) fn series(series: &Series, cx: &mut Context<'_>) -> Pattern {
    let max_span = series.max_span.as_ref().and_then(|span| duration(span, cx));
    let steps = series.steps.iter().map(|s| step(s, &series.by, s.missing, cx)).collect();
    let until = series.until.as_ref().map(|s| Box::new(step(s, &series.by, true, cx)));
    Pattern::Sequence { steps, max_span, until, ordered: series.kind == SeriesKind::Sequence }
}

fn step(step: &ast::Step, keys: &[Ast], inverted: bool, cx: &mut Context<'_>) -> Step {
    let pattern = super::events(&step.filter, inverted, step.span, cx);
    let by = keys.iter().chain(&step.by).map(|e| key(e, cx)).collect();
    let mut runs = 1;
    if let Some(count) = &step.runs {
        cx.threshold(count.span);
        // Beyond what Elasticsearch takes (1 to 100) a diagnostic says so.
        runs = count.number.parse::<u32>().unwrap_or(1).clamp(1, 100);
    }
    Step { pattern, by, runs, missing: step.missing }
}

/// A key. Without a value the event is not taken, unless the key is optional: then it is a value
/// like others ("EQL syntax reference", "Optional by fields").
fn key(expr: &Ast, cx: &mut Context<'_>) -> Value {
    let key = value(expr, cx);
    // A literal in a key tells no event from another by itself.
    within(expr, &mut |span| cx.presents(span));
    match &expr.kind {
        ExprKind::Field(name) if name.optional => {
            let empty = Literal::new(Scalar::Text(String::new()), Span::NONE);
            Value::call(Function::Coalesce, vec![key, Value::Literal(empty)])
        }
        _ => key,
    }
}

/// A time value: a number and `d`, `h`, `m`, `s` or `ms` ("REST API conventions", "Time units").
fn duration(span: &TimeSpan, cx: &mut Context<'_>) -> Option<Duration> {
    cx.threshold(span.span);
    let unit = match span.unit.as_str() {
        "ms" => Some(1),
        "s" => Some(1000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    };
    let millis = unit.and_then(|unit| span.number.parse::<u64>().ok()?.checked_mul(unit));
    if millis.is_none() {
        let message = "a span of time is a whole number and `ms`, `s`, `m`, `h` or `d`";
        cx.warning("eql/time-span", message, span.span);
        cx.loss("the span of time is not understood", Effect::More, span.span);
    }
    millis.map(|millis| Duration { millis })
}
