//! Commands that keep, order and join rows.
//!
//! Commands are cited by name from
//! <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands>.

use rulescope_ir::{Field, Function, Key, Order, Pattern, Span, Value};

use super::super::ast::{
    Bin, Boundary, Dedup, Multivalue, Opt, Slice, SortKey, Text, Transaction, option,
};
use super::aggregate::{duration, is_true, seconds, text_value};
use super::command::opaque;
use super::context::Context;
use super::search::{name_of, unread};
use super::value::Place;
use super::{Flow, tested};

/// `bin`: the start of the step that a value lies in.
pub(super) fn bin(of: &Bin, span: Span, flow: &mut Flow, cx: &mut Context<'_>) {
    let name = name_of(&of.field);
    let size = option(&of.options, "span").and_then(Opt::text).and_then(duration);
    let own = flow.row.value(&name, flow.row.level, span, cx);
    of.options.iter().for_each(|o| cx.threshold(o.span));
    let value = match size {
        Some(size) => Value::call(Function::Bin, vec![own, seconds(size)]),
        None => Value::Opaque { text: cx.text(span).to_owned(), span: cx.place(span) },
    };
    let name = of.alias.as_ref().map_or(name, name_of);
    flow.row.set(&name, value);
}

/// `dedup`: the first row of each combination. More than one of each is presentation: as many
/// combinations stay.
pub(super) fn dedup(of: &Dedup, flow: &mut Flow, cx: &mut Context<'_>) {
    of.count.iter().for_each(|t| cx.presents(t.span));
    if of.count.as_ref().is_some_and(|t| t.raw != "1") {
        return;
    }
    let mut keys = Vec::new();
    for field in &of.fields {
        let name = name_of(field);
        let value = flow.row.value(&name, flow.row.level, field.span, cx);
        keys.push(Key { name, value, keep_missing: false });
    }
    if option(&of.options, "keepempty").and_then(Opt::text).is_some_and(is_true) {
        keys.iter_mut().for_each(|k| k.keep_missing = true);
    }
    flow.over(|input| Pattern::Dedup { input, keys });
    flow.barrier();
}

/// `transaction`: rows of the same keys, from the first to the last.
pub(super) fn transaction(of: &Transaction, span: Span, flow: &mut Flow, cx: &mut Context<'_>) {
    let mut keys = Vec::new();
    for field in &of.fields {
        let name = name_of(field);
        let value = flow.row.value(&name, flow.row.level, field.span, cx);
        keys.push(Key { name, value, keep_missing: false });
    }
    let boundary = |b: &Option<Boundary>, flow: &Flow, cx: &mut Context<'_>| {
        let expr = match b.as_ref()? {
            Boundary::Search(e) => super::search::condition(e, &flow.row, flow.row.level, cx),
            Boundary::Eval(e) => super::condition::holds(
                e,
                true,
                Place { row: &flow.row, level: flow.row.level },
                cx,
            ),
            Boundary::Text(text) => unread("a boundary in quotes is not followed", text.span, cx),
        };
        tested(&expr, span, cx);
        Some(Box::new(expr))
    };
    let start = boundary(&of.starts, flow, cx);
    let end = boundary(&of.ends, flow, cx);
    let time = |name: &str| option(&of.options, name).and_then(Opt::text).and_then(duration);
    let (max_span, max_pause) = (time("maxspan"), time("maxpause"));
    let keep = option(&of.options, "keepevicted").and_then(Opt::text).is_some_and(is_true);
    of.options.iter().for_each(|o| cx.threshold(o.span));
    flow.over(|input| Pattern::Transaction {
        input,
        keys,
        start,
        end,
        max_span,
        max_pause,
        keep_unfinished: keep,
    });
    for name in ["duration", "eventcount"] {
        flow.row.set(name, Value::Field(Field::new(name)));
    }
    flow.barrier();
}

/// `mvexpand`, `makemv`, `mvcombine`, `nomv`.
pub(super) fn multivalue(
    name: &str,
    of: &Multivalue,
    span: Span,
    flow: &mut Flow,
    cx: &mut Context<'_>,
) {
    let field = name_of(&of.field);
    let own = flow.row.value(&field, flow.row.level, of.field.span, cx);
    match name {
        "mvexpand" => {
            // A field that is not there keeps its row out only in the IR; so it does in Splunk.
            let element = cx.made(&field);
            let made = element.clone();
            flow.over(|input| Pattern::Expand { input, list: own, name: made });
            flow.row.set(&field, Value::Field(Field::new(element)));
        }
        "makemv" => {
            let by = option(&of.options, "delim").and_then(Opt::text).unwrap_or(" ").to_owned();
            let value = if option(&of.options, "tokenizer").is_some() {
                Value::Opaque { text: cx.text(span).to_owned(), span: cx.place(span) }
            } else {
                Value::call(Function::Split, vec![own, text_value(by.trim_matches('"'))])
            };
            flow.row.set(&field, value);
        }
        "nomv" => {
            flow.row.set(&field, Value::call(Function::Join, vec![own, text_value("\n")]));
        }
        // Rows that differ in one field are one; their values are its values.
        _ => {}
    }
}

/// `sort` with a number keeps the first so many rows; without one 10,000.
pub(super) fn sort(count: Option<&Text>, keys: &[SortKey], flow: &mut Flow, cx: &mut Context<'_>) {
    let Some(number) = count.and_then(|c| c.raw.parse::<u64>().ok()).filter(|n| *n > 0) else {
        return;
    };
    let mut order = Vec::new();
    for key in keys {
        let value = flow.row.value(&name_of(&key.field), flow.row.level, key.field.span, cx);
        order.push(Order { value, descending: key.descending });
    }
    flow.over(|input| Pattern::Limit { input, order, count: number });
    flow.barrier();
}

/// `head` and `tail`. The first rows of a search are its latest events.
pub(super) fn slice(name: &str, of: &Slice, span: Span, flow: &mut Flow, cx: &mut Context<'_>) {
    of.count.iter().for_each(|t| cx.threshold(t.span));
    if of.until.is_some() {
        opaque("`head` with a condition is not followed", span, flow, cx);
        return;
    }
    let count = of.count.as_ref().map_or(Some(10), |t| t.raw.parse().ok());
    let Some(count) = count else {
        opaque("the number of rows was not understood", span, flow, cx);
        return;
    };
    let time = Value::call(Function::Time, Vec::new());
    let order = vec![Order { value: time, descending: name == "head" }];
    flow.over(|input| Pattern::Limit { input, order, count });
    flow.barrier();
}
