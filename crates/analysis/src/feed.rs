//! Whether a rule can fire on what is logged: its log sources and how the rule puts them together.
//!
//! A sequence needs all its steps, a union one of its sides; a step that must not be there needs
//! nothing. What stands in between (windows, keys, lookups) is nothing that logging decides.

use rulescope_ir::{JoinKind, Occurrence, Pattern};

use crate::coverage::{Coverage, EventCoverage, Given, nothing, of_leaf};

/// The events that a rule needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feed {
    /// One of these.
    Events(Vec<EventCoverage>),
    /// All of these.
    All(Vec<Feed>),
    /// One of these.
    Any(Vec<Feed>),
}

/// How far what is logged lets a rule fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It can't.
    None,
    /// It can, but not on all that it looks for: some events are filtered, or lack fields.
    Part,
    /// It can.
    Full,
}

impl Reach {
    /// The name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Reach::None => "none",
            Reach::Part => "part",
            Reach::Full => "full",
        }
    }
}

/// What a rule needs, from its normal form.
pub fn feed(normal: &Pattern) -> Feed {
    feed_given(normal, &nothing)
}

/// The same where more is known of tests on some kinds of events.
pub fn feed_given(normal: &Pattern, given: Given<'_>) -> Feed {
    let feed = |pattern: &Pattern| feed_given(pattern, given);
    match normal {
        Pattern::Events { scope } => Feed::Events(of_leaf(scope, None, given)),
        Pattern::Filter { input, expr } => match &**input {
            Pattern::Events { scope } => Feed::Events(of_leaf(scope, Some(expr), given)),
            other => feed(other),
        },
        Pattern::Sequence { steps, .. } => {
            Feed::All(steps.iter().filter(|s| !s.missing).map(|s| feed(&s.pattern)).collect())
        }
        Pattern::Temporal { variables, condition, .. } => {
            let of =
                |name: &str| variables.iter().find(|v| v.name == name).map(|v| feed(&v.pattern));
            occurrence(condition, &of)
        }
        Pattern::Union { sides } => Feed::Any(sides.iter().map(feed).collect()),
        Pattern::Join { left, right, kind, .. } => match kind {
            JoinKind::Inner | JoinKind::InnerUnique | JoinKind::LeftSemi => {
                Feed::All(vec![feed(left), feed(right)])
            }
            JoinKind::LeftOuter | JoinKind::LeftAnti => feed(left),
            JoinKind::RightOuter => feed(right),
            JoinKind::FullOuter => Feed::Any(vec![feed(left), feed(right)]),
        },
        Pattern::Extend { input, .. }
        | Pattern::Expand { input, .. }
        | Pattern::Aggregate { input, .. }
        | Pattern::Windowed { input, .. }
        | Pattern::Transaction { input, .. }
        | Pattern::NewTerms { input, .. }
        | Pattern::Dedup { input, .. }
        | Pattern::Limit { input, .. }
        | Pattern::Lookup { input, .. }
        | Pattern::Scheduled { input, .. }
        | Pattern::Opaque { input, .. } => feed(input),
    }
}

/// A condition under a negation asks for the absence of events, which needs none.
fn occurrence(condition: &Occurrence, of: &impl Fn(&str) -> Option<Feed>) -> Feed {
    match condition {
        Occurrence::All(parts) => Feed::All(parts.iter().map(|p| occurrence(p, of)).collect()),
        Occurrence::Any(parts) => Feed::Any(parts.iter().map(|p| occurrence(p, of)).collect()),
        Occurrence::AtLeast { variable, .. } => of(variable).unwrap_or(Feed::All(Vec::new())),
        Occurrence::Not(_) | Occurrence::Truth(_) => Feed::All(Vec::new()),
    }
}

impl Feed {
    /// How far the rule can fire where `logged` says how far an event is logged.
    pub fn reach(&self, logged: &impl Fn(&EventCoverage) -> Reach) -> Reach {
        match self {
            Feed::Events(events) => {
                let of = |event: &EventCoverage| {
                    let whole =
                        if event.coverage == Coverage::Full { Reach::Full } else { Reach::Part };
                    logged(event).min(whole)
                };
                events.iter().map(of).max().unwrap_or(Reach::None)
            }
            Feed::All(parts) => {
                parts.iter().map(|part| part.reach(logged)).min().unwrap_or(Reach::Full)
            }
            Feed::Any(parts) => {
                parts.iter().map(|part| part.reach(logged)).max().unwrap_or(Reach::None)
            }
        }
    }

    /// Every event in it, in order, none twice.
    pub fn events(&self) -> Vec<&EventCoverage> {
        let mut out: Vec<&EventCoverage> = Vec::new();
        self.walk(&mut |event| {
            let known =
                |e: &&EventCoverage| (&e.provider, e.event_id) == (&event.provider, event.event_id);
            if !out.iter().any(known) {
                out.push(event);
            }
        });
        out
    }

    fn walk<'f>(&'f self, f: &mut impl FnMut(&'f EventCoverage)) {
        match self {
            Feed::Events(events) => events.iter().for_each(f),
            Feed::All(parts) | Feed::Any(parts) => parts.iter().for_each(|part| part.walk(f)),
        }
    }
}

#[cfg(test)]
mod tests {
    use rulescope_ir::{Expr, Field, Literal, Op, Predicate, Scope, Step, Subject};

    use super::*;

    fn created(field: &str) -> Pattern {
        let test =
            Predicate::new(Subject::Field(Field::new(field)), Op::Eq, vec![Literal::text("x")]);
        Pattern::events(Scope::of("product", "windows").with("category", "process_creation"))
            .filter(Expr::Predicate(test))
    }

    fn loaded() -> Pattern {
        Pattern::events(Scope::of("product", "windows").with("category", "image_load"))
    }

    /// Which of Sysmon's events and whether Security 4688 are logged.
    fn reach(pattern: &Pattern, sysmon: &[u32], audited: bool) -> Reach {
        feed(pattern).reach(&|event| {
            let sysmon = event.provider.ends_with("Sysmon") && sysmon.contains(&event.event_id);
            let audited = audited && event.event_id == 4688;
            if sysmon || audited { Reach::Full } else { Reach::None }
        })
    }

    #[test]
    fn one_of_the_events_of_a_source_is_enough() {
        let rule = created("Image");
        assert_eq!(reach(&rule, &[1], false), Reach::Full);
        assert_eq!(reach(&rule, &[], true), Reach::Full);
        assert_eq!(reach(&rule, &[7], false), Reach::None);
        assert_eq!(reach(&created("OriginalFileName"), &[], true), Reach::None);
    }

    #[test]
    fn what_is_not_understood_is_decided_in_part() {
        let Pattern::Filter { input, expr } = created("Image") else { unreachable!("a filter") };
        let unread = Expr::Opaque {
            text: "selection_gone".to_owned(),
            span: rulescope_ir::Span::new(0, 14),
        };
        let rule = input.filter(Expr::All(vec![expr, unread]));
        assert_eq!(reach(&rule, &[1], false), Reach::Part);
    }

    #[test]
    fn a_sequence_needs_all_that_must_be_there() {
        let step =
            |pattern: Pattern, missing: bool| Step { pattern, by: Vec::new(), runs: 1, missing };
        let sequence = |missing: bool| Pattern::Sequence {
            steps: vec![step(created("Image"), false), step(loaded(), missing)],
            max_span: None,
            until: None,
            ordered: true,
        };
        assert_eq!(reach(&sequence(false), &[1], false), Reach::None);
        assert_eq!(reach(&sequence(false), &[1, 7], false), Reach::Full);
        assert_eq!(reach(&sequence(true), &[1], false), Reach::Full);
        let union = Pattern::Union { sides: vec![created("Image"), loaded()] };
        assert_eq!(reach(&union, &[7], false), Reach::Full);
        assert_eq!(feed(&union).events().len(), 3);
    }
}
