//! One command after another.
//!
//! Commands are cited by name from
//! <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands>.

use std::collections::BTreeMap;

use rulescope_ir::{
    Effect, Expr, Field, Function, Key, Literal, Order, Pattern, Scalar, Scope, Span, Value,
};

use super::super::ast::{
    self, Bin, Boundary, Command, Conversion, DataSource, Dedup, FieldsMode, Multivalue, Opt,
    Pipeline, Renaming, Rex, SearchExpr, Slice, SortKey, Spath, Step, Text, Transaction, option,
};
use super::super::expand::Outcome;
use super::aggregate::{conjuncts, duration, is_true, seconds, stats, tally, text_value, tstats};
use super::context::Context;
use super::literals::{extent, reach};
use super::row::{Bound, null};
use super::search::{name_of, unread};
use super::value::{Place, bounded, regex_literal, value};
use super::{Flow, branch, scope, table, tested};

/// The rows that a pipeline gives; of the events that its first command names, unless rows come in.
pub(super) fn pipeline(of: &Pipeline, input: Option<Flow>, cx: &mut Context<'_>) -> Flow {
    let mut flow = input;
    for (i, step) in of.steps.iter().enumerate() {
        let rest = of.steps.get(i + 1).map_or(of.span.end, |next| next.span.start);
        let later = words(cx.text(Span { start: rest, end: of.span.end.max(rest) }));
        if let Some(flow) = flow.as_mut().filter(|f| f.is_full()) {
            let rest = Span { start: step.span.start, end: extent(of).end };
            opaque("the search has too many commands; the rest is not followed", rest, flow, cx);
            break;
        }
        if matches!(step.command, Command::From(_) | Command::Plain(_) | Command::Chart(_)) {
            for inner in step.command.subsearches() {
                let what = "a search among the arguments is not followed";
                cx.loss(what, Effect::Unknown, extent(inner));
            }
        }
        flow = Some(match flow {
            None => first(step, &later, cx),
            Some(mut flow) => {
                next(step, &later, &mut flow, cx);
                flow
            }
        });
    }
    flow.unwrap_or_else(|| Flow::events(Scope::default()))
}

/// The words of a text that may name fields, sorted.
fn words(text: &str) -> Vec<&str> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '{' | '}' | '-');
    let mut out: Vec<&str> = text
        .split(|c| !part(c))
        .filter(|w| w.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// The command that a search starts with.
fn first(step: &Step, later: &[&str], cx: &mut Context<'_>) -> Flow {
    let span = reach(step);
    match &step.command {
        Command::Search(expr) => source(expr, span, cx),
        Command::Tstats(of) if step.name == "mstats" => {
            let mut of = of.clone();
            // `mstats` has the same form; its rows are points of a metric.
            of.from = None;
            tstats(&of, span, later, cx)
        }
        Command::Tstats(of) => tstats(of, span, later, cx),
        Command::From(of) => from(&step.name, of, cx),
        Command::InputLookup { table, filter, .. } => {
            table::first(table, filter.as_ref(), span, cx)
        }
        Command::Branches(of) => branch::sources(of, span, cx),
        Command::Plain(_) => {
            // `rest`, `makeresults` and their kin make rows out of no event.
            cx.not_evaluable = true;
            cx.loss(format!("`{}` gives rows that no log holds", step.name), Effect::More, span);
            Flow::events(Scope::of("command", &step.name))
        }
        _ => {
            let mut flow = Flow::events(Scope::default());
            next(step, later, &mut flow, cx);
            flow
        }
    }
}

/// The events of a search, by source.
fn source(expr: &SearchExpr, command: Span, cx: &mut Context<'_>) -> Flow {
    let mut flows = Vec::new();
    for side in scope::branches(expr, cx) {
        let mut flow = Flow::events(side.scope());
        let mut parts = Vec::new();
        side.conditions.iter().for_each(|e| conjuncts(e, &mut parts));
        search(&parts, command, &mut flow, cx);
        flows.push(flow);
    }
    union(flows)
}

/// The rows of several sources of the same names.
pub(super) fn union(mut flows: Vec<Flow>) -> Flow {
    if flows.len() == 1 {
        return flows.remove(0);
    }
    let row = flows.first().map(|f| f.row.clone()).unwrap_or_default();
    let depth = flows.iter().map(|f| f.depth).max().unwrap_or_default() + 2;
    let sides = flows.into_iter().map(|f| f.pattern).collect();
    Flow { pattern: Pattern::Union { sides }, row, depth }
}

/// `search` on rows. Each part of a conjunction is put where all that it reads is.
fn search(parts: &[&SearchExpr], command: Span, flow: &mut Flow, cx: &mut Context<'_>) {
    let mut levels: BTreeMap<usize, Vec<Expr>> = BTreeMap::new();
    let mut subsearches = Vec::new();
    for part in parts {
        match part {
            SearchExpr::Subsearch(pipeline) => {
                subsearches.push((pipeline, false));
                continue;
            }
            SearchExpr::Not(inner) => {
                if let SearchExpr::Subsearch(pipeline) = inner.as_ref() {
                    subsearches.push((pipeline, true));
                    continue;
                }
            }
            SearchExpr::Compare { field, value: ast::Literal::Text(text), .. }
                if matches!(field.raw.as_str(), "earliest" | "latest" | "starthoursago")
                    && !flow.row.has(&field.raw)
                    && flow.row.open =>
            {
                time_limit(text.span, cx);
                continue;
            }
            SearchExpr::Macro(call)
                if cx.expansion.origin(call.span).map(|c| c.outcome) == Some(Outcome::Filter) =>
            {
                cx.presents(call.span);
                continue;
            }
            _ => {}
        }
        let mut names = Vec::new();
        super::search::reads(part, &mut names);
        let level = *flow.row.levels(names.iter().map(String::as_str)).start();
        let expr = super::search::condition(part, &flow.row, level, cx);
        tested(&expr, command, cx);
        levels.entry(level).or_default().push(expr);
    }
    for (level, exprs) in levels {
        flow.filter(super::test::all_of(exprs), level);
    }
    for (pipeline, without) in subsearches {
        branch::subsearch(pipeline, without, flow, cx);
    }
}

/// A search that names its own time looks at no other.
pub(super) fn time_limit(span: Span, cx: &mut Context<'_>) {
    cx.threshold(span);
    cx.loss("the search limits the time that it looks at", Effect::More, span);
}

/// `where`. Each part of a conjunction is put where all that it reads is.
fn filter(expr: &ast::Expr, command: Span, flow: &mut Flow, cx: &mut Context<'_>) {
    let parts = match &expr.kind {
        ast::ExprKind::Logic { op: ast::LogicOp::And, of } => of.as_slice(),
        _ => std::slice::from_ref(expr),
    };
    let mut levels: BTreeMap<usize, Vec<Expr>> = BTreeMap::new();
    for part in parts {
        let level = *super::aggregate::levels(part, &flow.row).start();
        let at = Place { row: &flow.row, level };
        let expr = super::condition::holds(part, true, at, cx);
        tested(&expr, command, cx);
        levels.entry(level).or_default().push(expr);
    }
    for (level, exprs) in levels {
        flow.filter(super::test::all_of(exprs), level);
    }
}

/// A command that takes rows.
fn next(step: &Step, later: &[&str], flow: &mut Flow, cx: &mut Context<'_>) {
    let span = reach(step);
    match &step.command {
        Command::Search(expr) => {
            let mut parts = Vec::new();
            conjuncts(expr, &mut parts);
            search(&parts, span, flow, cx);
        }
        Command::Where(expr) => filter(expr, span, flow, cx),
        Command::Eval(list) => {
            for assignment in list {
                assign(&assignment.field.raw, &assignment.value, flow, cx);
            }
        }
        Command::Stats { kind, options, aggregates, by } => {
            stats(*kind, options, aggregates, by.as_ref(), span, later, flow, cx);
        }
        Command::Tstats(of) => {
            let other = tstats(of, span, later, cx);
            branch::append(other, flow, cx);
        }
        Command::Chart(chart) => {
            let mut by = chart.by.clone().unwrap_or_default();
            by.fields.splice(0..0, chart.over.clone());
            if step.name == "timechart" {
                cx.loss("`timechart` counts by steps of time of its own", Effect::Unknown, span);
            }
            super::aggregate::group(&chart.aggregates, Some(&by), None, later, flow, cx);
            flow.row.foreign = Some(step.name.clone());
        }
        Command::Tally(of) => tally(&of.fields, of.by.as_ref(), flow, cx),
        Command::Rename(list) => list.iter().for_each(|r| rename(r, flow, cx)),
        Command::Fields { mode, fields } => fields_of(*mode, fields, flow, cx),
        Command::Table(fields) => fields_of(FieldsMode::Keep, fields, flow, cx),
        Command::Rex(rex) => extract(rex, flow, cx),
        Command::Regex { field, negated, pattern } => {
            regex(field.as_ref(), *negated, pattern, span, flow, cx);
        }
        Command::Spath(of) => spath(of, span, flow, cx),
        Command::Lookup(of) => table::lookup(of, span, flow, cx),
        Command::InputLookup { options, table, filter } => {
            table::appended(options, table, filter.as_ref(), span, flow, cx);
        }
        Command::Join(of) => branch::join(of, span, later, flow, cx),
        Command::Branches(of) => branch::branches(&step.name, of, span, later, flow, cx),
        Command::Bin(of) => bin(of, span, flow, cx),
        Command::Dedup(of) => dedup(of, flow, cx),
        Command::Transaction(of) => transaction(of, span, flow, cx),
        Command::Convert { conversions, .. } => {
            conversions.iter().for_each(|c| convert(c, flow, cx))
        }
        Command::Fill { options, fields } => fill(&step.name, options, fields, flow, cx),
        Command::Multivalue(of) => multivalue(&step.name, of, span, flow, cx),
        Command::Sort { count, keys, .. } => sort(count.as_ref(), keys, flow, cx),
        Command::Slice(of) => slice(&step.name, of, span, flow, cx),
        Command::Replace { pairs, fields } => replace(pairs, fields, flow, cx),
        Command::From(of) => {
            let other = from(&step.name, of, cx);
            branch::append(other, flow, cx);
        }
        Command::Foreach(of) => branch::foreach(of, span, flow, cx),
        Command::Map(_) => branch::map(span, flow, cx),
        Command::Plain(args) => table::plain(&step.name, args, span, later, flow, cx),
        Command::OutputLookup { .. } => {}
        Command::Macro(call) => {
            if cx.expansion.origin(call.span).map(|c| c.outcome) == Some(Outcome::Filter) {
                return;
            }
            opaque("the macro has no definition here", span, flow, cx);
        }
        Command::Opaque { known, .. } => {
            let what =
                if *known { "the command was not understood" } else { "the command is not known" };
            opaque(what, span, flow, cx);
        }
    }
}

/// A command that stays as text: any of the rows, with any fields.
pub(super) fn opaque(what: &str, span: Span, flow: &mut Flow, cx: &mut Context<'_>) {
    cx.loss(what, Effect::Unknown, span);
    let text = cx.text(span).to_owned();
    let place = cx.place(span);
    flow.over(|input| Pattern::Opaque { input, text, span: place });
    flow.barrier();
}

/// `eval name = expression`, on every level where all that it reads is.
pub(super) fn assign(name: &str, expr: &ast::Expr, flow: &mut Flow, cx: &mut Context<'_>) {
    let levels = super::aggregate::levels(expr, &flow.row);
    let lowest = *levels.start();
    let values: Vec<Value> =
        levels.map(|level| value(expr, Place { row: &flow.row, level }, cx)).collect();
    flow.row.bind(name, Bound::from(lowest, values));
}

/// `rename`; a wildcard stands for the same in both names.
fn rename(of: &Renaming, flow: &mut Flow, cx: &mut Context<'_>) {
    let (from, to) = (name_of(&of.from), name_of(&of.to));
    match (from.split_once('*'), to.split_once('*')) {
        (Some(before), Some(after)) => flow.row.rename_all(before, after, cx),
        _ => flow.row.rename(&from, &to, cx),
    }
}

/// `fields` and `table`.
fn fields_of(mode: FieldsMode, fields: &[Text], flow: &mut Flow, cx: &mut Context<'_>) {
    let names: Vec<String> = fields.iter().map(name_of).collect();
    match mode {
        FieldsMode::Keep => {
            let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
            // Time stays unless it is removed by name ("fields", "Usage").
            names.push("_time");
            flow.row.keep(&names, cx);
        }
        FieldsMode::Remove => {
            for name in &names {
                if let Some(around) = name.split_once('*') {
                    let of = flow.row.names();
                    for known in of.iter().filter(|n| super::row::matched(n, around).is_some()) {
                        flow.row.hide(known);
                    }
                } else {
                    flow.row.hide(name);
                }
            }
        }
    }
}

/// `rex`: the groups of the first match. A field keeps the value that it has where nothing matches;
/// of an event's own field of the name nothing is known.
fn extract(of: &Rex, flow: &mut Flow, cx: &mut Context<'_>) {
    let field = option(&of.options, "field").and_then(Opt::text).unwrap_or("_raw").to_owned();
    let field = field.trim_matches('"').to_owned();
    let pattern = super::super::text::evaluated(&of.pattern);
    let span = of.pattern.span;
    let levels = flow.row.levels([field.as_str()]);
    if option(&of.options, "mode")
        .and_then(Opt::text)
        .is_some_and(|m| m.eq_ignore_ascii_case("sed"))
    {
        let lowest = *levels.start();
        let mut values = Vec::new();
        for level in levels {
            let own = flow.row.value(&field, level, span, cx);
            values.push(substituted(&pattern, own, span, cx));
        }
        flow.row.bind(&field, Bound::from(lowest, values));
        return;
    }
    let many = option(&of.options, "max_match").and_then(Opt::text).is_some_and(|n| n != "1");
    let names: Vec<String> = groups(&pattern);
    let source = pattern.replace("(?P<", "(?<");
    for name in names {
        let lowest = *levels.start();
        let mut values = Vec::new();
        for level in levels.clone() {
            let own = flow.row.value(&field, level, span, cx);
            if many {
                values.push(Value::Opaque { text: cx.text(span).to_owned(), span: cx.place(span) });
                continue;
            }
            let pattern = Value::Literal(regex_literal(&source, span, cx));
            let args = vec![own, pattern, text_value(&name)];
            let mut found = Value::call(Function::Extract, args);
            if flow.row.has(&name) && name != field && level >= flow.row.lowest(&name) {
                let was = flow.row.value(&name, level, span, cx);
                found = Value::call(Function::Coalesce, vec![found, was]);
            }
            values.push(bounded(found, span, cx));
        }
        flow.row.bind(&name, Bound::from(lowest, values));
    }
}

/// The names of the groups of a regular expression.
fn groups(pattern: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in pattern.match_indices("(?") {
        let rest = &pattern[at + 2..];
        let rest = rest.strip_prefix('P').unwrap_or(rest);
        if let Some(name) = rest.strip_prefix('<').and_then(|r| r.split_once('>')).map(|(n, _)| n)
            && !name.is_empty()
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !out.iter().any(|n| n == name)
        {
            out.push(name.to_owned());
        }
    }
    out
}

/// `rex mode=sed "s/…/…/g"`: every match replaced.
fn substituted(text: &str, own: Value, span: Span, cx: &mut Context<'_>) -> Value {
    let parts = text.strip_prefix('s').and_then(|rest| {
        let sign = rest.chars().next()?;
        let parts: Vec<&str> = rest[sign.len_utf8()..].split(sign).collect();
        <[&str; 3]>::try_from(parts).ok()
    });
    match parts {
        Some([pattern, by, "g"]) if !by.contains('\\') => {
            let pattern = Value::Literal(regex_literal(pattern, span, cx));
            Value::call(Function::Replace, vec![own, pattern, text_value(by)])
        }
        _ => Value::Opaque { text: text.to_owned(), span: cx.place(span) },
    }
}

/// `regex field="…"`: it may match anywhere and knows case; with `!=` rows without the field stay out.
fn regex(
    field: Option<&Text>,
    negated: bool,
    pattern: &Text,
    command: Span,
    flow: &mut Flow,
    cx: &mut Context<'_>,
) {
    let name = field.map_or("_raw".to_owned(), name_of);
    let level = *flow.row.levels([name.as_str()]).start();
    let subject = flow.row.value(&name, level, command, cx);
    let source = super::super::text::evaluated(pattern).replace("(?P<", "(?<");
    let literal = regex_literal(&source, pattern.span, cx);
    let span = cx.place(pattern.span);
    let expr = if name == "_raw" && flow.row.open && !flow.row.has(&name) {
        let mut predicate = rulescope_ir::Predicate::new(
            rulescope_ir::Subject::Event,
            rulescope_ir::Op::Regex,
            vec![literal],
        );
        predicate.span = span;
        cx.loss(
            "the text of the event is tested; a log holds its values one by one",
            Effect::Less,
            command,
        );
        if negated { Expr::not(Expr::Predicate(predicate)) } else { Expr::Predicate(predicate) }
    } else {
        let literals = vec![literal];
        let op = rulescope_ir::Op::Regex;
        super::test::Test { op, literals, case_sensitive: true, negated, span }.on(&subject)
    };
    super::search::decided(&expr, span, cx);
    tested(&expr, command, cx);
    flow.filter(expr, level);
}

/// `spath`: what is read of an event's own text is there as a field already.
fn spath(of: &Spath, span: Span, flow: &mut Flow, cx: &mut Context<'_>) {
    let text = |name: &str| option(&of.options, name).and_then(Opt::text).map(str::to_owned);
    let path = text("path").or_else(|| of.path.as_ref().map(name_of));
    let Some(path) = path else {
        if let Some(input) = text("input").filter(|i| i != "_raw") {
            let own = flow.row.value(&input, flow.row.level, span, cx);
            flow.row.parsed(own);
        }
        return;
    };
    let output = text("output").unwrap_or_else(|| path.clone());
    let value = match text("input").filter(|i| i != "_raw") {
        None => flow.row.value(&path, flow.row.level, span, cx),
        Some(input) => {
            let own = flow.row.value(&input, flow.row.level, span, cx);
            let opaque = || Value::Opaque { text: cx.text(span).to_owned(), span: cx.place(span) };
            super::function::member(own, &path, Span::NONE).unwrap_or_else(opaque)
        }
    };
    let value = bounded(value, span, cx);
    flow.row.set(&output, value);
}

/// `bin`: the start of the step that a value lies in.
fn bin(of: &Bin, span: Span, flow: &mut Flow, cx: &mut Context<'_>) {
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
fn dedup(of: &Dedup, flow: &mut Flow, cx: &mut Context<'_>) {
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
fn transaction(of: &Transaction, span: Span, flow: &mut Flow, cx: &mut Context<'_>) {
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

/// `convert`: a value in another form. Times as text are for people.
fn convert(of: &Conversion, flow: &mut Flow, cx: &mut Context<'_>) {
    let name = name_of(&of.field);
    if name.contains('*') {
        return;
    }
    let target = of.alias.as_ref().map_or(name.clone(), name_of);
    let function = of.function.raw.to_ascii_lowercase();
    let numeric = matches!(function.as_str(), "num" | "auto" | "rmcomma" | "none");
    if !flow.row.has(&name) && !flow.row.open {
        return;
    }
    let own = flow.row.value(&name, flow.row.level, of.field.span, cx);
    let value = if numeric {
        own
    } else {
        let span = of.function.span.join(of.field.span);
        Value::Opaque { text: cx.text(span).to_owned(), span: cx.place(span) }
    };
    flow.row.set(&target, value);
}

/// `fillnull`: a text where a field is not there, `0` where none is given.
fn fill(name: &str, options: &[Opt], fields: &[Text], flow: &mut Flow, cx: &mut Context<'_>) {
    options.iter().for_each(|o| cx.presents(o.span));
    let names: Vec<String> =
        if fields.is_empty() { flow.row.names() } else { fields.iter().map(name_of).collect() };
    let text =
        option(options, "value").and_then(Opt::text).unwrap_or("0").trim_matches('"').to_owned();
    for field in names {
        let span = fields.first().map_or(Span::NONE, |f| f.span);
        let levels = flow.row.levels([field.as_str()]);
        let lowest = *levels.start();
        let mut values = Vec::new();
        for level in levels {
            let own = flow.row.value(&field, level, span, cx);
            values.push(if name == "filldown" {
                Value::Opaque { text: format!("filldown {field}"), span: cx.place(span) }
            } else if own == null() {
                text_value(&text)
            } else {
                let mut args = match own {
                    Value::Call { function: Function::Coalesce, args } => args,
                    other => vec![other],
                };
                args.push(text_value(&text));
                Value::call(Function::Coalesce, args)
            });
        }
        flow.row.bind(&field, Bound::from(lowest, values));
    }
}

/// `mvexpand`, `makemv`, `mvcombine`, `nomv`.
fn multivalue(name: &str, of: &Multivalue, span: Span, flow: &mut Flow, cx: &mut Context<'_>) {
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
fn sort(count: Option<&Text>, keys: &[SortKey], flow: &mut Flow, cx: &mut Context<'_>) {
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
fn slice(name: &str, of: &Slice, span: Span, flow: &mut Flow, cx: &mut Context<'_>) {
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

/// `replace`: whole values by others; without case, and `*` is a wildcard.
fn replace(pairs: &[(Text, Text)], fields: &[Text], flow: &mut Flow, cx: &mut Context<'_>) {
    for field in fields {
        let name = name_of(field);
        let own = flow.row.value(&name, flow.row.level, field.span, cx);
        let mut args = Vec::new();
        for (from, to) in pairs {
            let text = super::super::text::searched(from);
            let span = cx.place(from.span);
            let glob = super::search::glob(&text);
            let literal = Literal::new(Scalar::Glob(glob), span);
            let op = rulescope_ir::Op::Wildcard;
            let literals = vec![literal];
            let test =
                super::test::Test { op, literals, case_sensitive: false, negated: false, span };
            args.push(Value::Truth(Box::new(test.on(&own))));
            let by = super::super::text::searched(to);
            args.push(if by.contains('*') {
                Value::Opaque { text: to.raw.clone(), span: cx.place(to.span) }
            } else {
                Value::Literal(Literal::new(Scalar::Text(by), cx.place(to.span)))
            });
        }
        args.push(Value::Truth(Box::new(Expr::Const(true))));
        args.push(own);
        let value = bounded(Value::call(Function::Case, args), field.span, cx);
        flow.row.set(&name, value);
    }
}

/// `from` and `datamodel`: the events of a data model.
fn from(name: &str, of: &DataSource, cx: &mut Context<'_>) -> Flow {
    let own = name_of(&of.name);
    let (kind, term) = match (&of.kind, own.split_once(':')) {
        (Some(kind), _) => (kind.raw.clone(), own.clone()),
        (None, Some((kind, term))) if kind == "datamodel" => (kind.to_owned(), term.to_owned()),
        (None, _) => ("datamodel".to_owned(), own.clone()),
    };
    // `datamodel Model Dataset search` names its dataset apart.
    let dataset = of.rest.iter().find_map(|arg| match arg {
        ast::Arg::Text(text) if name != "from" && !text.is_word("search") => Some(name_of(text)),
        _ => None,
    });
    let term = match dataset {
        Some(dataset) if !term.contains('.') => format!("{term}.{dataset}"),
        _ => term,
    };
    let mut scope = Scope::of(&kind, &term);
    scope.span = cx.place(of.name.span);
    Flow::events(scope)
}
