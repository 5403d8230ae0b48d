//! Lookups in tables whose rows are at hand.
//!
//! Each output becomes a list of choices: for each text that the column has, that text where the
//! inputs fit one of its rows. So a search gets the outputs of every row that fits, up to a thousand
//! (transforms.conf, `max_matches`), and a test of an output becomes a test of the event's own field
//! against the cells of the rows that pass it.

use std::collections::BTreeSet;

use rulescope_ir::normalize::narrow;
use rulescope_ir::{Expr, Function, Literal, Op, Predicate, Scalar, Span, Value};

use super::super::lookups::LookupTable;
use super::search::glob;
use super::test::Test;
use crate::join::{all_of, any_of};

/// With more than one input, the rows may make so many different conditions.
const MAX_CONDITIONS: usize = 1_000;

/// An input: the table's column and the event's value.
pub(super) type Input = (usize, Value);

/// What an output is, or nothing where the table is too wide to be written out.
pub(super) fn output(
    table: &LookupTable,
    inputs: &[Input],
    column: usize,
    span: Span,
) -> Option<Value> {
    let (first, rest) = inputs.split_first()?;
    let mut groups: Vec<(String, Vec<&Vec<String>>)> = Vec::new();
    for row in &table.rows {
        let (Some(text), true) = (row.get(column), inputs.iter().all(|i| has(row, i.0))) else {
            continue;
        };
        let text = text.trim();
        match groups.iter_mut().find(|g| g.0 == text) {
            Some(group) => group.1.push(row),
            None => groups.push((text.to_owned(), vec![row])),
        }
    }
    let mut conditions = 0;
    let mut choices = Vec::new();
    for (text, rows) in groups {
        let condition = if rest.is_empty() {
            any_cell(table, &rows, first, span)
        } else {
            let ways: Vec<Expr> = rows.iter().map(|row| fits(table, row, inputs, span)).collect();
            conditions += ways.len();
            any_of(ways)
        };
        if conditions > MAX_CONDITIONS {
            return None;
        }
        // An empty cell is no value; its row fits nevertheless.
        let then = if text.is_empty() { Scalar::Null } else { Scalar::Text(text) };
        let then = Value::Literal(Literal::new(then, Span::NONE));
        choices.push(Value::call(Function::If, vec![Value::Truth(Box::new(condition)), then]));
    }
    let found = Value::List(choices);
    let Some(default) = &table.default else { return Some(found) };
    // Without its inputs nothing is looked up.
    let asked = all_of(inputs.iter().map(|(_, v)| Test::exists(span).on(v)).collect());
    let then = Value::Literal(Literal::text(default));
    let otherwise = Value::call(Function::If, vec![Value::Truth(Box::new(asked)), then]);
    Some(Value::call(Function::Coalesce, vec![found, otherwise]))
}

fn has(row: &[String], column: usize) -> bool {
    row.get(column).is_some_and(|cell| !cell.trim().is_empty())
}

/// That a row's cells fit all inputs.
fn fits(table: &LookupTable, row: &Vec<String>, inputs: &[Input], span: Span) -> Expr {
    all_of(inputs.iter().map(|input| any_cell(table, &[row], input, span)).collect())
}

/// That an input fits the cell of one of the rows.
fn any_cell(table: &LookupTable, rows: &[&Vec<String>], input: &Input, span: Span) -> Expr {
    let (column, value) = input;
    let wild = table.columns.get(*column).is_some_and(|name| table.wildcards.contains(name));
    let cells = rows.iter().filter_map(|row| row.get(*column)).map(|cell| cell.trim());
    any_of(tests(cells, wild, table.case_sensitive, span).iter().map(|t| t.on(value)).collect())
}

/// The tests of a value against texts, one for each operator that their wildcards want.
pub(super) fn tests<'t>(
    texts: impl Iterator<Item = &'t str>,
    wild: bool,
    case_sensitive: bool,
    span: Span,
) -> Vec<Test> {
    let mut out: Vec<Test> = Vec::new();
    let mut seen = BTreeSet::new();
    for text in texts.filter(|text| seen.insert(*text)) {
        let glob = glob(text);
        let (op, value) = match narrow(&glob) {
            _ if !wild => (Op::Eq, Scalar::Text(text.to_owned())),
            Some((op, plain)) => (op, Scalar::Text(plain)),
            None => (Op::Wildcard, Scalar::Glob(glob)),
        };
        let literal = Literal::new(value, Span::NONE);
        let literals = if op == Op::Exists { Vec::new() } else { vec![literal] };
        match out.iter_mut().find(|t| t.op == op) {
            Some(test) => test.literals.extend(literals),
            None => out.push(Test { op, literals, case_sensitive, negated: false, span }),
        }
    }
    out
}

/// The answer of a test on what a table gives; `None` where a value comes from no table.
pub(super) fn answer(test: &Test, value: &Value) -> Option<Expr> {
    match value {
        Value::List(choices) => passing(choices, |v| test.on(v) == Expr::Const(true)),
        Value::Call { function: Function::Coalesce, args } => {
            let [Value::List(choices), Value::Call { function: Function::If, args: last }] =
                args.as_slice()
            else {
                return None;
            };
            let [Value::Truth(asked), otherwise @ Value::Literal(_)] = last.as_slice() else {
                return None;
            };
            let found = passing(choices, |v| test.on(v) == Expr::Const(true))?;
            if test.on(otherwise) == Expr::Const(false) {
                return Some(found);
            }
            let given = passing(choices, |v| Test::exists(test.span).on(v) == Expr::Const(true))?;
            let none = all_of(vec![(**asked).clone(), Expr::not(given)]);
            Some(any_of(vec![found, none]))
        }
        _ => None,
    }
}

/// That one of the choices fits whose value passes.
fn passing(choices: &[Value], pass: impl Fn(&Value) -> bool) -> Option<Expr> {
    let mut out: Vec<Expr> = Vec::new();
    for choice in choices {
        let Value::Call { function: Function::If, args } = choice else { return None };
        let [Value::Truth(condition), then @ Value::Literal(_)] = args.as_slice() else {
            return None;
        };
        if pass(then) {
            let alternatives = match &**condition {
                Expr::Any(list) => list.as_slice(),
                one => std::slice::from_ref(one),
            };
            alternatives.iter().for_each(|expr| add(&mut out, expr));
        }
    }
    Some(any_of(out))
}

/// Adds an alternative; texts that one field is compared with in the same way are one test.
fn add(to: &mut Vec<Expr>, expr: &Expr) {
    if let Expr::Predicate(new) = expr {
        let same = |p: &Predicate| {
            (&p.subject, p.op, p.negated, p.case_sensitive, p.missing)
                == (&new.subject, new.op, new.negated, new.case_sensitive, new.missing)
        };
        let known = to.iter_mut().find_map(|e| match e {
            Expr::Predicate(p) if same(p) => Some(p),
            _ => None,
        });
        if let Some(known) = known {
            known.values.extend(new.values.iter().cloned());
            return;
        }
    }
    to.push(expr.clone());
}
