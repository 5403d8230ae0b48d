//! Conditions that only say which events are meant become a part of the scope.
//!
//! Elastic's rules say by fields of the event what Sigma's say by their log source
//! (`event.category:process and event.type:start`, `host.os.type:windows`). No event of Windows has
//! such a field: what brings events into Elastic's product adds it. Where the whole condition of a
//! filter asks for one of them, the scope names it, and with it the events ([`crate::logsources::Resolution`]); deeper in
//! a condition the test becomes one of the events' ids.

use std::collections::BTreeSet;

use rulescope_ir::{
    Expr, Field, Literal, Number, Op, Pattern, Predicate, Quantifier, Scalar, Scope, Subject,
};

use super::pattern::of_scope;
use super::{Losses, Names, Naming, renamed};
use crate::events::Event;
use crate::fields::{How, Mapping, words};
use crate::logsources::resolve_term;

/// The kind of terms that name what a machine runs.
const PLATFORM: &str = "host_os";

/// The kind of terms that tell events from alerts, which are in no log of events.
const EVENT_KIND: &str = "event_kind";

/// Fields that say which way a connection went, each with the list of its values by the words of
/// actions: the one that has a name of Sysmon's, and that of the Windows Filtering Platform's events.
const WAYS: [(&str, &str); 2] = [
    ("network.direction", "connection_direction"),
    ("winlog.event_data.Direction", "connection_way"),
];

/// So many events may stand for a test that is no part of the scope.
const MOST_EVENTS: usize = 32;

/// Lifts what the filters next to the events ask for into their scopes.
pub(super) fn lift(pattern: &mut Pattern, naming: Naming<'_>) {
    if let Pattern::Filter { input, expr } = pattern
        && let Pattern::Events { scope } = &mut **input
    {
        let rest = lifted(std::mem::replace(expr, Expr::Const(true)), scope, naming);
        if rest.is_empty() {
            *pattern = Pattern::events(std::mem::take(scope));
        } else {
            *expr = Expr::all(rest);
        }
        return;
    }
    pattern.children_mut().into_iter().for_each(|child| lift(child, naming));
}

/// What is left of a condition of which everything has to hold.
fn lifted(expr: Expr, scope: &mut Scope, naming: Naming<'_>) -> Vec<Expr> {
    let mut all = Vec::new();
    flatten(expr, &mut all);
    // What a machine runs, and whether it is an event, tells whether it is of Windows' log at all.
    for first in [true, false] {
        let rows = of_scope(scope);
        let names = Names { naming, rows: &rows };
        let mut found: Vec<(String, Vec<String>, Predicate)> = Vec::new();
        all.retain(|part| {
            let Expr::Predicate(predicate) = part else { return true };
            let Some((kind, terms)) = selected(predicate, &names) else { return true };
            let is_first = kind == PLATFORM || kind == EVENT_KIND;
            let taken = scope.terms.contains_key(&kind) || found.iter().any(|(k, ..)| *k == kind);
            if is_first != first || taken || (rows.foreign && kind != PLATFORM) {
                return true;
            }
            found.push((kind, terms, predicate.clone()));
            false
        });
        for (kind, terms, predicate) in found {
            scope.terms.insert(kind, terms);
            scope.span = scope.span.join(predicate.span);
            let way = way(&predicate, &predicate.values);
            if !way.is_empty() {
                all.push(Expr::any(way.into_iter().map(Expr::Predicate).collect()));
            }
        }
    }
    all
}

fn flatten(expr: Expr, out: &mut Vec<Expr>) {
    match expr {
        Expr::All(of) => of.into_iter().for_each(|e| flatten(e, out)),
        other => out.push(other),
    }
}

/// The kind and terms of a scope that a test asks for: where the tables know one of them as something
/// of Windows.
fn selected(predicate: &Predicate, names: &Names<'_>) -> Option<(String, Vec<String>)> {
    let (kind, terms) = scope_terms(predicate, names)?;
    let says_itself = kind == PLATFORM || kind == EVENT_KIND;
    let known = |term: &String| {
        resolve_term(&kind, term).is_some_and(|r| says_itself || r.can_be_windows())
    };
    (!predicate.negated && terms.iter().any(known)).then_some((kind, terms))
}

/// The terms of a scope that a test of a field names.
fn scope_terms(predicate: &Predicate, names: &Names<'_>) -> Option<(String, Vec<String>)> {
    let Subject::Field(field) = &predicate.subject else { return None };
    if predicate.op != Op::Eq || predicate.missing != predicate.negated {
        return None;
    }
    if predicate.quantifier == Quantifier::All && predicate.values.len() > 1 {
        return None;
    }
    let Mapping { canonical, how: How::Scope } = names.lookup(&field.native)? else { return None };
    let text = |literal: &Literal| match &literal.value {
        Scalar::Text(text) => Some(text.clone()),
        _ => None,
    };
    let terms: Option<Vec<String>> = predicate.values.iter().map(text).collect();
    Some((canonical.into_owned(), terms?))
}

/// Tests one of which says which way a connection went, where all of these values of a test of the
/// scope's kind say the same of it: events of Windows tell it by a field, not by their ids. Elastic
/// Defend calls a connection attempted that the host opens, and accepted that it is asked for
/// (`event.action` of network events, <https://www.elastic.co/docs/reference/integrations/endpoint>).
fn way(predicate: &Predicate, values: &[Literal]) -> Vec<Predicate> {
    let word = |literal: &Literal, list: &str| match &literal.value {
        Scalar::Text(word) => words(list, word),
        _ => None,
    };
    // One that says nothing of it is met by either way.
    if !values.iter().all(|literal| word(literal, WAYS[0].1).is_some()) {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (field, list) in WAYS {
        let said: BTreeSet<&str> =
            values.iter().filter_map(|literal| word(literal, list)).flatten().copied().collect();
        if said.len() > 1 {
            return Vec::new();
        }
        let Some(value) = said.first() else { continue };
        let literal = Literal {
            value: Scalar::Text((*value).to_owned()),
            forms: Vec::new(),
            authored: Some(values[0].display()),
            span: values[0].span,
        };
        let mut test = Predicate::new(Subject::Field(Field::new(field)), Op::Eq, vec![literal]);
        test.span = predicate.span;
        out.push(test);
    }
    out
}

/// A test of the scope's kind that stands deeper in a condition, as one of the ids of the events that
/// its values name; `None` where the tables don't name them all.
pub(super) fn by_events(predicate: &Predicate, names: &Names<'_>) -> Option<Expr> {
    let (kind, terms) = scope_terms(predicate, names)?;
    if kind == PLATFORM || kind == EVENT_KIND || names.rows.foreign {
        return None;
    }
    let mut any = Vec::new();
    for (term, literal) in terms.iter().zip(&predicate.values) {
        let found = resolve_term(&kind, term)?;
        if !found.channels.is_empty() || found.any_event {
            return None;
        }
        let events = found.candidates();
        // What is no event of Windows may be one of another product.
        if events.is_empty() || events.len() > MOST_EVENTS {
            return None;
        }
        let ids = ids(&events, predicate, literal);
        let way = way(predicate, std::slice::from_ref(literal));
        if way.is_empty() {
            any.extend(ids);
            continue;
        }
        // Words are exact: nothing is lost.
        let test = |way| super::predicate::rewrite(way, names, false, &mut Losses::default());
        any.push(Expr::all(vec![Expr::any(ids), Expr::any(way.into_iter().map(test).collect())]));
    }
    let expr = Expr::any(any);
    Some(if predicate.negated { Expr::not(expr) } else { expr })
}

/// One test of the ids for every provider.
fn ids(events: &[&'static Event], predicate: &Predicate, literal: &Literal) -> Vec<Expr> {
    let mut providers: Vec<&'static str> = Vec::new();
    for event in events {
        if !providers.contains(&event.provider) {
            providers.push(event.provider);
        }
    }
    let Subject::Field(field) = &predicate.subject else { return Vec::new() };
    let said = |value: Scalar| Literal {
        value,
        forms: Vec::new(),
        authored: Some(literal.display()),
        span: literal.span,
    };
    let test = |name: &str, values: Vec<Literal>| {
        let subject = Subject::Field(renamed(&Field::new(field.native.as_str()), name));
        let mut out = Predicate::new(subject, Op::Eq, values);
        out.span = predicate.span;
        Expr::Predicate(out)
    };
    let of_provider = |provider: &&'static str| {
        let ids = events
            .iter()
            .filter(|e| e.provider == *provider)
            .map(|e| said(Scalar::Number(Number::from_int(i128::from(e.id)))));
        Expr::All(vec![
            test("Provider_Name", vec![said(Scalar::Text((*provider).to_owned()))]),
            test("EventID", ids.collect()),
        ])
    };
    providers.iter().map(of_provider).collect()
}
