//! Patterns: which names an event's fields have at each node, and which the rule gave itself.

use std::collections::BTreeMap;

use rulescope_ir::{
    Aggregate, Expr, Key, Literal, Occurrence, Op, Pattern, Predicate, Scope, Subject, Value, visit,
};

use super::{Losses, Names, Naming, Rows, predicate, renamed, value};
use crate::fields::How;
use crate::logsources::{Platform, Resolution, resolve_term};

/// Rewrites a pattern from its events up.
pub(super) fn rewrite(pattern: &mut Pattern, naming: Naming<'_>, losses: &mut Losses) -> Rows {
    match pattern {
        Pattern::Events { scope } => of_scope(scope),
        Pattern::Filter { input, expr: condition } => {
            let mut rows = rewrite(input, naming, losses);
            rows.add_ids(&Names { naming, rows: &rows.clone() }, condition);
            let names = Names { naming, rows: &rows };
            test(condition, &names, losses);
            rows
        }
        Pattern::Extend { input, assignments } => {
            let mut rows = rewrite(input, naming, losses);
            for assignment in assignments {
                value::rewrite(&mut assignment.value, &Names { naming, rows: &rows });
                rows.bind(&assignment.name);
            }
            rows
        }
        Pattern::Expand { input, list, name } => {
            let mut rows = rewrite(input, naming, losses);
            value::rewrite(list, &Names { naming, rows: &rows });
            rows.bind(name);
            rows
        }
        Pattern::Aggregate { input, keys: by, aggregates: list, .. } => {
            let rows = rewrite(input, naming, losses);
            let names = Names { naming, rows: &rows };
            let natives: Vec<String> = by.iter().map(|k| k.name.clone()).collect();
            keys(by, &names);
            name_keys(by, list);
            aggregates(list, &names, losses);
            let mut groups = Rows { closed: true, bound: BTreeMap::new(), ..rows };
            groups.bound.extend(natives.into_iter().zip(by.iter().map(|k| k.name.clone())));
            list.iter().for_each(|a| groups.bind(&a.name));
            groups
        }
        Pattern::Windowed { input, keys: by, functions, order } => {
            let mut rows = rewrite(input, naming, losses);
            let names = Names { naming, rows: &rows };
            keys(by, &names);
            let arguments = functions.iter_mut().filter_map(|f| f.argument.as_mut());
            arguments.for_each(|v| value::rewrite(v, &names));
            order.iter_mut().for_each(|o| value::rewrite(&mut o.value, &names));
            functions.iter().for_each(|f| rows.bind(&f.name));
            rows
        }
        Pattern::Sequence { steps, until, .. } => {
            let mut whole: Option<Rows> = None;
            for step in steps.iter_mut().chain(until.as_deref_mut()) {
                let rows = rewrite(&mut step.pattern, naming, losses);
                let names = Names { naming, rows: &rows };
                step.by.iter_mut().for_each(|v| value::rewrite(v, &names));
                whole = Some(match whole {
                    Some(before) => before.join(rows),
                    None => rows,
                });
            }
            whole.unwrap_or_default()
        }
        Pattern::Transaction { input, keys: by, start, end, .. } => {
            let mut rows = rewrite(input, naming, losses);
            let names = Names { naming, rows: &rows };
            keys(by, &names);
            for condition in [start, end].into_iter().flatten() {
                test(condition, &names, losses);
            }
            // Its rows have the events' fields besides.
            ["duration", "eventcount"].iter().for_each(|name| rows.bind(name));
            rows
        }
        Pattern::Temporal { variables, join, condition, aggregates: list, .. } => {
            let mut of_variable = Vec::new();
            for variable in variables {
                let rows = rewrite(&mut variable.pattern, naming, losses);
                of_variable.push((variable.name.clone(), rows));
            }
            let each = of_variable.iter().map(|(_, rows)| rows.clone());
            let mut whole = each.reduce(Rows::join).unwrap_or_default();
            for key in join.iter_mut() {
                for (name, of) in &mut key.values {
                    let rows = of_variable.iter().find(|(variable, _)| variable == name);
                    let rows = rows.map_or(&whole, |(_, rows)| rows);
                    value::rewrite(of, &Names { naming, rows });
                }
            }
            // `<variable>.<name>` is read by the variable's own name.
            of_variable.iter().for_each(|(name, _)| whole.bind(name));
            whole.closed = false;
            aggregates(list, &Names { naming, rows: &whole }, losses);
            let mut rows = Rows { closed: true, bound: BTreeMap::new(), ..whole };
            join.iter().for_each(|k| rows.bind(&k.name));
            list.iter().for_each(|a| rows.bind(&a.name));
            occurrence(condition, &Names { naming, rows: &rows }, losses);
            rows
        }
        Pattern::NewTerms { input, fields, .. } => {
            let rows = rewrite(input, naming, losses);
            let names = Names { naming, rows: &rows };
            fields.iter_mut().for_each(|v| value::rewrite(v, &names));
            rows
        }
        Pattern::Dedup { input, keys: by } => {
            let rows = rewrite(input, naming, losses);
            keys(by, &Names { naming, rows: &rows });
            rows
        }
        Pattern::Limit { input, order, .. } => {
            let rows = rewrite(input, naming, losses);
            let names = Names { naming, rows: &rows };
            order.iter_mut().for_each(|o| value::rewrite(&mut o.value, &names));
            rows
        }
        Pattern::Lookup { input, on, outputs, .. } => {
            let mut rows = rewrite(input, naming, losses);
            let names = Names { naming, rows: &rows };
            on.iter_mut().for_each(|a| value::rewrite(&mut a.value, &names));
            outputs.iter().for_each(|name| rows.bind(name));
            rows
        }
        Pattern::Union { sides } => {
            let sides = sides.iter_mut().map(|side| rewrite(side, naming, losses));
            sides.reduce(Rows::join).unwrap_or_default()
        }
        Pattern::Join { left, right, on, .. } => {
            let left = rewrite(left, naming, losses);
            let right = rewrite(right, naming, losses);
            for (l, r) in on {
                value::rewrite(l, &Names { naming, rows: &left });
                value::rewrite(r, &Names { naming, rows: &right });
            }
            left.join(right)
        }
        Pattern::Scheduled { input, .. } | Pattern::Opaque { input, .. } => {
            rewrite(input, naming, losses)
        }
    }
}

/// So many events may a scope mean for their ids to say what names mean.
const MOST_IDS: usize = 16;

pub(super) fn of_scope(scope: &Scope) -> Rows {
    let mut contexts: Vec<String> = scope.terms.values().flatten().cloned().collect();
    let found = Resolution::of(scope);
    // An action is what others ask for by the event's id.
    if scope.terms.contains_key("event_action") && !found.any_event && found.channels.is_empty() {
        let events = found.candidates();
        if events.len() <= MOST_IDS {
            contexts.extend(events.iter().map(|e| format!("EventID={}", e.id)));
        }
    }
    let elsewhere = found.platform.is_some_and(|p| p != Platform::Windows);
    // A data model's names mean the same on any product.
    let foreign = !scope.terms.contains_key("datamodel")
        && (found.is_other() || (elsewhere && !found.can_be_windows()));
    Rows { contexts, foreign, ..Rows::default() }
}

/// What names mean anywhere in a pattern: for its stages, which do not say on what rows they stand.
pub(super) fn everything(pattern: &Pattern) -> Rows {
    let mut leaves = Vec::new();
    visit::patterns(pattern, &mut |p| {
        if let Pattern::Events { scope } = p {
            leaves.push(of_scope(scope));
        }
    });
    let mut rows = leaves.into_iter().reduce(Rows::join).unwrap_or_default();
    visit::patterns(pattern, &mut |p| match p {
        Pattern::Extend { assignments, .. } => {
            // A name that is only another spelling of itself is still the event's.
            let own = assignments.iter().filter(|a| a.value != Value::field(a.name.as_str()));
            own.for_each(|a| rows.bind(&a.name));
        }
        Pattern::Expand { name, .. } => rows.bind(name),
        Pattern::Aggregate { aggregates, .. } | Pattern::Temporal { aggregates, .. } => {
            aggregates.iter().for_each(|a| rows.bind(&a.name));
        }
        Pattern::Windowed { functions, .. } => {
            functions.iter().for_each(|f| rows.bind(&f.name));
        }
        Pattern::Lookup { outputs, .. } => outputs.iter().for_each(|name| rows.bind(name)),
        Pattern::Events { .. }
        | Pattern::Filter { .. }
        | Pattern::Sequence { .. }
        | Pattern::Transaction { .. }
        | Pattern::NewTerms { .. }
        | Pattern::Dedup { .. }
        | Pattern::Limit { .. }
        | Pattern::Union { .. }
        | Pattern::Join { .. }
        | Pattern::Scheduled { .. }
        | Pattern::Opaque { .. } => {}
    });
    rows
}

impl Rows {
    /// Adds the event ids that a condition asks for: where it holds, the event has one of them.
    fn add_ids(&mut self, names: &Names<'_>, condition: &Expr) {
        for id in ids(condition, names) {
            let context = format!("EventID={id}");
            if !self.contexts.contains(&context) {
                self.contexts.push(context);
            }
        }
    }

    /// Adds the event ids that any filter of a pattern asks for.
    pub(super) fn name_ids(&mut self, naming: Naming<'_>, pattern: &Pattern) {
        let before = self.clone();
        visit::patterns(pattern, &mut |p| {
            if let Pattern::Filter { expr, .. } = p {
                self.add_ids(&Names { naming, rows: &before }, expr);
            }
        });
    }
}

/// The event ids one of which a condition wants; none where it wants none for sure.
fn ids(expr: &Expr, names: &Names<'_>) -> Vec<String> {
    match expr {
        Expr::All(of) => of.iter().flat_map(|e| ids(e, names)).collect(),
        Expr::Any(of) => {
            let each: Vec<Vec<String>> = of.iter().map(|e| ids(e, names)).collect();
            if each.iter().any(Vec::is_empty) { Vec::new() } else { each.concat() }
        }
        Expr::Predicate(Predicate {
            subject: Subject::Field(field),
            op: Op::Eq,
            negated: false,
            values,
            ..
        }) => {
            if names.rows.own(&field.native).is_some() {
                return Vec::new();
            }
            match names.lookup(&field.native) {
                Some(m) if m.canonical == "EventID" && m.how == How::Same => {}
                Some(m) if m.canonical == "event_action" && m.how == How::Scope => {
                    return action_ids(values);
                }
                _ => return Vec::new(),
            }
            let ids: Option<Vec<u32>> = values.iter().map(|v| v.display().parse().ok()).collect();
            ids.unwrap_or_default().into_iter().map(|id| id.to_string()).collect()
        }
        Expr::AtLeast { .. }
        | Expr::Not(_)
        | Expr::Each { .. }
        | Expr::Predicate(_)
        | Expr::Const(_)
        | Expr::Opaque { .. } => Vec::new(),
    }
}

/// The ids of the events that one of some actions is; none where one is not known.
fn action_ids(values: &[Literal]) -> Vec<String> {
    let mut out = Vec::new();
    for value in values {
        let events = resolve_term("event_action", &value.display()).map(|r| r.candidates());
        match events {
            Some(events) if !events.is_empty() && events.len() <= MOST_IDS => {
                out.extend(events.iter().map(|e| e.id.to_string()));
            }
            _ => return Vec::new(),
        }
    }
    out
}

fn keys(keys: &mut [Key], names: &Names<'_>) {
    for key in keys {
        match &mut key.value {
            // What the add-on says of a kind of event is as many groups as there are kinds.
            Value::Field(field) if names.is_filled(&field.native) && names.is_unmapped(field) => {
                *field = renamed(field, "EventID");
            }
            value => value::rewrite(value, names),
        }
    }
}

/// Calls a key that is called as its field in the rule's text by the field's name now, where no
/// other of the group has it.
fn name_keys(keys: &mut [Key], aggregates: &[Aggregate]) {
    for i in 0..keys.len() {
        let Value::Field(field) = &keys[i].value else { continue };
        let now = field.name().to_owned();
        let taken = keys.iter().any(|k| k.name == now) || aggregates.iter().any(|a| a.name == now);
        if field.native == keys[i].name && !taken {
            keys[i].name = now;
        }
    }
}

fn aggregates(list: &mut [Aggregate], names: &Names<'_>, losses: &mut Losses) {
    for aggregate in list {
        aggregate.argument.iter_mut().for_each(|v| value::rewrite(v, names));
        aggregate.filter.iter_mut().for_each(|e| test(e, names, losses));
    }
}

fn occurrence(o: &mut Occurrence, names: &Names<'_>, losses: &mut Losses) {
    match o {
        Occurrence::All(of) | Occurrence::Any(of) => {
            of.iter_mut().for_each(|o| occurrence(o, names, losses));
        }
        Occurrence::Not(inner) => occurrence(inner, names, losses),
        Occurrence::AtLeast { .. } => {}
        Occurrence::Truth(condition) => test(condition, names, losses),
    }
}

/// Rewrites a condition.
fn test(condition: &mut Expr, names: &Names<'_>, losses: &mut Losses) {
    expr(condition, names, &mut |predicate, names: &Names<'_>, negative| {
        predicate::rewrite(predicate, names, negative, losses)
    });
}

/// Gives every predicate of a condition to `f`, with the names that it reads and whether it stands
/// under an odd number of negations, and puts what comes out in its place.
pub(super) fn expr(
    condition: &mut Expr,
    names: &Names<'_>,
    f: &mut impl FnMut(Predicate, &Names<'_>, bool) -> Expr,
) {
    below(condition, names, false, f);
}

fn below(
    condition: &mut Expr,
    names: &Names<'_>,
    negative: bool,
    f: &mut dyn FnMut(Predicate, &Names<'_>, bool) -> Expr,
) {
    match condition {
        Expr::All(of) | Expr::Any(of) | Expr::AtLeast { of, .. } => {
            of.iter_mut().for_each(|e| below(e, names, negative, f));
        }
        Expr::Not(inner) => below(inner, names, !negative, f),
        Expr::Each { list, variable, expr, .. } => {
            value::rewrite(list, names);
            let mut rows = names.rows.clone();
            rows.bind(variable);
            below(expr, &Names { naming: names.naming, rows: &rows }, negative, f);
        }
        Expr::Predicate(predicate) => *condition = f(predicate.clone(), names, negative),
        Expr::Const(_) | Expr::Opaque { .. } => {}
    }
}
