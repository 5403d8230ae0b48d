//! Searches to the IR.
//!
//! Each command takes rows and gives rows. The meaning of each is said and cited where it is lowered:
//! conditions of `search` and `tstats` in `search`, those of `where` and `eval` in `condition`,
//! values in `value` and `function`, aggregates in `aggregate`, tables in `table`, further searches
//! in `branch`. Common to all:
//! - Fields are followed to where they came from (`row`), so that a test stands on the event.
//! - `tstats … from datamodel` and the terms that name a source become the scope (`scope`).
//! - Commands that order, name or show rows change no match.
//! - What no log holds (lookup tables that are not in the repository, trained models) is a loss with its direction; a test of it
//!   lets more pass.
//! - The place where a user filters a rule's results (`…_filter`) lets everything pass and is no
//!   loss.

mod aggregate;
mod branch;
mod command;
mod condition;
mod context;
mod fields;
mod function;
mod held;
mod like;
mod listed;
mod literals;
mod model;
mod pcre;
mod row;
mod rows;
mod scope;
mod search;
mod table;
mod test;
mod tstats;
mod value;

use std::collections::BTreeSet;

use rulescope_ir::polarity::{expr_standings, standings};
use rulescope_ir::{
    Effect, Expr, Fidelity, Logic, Pattern, Polarity, Scope, Span, Stage, StagePredicate, visit,
};

use super::ast::{Command, Pipeline, Query};
use super::lookups::Lookups;
use context::{Context, Foreign};
use row::Row;

/// The logic of a search, with the tables whose rows are known.
pub fn lower(query: &Query, lookups: &Lookups) -> Logic {
    let mut cx = Context::new(&query.expansion, lookups);
    cx.diagnostics.clone_from(&query.diagnostics);
    let flow = command::pipeline(&query.pipeline, None, &mut cx);
    finish(query, flow.pattern, cx)
}

/// The rows of a search so far.
#[derive(Debug, Clone)]
struct Flow {
    pattern: Pattern,
    row: Row,
    /// How many nodes lie on the longest way through the pattern, conditions on their rows apart.
    depth: usize,
}

/// Nodes go so deep; what comes after stays as text. The deepest search of the security content comes
/// to 17.
const MAX_DEPTH: usize = 96;

impl Flow {
    /// The events of a scope.
    fn events(scope: Scope) -> Flow {
        Flow { pattern: Pattern::events(scope), row: Row::event(), depth: 1 }
    }

    /// Puts another pattern over the rows.
    fn over(&mut self, f: impl FnOnce(Box<Pattern>) -> Pattern) {
        let input = std::mem::replace(&mut self.pattern, Pattern::events(Scope::default()));
        self.pattern = f(Box::new(input));
        // A filter may come over it.
        self.depth += 2;
    }

    /// Whether nothing more can be put over the rows.
    fn is_full(&self) -> bool {
        self.depth >= MAX_DEPTH
    }

    /// Keeps rows of a level that a condition holds for.
    fn filter(&mut self, expr: Expr, level: usize) {
        if expr == Expr::Const(true) {
            return;
        }
        let mut down = self.row.level.saturating_sub(level);
        let mut node = &mut self.pattern;
        while down > 0 {
            match node {
                Pattern::Aggregate { input, .. } => {
                    down -= 1;
                    node = input;
                }
                Pattern::Filter { input, .. }
                | Pattern::Extend { input, .. }
                | Pattern::Expand { input, .. }
                | Pattern::Lookup { input, .. }
                | Pattern::Dedup { input, .. }
                | Pattern::Opaque { input, .. } => node = input,
                // The floor of the row lies above every other node.
                Pattern::Events { .. }
                | Pattern::Windowed { .. }
                | Pattern::Sequence { .. }
                | Pattern::Transaction { .. }
                | Pattern::Temporal { .. }
                | Pattern::NewTerms { .. }
                | Pattern::Limit { .. }
                | Pattern::Union { .. }
                | Pattern::Join { .. }
                | Pattern::Scheduled { .. } => break,
            }
        }
        let input = std::mem::replace(node, Pattern::events(Scope::default()));
        *node = match input {
            Pattern::Filter { input, expr: inner } => {
                input.filter(crate::join::all_of(vec![inner, expr]))
            }
            other => other.filter(expr),
        };
    }

    /// Keeps rows that a condition holds for, and lets no later one pass below.
    fn barrier(&mut self) {
        self.row.floor = self.row.level;
    }
}

/// Keeps what a command tests for its stage, and says what it hangs on.
fn tested(expr: &Expr, command: Span, cx: &mut Context<'_>) {
    let list = cx.predicates.entry(command).or_default();
    for standing in expr_standings(expr) {
        let polarity = if standing.negative { Polarity::Negative } else { Polarity::Positive };
        list.push(StagePredicate { predicate: standing.predicate.clone(), polarity });
    }
    hangs(expr, command, cx);
}

/// Says what a condition hangs on that no log holds, or that was not understood.
fn hangs(expr: &Expr, command: Span, cx: &mut Context<'_>) {
    let mut copy = expr.clone();
    let mut foreign: BTreeSet<Foreign> = BTreeSet::new();
    rulescope_ir::fields::expr_fields_mut(&mut copy, &mut |field| {
        foreign.extend(cx.tables.get(&field.native).cloned());
    });
    let mut opaque = Vec::new();
    opaque_values(expr, &mut opaque);
    for text in opaque {
        match cx.tables.get(&text).cloned() {
            Some(source) => {
                foreign.insert(source);
            }
            None => {
                let what = format!("a computed value is not followed: {}", shortened(&text));
                cx.loss(what, Effect::Unknown, command);
            }
        }
    }
    for source in foreign {
        let what = match source {
            Foreign::Text(text) => {
                let what = format!("a computed value is not followed: {}", shortened(&text));
                cx.loss(what, Effect::Unknown, command);
                continue;
            }
            Foreign::Table(table) => {
                format!("what is kept hangs on the table `{table}`, which no log holds")
            }
            Foreign::Model(command) => {
                cx.not_evaluable = true;
                format!("what is kept hangs on `{command}`, whose results no log holds")
            }
        };
        cx.loss(what, Effect::More, command);
    }
}

/// The first characters of a text, for a message.
fn shortened(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// The values in a condition that were not understood.
fn opaque_values(expr: &Expr, out: &mut Vec<String>) {
    visit::walk(expr, &mut |e| {
        if let Expr::Predicate(predicate) = e {
            if let rulescope_ir::Subject::Value(value) = &predicate.subject {
                opaque_parts(value, out);
            }
            for literal in &predicate.values {
                if let rulescope_ir::Scalar::Value(value) = &literal.value {
                    opaque_parts(value, out);
                }
            }
        }
    });
}

fn opaque_parts(value: &rulescope_ir::Value, out: &mut Vec<String>) {
    use rulescope_ir::Value;
    match value {
        Value::Opaque { text, .. } => out.push(text.clone()),
        Value::List(items) => items.iter().for_each(|v| opaque_parts(v, out)),
        Value::Call { args, .. } => args.iter().for_each(|v| opaque_parts(v, out)),
        Value::Truth(expr) => opaque_values(expr, out),
        Value::Field(_) | Value::Literal(_) => {}
    }
}

/// Puts a logic together and says how well it was understood.
fn finish(query: &Query, pattern: Pattern, mut cx: Context<'_>) -> Logic {
    let literals = literals::of(query, &mut cx);
    let mut understood = !standings(&pattern).is_empty();
    visit::patterns(&pattern, &mut |p| {
        understood |= matches!(p, Pattern::Events { scope } if !scope.terms.is_empty());
    });
    let fidelity = match (understood, cx.losses.is_empty()) {
        _ if cx.not_evaluable => Fidelity::NotEvaluable,
        (true, true) => Fidelity::Exact,
        (true, false) => Fidelity::Partial,
        (false, _) => Fidelity::Opaque,
    };
    let mut stages = super::stages(query);
    fill(&mut stages, &query.pipeline, &mut cx);
    cx.diagnostics.sort_by_key(|d| d.span);
    let mut logic = Logic {
        stages,
        pattern,
        fidelity,
        losses: cx.losses,
        diagnostics: cx.diagnostics,
        literals: Vec::new(),
        presentation: cx.presentation,
        thresholds: cx.thresholds,
    };
    literals::settle(&mut logic, literals);
    logic
}

/// Puts the predicates into the stages of their commands.
fn fill(stages: &mut [Stage], pipeline: &Pipeline, cx: &mut Context<'_>) {
    for (stage, step) in stages.iter_mut().zip(&pipeline.steps) {
        stage.predicates = cx.predicates.remove(&literals::reach(step)).unwrap_or_default();
        if matches!(step.command, Command::Map(_)) {
            continue;
        }
        for (inner, of) in stage.stages.iter_mut().zip(step.command.subsearches()) {
            fill(&mut inner.stages, of, cx);
        }
    }
}
