//! Tables that no log holds: lookups, and the results of trained models.
//!
//! `lookup` adds fields of a table's row to every event
//! (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/lookup>).
//! Where the table's rows stand in the repository, a later test of such a field is a test of the
//! event against them; elsewhere it is a loss, and more passes than with them.

use rulescope_ir::{
    Assignment, Effect, Field, Function, Literal, LookupKind, Pattern, Scope, Span, Value,
};

use super::super::ast::{Arg, Lookup, LookupPair, Opt, OutputMode, SearchExpr, Text, option};
use super::super::lookups::LookupTable;
use super::aggregate::is_true;
use super::context::{Context, Foreign};
use super::held::{Input, output};
use super::row::{Bound, Row};
use super::search::name_of;
use super::value::{bounded, sum};
use super::{Flow, command};

/// `lookup`.
pub(super) fn lookup(
    of: &Lookup,
    span: Span,
    later: &[&str],
    flow: &mut Flow,
    cx: &mut Context<'_>,
) {
    let table = name_of(&of.table);
    let name =
        |pair: &LookupPair| pair.event.as_ref().map_or_else(|| name_of(&pair.table), name_of);
    let mut on = Vec::new();
    for pair in &of.inputs {
        let value = flow.row.value(&name(pair), flow.row.level, pair.table.span, cx);
        on.push(Assignment { name: name_of(&pair.table), value });
    }
    if let Some(rows) = cx.lookups.get(&table)
        && held(rows, of, span, later, flow, cx)
    {
        return;
    }
    let (mode, wanted): (OutputMode, Vec<String>) = match &of.outputs {
        Some((mode, pairs)) => (*mode, pairs.iter().map(name).collect()),
        // All fields of the table: which these are the search does not say. On an event a name may be
        // its own.
        None => {
            if !flow.row.open {
                let text = cx.text(span).to_owned();
                cx.tables.insert(text.clone(), Foreign::Table(table.clone()));
                flow.row.foreign = Some(text);
            }
            (OutputMode::Output, Vec::new())
        }
    };
    add(&table, on, mode, &wanted, span, flow, cx);
}

/// `lookup` in a table whose rows are known, as far as later commands name what it gives; whether it
/// could be written out.
fn held(
    table: &LookupTable,
    of: &Lookup,
    span: Span,
    later: &[&str],
    flow: &mut Flow,
    cx: &mut Context<'_>,
) -> bool {
    let name =
        |pair: &LookupPair| pair.event.as_ref().map_or_else(|| name_of(&pair.table), name_of);
    let column = |pair: &LookupPair| table.column(&name_of(&pair.table));
    let asked: Vec<(usize, String)> =
        of.inputs.iter().filter_map(|p| Some((column(p)?, name(p)))).collect();
    let (mode, wanted): (OutputMode, Vec<(usize, String)>) = match &of.outputs {
        Some((mode, pairs)) => {
            (*mode, pairs.iter().filter_map(|p| Some((column(p)?, name(p)))).collect())
        }
        None => {
            let all = table.columns.iter().cloned().enumerate();
            let rest = all.filter(|(n, _)| asked.iter().all(|(own, _)| own != n));
            (OutputMode::Output, rest.collect())
        }
    };
    let outputs = of.outputs.as_ref().map_or(wanted.len(), |(_, pairs)| pairs.len());
    if asked.is_empty() || asked.len() < of.inputs.len() || wanted.len() < outputs {
        return false;
    }
    let place = cx.place(of.table.span);
    let mut bound = Vec::new();
    let named = |name: &str| command::words(name).iter().all(|w| later.contains(w));
    for (column, name) in wanted.iter().filter(|(_, name)| named(name)) {
        let keeps = mode == OutputMode::OutputNew && flow.row.has(name);
        let reads = asked.iter().map(|(_, n)| n.as_str()).chain(keeps.then_some(name.as_str()));
        let levels = flow.row.levels(reads);
        let lowest = *levels.start();
        let mut values = Vec::new();
        for level in levels {
            let inputs: Vec<Input> = asked
                .iter()
                .map(|(c, n)| (*c, flow.row.value(n, level, of.table.span, cx)))
                .collect();
            let Some(value) = output(table, &inputs, *column, place) else { return false };
            if !cx.afford(table.rows.len()) {
                return false;
            }
            // `OUTPUTNEW` leaves what is there.
            values.push(if keeps {
                let was = flow.row.value(name, level, span, cx);
                Value::call(Function::Coalesce, vec![was, value])
            } else {
                value
            });
        }
        bound.push((name.clone(), Bound::from(lowest, values)));
    }
    bound.into_iter().for_each(|(name, values)| flow.row.bind(&name, values));
    true
}

/// Adds the fields of a table to the rows.
fn add(
    table: &str,
    on: Vec<Assignment>,
    mode: OutputMode,
    wanted: &[String],
    span: Span,
    flow: &mut Flow,
    cx: &mut Context<'_>,
) {
    let mut outputs = Vec::new();
    for name in wanted {
        let made = cx.made(name);
        cx.tables.insert(made.clone(), Foreign::Table(table.to_owned()));
        let mut value = Value::Field(Field::new(made.clone()));
        // `OUTPUTNEW` leaves what is there.
        if mode == OutputMode::OutputNew && flow.row.has(name) {
            let was = flow.row.value(name, flow.row.level, span, cx);
            value = Value::call(Function::Coalesce, vec![was, value]);
        }
        flow.row.set(name, value);
        outputs.push(made);
    }
    let (table, span) = (table.to_owned(), cx.place(span));
    let kind = LookupKind::Enrich;
    flow.over(|input| Pattern::Lookup { input, table, on, outputs, kind, span });
}

/// `inputlookup` at the start: rows of a table, not of a log.
pub(super) fn first(
    table: &Text,
    filter: Option<&SearchExpr>,
    span: Span,
    cx: &mut Context<'_>,
) -> Flow {
    let name = name_of(table);
    cx.not_evaluable = true;
    cx.loss(
        format!("the rows are those of the table `{name}`, which no log holds"),
        Effect::More,
        span,
    );
    let mut scope = Scope::of("lookup", &name);
    scope.span = cx.place(span);
    let mut flow = Flow::events(scope);
    if let Some(expr) = filter {
        let expr = super::search::condition(expr, &flow.row, 0, cx);
        super::tested(&expr, span, cx);
        flow.filter(expr, 0);
    }
    flow
}

/// `inputlookup append=t`: further rows.
pub(super) fn appended(
    options: &[Opt],
    table: &Text,
    filter: Option<&SearchExpr>,
    span: Span,
    flow: &mut Flow,
    cx: &mut Context<'_>,
) {
    let name = name_of(table);
    if option(options, "append").and_then(Opt::text).is_some_and(is_true) {
        let what = format!("the rows of the table `{name}` are left out, which no log holds");
        cx.loss(what, Effect::Unknown, span);
    } else {
        // The rows before it are thrown away.
        cx.presents(Span { start: 0, end: span.start });
        *flow = first(table, filter, span, cx);
    }
}

/// Commands that add fields which nothing in a log says.
const MODELS: [&str; 8] =
    ["anomalies", "anomalydetection", "apply", "cluster", "fit", "kmeans", "outlier", "predict"];

/// Commands that make fields out of the event's text; they are there as fields already.
const READERS: [&str; 7] = ["extract", "fromjson", "kv", "kvform", "multikv", "xmlkv", "xpath"];

/// Commands that change no row's fields and no number of rows that matters.
const SHOWS: [&str; 23] = [
    "abstract",
    "addcoltotals",
    "addinfo",
    "collect",
    "delete",
    "fieldformat",
    "gauge",
    "highlight",
    "iconify",
    "localop",
    "mcollect",
    "meventcollect",
    "outputtext",
    "redistribute",
    "reltime",
    "require",
    "reverse",
    "scrub",
    "sendalert",
    "sendemail",
    "summary",
    "tags",
    "typer",
];

/// A command whose arguments are kept as they are.
pub(super) fn plain(
    name: &str,
    args: &[Arg],
    span: Span,
    later: &[&str],
    flow: &mut Flow,
    cx: &mut Context<'_>,
) {
    if name == "iplocation" {
        let wanted: Vec<String> =
            ["City", "Continent", "Country", "MetroCode", "Region", "Timezone", "lat", "lon"]
                .into_iter()
                .filter(|n| later.contains(n))
                .map(str::to_owned)
                .collect();
        add("iplocation", Vec::new(), OutputMode::Output, &wanted, span, flow, cx);
    } else if MODELS.contains(&name) {
        let text = cx.text(span).to_owned();
        cx.tables.insert(text.clone(), Foreign::Model(name.to_owned()));
        close(&mut flow.row, later);
        flow.row.foreign = Some(text);
        flow.barrier();
    } else if READERS.contains(&name) {
        // On rows that are no events, nobody can say which fields these are.
        if !flow.row.open {
            flow.row.foreign = Some(cx.text(span).to_owned());
        }
    } else if name == "addtotals" {
        addtotals(args, span, flow, cx);
    } else if !SHOWS.contains(&name) {
        command::opaque("the command is not followed", span, flow, cx);
    }
}

/// A model gives a later name that nothing else gave; an event's own fields stay what they are.
fn close(row: &mut Row, later: &[&str]) {
    let predicted =
        |n: &str| n.starts_with("predicted") || n.starts_with("Is") || n.starts_with("is_");
    if row.open {
        for name in later.iter().filter(|n| predicted(n)) {
            row.hide(name);
        }
    }
}

/// `addtotals`: the sum of the fields that it names, of those that are numbers. Of all fields, where it
/// names none, nobody can say which these are.
fn addtotals(args: &[Arg], span: Span, flow: &mut Flow, cx: &mut Context<'_>) {
    let mut total = "Total".to_owned();
    let mut terms = Vec::new();
    let mut wild = false;
    for arg in args {
        match arg {
            Arg::Opt(option) if option.name.is_word("fieldname") => {
                total = option.text().unwrap_or("Total").trim_matches(',').to_owned();
            }
            Arg::Text(text) => {
                let name = name_of(text);
                let name = name.trim_matches(',');
                wild |= name.contains('*');
                if !name.is_empty() {
                    let own = flow.row.value(name, flow.row.level, text.span, cx);
                    let number = Value::call(Function::Number, vec![own]);
                    let zero = Value::Literal(Literal::number(0));
                    terms.push(Value::call(Function::Coalesce, vec![number, zero]));
                }
            }
            Arg::Opt(_) | Arg::Call { .. } | Arg::Group(_) | Arg::Macro(_) | Arg::Subsearch(_) => {}
        }
    }
    let value = if wild || terms.is_empty() {
        Value::Opaque { text: cx.text(span).to_owned(), span: cx.place(span) }
    } else {
        bounded(sum(terms), span, cx)
    };
    flow.row.set(&total, value);
}
