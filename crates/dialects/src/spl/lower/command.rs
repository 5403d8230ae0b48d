//! One command after another.
//!
//! Commands are cited by name from
//! <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands>.

use std::collections::BTreeMap;

use rulescope_ir::{Effect, Expr, Pattern, Scope, Span};

use super::super::ast::{self, Command, DataSource, FieldsMode, Pipeline, SearchExpr, Step};
use super::super::expand::Outcome;
use super::aggregate::{conjuncts, stats, tally};
use super::context::Context;
use super::literals::{extent, reach};
use super::search::name_of;
use super::tstats::tstats;
use super::value::Place;
use super::{Flow, branch, fields, rows, scope, table, tested};

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
pub(super) fn words(text: &str) -> Vec<&str> {
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
        flow.filter(crate::join::all_of(exprs), level);
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
        flow.filter(crate::join::all_of(exprs), level);
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
                fields::assign(&assignment.field.raw, &assignment.value, flow, cx);
            }
        }
        Command::Stats { .. } => stats(&step.command, span, later, flow, cx),
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
        Command::Rename(list) => list.iter().for_each(|r| fields::rename(r, flow, cx)),
        Command::Fields { mode, fields } => fields::fields_of(*mode, fields, flow, cx),
        Command::Table(fields) => fields::fields_of(FieldsMode::Keep, fields, flow, cx),
        Command::Rex(rex) => fields::extract(rex, flow, cx),
        Command::Regex { field, negated, pattern } => {
            fields::regex(field.as_ref(), *negated, pattern, span, flow, cx);
        }
        Command::Spath(of) => fields::spath(of, span, flow, cx),
        Command::Lookup(of) => table::lookup(of, span, later, flow, cx),
        Command::InputLookup { options, table, filter } => {
            table::appended(options, table, filter.as_ref(), span, flow, cx);
        }
        Command::Join(of) => branch::join(of, span, later, flow, cx),
        Command::Branches(of) => branch::branches(&step.name, of, span, later, flow, cx),
        Command::Bin(of) => rows::bin(of, span, flow, cx),
        Command::Dedup(of) => rows::dedup(of, flow, cx),
        Command::Transaction(of) => rows::transaction(of, span, flow, cx),
        Command::Convert { conversions, .. } => {
            conversions.iter().for_each(|c| fields::convert(c, flow, cx))
        }
        Command::Fill { options, fields } => fields::fill(&step.name, options, fields, flow, cx),
        Command::Multivalue(of) => rows::multivalue(&step.name, of, span, flow, cx),
        Command::Sort { count, keys, .. } => rows::sort(count.as_ref(), keys, flow, cx),
        Command::Slice(of) => rows::slice(&step.name, of, span, flow, cx),
        Command::Replace { pairs, fields } => fields::replace(pairs, fields, flow, cx),
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
