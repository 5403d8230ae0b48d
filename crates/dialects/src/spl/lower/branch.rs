//! Further searches: subsearches as conditions, `join`, `append`, `map`, `foreach`.
//!
//! - A subsearch in a condition keeps rows that agree with one of its rows in all its fields
//!   (<https://help.splunk.com/en/splunk-enterprise/search/search-manual/9.3/about-subsearches>).
//! - `join` gives each row the first row of the other search with the same values, and keeps it out
//!   where there is none, unless it is a left join
//!   (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/join>).

use std::collections::BTreeSet;

use rulescope_ir::{Assignment, Effect, Field, JoinKind, LookupKind, Pattern, Scope, Span, Value};

use super::super::ast::{
    Branches, Command, Expr, ExprKind, Foreach, Join, Opt, Pipeline, Step, Text, option,
};
use super::context::Context;
use super::literals::extent;
use super::row::Row;
use super::search::name_of;
use super::{Flow, command};

/// Rows that agree with a row of a search, or with none.
pub(super) fn subsearch(of: &Pipeline, without: bool, flow: &mut Flow, cx: &mut Context<'_>) {
    if let Some(table) = table_of(of) {
        if let Some(rows) = cx.lookups.get(&table)
            && super::listed::listed(of, rows, without, flow, cx)
        {
            return;
        }
        from_table(of, &table, without, flow, cx);
        return;
    }
    let other = command::pipeline(of, None, cx);
    let names: Vec<String> = other.row.names().into_iter().filter(|n| n != "_time").collect();
    if names.is_empty() || other.row.open {
        cx.loss("the fields of a subsearch are not known", Effect::More, extent(of));
        return;
    }
    let mut on = Vec::new();
    for name in &names {
        let left = flow.row.value(name, flow.row.level, of.span, cx);
        on.push((left, other.row.value(name, other.row.level, of.span, cx)));
    }
    let kind = if without { JoinKind::LeftAnti } else { JoinKind::LeftSemi };
    let right = Box::new(other.pattern);
    flow.depth = flow.depth.max(other.depth);
    flow.over(|left| Pattern::Join { left, right, kind, on, within: None });
    flow.barrier();
}

/// The table that a subsearch is about, where it reads one.
fn table_of(of: &Pipeline) -> Option<String> {
    of.steps.iter().find_map(|step| match &step.command {
        Command::InputLookup { table, .. } => Some(name_of(table)),
        Command::Search(_) | Command::Tstats(_) => None,
        _ => None,
    })
}

/// Rows that agree with a row of a table, or with none. Which fields the table has, the subsearch
/// says where it names them.
fn from_table(of: &Pipeline, table: &str, without: bool, flow: &mut Flow, cx: &mut Context<'_>) {
    let mut named: Vec<String> = Vec::new();
    for step in &of.steps {
        let list: &[Text] = match &step.command {
            Command::Fields { fields, .. } | Command::Table(fields) => fields,
            _ => continue,
        };
        named = list.iter().map(name_of).filter(|n| !n.contains('*')).collect();
    }
    let mut on = Vec::new();
    for name in named {
        let value = flow.row.value(&name, flow.row.level, of.span, cx);
        on.push(Assignment { name, value });
    }
    let kind = if without { LookupKind::Drop } else { LookupKind::Keep };
    let what = format!("what is kept hangs on the table `{table}`, which no log holds");
    cx.loss(what, Effect::More, extent(of));
    let (table, span) = (table.to_owned(), cx.place(of.span));
    flow.over(|input| Pattern::Lookup { input, table, on, outputs: Vec::new(), kind, span });
    flow.barrier();
}

/// `join`.
pub(super) fn join(of: &Join, span: Span, later: &[&str], flow: &mut Flow, cx: &mut Context<'_>) {
    if let Some(table) = table_of(&of.subsearch) {
        let what = format!("rows are joined with the table `{table}`, which no log holds");
        cx.loss(what, Effect::More, span);
    }
    let mut other = command::pipeline(&of.subsearch, None, cx);
    let outer = option(&of.options, "type").and_then(Opt::text);
    let outer = outer.is_some_and(|t| matches!(t.to_ascii_lowercase().as_str(), "outer" | "left"));
    if of.filter.is_some() {
        cx.loss("the condition of the join is not followed", Effect::More, span);
    }
    let names: Vec<String> = if of.fields.is_empty() {
        other.row.names().into_iter().filter(|n| flow.row.has(n) && n != "_time").collect()
    } else {
        of.fields.iter().map(name_of).collect()
    };
    if names.is_empty() {
        cx.loss("which fields the searches share is not known", Effect::More, span);
    }
    let mut on = Vec::new();
    for name in &names {
        let left = flow.row.value(name, flow.row.level, span, cx);
        on.push((left, other.row.value(name, other.row.level, span, cx)));
    }
    // What the other search gives has names that no row on the left has.
    let keys: BTreeSet<&String> = names.iter().collect();
    let given = exposed(&mut other, later, |n| !keys.contains(&n.to_owned()), cx);
    let kind = if outer { JoinKind::LeftOuter } else { JoinKind::InnerUnique };
    let right = Box::new(other.pattern);
    flow.depth = flow.depth.max(other.depth);
    flow.over(|left| Pattern::Join { left, right, kind, on, within: None });
    for (name, made) in given {
        // An outer join leaves the left side's own where the other has none.
        flow.row.set(&name, Value::Field(Field::new(made)));
    }
    flow.barrier();
}

/// Gives what a search's rows hold names of their own: pairs of the name in the search and the name
/// in the pattern.
fn exposed(
    other: &mut Flow,
    later: &[&str],
    wanted: impl Fn(&str) -> bool,
    cx: &mut Context<'_>,
) -> Vec<(String, String)> {
    let mut names = other.row.names();
    if other.row.open {
        names.retain(|n| later.contains(&n.as_str()));
    }
    let mut given = Vec::new();
    let mut assignments = Vec::new();
    for name in names.into_iter().filter(|n| wanted(n) && n != "_time") {
        let value = other.row.value(&name, other.row.level, Span::NONE, cx);
        let made = cx.made(&name);
        assignments.push(Assignment { name: made.clone(), value });
        given.push((name, made));
    }
    if !assignments.is_empty() {
        other.over(|input| Pattern::Extend { input, assignments });
    }
    given
}

/// `append`, `appendpipe`, `appendcols`, `union`, `multisearch`.
pub(super) fn branches(
    name: &str,
    of: &Branches,
    span: Span,
    later: &[&str],
    flow: &mut Flow,
    cx: &mut Context<'_>,
) {
    match name {
        "append" | "union" | "multisearch" => {
            for pipeline in &of.branches {
                let other = command::pipeline(pipeline, None, cx);
                append_named(other, later, flow, cx);
            }
            if !of.datasets.is_empty() {
                cx.loss("data sets by name are left out", Effect::Less, span);
            }
        }
        // Rows that are made of these rows; there are none of them without these.
        _ => {
            flow.row.incomplete = true;
            cx.loss("the rows that the command adds are left out", Effect::Less, span);
        }
    }
}

/// `multisearch` and `union` at the start.
pub(super) fn sources(of: &Branches, span: Span, cx: &mut Context<'_>) -> Flow {
    if !of.datasets.is_empty() {
        cx.loss("data sets by name are left out", Effect::Less, span);
    }
    let mut flows: Vec<Flow> = of.branches.iter().map(|p| command::pipeline(p, None, cx)).collect();
    if flows.is_empty() {
        return Flow::events(Scope::default());
    }
    let mut flow = flows.remove(0);
    for other in flows {
        append(other, &mut flow, cx);
    }
    flow
}

/// The rows of another search beside these.
pub(super) fn append(other: Flow, flow: &mut Flow, cx: &mut Context<'_>) {
    append_named(other, &[], flow, cx);
}

fn append_named(mut other: Flow, later: &[&str], flow: &mut Flow, cx: &mut Context<'_>) {
    // Each side gives every name of either a value, so that one name reads both.
    let mut names: BTreeSet<String> = flow.row.names().into_iter().collect();
    names.extend(other.row.names());
    if flow.row.open || other.row.open {
        names.extend(later.iter().map(|n| (*n).to_owned()));
    }
    let open = flow.row.open && other.row.open;
    let mut row = Row::at(flow.row.level.max(other.row.level));
    let mut sides: [Vec<Assignment>; 2] = [Vec::new(), Vec::new()];
    for name in &names {
        let made = cx.made(name);
        for (side, of) in sides.iter_mut().zip([&flow.row, &other.row]) {
            let known = of.has(name) || of.open;
            let value =
                if known { of.value(name, of.level, Span::NONE, cx) } else { super::row::null() };
            side.push(Assignment { name: made.clone(), value });
        }
        row.set(name, Value::Field(Field::new(made)));
    }
    if open && names.is_empty() {
        row.open = true;
    }
    let [left, right] = sides;
    for (flow, assignments) in [(&mut *flow, left), (&mut other, right)] {
        if !assignments.is_empty() {
            flow.over(|input| Pattern::Extend { input, assignments });
        }
    }
    flow.depth = flow.depth.max(other.depth);
    flow.over(|left| Pattern::Union { sides: vec![*left, other.pattern] });
    flow.row = row;
}

/// `foreach`: its `eval` for every field of a pattern that the row has by name, with the field's name
/// and what its wildcard stands for put in. Of an event's own fields nobody can say which these are.
pub(super) fn foreach(of: &Foreach, span: Span, flow: &mut Flow, cx: &mut Context<'_>) {
    let patterns: Vec<String> = of.fields.iter().map(name_of).collect();
    let known = !flow.row.open && flow.row.foreign.is_none();
    let mut matches: Vec<(String, String)> = Vec::new();
    for pattern in &patterns {
        match pattern.split_once('*') {
            Some(around) => {
                let names = flow.row.names();
                matches.extend(names.into_iter().filter_map(|n| {
                    let part = super::row::matched(&n, around)?.to_owned();
                    Some((n, part))
                }));
            }
            None => matches.push((pattern.clone(), String::new())),
        }
    }
    let all_named = known || patterns.iter().all(|p| !p.contains('*'));
    for Step { command, .. } in &of.pipeline.steps {
        let Command::Eval(list) = command else {
            command::opaque("`foreach` is followed through `eval` alone", span, flow, cx);
            return;
        };
        for assignment in list {
            if all_named {
                for (field, part) in &matches {
                    let put = |text: &str| {
                        text.replace("<<FIELD>>", field)
                            .replace("<<MATCHSTR>>", part)
                            .replace("<<MATCHSEG1>>", part)
                    };
                    let value = with_names(&assignment.value, &put);
                    super::fields::assign(&put(&assignment.field.raw), &value, flow, cx);
                }
            } else {
                let text = cx.text(span).to_owned();
                // Fields of a table make what hangs on the table.
                let table = flow.row.foreign.as_ref().and_then(|f| cx.tables.get(f).cloned());
                cx.tables.extend(table.map(|t| (text.clone(), t)));
                let value = Value::Opaque { text, span: cx.place(span) };
                let name = &assignment.field.raw;
                if name.contains("<<") {
                    for name in flow.row.names() {
                        flow.row.set(&name, value.clone());
                    }
                } else {
                    flow.row.set(name, value);
                }
            }
        }
    }
}

/// An expression with its fields and texts put through `put`.
fn with_names(expr: &Expr, put: &impl Fn(&str) -> String) -> Expr {
    let text = |t: &Text| Text { raw: put(&t.raw), ..t.clone() };
    let list = |of: &[Expr]| of.iter().map(|e| with_names(e, put)).collect();
    let boxed = |e: &Expr| Box::new(with_names(e, put));
    let kind = match &expr.kind {
        ExprKind::Text(t) => ExprKind::Text(text(t)),
        ExprKind::Field(t) => ExprKind::Field(text(t)),
        ExprKind::Call { function, args } => {
            ExprKind::Call { function: function.clone(), args: list(args) }
        }
        ExprKind::Logic { op, of } => ExprKind::Logic { op: *op, of: list(of) },
        ExprKind::Not(inner) => ExprKind::Not(boxed(inner)),
        ExprKind::Negative(inner) => ExprKind::Negative(boxed(inner)),
        ExprKind::Compare { op, left, right } => {
            ExprKind::Compare { op: *op, left: boxed(left), right: boxed(right) }
        }
        ExprKind::In { subject, values } => {
            ExprKind::In { subject: boxed(subject), values: list(values) }
        }
        ExprKind::Arithmetic { first, rest } => ExprKind::Arithmetic {
            first: boxed(first),
            rest: rest.iter().map(|(op, e)| (*op, with_names(e, put))).collect(),
        },
        ExprKind::Number(_) | ExprKind::Macro(_) | ExprKind::Opaque(_) => expr.kind.clone(),
    };
    Expr { kind, span: expr.span }
}

/// `map`: a search for every row; its rows take the place of these.
pub(super) fn map(span: Span, flow: &mut Flow, cx: &mut Context<'_>) {
    command::opaque("the search that `map` runs for every row is not followed", span, flow, cx);
    flow.row.foreign = Some(cx.text(span).to_owned());
}
