//! `tstats`: aggregates over the events of a data model or an index.
//!
//! What follows `where` is a condition of `search`
//! (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/tstats>,
//! "WHERE clause arguments").

use rulescope_ir::Span;

use super::super::ast::{self, Opt, SearchExpr, Tstats, option};
use super::aggregate::{conjuncts, group};
use super::context::Context;
use super::search::name_of;
use super::{Flow, scope, tested};

/// `tstats`: groups of a data model's or an index's events.
pub(super) fn tstats(of: &Tstats, command: Span, later: &[&str], cx: &mut Context<'_>) -> Flow {
    let mut flows: Vec<(scope::Branch<'_>, Flow)> = Vec::new();
    let branches = match &of.filter {
        Some(expr) => scope::branches(expr, cx),
        None => vec![scope::Branch::default()],
    };
    let mut all_tested = Vec::new();
    for branch in branches {
        let mut scope = branch.scope();
        if let Some(from) = &of.from {
            let kind = from.kind.as_ref().map_or("datamodel", |k| k.raw.as_str());
            scope.terms.insert(kind.to_owned(), vec![name_of(&from.name)]);
            scope.span = scope.span.join(cx.place(from.name.span));
        }
        let mut rest: Vec<&SearchExpr> = Vec::new();
        for expr in branch.conditions.iter().copied() {
            conjuncts(expr, &mut rest);
        }
        let mut exprs = Vec::new();
        let mut subsearches = Vec::new();
        for expr in rest {
            match expr {
                // The dataset of the model, by its path.
                SearchExpr::Compare { field, value: ast::Literal::Text(text), .. }
                    if field.raw == "nodename" =>
                {
                    scope.terms.insert("nodename".to_owned(), vec![name_of(text)]);
                    scope.span = scope.span.join(cx.place(text.span));
                }
                SearchExpr::Compare { field, value: ast::Literal::Text(text), .. }
                    if matches!(field.raw.as_str(), "earliest" | "latest") =>
                {
                    super::command::time_limit(text.span, cx);
                }
                SearchExpr::Subsearch(pipeline) => subsearches.push((pipeline, false)),
                SearchExpr::Not(inner) => match inner.as_ref() {
                    SearchExpr::Subsearch(pipeline) => subsearches.push((pipeline, true)),
                    _ => exprs.push(expr),
                },
                expr => exprs.push(expr),
            }
        }
        let mut flow = Flow::events(scope);
        let list = exprs.iter().map(|e| super::search::condition(e, &flow.row, 0, cx)).collect();
        let expr = crate::join::all_of(list);
        all_tested.push(expr.clone());
        flow.filter(expr, 0);
        for (pipeline, without) in subsearches {
            super::branch::subsearch(pipeline, without, &mut flow, cx);
        }
        flows.push((branch, flow));
    }
    for expr in &all_tested {
        tested(expr, command, cx);
    }
    let mut flow = super::command::union(flows.into_iter().map(|(_, f)| f).collect());
    let fill = option(&of.options, "fillnull_value").and_then(Opt::text).map(str::to_owned);
    let by = of.by.as_ref();
    group(&of.aggregates, by, fill.as_deref(), later, &mut flow, cx);
    flow
}
