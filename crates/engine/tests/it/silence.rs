//! Why rules are silent on logs, as far as it can be told without looking at them one by one.

use std::collections::{BTreeMap, BTreeSet};

use rulescope_engine::route::{Kind, Source};
use rulescope_engine::{Record, Rule};
use rulescope_eval::{Env, Truth, View, eval_expr};
use rulescope_events::{Event, Log};
use rulescope_ir::{Expr, Pattern, Scope, Span};

/// What is known of logs: one record of each kind, and which names records of the kind answer.
pub(crate) struct Seen {
    kinds: BTreeMap<Kind, (Event, BTreeSet<String>)>,
}

impl Seen {
    /// Reads logs once. Of names only those are noted that one of the rules reads.
    pub(crate) fn of(logs: &[Log], rules: &[&Rule]) -> Seen {
        let fields: Vec<Vec<String>> = rules.iter().map(|rule| rule.fields()).collect();
        let sources: Vec<Vec<Source>> = rules
            .iter()
            .map(|r| leaves(&r.normal).iter().map(|l| Source::of(l.0)).collect())
            .collect();
        let mut kinds: BTreeMap<Kind, (Event, BTreeSet<String>)> = BTreeMap::new();
        let mut wanted: BTreeMap<Kind, BTreeSet<&str>> = BTreeMap::new();
        for event in logs.iter().flat_map(Log::open).filter_map(Result::ok) {
            let record = Record::new(&event);
            let kind = record.kind();
            let wanted = wanted.entry(kind.clone()).or_insert_with(|| {
                let reads = |s: &Vec<Source>| s.iter().any(|s| s.means(kind));
                let of = fields.iter().zip(&sources).filter(|(_, s)| reads(s));
                of.flat_map(|(f, _)| f.iter().map(String::as_str)).collect()
            });
            let there: Vec<&str> =
                wanted.iter().copied().filter(|name| record.field(name).is_some()).collect();
            for name in &there {
                wanted.remove(name);
            }
            let known =
                kinds.entry(kind.clone()).or_insert_with(|| (event.clone(), BTreeSet::new()));
            known.1.extend(there.into_iter().map(str::to_owned));
        }
        Seen { kinds }
    }

    /// Why a rule that has no hit has none: the class and what belongs to it.
    pub(crate) fn why(&self, rule: &Rule) -> String {
        let mut had: BTreeSet<&str> = BTreeSet::new();
        let (mut of_source, mut of_id) = (false, false);
        for (scope, expr) in leaves(&rule.normal) {
            let (source, ids) = (Source::of(scope), expr.map(only_ids));
            for (kind, (event, names)) in self.kinds.iter().filter(|(kind, _)| source.means(kind)) {
                of_source = true;
                let record = Record::new(event);
                let passes = ids
                    .as_ref()
                    .is_none_or(|e| eval_expr(e, &record, &Env::default()) != Truth::False);
                if passes {
                    of_id = true;
                    had.extend(names.iter().map(String::as_str));
                }
                debug_assert!(kind.event_id == event.event_id.unwrap_or(0));
            }
        }
        if !of_source {
            return "no event of its source".to_owned();
        }
        if !of_id {
            return "no event of its ids".to_owned();
        }
        let missing: Vec<String> =
            rule.fields().into_iter().filter(|name| !had.contains(name.as_str())).collect();
        if missing.is_empty() {
            "no match".to_owned()
        } else {
            format!("no match; no event has {}", missing.join(", "))
        }
    }
}

/// The log sources of a pattern, each with the condition next to it.
pub(crate) fn leaves(pattern: &Pattern) -> Vec<(&Scope, Option<&Expr>)> {
    match pattern {
        Pattern::Events { scope } => vec![(scope, None)],
        Pattern::Filter { input, expr } => match &**input {
            Pattern::Events { scope } => vec![(scope, Some(expr))],
            other => leaves(other),
        },
        other => other.children().into_iter().flat_map(leaves).collect(),
    }
}

/// A condition in which nothing but the event's id is decided.
fn only_ids(expr: &Expr) -> Expr {
    let all = |of: &[Expr]| of.iter().map(only_ids).collect();
    match expr {
        Expr::All(of) => Expr::All(all(of)),
        Expr::Any(of) => Expr::Any(all(of)),
        Expr::AtLeast { count, of } => Expr::AtLeast { count: *count, of: all(of) },
        Expr::Not(inner) => Expr::Not(Box::new(only_ids(inner))),
        Expr::Predicate(p) if p.field().is_some_and(|f| f.name() == "EventID") => expr.clone(),
        Expr::Predicate(_) | Expr::Each { .. } | Expr::Const(_) | Expr::Opaque { .. } => {
            Expr::Opaque { text: String::new(), span: Span::NONE }
        }
    }
}
