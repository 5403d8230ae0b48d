//! Subsearches that list the rows of a table at hand.
//!
//! `[| inputlookup t | table x]` is `(x="a") OR (x="b")`, with a row's fields joined by AND, absent
//! ones left out, and the rules of `search` for wildcards and case
//! (<https://help.splunk.com/en/splunk-enterprise/search/search-manual/9.3/about-subsearches>,
//! "Use subsearches to correlate data", and the command `format`).

use std::collections::BTreeMap;

use rulescope_ir::{Expr, Span};

use super::super::ast::{
    ArithmeticOp, Command, Expr as Ast, ExprKind, FieldsMode, Pipeline, option,
};
use super::super::lookups::LookupTable;
use super::super::text::evaluated;
use super::context::Context;
use super::held::tests;
use super::search::name_of;
use super::{Flow, tested};
use crate::join::any_of;

/// A row: the texts of its fields that have one.
type Cells = BTreeMap<String, String>;

/// Keeps rows that agree with a row that a subsearch lists, or with none; whether it could be followed.
pub(super) fn listed(
    of: &Pipeline,
    table: &LookupTable,
    without: bool,
    flow: &mut Flow,
    cx: &mut Context<'_>,
) -> bool {
    let Some(rows) = rows(of, table) else { return false };
    let names: Vec<String> = rows
        .iter()
        .flat_map(Cells::keys)
        .cloned()
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    if !cx.afford(rows.len()) {
        return false;
    }
    let level = *flow.row.levels(names.iter().map(String::as_str)).start();
    let span = cx.place(of.span);
    let fits = |name: &str, texts: &[&str], cx: &mut Context<'_>| {
        let value = flow.row.value(name, level, of.span, cx);
        let tests = tests(texts.iter().copied(), true, false, span);
        any_of(tests.iter().map(|t| t.on(&value)).collect())
    };
    let expr = match names.as_slice() {
        [only] => {
            let texts: Vec<&str> =
                rows.iter().filter_map(|r| r.get(only)).map(String::as_str).collect();
            fits(only, &texts, cx)
        }
        _ => {
            let mut ways = Vec::new();
            for row in &rows {
                let all = row.iter().map(|(name, text)| fits(name, &[text], cx)).collect();
                ways.push(crate::join::all_of(all));
            }
            any_of(ways)
        }
    };
    for step in &of.steps {
        if let Command::Eval(list) = &step.command {
            list.iter().for_each(|a| texts_of(&a.value, &mut |span| cx.threshold(span)));
        }
    }
    let expr = if without { Expr::not(expr) } else { expr };
    tested(&expr, of.span, cx);
    flow.filter(expr, level);
    true
}

/// The rows that a subsearch over a table gives.
fn rows(of: &Pipeline, table: &LookupTable) -> Option<Vec<Cells>> {
    let cells = |row: &Vec<String>| -> Cells {
        let named = table.columns.iter().zip(row);
        let named = named.map(|(name, cell)| (name.clone(), cell.trim().to_owned()));
        named.filter(|(_, cell)| !cell.is_empty()).collect()
    };
    let mut rows: Vec<Cells> = table.rows.iter().map(cells).collect();
    for (n, step) in of.steps.iter().enumerate() {
        match &step.command {
            Command::InputLookup { options, filter: None, .. }
                if n == 0 && option(options, "append").is_none() => {}
            Command::Rename(list) => {
                for renaming in list {
                    let (from, to) = (name_of(&renaming.from), name_of(&renaming.to));
                    if from.contains('*') {
                        return None;
                    }
                    for row in &mut rows {
                        if let Some(cell) = row.remove(&from) {
                            row.insert(to.clone(), cell);
                        }
                    }
                }
            }
            Command::Eval(list) => {
                for assignment in list {
                    let name = name_of(&assignment.field);
                    for row in &mut rows {
                        match text(&assignment.value, row)? {
                            Some(cell) => row.insert(name.clone(), cell),
                            None => row.remove(&name),
                        };
                    }
                }
            }
            Command::Fields { mode: FieldsMode::Keep, fields } | Command::Table(fields) => {
                let names: Vec<String> = fields.iter().map(name_of).collect();
                if names.iter().any(|n| n.contains('*')) {
                    return None;
                }
                rows.iter_mut().for_each(|row| row.retain(|name, _| names.contains(name)));
            }
            Command::Dedup(_) => {}
            _ => return None,
        }
    }
    rows.retain(|row| !row.is_empty());
    Some(rows)
}

/// What an expression is on a row; `None` where it is not followed, nothing where it is null.
fn text(expr: &Ast, row: &Cells) -> Option<Option<String>> {
    match &expr.kind {
        ExprKind::Text(text) => Some(Some(evaluated(text))),
        ExprKind::Field(name) => Some(row.get(&name_of(name)).cloned()),
        ExprKind::Arithmetic { first, rest } => {
            let mut out = text(first, row)?;
            for (op, part) in rest {
                if *op != ArithmeticOp::Concat {
                    return None;
                }
                let part = text(part, row)?;
                out = out.zip(part).map(|(a, b)| a + &b);
            }
            Some(out)
        }
        _ => None,
    }
}

/// Where the texts of such an expression stand.
fn texts_of(expr: &Ast, f: &mut impl FnMut(Span)) {
    match &expr.kind {
        ExprKind::Text(_) => f(expr.span),
        ExprKind::Arithmetic { first, rest } => {
            texts_of(first, f);
            rest.iter().for_each(|(_, part)| texts_of(part, f));
        }
        _ => {}
    }
}
