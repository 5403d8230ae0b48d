//! `stats` and its kin, and `tstats`.
//!
//! - A row that lacks a field of `by` belongs to no group
//!   (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/stats>,
//!   "Usage"); in `tstats` `fillnull_value` puts a text in its place
//!   (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/tstats>,
//!   "Required arguments").
//! - `first` is the first row that the search met, which is the latest event; `earliest` and
//!   `latest` go by time
//!   (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/statistical-and-charting-functions/statistical-and-charting-functions>).

use rulescope_ir::{
    Aggregate, AggregateFn, Duration, Effect, Expr, Field, Frame, Function, Key, Literal, Number,
    Order, Pattern, Scalar, Span, Value, Window, WindowFn, WindowFunction,
};

use super::super::ast::{self, Argument, By, Opt, SearchExpr, StatsKind, Text, option};
use super::Flow;
use super::context::{Context, Foreign};
use super::function::unit;
use super::row::{Bound, Row, matched};
use super::search::name_of;
use super::value::{Place, reads, value};

/// `stats`, `eventstats`, `streamstats`.
pub(super) fn stats(
    of: &ast::Command,
    span: Span,
    later: &[&str],
    flow: &mut Flow,
    cx: &mut Context<'_>,
) {
    let ast::Command::Stats { kind, options, aggregates, by } = of else { return };
    let by = by.as_ref();
    match kind {
        StatsKind::Stats | StatsKind::SiStats => group(aggregates, by, None, later, flow, cx),
        StatsKind::EventStats => windowed(Frame::Partition, aggregates, by, later, flow, cx),
        StatsKind::StreamStats => {
            let whole = |name: &str| option(options, name).and_then(Opt::text);
            let rows = whole("window").and_then(|n| n.parse().ok()).filter(|n| *n > 0);
            let time = whole("time_window").and_then(duration);
            let current = whole("current").is_none_or(is_true);
            options.iter().for_each(|o| cx.threshold(o.span));
            cx.loss(
                "rows are taken in order of time; the search may have them in another",
                Effect::Unknown,
                span,
            );
            let frame = Frame::Preceding { rows, span: time, current };
            windowed(frame, aggregates, by, later, flow, cx);
        }
    }
}

/// A row for every group.
pub(super) fn group(
    aggregates: &[ast::Aggregate],
    by: Option<&By>,
    fill: Option<&str>,
    later: &[&str],
    flow: &mut Flow,
    cx: &mut Context<'_>,
) {
    let row = std::mem::take(&mut flow.row);
    let mut out = row.group();
    let level = row.level;
    let mut keys: Vec<Key> = Vec::new();
    let mut made: Vec<Aggregate> = Vec::new();
    let mut window = Window::Whole;
    let mut hazy: Option<Foreign> = None;
    let time = by.and_then(implied_time);
    for field in by.into_iter().flat_map(|by| &by.fields).chain(&time) {
        let name = name_of(field);
        let own = row.value(&name, level, field.span, cx);
        let span_option = by.and_then(|by| time_span(&name, by));
        let own = match (span_option, own) {
            (Some((size, at)), own) if is_time(&own) => {
                cx.threshold(at);
                Value::call(Function::Bin, vec![own, seconds(size)])
            }
            (_, own) => own,
        };
        // Time in steps is a window; what is read of it later is the window's start.
        if let (Some(size), Window::Whole) = (bin_of_time(&own), &window) {
            window = Window::Tumbling { size };
            let start = cx.made("_time");
            cx.always.insert(start.clone());
            let first = Some(Value::call(Function::Time, Vec::new()));
            made.push(Aggregate {
                name: start.clone(),
                function: AggregateFn::Min,
                argument: first,
                filter: None,
            });
            let bin =
                Value::call(Function::Bin, vec![Value::Field(Field::new(start)), seconds(size)]);
            out.set(&name, bin);
            continue;
        }
        if let Value::Literal(_) = &own {
            // A constant groups nothing; one that is not there leaves no group.
            if own == super::row::null() {
                keys.push(Key { name: cx.made(&name), value: own, keep_missing: fill.is_some() });
                out.set(&name, super::row::null());
            } else {
                let values = vec![own; out.level - row.floor + 1];
                out.bind(&name, Bound::from(row.floor, values));
            }
            continue;
        }
        // A key that is a field keeps the field's name, as rows of groups have no other.
        let key = match &own {
            Value::Field(f) if keys.iter().all(|k| k.name != f.native) => f.native.clone(),
            _ => cx.made(&name),
        };
        // What is there on every row is filled on none.
        let fill = fill.filter(|_| !cx.is_always_there(&own));
        let filled = |value: Value| match fill {
            Some(text) => Value::call(Function::Coalesce, vec![value, text_value(text)]),
            None => value,
        };
        let mut values: Vec<Value> = Vec::new();
        let lowest = row.lowest(&name);
        for l in lowest..=level {
            let below = if l == level { own.clone() } else { row.value(&name, l, field.span, cx) };
            values.push(filled(below));
        }
        values.push(filled(Value::Field(Field::new(key.clone()))));
        // A step in time has its value on its own level only.
        let bound = if by.and_then(|by| time_span(&name, by)).is_some() {
            Bound::from(level, values.split_off(values.len() - 2))
        } else {
            Bound::from(lowest, values)
        };
        out.bind(&name, bound);
        // Groups by what is not followed are not those of the search.
        if let Some(foreign) = cx.foreign_of(&own) {
            cx.tables.insert(key.clone(), foreign.clone());
            hazy.get_or_insert(foreign);
        }
        let keep_missing = fill.is_some() || cx.is_always_there(&own);
        keys.push(Key { name: key, value: own, keep_missing });
    }
    for aggregate in expanded(aggregates, by, &row, later) {
        let (value, mut parts) = computed(&aggregate, &row, cx);
        for part in &parts {
            if let Some(foreign) = of_part(part, cx).or_else(|| hazy.clone()) {
                cx.tables.insert(part.name.clone(), foreign);
            }
        }
        made.append(&mut parts);
        out.set(&aggregate.name, value);
    }
    flow.over(|input| Pattern::Aggregate { input, keys, aggregates: made, window });
    flow.row = out;
}

/// Every row with values of its group.
fn windowed(
    frame: Frame,
    aggregates: &[ast::Aggregate],
    by: Option<&By>,
    later: &[&str],
    flow: &mut Flow,
    cx: &mut Context<'_>,
) {
    let row = flow.row.clone();
    let mut keys = Vec::new();
    for field in by.into_iter().flat_map(|by| &by.fields) {
        let name = name_of(field);
        let value = row.value(&name, row.level, field.span, cx);
        keys.push(Key { name: name.clone(), value, keep_missing: false });
    }
    let mut functions = Vec::new();
    let mut filters = Vec::new();
    for aggregate in expanded(aggregates, by, &row, later) {
        let (value, parts) = computed(&aggregate, &row, cx);
        for part in parts {
            if let Some(foreign) = of_part(&part, cx) {
                cx.tables.insert(part.name.clone(), foreign);
            }
            // A condition on what is counted is a value that is there where it holds.
            let argument = match (part.filter, part.argument) {
                (None, argument) => argument,
                (Some(expr), argument) => {
                    let then = argument.unwrap_or_else(|| seconds(Duration::seconds(1)));
                    Some(Value::call(Function::If, vec![Value::Truth(expr), then]))
                }
            };
            functions.push(WindowFunction {
                name: part.name,
                function: WindowFn::Aggregate(part.function),
                argument,
                frame: frame.clone(),
            });
        }
        filters.push((aggregate.name, value));
    }
    flow.over(|input| Pattern::Windowed { input, keys, functions, order: Vec::<Order>::new() });
    for (name, value) in filters {
        flow.row.set(&name, value);
    }
    flow.barrier();
}

/// What an aggregate hangs on that is not followed.
fn of_part(part: &Aggregate, cx: &Context<'_>) -> Option<Foreign> {
    let of_filter = part.filter.as_ref().and_then(|e| cx.hangs_on(e));
    of_filter.or_else(|| part.argument.as_ref().and_then(|v| cx.foreign_of(v)))
}

/// An aggregate with its name; wildcards are put out.
struct Wanted<'q> {
    function: String,
    argument: Option<&'q Argument>,
    field: Option<String>,
    name: String,
    span: Span,
}

/// A star stands for the fields that rows are not grouped by
/// (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/stats>,
/// "Usage"): a group's own key stays what it is.
fn expanded<'q>(
    list: &'q [ast::Aggregate],
    by: Option<&By>,
    row: &Row,
    later: &[&str],
) -> Vec<Wanted<'q>> {
    let keys: Vec<String> = by.into_iter().flat_map(|by| &by.fields).map(name_of).collect();
    let mut out = Vec::new();
    for aggregate in list {
        let function = aggregate.function.raw.to_ascii_lowercase();
        let field = match &aggregate.argument {
            Some(Argument::Field(text)) => Some(name_of(text)),
            Some(Argument::Eval(_) | Argument::Other(_)) | None => None,
        };
        let span = aggregate.span;
        let argument = aggregate.argument.as_ref();
        let alias = aggregate.alias.as_ref().map(name_of);
        let wild = field.as_deref().and_then(|f| f.find('*').map(|at| (&f[..at], &f[at + 1..])));
        if let Some(around) = wild {
            let to = alias.unwrap_or_else(|| format!("{function}(*)"));
            let to = match to.find('*') {
                Some(at) => (to[..at].to_owned(), to[at + 1..].to_owned()),
                None => (to, String::new()),
            };
            let known = row.names();
            let known = known.iter().map(String::as_str);
            // Of an event's fields those that a later command names.
            let read = later.iter().copied().filter(|_| row.open);
            let read = read.filter_map(|n| matched(n, (&to.0, &to.1)));
            let mut parts: Vec<String> =
                known.filter_map(|n| matched(n, around)).chain(read).map(str::to_owned).collect();
            parts.sort();
            parts.dedup();
            for part in parts {
                let field = format!("{}{part}{}", around.0, around.1);
                if keys.contains(&field) {
                    continue;
                }
                out.push(Wanted {
                    function: function.clone(),
                    argument,
                    field: Some(field),
                    name: format!("{}{part}{}", to.0, to.1),
                    span,
                });
            }
            continue;
        }
        let name = alias.unwrap_or_else(|| match &field {
            Some(field) => format!("{}({field})", aggregate.function.raw),
            None => function.clone(),
        });
        out.push(Wanted { function, argument, field, name, span });
    }
    out
}

/// The value of an aggregate on the group's row, and what is computed for it.
fn computed(of: &Wanted<'_>, row: &Row, cx: &mut Context<'_>) -> (Value, Vec<Aggregate>) {
    let at = Place { row, level: row.level };
    let mut filter: Option<Box<Expr>> = None;
    let mut argument = match (of.argument, &of.field) {
        (_, Some(field)) => Some(row.value(field, row.level, of.span, cx)),
        (Some(Argument::Eval(expr)), None) => {
            if matches!(of.function.as_str(), "count" | "c") && is_condition(expr) {
                let holds = super::condition::holds(expr, true, at, cx);
                filter = Some(Box::new(holds));
                None
            } else {
                Some(value(expr, at, cx))
            }
        }
        (Some(Argument::Other(_) | Argument::Field(_)) | None, None) => None,
    };
    // Every row has `_raw` and it differs from row to row; events that a log holds have no such field.
    let counts_rows = of.field.as_deref() == Some("_raw") && row.open && !row.has("_raw");
    if counts_rows {
        argument = None;
    }
    let mut one = |function: AggregateFn, argument: Option<Value>, wish: &str| Aggregate {
        name: cx.made(wish),
        function,
        argument,
        filter: filter.clone(),
    };
    let function = match of.function.as_str() {
        "count" | "c" => Some(AggregateFn::Count),
        "dc" | "distinct_count" | "estdc" if counts_rows => Some(AggregateFn::Count),
        "dc" | "distinct_count" | "estdc" => Some(AggregateFn::CountDistinct),
        "sum" => Some(AggregateFn::Sum),
        "avg" | "mean" => Some(AggregateFn::Average),
        "min" => Some(AggregateFn::Min),
        "max" => Some(AggregateFn::Max),
        "median" => Some(AggregateFn::Median),
        "stdev" => Some(AggregateFn::StandardDeviation),
        "values" => Some(AggregateFn::Values),
        "list" => Some(AggregateFn::List),
        "earliest" | "last" => Some(AggregateFn::First),
        "latest" | "first" => Some(AggregateFn::Last),
        name => percentile(name).map(AggregateFn::Percentile),
    };
    if of.function == "range" {
        let max = one(AggregateFn::Max, argument.clone(), &format!("max {}", of.name));
        let min = one(AggregateFn::Min, argument, &format!("min {}", of.name));
        let read = |a: &Aggregate| Value::Field(Field::new(a.name.clone()));
        let range = Value::call(Function::Subtract, vec![read(&max), read(&min)]);
        return (range, vec![max, min]);
    }
    let needs = !matches!(function, Some(AggregateFn::Count));
    match function {
        Some(function) if argument.is_some() || !needs => {
            let made = one(function, argument, &of.name);
            (Value::Field(Field::new(made.name.clone())), vec![made])
        }
        _ => {
            let text = cx.text(of.span).to_owned();
            (Value::Opaque { text, span: cx.place(of.span) }, Vec::new())
        }
    }
}

/// Whether an expression answers yes or no.
fn is_condition(expr: &ast::Expr) -> bool {
    use ast::ExprKind;
    match &expr.kind {
        ExprKind::Logic { .. }
        | ExprKind::Not(_)
        | ExprKind::Compare { .. }
        | ExprKind::In { .. } => true,
        ExprKind::Call { function, .. } => {
            let conditions =
                ["isnull", "isnotnull", "match", "like", "in", "cidrmatch", "searchmatch", "true"];
            conditions.iter().any(|c| function.raw.eq_ignore_ascii_case(c))
        }
        _ => false,
    }
}

/// `p95`, `perc95`, `exactperc95`.
fn percentile(name: &str) -> Option<Number> {
    let digits =
        ["exactperc", "upperperc", "perc", "p"].iter().find_map(|p| name.strip_prefix(p))?;
    digits.parse::<u8>().ok().filter(|n| *n <= 100).map(|n| Number::from_int(n.into()))
}

/// The parts of a conjunction.
pub(super) fn conjuncts<'q>(expr: &'q SearchExpr, out: &mut Vec<&'q SearchExpr>) {
    match expr {
        SearchExpr::And(of) => of.iter().for_each(|e| conjuncts(e, out)),
        other => out.push(other),
    }
}

/// The time that a span among the groups of `by` speaks of where no field is named for it (`mstats`).
fn implied_time(by: &By) -> Option<Text> {
    let named = by.fields.iter().any(|f| f.raw == "_time");
    let span = option(&by.options, "span").filter(|_| !named)?;
    Some(Text { span: span.span, ..Text::word("_time") })
}

/// The span of a time field among the groups of `by`.
fn time_span(name: &str, by: &By) -> Option<(Duration, Span)> {
    let option = option(&by.options, "span").filter(|_| name == "_time")?;
    Some((duration(option.text()?)?, option.span))
}

fn is_time(value: &Value) -> bool {
    matches!(value, Value::Call { function: Function::Time, .. })
}

/// The size of a value that is the event's time in steps.
fn bin_of_time(value: &Value) -> Option<Duration> {
    let Value::Call { function: Function::Bin, args } = value else { return None };
    let [time, Value::Literal(Literal { value: Scalar::Number(n), .. })] = args.as_slice() else {
        return None;
    };
    let seconds: u64 = n.as_str().parse().ok()?;
    is_time(time).then(|| Duration::seconds(seconds)).filter(|d| d.millis > 0)
}

/// A length of time such as `5m`; one whose length varies has none.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let text = text.split('@').next()?;
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let count: i128 = if digits == 0 { 1 } else { text[..digits].parse().ok()? };
    let seconds = u64::try_from(unit(&text[digits..])?.checked_mul(count)?).ok()?;
    // A century is more than any log.
    (1..=3_155_760_000).contains(&seconds).then(|| Duration::seconds(seconds))
}

/// A length of time as a number of seconds.
pub(super) fn seconds(of: Duration) -> Value {
    let n = Number::from_int((of.millis / 1000).into());
    Value::Literal(Literal::new(Scalar::Number(n), Span::NONE))
}

pub(super) fn text_value(text: &str) -> Value {
    Value::Literal(Literal::text(text))
}

/// Whether an option says yes.
pub(super) fn is_true(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "t" | "true" | "1")
}

/// `top` and `rare`: how often each combination of values comes; which of them are shown is
/// presentation.
pub(super) fn tally(fields: &[Text], by: Option<&By>, flow: &mut Flow, cx: &mut Context<'_>) {
    let row = std::mem::take(&mut flow.row);
    let mut out = row.group();
    let mut keys = Vec::new();
    for field in by.into_iter().flat_map(|by| &by.fields).chain(fields) {
        let name = name_of(field);
        let value = row.value(&name, row.level, field.span, cx);
        let key = match &value {
            Value::Field(f) if keys.iter().all(|k: &Key| k.name != f.native) => f.native.clone(),
            _ => cx.made(&name),
        };
        out.set(&name, Value::Field(Field::new(key.clone())));
        keys.push(Key { name: key, value, keep_missing: false });
    }
    let count = cx.made("count");
    out.set("count", Value::Field(Field::new(count.clone())));
    let percent = fields.first().map_or(Span::NONE, |f| cx.place(f.span));
    out.set("percent", Value::Opaque { text: "percent".to_owned(), span: percent });
    let aggregates = vec![Aggregate::count(&count)];
    flow.over(|input| Pattern::Aggregate { input, keys, aggregates, window: Window::Whole });
    flow.row = out;
}

/// Names that an expression reads, and the levels on which all can be read.
pub(super) fn levels(expr: &ast::Expr, row: &Row) -> std::ops::RangeInclusive<usize> {
    let mut names = Vec::new();
    reads(expr, &mut names);
    row.levels(names.iter().map(String::as_str))
}
