//! Walks over patterns and conditions.

use crate::expr::Expr;
use crate::pattern::{Occurrence, Pattern};
use crate::predicate::Predicate;
use crate::span::Span;

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
        Pattern::Events { .. } => {}
        Pattern::Filter { input, expr } => {
            expr_predicates_mut(expr, f);
            predicates_mut(input, f);
        }
        Pattern::Aggregate { input, aggregates, .. } => {
            for filter in aggregates.iter_mut().filter_map(|a| a.filter.as_deref_mut()) {
                expr_predicates_mut(filter, f);
            }
            predicates_mut(input, f);
        }
        Pattern::Transaction { input, start, end, .. } => {
            for expr in [start, end].into_iter().flatten() {
                expr_predicates_mut(expr, f);
            }
            predicates_mut(input, f);
        }
        Pattern::Extend { input, .. }
        | Pattern::Expand { input, .. }
        | Pattern::Windowed { input, .. }
        | Pattern::NewTerms { input, .. }
        | Pattern::Dedup { input, .. }
        | Pattern::Limit { input, .. }
        | Pattern::Lookup { input, .. }
        | Pattern::Scheduled { input, .. }
        | Pattern::Opaque { input, .. } => predicates_mut(input, f),
        Pattern::Sequence { steps, until, .. } => {
            for step in steps.iter_mut().chain(until.as_deref_mut()) {
                predicates_mut(&mut step.pattern, f);
            }
        }
        Pattern::Temporal { variables, condition, .. } => {
            for variable in variables {
                predicates_mut(&mut variable.pattern, f);
            }
            occurrence_predicates_mut(condition, f);
        }
        Pattern::Union { sides } => sides.iter_mut().for_each(|s| predicates_mut(s, f)),
        Pattern::Join { left, right, .. } => {
            predicates_mut(left, f);
            predicates_mut(right, f);
        }
    }
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
    match pattern {
        Pattern::Events { scope } => scope.span = Span::NONE,
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
        | Pattern::Opaque { input, .. } => clear_scopes(input),
        Pattern::Sequence { steps, until, .. } => {
            steps.iter_mut().chain(until.as_deref_mut()).for_each(|s| clear_scopes(&mut s.pattern));
        }
        Pattern::Temporal { variables, .. } => {
            variables.iter_mut().for_each(|v| clear_scopes(&mut v.pattern));
        }
        Pattern::Union { sides } => sides.iter_mut().for_each(clear_scopes),
        Pattern::Join { left, right, .. } => {
            clear_scopes(left);
            clear_scopes(right);
        }
    }
}
