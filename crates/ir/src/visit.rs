//! Walks over patterns and conditions.

use crate::expr::Expr;
use crate::pattern::{Occurrence, Pattern};
use crate::predicate::Predicate;
use crate::span::Span;

impl Pattern {
    /// The patterns directly below this one, in order.
    pub fn children(&self) -> Vec<&Pattern> {
        match self {
            Pattern::Events { .. } => Vec::new(),
            Pattern::Filter { input, .. }
            | Pattern::Extend { input, .. }
            | Pattern::Expand { input, .. }
            | Pattern::Aggregate { input, .. }
            | Pattern::Windowed { input, .. }
            | Pattern::Transaction { input, .. }
            | Pattern::NewTerms { input, .. }
            | Pattern::Dedup { input, .. }
            | Pattern::Limit { input, .. }
            | Pattern::Lookup { input, .. }
            | Pattern::Scheduled { input, .. }
            | Pattern::Opaque { input, .. } => vec![input],
            Pattern::Sequence { steps, until, .. } => {
                steps.iter().map(|s| &s.pattern).chain(until.iter().map(|s| &s.pattern)).collect()
            }
            Pattern::Temporal { variables, .. } => variables.iter().map(|v| &v.pattern).collect(),
            Pattern::Union { sides } => sides.iter().collect(),
            Pattern::Join { left, right, .. } => vec![left, right],
        }
    }

    /// The same, to change them in place.
    pub fn children_mut(&mut self) -> Vec<&mut Pattern> {
        match self {
            Pattern::Events { .. } => Vec::new(),
            Pattern::Filter { input, .. }
            | Pattern::Extend { input, .. }
            | Pattern::Expand { input, .. }
            | Pattern::Aggregate { input, .. }
            | Pattern::Windowed { input, .. }
            | Pattern::Transaction { input, .. }
            | Pattern::NewTerms { input, .. }
            | Pattern::Dedup { input, .. }
            | Pattern::Limit { input, .. }
            | Pattern::Lookup { input, .. }
            | Pattern::Scheduled { input, .. }
            | Pattern::Opaque { input, .. } => vec![input],
            Pattern::Sequence { steps, until, .. } => {
                steps.iter_mut().chain(until.as_deref_mut()).map(|s| &mut s.pattern).collect()
            }
            Pattern::Temporal { variables, .. } => {
                variables.iter_mut().map(|v| &mut v.pattern).collect()
            }
            Pattern::Union { sides } => sides.iter_mut().collect(),
            Pattern::Join { left, right, .. } => vec![left, right],
        }
    }
}

/// Calls `f` on a pattern and all patterns below it, from the top down.
pub fn patterns<'a>(pattern: &'a Pattern, f: &mut impl FnMut(&'a Pattern)) {
    f(pattern);
    for child in pattern.children() {
        patterns(child, f);
    }
}

/// Calls `f` on every condition of a pattern and every condition within it, from the top down.
pub fn exprs<'a>(pattern: &'a Pattern, f: &mut impl FnMut(&'a Expr)) {
    patterns(pattern, &mut |p| match p {
        Pattern::Filter { expr, .. } => walk(expr, f),
        Pattern::Aggregate { aggregates, .. } => {
            aggregates.iter().filter_map(|a| a.filter.as_deref()).for_each(|e| walk(e, f));
        }
        Pattern::Transaction { start, end, .. } => {
            [start, end].into_iter().flatten().for_each(|e| walk(e, f));
        }
        Pattern::Temporal { condition, .. } => occurrence(condition, f),
        Pattern::Events { .. }
        | Pattern::Extend { .. }
        | Pattern::Expand { .. }
        | Pattern::Windowed { .. }
        | Pattern::Sequence { .. }
        | Pattern::NewTerms { .. }
        | Pattern::Dedup { .. }
        | Pattern::Limit { .. }
        | Pattern::Lookup { .. }
        | Pattern::Union { .. }
        | Pattern::Join { .. }
        | Pattern::Scheduled { .. }
        | Pattern::Opaque { .. } => {}
    });
}

fn occurrence<'a>(o: &'a Occurrence, f: &mut impl FnMut(&'a Expr)) {
    match o {
        Occurrence::All(of) | Occurrence::Any(of) => of.iter().for_each(|o| occurrence(o, f)),
        Occurrence::Not(inner) => occurrence(inner, f),
        Occurrence::AtLeast { .. } => {}
        Occurrence::Truth(expr) => walk(expr, f),
    }
}

/// Calls `f` on a condition and all conditions within it, from the top down.
pub fn walk<'a>(expr: &'a Expr, f: &mut impl FnMut(&'a Expr)) {
    f(expr);
    match expr {
        Expr::All(of) | Expr::Any(of) | Expr::AtLeast { of, .. } => {
            of.iter().for_each(|e| walk(e, f));
        }
        Expr::Not(inner) => walk(inner, f),
        Expr::Each { expr, .. } => walk(expr, f),
        Expr::Predicate(_) | Expr::Const(_) | Expr::Opaque { .. } => {}
    }
}

/// Calls `f` on every predicate of a pattern, to change it in place.
pub fn predicates_mut(pattern: &mut Pattern, f: &mut impl FnMut(&mut Predicate)) {
    match pattern {
        Pattern::Filter { expr, .. } => expr_predicates_mut(expr, f),
        Pattern::Aggregate { aggregates, .. } => {
            for filter in aggregates.iter_mut().filter_map(|a| a.filter.as_deref_mut()) {
                expr_predicates_mut(filter, f);
            }
        }
        Pattern::Transaction { start, end, .. } => {
            for expr in [start, end].into_iter().flatten() {
                expr_predicates_mut(expr, f);
            }
        }
        Pattern::Temporal { condition, .. } => occurrence_predicates_mut(condition, f),
        Pattern::Events { .. }
        | Pattern::Extend { .. }
        | Pattern::Expand { .. }
        | Pattern::Windowed { .. }
        | Pattern::Sequence { .. }
        | Pattern::NewTerms { .. }
        | Pattern::Dedup { .. }
        | Pattern::Limit { .. }
        | Pattern::Lookup { .. }
        | Pattern::Union { .. }
        | Pattern::Join { .. }
        | Pattern::Scheduled { .. }
        | Pattern::Opaque { .. } => {}
    }
    pattern.children_mut().into_iter().for_each(|child| predicates_mut(child, f));
}

fn occurrence_predicates_mut(o: &mut Occurrence, f: &mut impl FnMut(&mut Predicate)) {
    match o {
        Occurrence::All(of) | Occurrence::Any(of) => {
            of.iter_mut().for_each(|o| occurrence_predicates_mut(o, f));
        }
        Occurrence::Not(inner) => occurrence_predicates_mut(inner, f),
        Occurrence::AtLeast { .. } => {}
        Occurrence::Truth(expr) => expr_predicates_mut(expr, f),
    }
}

/// Calls `f` on every predicate of a condition, to change it in place.
pub fn expr_predicates_mut(expr: &mut Expr, f: &mut impl FnMut(&mut Predicate)) {
    match expr {
        Expr::All(of) | Expr::Any(of) | Expr::AtLeast { of, .. } => {
            of.iter_mut().for_each(|e| expr_predicates_mut(e, f));
        }
        Expr::Not(inner) => expr_predicates_mut(inner, f),
        Expr::Each { expr, .. } => expr_predicates_mut(expr, f),
        Expr::Predicate(predicate) => f(predicate),
        Expr::Const(_) | Expr::Opaque { .. } => {}
    }
}

/// Takes every span of a pattern away, for one that is put into a rule of another text.
pub fn clear_spans(pattern: &mut Pattern) {
    predicates_mut(pattern, &mut |predicate| {
        predicate.span = Span::NONE;
        predicate.values.iter_mut().for_each(|v| v.span = Span::NONE);
    });
    clear_scopes(pattern);
}

fn clear_scopes(pattern: &mut Pattern) {
    if let Pattern::Events { scope } = pattern {
        scope.span = Span::NONE;
    }
    pattern.children_mut().into_iter().for_each(clear_scopes);
}
