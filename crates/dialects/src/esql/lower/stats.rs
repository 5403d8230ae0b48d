//! `stats` and `inline stats`
//! (<https://www.elastic.co/docs/reference/query-languages/esql/commands/stats-by>, and "ES|QL
//! aggregation functions" under each name).
//!
//! Rows where a key is null form a group of their own. Time in steps is a window; what is read of it
//! later is the window's start.

use rulescope_ir::{
    Aggregate, AggregateFn, Duration, Effect, Expr, Field, Frame, Function, Key, Literal, Number,
    Pattern, Scalar, Value, Window, WindowFn, WindowFunction,
};

use super::super::ast::{Expr as Ast, ExprKind, Named};
use super::condition::holds;
use super::context::Context;
use super::numeric::numeric;
use super::row::{Row, null};
use super::value::{number, value};

/// The name of a column: its own, or the text of its value.
pub(super) fn name_of(of: &Named, cx: &Context<'_>) -> String {
    match (&of.name, &of.value.kind) {
        (Some(name), _) | (None, ExprKind::Field(name)) => name.name(),
        _ => of.span.slice(cx.text()).to_owned(),
    }
}

/// A row for every group.
pub(super) fn group(
    aggregates: &[Named],
    by: &[Named],
    input: Pattern,
    row: &mut Row,
    cx: &mut Context<'_>,
) -> Pattern {
    let mut out = Row::new(false);
    let (mut keys, mut made) = (Vec::<Key>::new(), Vec::new());
    let mut window = Window::Whole;
    for key in by {
        let name = name_of(key, cx);
        let own = value(&key.value, row, cx);
        if let (Some(size), Window::Whole) = (step_of_time(&own), &window) {
            window = Window::Tumbling { size };
            let start = cx.made(&name);
            cx.times.insert(start.clone());
            let time = Some(Value::call(Function::Time, Vec::new()));
            made.push(Aggregate {
                name: start.clone(),
                function: AggregateFn::Min,
                argument: time,
                filter: None,
            });
            let seconds = number(i128::from(size.millis / 1000));
            out.set(&name, Value::call(Function::Bin, vec![Value::field(start), seconds]));
            continue;
        }
        if let Value::Literal(_) = &own {
            // What is the same on all rows groups nothing.
            out.set(&name, own);
            continue;
        }
        if keys.iter().any(|k| k.name == name) {
            continue;
        }
        keys.push(Key { name: name.clone(), value: own, keep_missing: true });
        out.set(&name, Value::field(name.clone()));
    }
    for aggregate in aggregates {
        let name = name_of(aggregate, cx);
        let mut parts = Vec::new();
        out.bind(&name, aggregate.span, cx, |_, cx| computed(aggregate, row, &mut parts, cx));
        out.note(&name, numeric(&aggregate.value, row));
        made.append(&mut parts);
    }
    *row = out;
    Pattern::Aggregate { input: Box::new(input), keys, aggregates: made, window }
}

/// Every row with values of its group ("`INLINE STATS`").
pub(super) fn inline(
    aggregates: &[Named],
    by: &[Named],
    input: Pattern,
    row: &mut Row,
    cx: &mut Context<'_>,
) -> Pattern {
    let mut keys: Vec<Key> = Vec::new();
    for key in by {
        let name = cx.made(&name_of(key, cx));
        let own = value(&key.value, row, cx);
        keys.push(Key { name, value: own.clone(), keep_missing: true });
        if key.name.is_some() {
            row.set(&name_of(key, cx), own);
        }
    }
    let mut functions = Vec::new();
    let before = row.clone();
    for aggregate in aggregates {
        let name = name_of(aggregate, cx);
        let mut parts = Vec::new();
        row.bind(&name, aggregate.span, cx, |_, cx| computed(aggregate, &before, &mut parts, cx));
        row.note(&name, numeric(&aggregate.value, &before));
        for part in parts {
            // A condition on what is counted is a value that is there where it holds.
            let argument = match (part.filter, part.argument) {
                (None, argument) => argument,
                (Some(expr), argument) => {
                    let then = argument.unwrap_or_else(|| number(1));
                    Some(Value::call(Function::If, vec![Value::Truth(expr), then]))
                }
            };
            functions.push(WindowFunction {
                name: part.name,
                function: WindowFn::Aggregate(part.function),
                argument,
                frame: Frame::Partition,
            });
        }
    }
    Pattern::Windowed { input: Box::new(input), keys, functions, order: Vec::new() }
}

/// The value of a column of `stats`, and the aggregates that it is made of.
fn computed(of: &Named, row: &Row, parts: &mut Vec<Aggregate>, cx: &mut Context<'_>) -> Value {
    cx.aggregates = Some(Vec::new());
    let out = value(&of.value, row, cx);
    *parts = cx.aggregates.take().unwrap_or_default();
    if let Some(condition) = &of.filter {
        let filter = holds(condition, true, row, cx);
        for part in parts.iter_mut() {
            part.filter = Some(Box::new(match part.filter.take() {
                Some(own) => Expr::all(vec![filter.clone(), *own]),
                None => filter.clone(),
            }));
        }
    }
    out
}

/// The length of the steps of a time.
fn step_of_time(of: &Value) -> Option<Duration> {
    let Value::Call { function: Function::Bin, args } = of else { return None };
    let [Value::Call { function: Function::Time, .. }, Value::Literal(size)] = args.as_slice()
    else {
        return None;
    };
    let Scalar::Number(size) = &size.value else { return None };
    let seconds: u64 = size.as_str().parse().ok().filter(|n| (1..=u64::MAX / 1000).contains(n))?;
    Some(Duration::seconds(seconds))
}

/// An aggregate function; `None` for any other.
pub(super) fn aggregated(
    name: &str,
    args: &[Ast],
    whole: &Ast,
    row: &Row,
    cx: &mut Context<'_>,
) -> Option<Value> {
    let function = match name {
        "count" => AggregateFn::Count,
        "count_distinct" => AggregateFn::CountDistinct,
        "sum" => AggregateFn::Sum,
        "avg" => AggregateFn::Average,
        "min" => AggregateFn::Min,
        "max" => AggregateFn::Max,
        "median" => AggregateFn::Median,
        "std_dev" => AggregateFn::StandardDeviation,
        "values" | "top" | "sample" => AggregateFn::Values,
        "first" => AggregateFn::First,
        "last" => AggregateFn::Last,
        "percentile" => {
            let ExprKind::Number(n) = &args.get(1)?.kind else { return None };
            AggregateFn::Percentile(Number::parse(n)?)
        }
        _ => return None,
    };
    if matches!(name, "top" | "sample") {
        cx.loss("all values are taken, not some of them", Effect::Unknown, whole.span);
    }
    let outer = cx.aggregates.take();
    let mut argument = args.first().filter(|e| !matches!(e.kind, ExprKind::Star)).map(|e| {
        // Every event has an identifier of its own that its log does not hold.
        let is_id = matches!(&e.kind, ExprKind::Field(f) if f.name() == "_id");
        if is_id && row.open && !row.has("_id") { None } else { Some(value(e, row, cx)) }
    });
    let counts_rows = matches!(argument, Some(None));
    let function = match function {
        AggregateFn::CountDistinct if counts_rows => AggregateFn::Count,
        other => other,
    };
    if function == AggregateFn::Count
        && let Some(Some(Value::Literal(literal))) = &argument
        && literal.value != Scalar::Null
    {
        argument = None;
    }
    let mut argument = argument.flatten();
    if function == AggregateFn::Count {
        argument = argument.map(counted);
    }
    let is_time = argument.as_ref().is_some_and(|v| is_time(v, cx));
    if function != AggregateFn::Count && argument.is_none() {
        argument = Some(if counts_rows { Value::field("_id") } else { null() });
    }
    cx.aggregates = outer;
    let name = cx.made(&short(whole.span.slice(cx.text())));
    if is_time && function != AggregateFn::Count && function != AggregateFn::CountDistinct {
        cx.times.insert(name.clone());
    }
    if function == AggregateFn::Values {
        cx.lists.insert(name.clone());
    }
    let own = Value::Field(Field::new(name.clone()));
    let (part, out) = match argument {
        Some(Value::Call { function: Function::Case, args }) => conditional(name, function, args),
        argument => (Aggregate { name, function, argument, filter: None }, own),
    };
    cx.aggregates.get_or_insert_default().push(part);
    Some(out)
}

/// A value that is there where this one is.
fn counted(of: Value) -> Value {
    match of {
        Value::Call {
            function: Function::Lower | Function::Upper | Function::Replace | Function::Text,
            mut args,
        } if !args.is_empty() => counted(args.swap_remove(0)),
        other => other,
    }
}

/// Whether a value is a time, as far as the query says it.
pub(super) fn is_time(of: &Value, cx: &Context<'_>) -> bool {
    match of {
        Value::Call { function: Function::Time | Function::Now, .. } => true,
        Value::Call { function: Function::Bin, args } => {
            args.first().is_some_and(|v| is_time(v, cx))
        }
        Value::Field(field) => cx.times.contains(field.name()),
        Value::Call { .. }
        | Value::Literal(_)
        | Value::List(_)
        | Value::Truth(_)
        | Value::Opaque { .. } => false,
    }
}

/// An aggregate of a `case` with one condition is one over the rows where it holds: a null leaves its
/// row out, and so does a 0 out of a sum; the greatest of a 1 and 0s is 0 where no row has the 1.
fn conditional(name: String, function: AggregateFn, args: Vec<Value>) -> (Aggregate, Value) {
    let own = Value::Field(Field::new(name.clone()));
    let number_of = |v: &Value| match v {
        Value::Literal(Literal { value: Scalar::Number(n), .. }) => Some(n.as_f64()),
        _ => None,
    };
    let one = |function, argument, filter: &Expr, name| {
        let filter = Some(Box::new(filter.clone()));
        Aggregate { name, function, argument, filter }
    };
    match (function.clone(), args.as_slice()) {
        (_, [Value::Truth(holds), then]) => (one(function, Some(then.clone()), holds, name), own),
        (_, [Value::Truth(holds), then, rest]) if *rest == null() => {
            (one(function, Some(then.clone()), holds, name), own)
        }
        (AggregateFn::Sum, [Value::Truth(holds), then, rest])
            if number_of(then) == Some(1.0) && number_of(rest) == Some(0.0) =>
        {
            (one(AggregateFn::Count, None, holds, name), own)
        }
        (AggregateFn::Max, [Value::Truth(holds), then, rest])
            if number_of(then).zip(number_of(rest)).is_some_and(|(a, b)| a > b) =>
        {
            let out = Value::call(Function::Coalesce, vec![own, rest.clone()]);
            (one(function, Some(then.clone()), holds, name), out)
        }
        _ => {
            let argument = Some(Value::Call { function: Function::Case, args });
            (Aggregate { name, function, argument, filter: None }, own)
        }
    }
}

/// The name of an aggregate as it is printed.
fn short(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().take(8).collect();
    words.join(" ")
}
