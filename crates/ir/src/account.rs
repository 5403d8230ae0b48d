//! Literal accounting: where every literal of a rule's text went.
//!
//! Every literal of a query ends as exactly one of: indicator, exclusion, scope, threshold or time,
//! presentation, or loss. A dialect lists the literals as it parses ([`Logic::literals`]); this adds
//! them up from what the IR carries, so that nothing vanishes silently.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::expr::Expr;
use crate::pattern::Pattern;
use crate::polarity::{Level, standings};
use crate::predicate::Subject;
use crate::rule::Logic;
use crate::span::Span;
use crate::value::{Literal, Scalar, Value};
use crate::visit;

/// Where a literal went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// A value that a predicate on events looks for.
    Indicator,
    /// A value that a predicate on events keeps out.
    Exclusion,
    /// A part of what says which events are read.
    Scope,
    /// A number or time that a group or window is held against.
    Threshold,
    /// A part that only presents the result.
    Presentation,
    /// A loss says what became of it.
    Loss,
    /// Nowhere: a defect of the dialect.
    Vanished,
}

/// The fate of every literal of a rule, in the literals' order. One that stands in several places
/// has the first of these that fits.
pub fn account(logic: &Logic) -> Vec<(Span, Fate)> {
    let mut fates: BTreeMap<Span, BTreeSet<Fate>> = BTreeMap::new();
    // Parts of values that were not understood.
    let mut unread = Vec::new();
    for standing in standings(&logic.pattern) {
        if let Subject::Value(value) = &standing.predicate.subject {
            value_opaque(value, &mut unread);
        }
        for literal in &standing.predicate.values {
            if let Scalar::Value(value) = &literal.value {
                value_opaque(value, &mut unread);
            }
        }
        let fate = match (standing.level, standing.negative) {
            (Level::Group, _) => Fate::Threshold,
            (Level::Event, false) => Fate::Indicator,
            (Level::Event, true) => Fate::Exclusion,
        };
        let mut note = |span: Span| {
            if !span.is_none() {
                fates.entry(span).or_default().insert(fate);
            }
        };
        if let Subject::Value(value) = &standing.predicate.subject {
            value_literals(value, &mut note);
        }
        for literal in &standing.predicate.values {
            note(literal.span);
            if let Scalar::Value(value) = &literal.value {
                value_literals(value, &mut note);
            }
        }
        // A test without a value (`exists: true`, `null`) stands where its predicate stands.
        if standing.predicate.values.is_empty() {
            note(standing.predicate.span);
        }
    }
    let mut scopes = Vec::new();
    let mut values = Vec::new();
    let mut opaque = Vec::new();
    visit::patterns(&logic.pattern, &mut |pattern| match pattern {
        Pattern::Events { scope } => scopes.push(scope.span),
        Pattern::Extend { assignments, .. } => {
            for assignment in assignments {
                value_literals(&assignment.value, &mut |span| values.push(span));
                value_opaque(&assignment.value, &mut unread);
            }
        }
        Pattern::Lookup { span, .. } | Pattern::Opaque { span, .. } => opaque.push(*span),
        _ => {}
    });
    visit::exprs(&logic.pattern, &mut |expr| {
        if let Expr::Opaque { span, .. } = expr {
            opaque.push(*span);
        }
    });
    let within = |spans: &[Span], literal: Span| spans.iter().any(|s| s.contains(literal));
    let losses: Vec<Span> = logic.losses.iter().map(|l| l.span).collect();
    logic
        .literals
        .iter()
        .map(|literal| {
            let fate = if let Some(fate) = fates.get(literal).and_then(|f| f.first()) {
                *fate
            } else if within(&scopes, *literal) {
                Fate::Scope
            } else if within(&logic.thresholds, *literal) {
                Fate::Threshold
            } else if within(&losses, *literal) || within(&opaque, *literal) {
                Fate::Loss
            } else if within(&logic.presentation, *literal) || values.contains(literal) {
                Fate::Presentation
            } else if within(&unread, *literal) {
                Fate::Loss
            } else {
                Fate::Vanished
            };
            (*literal, fate)
        })
        .collect()
}

/// Where the parts of a value stand that were not understood.
fn value_opaque(value: &Value, out: &mut Vec<Span>) {
    match value {
        Value::Opaque { span, .. } => out.push(*span),
        Value::Literal(Literal { value: Scalar::Value(value), .. }) => value_opaque(value, out),
        Value::List(of) | Value::Call { args: of, .. } => {
            of.iter().for_each(|v| value_opaque(v, out));
        }
        Value::Truth(expr) => {
            for standing in crate::polarity::expr_standings(expr) {
                if let Subject::Value(value) = &standing.predicate.subject {
                    value_opaque(value, out);
                }
            }
            visit::walk(expr, &mut |expr| {
                if let Expr::Opaque { span, .. } = expr {
                    out.push(*span);
                }
            });
        }
        Value::Field(_) | Value::Literal(_) => {}
    }
}

fn value_literals(value: &Value, f: &mut dyn FnMut(Span)) {
    match value {
        Value::Literal(Literal { span, value, .. }) => {
            f(*span);
            if let Scalar::Value(value) = value {
                value_literals(value, f);
            }
        }
        Value::List(items) => items.iter().for_each(|v| value_literals(v, f)),
        Value::Call { args, .. } => args.iter().for_each(|v| value_literals(v, f)),
        Value::Truth(expr) => {
            for standing in crate::polarity::expr_standings(expr) {
                if let Subject::Value(value) = &standing.predicate.subject {
                    value_literals(value, f);
                }
                for literal in &standing.predicate.values {
                    f(literal.span);
                    if let Scalar::Value(value) = &literal.value {
                        value_literals(value, f);
                    }
                }
            }
        }
        Value::Field(_) | Value::Opaque { .. } => {}
    }
}
