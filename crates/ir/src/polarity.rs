//! Whether a predicate stands positively or under a negation, and what it is of.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::expr::Expr;
use crate::normalize::{value_is_opaque, value_reads};
use crate::pattern::{Occurrence, Pattern, Step};
use crate::predicate::{Predicate, Subject};

/// How a predicate stands in a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// Under an even number of negations: an indicator.
    Positive,
    /// Under an odd number: an exclusion.
    Negative,
    /// Both, at different places of the condition.
    Both,
    /// In no part of the condition.
    Unused,
}

impl Polarity {
    /// The polarity of what stands both here and there.
    #[must_use]
    pub fn and(self, other: Polarity) -> Polarity {
        match (self, other) {
            (Polarity::Unused, p) | (p, Polarity::Unused) => p,
            (a, b) if a == b => a,
            _ => Polarity::Both,
        }
    }

    /// The polarity under a further negation.
    #[must_use]
    pub fn inverted(self) -> Polarity {
        match self {
            Polarity::Positive => Polarity::Negative,
            Polarity::Negative => Polarity::Positive,
            Polarity::Both | Polarity::Unused => self,
        }
    }
}

/// What the row is that a predicate tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// An event as it was logged: the predicate is an indicator or an exclusion.
    Event,
    /// A group, a row with values of other rows, or the time of an event (`ago()`): the predicate is
    /// a threshold or a time.
    Group,
}

/// A predicate as it stands in a pattern. `negative` counts the predicate's own inversion.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The predicate.
    pub predicate: &'a Predicate,
    /// Whether it stands under an odd number of negations.
    pub negative: bool,
    /// What it tests.
    pub level: Level,
}

/// Every predicate of a pattern with its polarity, in the pattern's order. What a missing step or an
/// `until` looks for stands negatively.
pub fn standings(pattern: &Pattern) -> Vec<Standing<'_>> {
    let mut out = Vec::new();
    visit_pattern(pattern, false, &mut |s| out.push(s));
    out
}

/// Every predicate of a condition with its polarity.
pub fn expr_standings(expr: &Expr) -> Vec<Standing<'_>> {
    let mut out = Vec::new();
    visit_expr(expr, false, Level::Event, &mut |s| out.push(s));
    out
}

fn visit_pattern<'a>(pattern: &'a Pattern, negative: bool, f: &mut impl FnMut(Standing<'a>)) {
    match pattern {
        Pattern::Filter { input, expr } => {
            visit_expr(expr, negative, level(input), f);
            visit_pattern(input, negative, f);
        }
        Pattern::Aggregate { input, aggregates, .. } => {
            for filter in aggregates.iter().filter_map(|a| a.filter.as_deref()) {
                visit_expr(filter, negative, level(input), f);
            }
            visit_pattern(input, negative, f);
        }
        Pattern::Sequence { steps, until, .. } => {
            for Step { pattern, missing, .. } in steps {
                visit_pattern(pattern, negative ^ missing, f);
            }
            if let Some(step) = until {
                visit_pattern(&step.pattern, !negative, f);
            }
        }
        Pattern::Transaction { input, start, end, .. } => {
            for expr in [start, end].into_iter().flatten() {
                visit_expr(expr, negative, level(input), f);
            }
            visit_pattern(input, negative, f);
        }
        Pattern::Temporal { variables, condition, .. } => {
            for variable in variables {
                let (mut positive, mut negated) = (false, false);
                wanted(condition, &variable.name, false, &mut |n| {
                    if n { negated = true } else { positive = true }
                });
                let absent = negated && !positive;
                visit_pattern(&variable.pattern, negative ^ absent, f);
            }
            truths(condition, negative, f);
        }
        Pattern::Join { left, right, kind, .. } => {
            visit_pattern(left, negative, f);
            let anti = *kind == crate::pattern::JoinKind::LeftAnti;
            visit_pattern(right, negative ^ anti, f);
        }
        Pattern::Events { .. }
        | Pattern::Extend { .. }
        | Pattern::Expand { .. }
        | Pattern::Windowed { .. }
        | Pattern::NewTerms { .. }
        | Pattern::Dedup { .. }
        | Pattern::Limit { .. }
        | Pattern::Lookup { .. }
        | Pattern::Union { .. }
        | Pattern::Scheduled { .. }
        | Pattern::Opaque { .. } => {
            for child in pattern.children() {
                visit_pattern(child, negative, f);
            }
        }
    }
}

/// How a variable stands in the condition; `f` is called with `true` for a negated place.
fn wanted(condition: &Occurrence, name: &str, negative: bool, f: &mut impl FnMut(bool)) {
    match condition {
        Occurrence::All(of) | Occurrence::Any(of) => {
            for o in of {
                wanted(o, name, negative, f);
            }
        }
        Occurrence::Not(inner) => wanted(inner, name, !negative, f),
        Occurrence::AtLeast { variable, .. } if variable == name => f(negative),
        Occurrence::AtLeast { .. } | Occurrence::Truth(_) => {}
    }
}

fn truths<'a>(condition: &'a Occurrence, negative: bool, f: &mut impl FnMut(Standing<'a>)) {
    match condition {
        Occurrence::All(of) | Occurrence::Any(of) => of.iter().for_each(|o| truths(o, negative, f)),
        Occurrence::Not(inner) => truths(inner, !negative, f),
        Occurrence::Truth(expr) => visit_expr(expr, negative, Level::Group, f),
        Occurrence::AtLeast { .. } => {}
    }
}

/// Whether a pattern's rows are events as they were logged.
pub fn level(pattern: &Pattern) -> Level {
    match pattern {
        Pattern::Events { .. } => Level::Event,
        Pattern::Filter { input, .. }
        | Pattern::Extend { input, .. }
        | Pattern::Expand { input, .. }
        | Pattern::NewTerms { input, .. }
        | Pattern::Dedup { input, .. }
        | Pattern::Limit { input, .. }
        | Pattern::Lookup { input, .. }
        | Pattern::Scheduled { input, .. }
        | Pattern::Opaque { input, .. } => level(input),
        Pattern::Union { sides } => sides.iter().map(level).max().unwrap_or(Level::Event),
        Pattern::Windowed { .. }
        | Pattern::Aggregate { .. }
        | Pattern::Sequence { .. }
        | Pattern::Transaction { .. }
        | Pattern::Temporal { .. }
        | Pattern::Join { .. } => Level::Group,
    }
}

fn visit_expr<'a>(expr: &'a Expr, negative: bool, level: Level, f: &mut impl FnMut(Standing<'a>)) {
    match expr {
        Expr::All(of) | Expr::Any(of) | Expr::AtLeast { of, .. } => {
            for e in of {
                visit_expr(e, negative, level, f);
            }
        }
        Expr::Not(inner) => visit_expr(inner, !negative, level, f),
        Expr::Each { expr, .. } => visit_expr(expr, negative, level, f),
        Expr::Predicate(predicate) => {
            let level = if tests_time(predicate) { Level::Group } else { level };
            f(Standing { predicate, negative: negative ^ predicate.negated, level });
        }
        Expr::Const(_) | Expr::Opaque { .. } => {}
    }
}

/// Whether a predicate tests a computed value that reads no field: the time, `now()`.
fn tests_time(predicate: &Predicate) -> bool {
    let Subject::Value(value) = &predicate.subject else { return false };
    let mut reads = BTreeSet::new();
    value_reads(value, &mut reads);
    reads.is_empty() && !value_is_opaque(value)
}
