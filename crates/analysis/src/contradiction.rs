//! Conditions that no event of the rule's own log source can meet.

use std::collections::BTreeSet;

use rulescope_ir::{Expr, Op, Pattern, Predicate, Scalar, Scope, Span, visit};
use rulescope_taxonomy::events::{Event, events};
use rulescope_taxonomy::logsources::Resolution;

use crate::coverage::{decide, named_ids};

/// Why a part of a rule fires on no event of its log source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The test at fault, or the first of the condition where none is by itself.
    pub span: Span,
    /// What is wrong, with the events that the log source means.
    pub message: String,
}

/// The parts of a rule, from its normal form, that contradict their log sources.
///
/// A log source is held against the condition where the tables know it in full: every term of it, and
/// nothing but Windows events. Of a channel the tables need not know every event: there a test
/// contradicts by the channel's name, or by ids all of which the tables know as other channels' events.
/// A condition that contradicts itself is no contradiction of this kind.
pub fn contradictions(normal: &Pattern) -> Vec<Contradiction> {
    let mut out = Vec::new();
    visit::patterns(normal, &mut |pattern| {
        if let Pattern::Filter { input, expr } = pattern
            && let Pattern::Events { scope } = &**input
            && !matches!(expr, Expr::Const(_))
        {
            out.extend(contradiction(scope, expr));
        }
    });
    out
}

fn contradiction(scope: &Scope, expr: &Expr) -> Option<Contradiction> {
    let resolution = Resolution::of(scope);
    let candidates = resolution.candidates();
    let is_closed = resolution.known && !resolution.any_event && resolution.others.is_empty();
    if !is_closed || candidates.is_empty() {
        return None;
    }
    let never =
        |expr: &Expr| candidates.iter().all(|event| decide(expr, event).whole == Some(false));
    if !never(expr) {
        return None;
    }
    let conjuncts = match expr {
        Expr::All(of) => of.as_slice(),
        other => std::slice::from_ref(other),
    };
    if !resolution.channels.is_empty() {
        let at_fault = conjuncts.iter().find(|e| is_of_other_channel(e, &resolution))?;
        return Some(told(at_fault, &resolution, &candidates));
    }
    let at_fault = conjuncts.iter().find(|e| never(e)).unwrap_or(expr);
    Some(told(at_fault, &resolution, &candidates))
}

/// Whether a test wants another channel, or ids that are events of other channels and of no one that
/// the log source names.
fn is_of_other_channel(expr: &Expr, resolution: &Resolution) -> bool {
    let Some(predicate) = first(expr) else { return false };
    let plain = matches!(expr, Expr::Predicate(p) if !p.negated && p.op == Op::Eq);
    match predicate.field().map(|f| f.name()) {
        Some("Channel") if plain => {
            let of =
                |text: &str| resolution.channels.iter().any(|c| c.name.eq_ignore_ascii_case(text));
            predicate.values.iter().all(|l| matches!(&l.value, Scalar::Text(t) if !of(t)))
        }
        Some("EventID") if plain => {
            let mut ids = Vec::new();
            named_ids(expr, &mut ids);
            let known: BTreeSet<u32> = events().iter().map(|event| event.id).collect();
            !ids.is_empty()
                && resolution.unknown_ids(&ids).len() == ids.len()
                && ids.iter().all(|id| known.contains(id))
        }
        _ => false,
    }
}

/// The first test of a condition.
fn first(expr: &Expr) -> Option<&Predicate> {
    let mut found = None;
    visit::walk(expr, &mut |e| {
        if let (None, Expr::Predicate(predicate)) = (found, e) {
            found = Some(predicate);
        }
    });
    found
}

fn told(at_fault: &Expr, resolution: &Resolution, candidates: &[&'static Event]) -> Contradiction {
    let source = if resolution.channels.is_empty() {
        let list: Vec<String> = candidates.iter().map(|event| event.address()).collect();
        list.join(", ")
    } else {
        let list: Vec<&str> = resolution.channels.iter().map(|channel| channel.name).collect();
        format!("the channel {}", list.join(", "))
    };
    let predicate = first(at_fault);
    let span = predicate.map_or(Span::NONE, |p| p.span);
    let alone = match at_fault {
        Expr::Predicate(predicate) => predicate.field(),
        _ => None,
    };
    let message = match alone {
        Some(field) if candidates.iter().any(|event| event.may_have_field(field.name())) => {
            let values: Vec<String> =
                predicate.into_iter().flat_map(|p| &p.values).map(|l| l.display()).collect();
            format!(
                "the log source is {source}, and `{}` {} is none of it",
                field.native,
                values.join(", ")
            )
        }
        Some(field) => {
            format!(
                "the log source is {source}, and no such event has the field `{}`",
                field.native
            )
        }
        None => format!("the log source is {source}, and no such event meets the condition"),
    };
    Contradiction { span, message }
}

#[cfg(test)]
mod tests {
    use rulescope_ir::{Field, Literal, Subject, normalize::normalize};

    use super::*;

    fn test(field: &str, values: &[&str]) -> Expr {
        let values = values.iter().map(|v| Literal::text(*v)).collect();
        Expr::Predicate(Predicate::new(Subject::Field(Field::new(field)), Op::Eq, values))
    }

    fn found(scope: &[(&str, &str)], of: Vec<Expr>) -> Vec<String> {
        let scope = scope.iter().fold(Scope::default(), |scope, (k, t)| scope.with(k, t));
        let normal = normalize(&Pattern::events(scope).filter(Expr::All(of)));
        contradictions(&normal).into_iter().map(|c| c.message).collect()
    }

    const CREATED: [(&str, &str); 2] = [("product", "windows"), ("category", "process_creation")];
    const SECURITY: [(&str, &str); 2] = [("product", "windows"), ("service", "security")];

    #[test]
    fn ids_of_other_events_contradict_a_category() {
        let image = || test("Image", &["C:\\a.exe"]);
        let message = found(&CREATED, vec![test("EventID", &["4624"]), image()]);
        assert_eq!(
            message,
            [
                "the log source is sysmon/1, security-auditing/4688, and `EventID` 4624 is none of it"
            ]
        );
        assert!(found(&CREATED, vec![test("EventID", &["4624", "4688"]), image()]).is_empty());
        let field = found(&CREATED, vec![test("QueryName", &["x"]), image()]);
        assert!(field.len() == 1 && field[0].ends_with("has the field `QueryName`"), "{field:?}");
        let either = Expr::Any(vec![test("QueryName", &["x"]), image()]);
        assert!(found(&CREATED, vec![either]).is_empty());
    }

    #[test]
    fn a_channel_is_contradicted_by_what_is_known_of_others_alone() {
        let service = found(&SECURITY, vec![test("EventID", &["7045"])]);
        assert_eq!(
            service,
            ["the log source is the channel Security, and `EventID` 7045 is none of it"]
        );
        let powershell = [("product", "windows"), ("service", "powershell")];
        assert_eq!(found(&powershell, vec![test("Channel", &["System"])]).len(), 1);
        assert!(found(&SECURITY, vec![test("EventID", &["65000"])]).is_empty(), "no table has it");
        assert!(found(&SECURITY, vec![test("Unheard", &["x"])]).is_empty());
    }

    #[test]
    fn what_may_be_another_source_is_not_judged() {
        let endpoint = [("datamodel", "Endpoint.Processes")];
        assert!(found(&endpoint, vec![test("EventID", &["4624"])]).is_empty());
        assert!(found(&[("table", "Event")], vec![test("EventID", &["4624"])]).is_empty());
    }
}
