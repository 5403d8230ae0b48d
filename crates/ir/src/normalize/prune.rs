//! What nothing reads goes away.

use std::collections::BTreeSet;

use super::push::below;
use super::substitute::{expr_reads, is_opaque, value_reads};
use crate::expr::Expr;
use crate::function::Function;
use crate::pattern::{Key, LookupKind, Occurrence, Pattern, Step, WindowFn};
use crate::predicate::{Op, Predicate, Quantifier, Subject};
use crate::value::Value;

/// The names that something above reads.
#[derive(Debug, Clone)]
enum Live {
    /// Opaque text reads it: perhaps any.
    Everything,
    /// These.
    Names(BTreeSet<String>),
}

impl Live {
    fn has(&self, name: &str) -> bool {
        match self {
            Live::Everything => true,
            // A member of a value reads the value.
            Live::Names(names) => names.iter().any(|n| {
                n.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        if is_opaque(expr) {
            *self = Live::Everything;
        }
        if let Live::Names(names) = self {
            expr_reads(expr, names);
        }
    }

    fn value(&mut self, value: &Value) {
        if let Live::Names(names) = self {
            value_reads(value, names);
        }
    }

    fn keys(&mut self, keys: &[Key]) {
        keys.iter().for_each(|k| self.value(&k.value));
    }
}

/// The pattern without what changes no match: presentation at the end, and names nothing reads.
pub(super) fn prune(pattern: Pattern) -> Pattern {
    match pattern {
        Pattern::Extend { input, .. } | Pattern::Windowed { input, .. } => prune(*input),
        Pattern::Lookup { input, kind: LookupKind::Enrich, .. } => prune(*input),
        Pattern::Expand { input, list, name } => {
            let some = Expr::Each {
                quantifier: Quantifier::Any,
                list,
                variable: name,
                expr: Box::new(Expr::Const(true)),
            };
            prune(input.filter(some))
        }
        Pattern::Aggregate { input, keys, .. } => {
            let there: Vec<Expr> = keys.iter().filter_map(key_is_there).collect();
            prune(if there.is_empty() { *input } else { input.filter(Expr::All(there)) })
        }
        Pattern::Scheduled { .. } | Pattern::Union { .. } => below(pattern, prune),
        other => narrow(other, Live::Names(BTreeSet::new())),
    }
}

/// The condition that a key is there; none where it always is.
fn key_is_there(key: &Key) -> Option<Expr> {
    if key.keep_missing || always_there(&key.value) {
        return None;
    }
    let subject = match &key.value {
        Value::Field(field) => Subject::Field(field.clone()),
        other => Subject::Value(other.clone()),
    };
    Some(Expr::Predicate(Predicate::new(subject, Op::Exists, Vec::new())))
}

fn always_there(value: &Value) -> bool {
    match value {
        Value::Literal(_) => true,
        Value::Call { function: Function::Time | Function::Now, .. } => true,
        Value::Call { function: Function::Bin, args } => args.iter().all(always_there),
        Value::Field(_)
        | Value::List(_)
        | Value::Call { .. }
        | Value::Truth(_)
        | Value::Opaque { .. } => false,
    }
}

/// The pattern without names that are not live, where `live` is what is read above it.
fn narrow(pattern: Pattern, mut live: Live) -> Pattern {
    match pattern {
        Pattern::Extend { input, assignments } => {
            let mut kept = Vec::new();
            for assignment in assignments.into_iter().rev() {
                if live.has(&assignment.name) {
                    live.value(&assignment.value);
                    kept.push(assignment);
                }
            }
            kept.reverse();
            let input = narrow(*input, live);
            if kept.is_empty() {
                return input;
            }
            Pattern::Extend { input: Box::new(input), assignments: kept }
        }
        Pattern::Windowed { input, keys, mut functions, order } => {
            functions.retain(|f| live.has(&f.name));
            if functions.is_empty() {
                return narrow(*input, live);
            }
            live.keys(&keys);
            order.iter().for_each(|o| live.value(&o.value));
            for function in &functions {
                function.argument.iter().for_each(|a| live.value(a));
                debug_assert!(
                    function.argument.is_some() || !matches!(function.function, WindowFn::Lag(_))
                );
            }
            Pattern::Windowed { input: Box::new(narrow(*input, live)), keys, functions, order }
        }
        Pattern::Lookup { input, outputs, kind: LookupKind::Enrich, .. }
            if !outputs.iter().any(|o| live.has(o)) =>
        {
            narrow(*input, live)
        }
        Pattern::Aggregate { input, keys, mut aggregates, window } => {
            aggregates.retain(|a| live.has(&a.name));
            // A group's row has its keys and aggregates only: what is read above is no field below.
            let mut live = match live {
                Live::Everything => Live::Everything,
                Live::Names(_) => Live::Names(BTreeSet::new()),
            };
            live.keys(&keys);
            for aggregate in &aggregates {
                aggregate.argument.iter().for_each(|a| live.value(a));
                aggregate.filter.iter().for_each(|e| live.expr(e));
            }
            Pattern::Aggregate { input: Box::new(narrow(*input, live)), keys, aggregates, window }
        }
        other => {
            own_reads(&other, &mut live);
            below(other, |child| narrow(child, live.clone()))
        }
    }
}

/// Adds what a node itself reads of its inputs' rows.
fn own_reads(pattern: &Pattern, live: &mut Live) {
    match pattern {
        Pattern::Filter { expr, .. } => live.expr(expr),
        Pattern::Expand { list, .. } => live.value(list),
        Pattern::Sequence { steps, until, .. } => {
            for Step { by, .. } in steps.iter().chain(until.as_deref()) {
                by.iter().for_each(|v| live.value(v));
            }
        }
        Pattern::Transaction { keys, start, end, .. } => {
            live.keys(keys);
            [start, end].into_iter().flatten().for_each(|e| live.expr(e));
        }
        Pattern::Temporal { variables, join, condition, aggregates, .. } => {
            join.iter().flat_map(|k| k.values.values()).for_each(|v| live.value(v));
            occurrence_reads(condition, live);
            for aggregate in aggregates {
                aggregate.argument.iter().for_each(|a| live.value(a));
                aggregate.filter.iter().for_each(|e| live.expr(e));
            }
            // `<variable>.<name>` is the name on the variable's rows.
            if let Live::Names(names) = live {
                let of_variables: Vec<String> = names
                    .iter()
                    .flat_map(|n| variables.iter().filter_map(move |v| n.strip_prefix(&v.name)))
                    .filter_map(|rest| rest.strip_prefix('.').map(str::to_owned))
                    .collect();
                names.extend(of_variables);
            }
        }
        Pattern::NewTerms { fields, .. } => fields.iter().for_each(|v| live.value(v)),
        Pattern::Dedup { keys, .. } => live.keys(keys),
        Pattern::Limit { order, .. } => order.iter().for_each(|o| live.value(&o.value)),
        Pattern::Lookup { on, .. } => on.iter().for_each(|a| live.value(&a.value)),
        Pattern::Join { on, .. } => on.iter().for_each(|(l, r)| {
            live.value(l);
            live.value(r);
        }),
        Pattern::Opaque { .. } => *live = Live::Everything,
        Pattern::Events { .. }
        | Pattern::Extend { .. }
        | Pattern::Aggregate { .. }
        | Pattern::Windowed { .. }
        | Pattern::Union { .. }
        | Pattern::Scheduled { .. } => {}
    }
}

fn occurrence_reads(occurrence: &Occurrence, live: &mut Live) {
    match occurrence {
        Occurrence::All(of) | Occurrence::Any(of) => {
            of.iter().for_each(|o| occurrence_reads(o, live));
        }
        Occurrence::Not(inner) => occurrence_reads(inner, live),
        Occurrence::AtLeast { .. } => {}
        Occurrence::Truth(expr) => live.expr(expr),
    }
}
