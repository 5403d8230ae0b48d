//! Event coverage: on which Windows events a rule can fire.

use std::collections::BTreeSet;

use rulescope_ir::{
    Expr, Literal, Op, Pattern, Predicate, Quantifier, Scalar, Scope, Subject, fold,
};
use rulescope_taxonomy::events::{Event, event};
use rulescope_taxonomy::fields::is_unmapped;
use rulescope_taxonomy::logsources::Resolution;

/// How much of a rule an event can decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coverage {
    /// The event has every field that the rule tests.
    Full,
    /// The rule can fire on it, but some of its branches can't be decided there.
    Part,
}

impl Coverage {
    /// The name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Coverage::Full => "full",
            Coverage::Part => "part",
        }
    }
}

/// An event on which a rule can fire.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventCoverage {
    /// Full name of the provider; the channel where no provider is known.
    pub provider: String,
    /// Event id.
    pub event_id: u32,
    /// What happened; empty for an event that no table knows.
    pub title: String,
    /// How much of the rule it can decide.
    pub coverage: Coverage,
}

/// What a rule's log sources come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleEvents {
    /// The events, in the order of the log source.
    pub events: Vec<EventCoverage>,
    /// Whether one of its log sources is on Windows only.
    pub windows_only: bool,
    /// Whether every part of its log sources is known.
    pub known: bool,
}

/// The events on which a rule can fire, from its normal form.
///
/// An event of the log source is covered where the condition can hold on it: tests of the event's id,
/// provider and channel are decided, tests of fields that it lacks answer what they say of an absent
/// field. Of a vendor's field without a counterpart nobody knows whether the vendor's product adds it,
/// so that the event is covered in part. It is covered in full where it lacks none of the rule's fields. Events whose fields no
/// table knows are covered only where the rule names their id.
pub fn coverage(normal: &Pattern) -> RuleEvents {
    let mut out = RuleEvents { known: true, ..RuleEvents::default() };
    leaves(normal, None, &mut out);
    let mut seen = BTreeSet::new();
    out.events.retain(|e| seen.insert((e.provider.clone(), e.event_id)));
    out
}

fn leaves(pattern: &Pattern, expr: Option<&Expr>, out: &mut RuleEvents) {
    match pattern {
        Pattern::Events { scope } => leaf(scope, expr, &nothing, out),
        Pattern::Filter { input, expr } => leaves(input, Some(expr), out),
        _ => pattern.children().into_iter().for_each(|p| leaves(p, None, out)),
    }
}

/// The events of one log source on which its condition can hold.
pub(crate) fn of_leaf(scope: &Scope, expr: Option<&Expr>, given: Given<'_>) -> Vec<EventCoverage> {
    let mut out = RuleEvents::default();
    leaf(scope, expr, given, &mut out);
    out.events
}

fn leaf(scope: &Scope, expr: Option<&Expr>, given: Given<'_>, out: &mut RuleEvents) {
    let resolution = Resolution::of(scope);
    out.known &= resolution.known;
    out.windows_only |= resolution.is_windows_only();
    let always = Expr::Const(true);
    let expr = expr.unwrap_or(&always);
    let mut ids = Vec::new();
    named_ids(expr, &mut ids);
    let mut candidates = resolution.candidates();
    if resolution.any_event {
        // Of all of Windows' events the ids that the rule names tell which are meant.
        candidates.extend(resolution.events_with_id(&ids));
    }
    for candidate in candidates {
        if !candidate.fields_known() && !ids.contains(&candidate.id) {
            continue;
        }
        let Decided { whole, lacks, .. } = decide_given(expr, candidate, given);
        if whole == Some(false) {
            continue;
        }
        out.events.push(EventCoverage {
            provider: candidate.provider.to_owned(),
            event_id: candidate.id,
            title: candidate.title.to_owned(),
            coverage: if lacks { Coverage::Part } else { Coverage::Full },
        });
    }
    if let [channel] = resolution.channels.as_slice() {
        for id in resolution.unknown_ids(&ids) {
            let provider = channel.provider.unwrap_or(channel.name);
            if event(provider, id).is_none() {
                out.events.push(EventCoverage {
                    provider: provider.to_owned(),
                    event_id: id,
                    title: String::new(),
                    coverage: Coverage::Full,
                });
            }
        }
    }
}

/// The event ids that a condition names positively.
pub(crate) fn named_ids(expr: &Expr, out: &mut Vec<u32>) {
    for standing in rulescope_ir::polarity::expr_standings(expr) {
        let predicate = standing.predicate;
        let is_id = predicate.field().is_some_and(|f| f.name() == "EventID");
        if is_id && !standing.negative && predicate.op == Op::Eq {
            out.extend(predicate.values.iter().filter_map(|l| l.display().parse::<u32>().ok()));
        }
    }
    out.sort_unstable();
    out.dedup();
}

/// What the kind of an event says of a condition.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decided {
    /// The answer by the event's id, provider and channel alone.
    header: Option<bool>,
    /// The answer when absent fields answer too.
    pub(crate) whole: Option<bool>,
    /// Whether a test that the header does not make moot wants a field that the event lacks.
    lacks: bool,
}

impl Decided {
    const OPEN: Decided = Decided { header: None, whole: None, lacks: false };

    fn always(answer: bool) -> Decided {
        Decided { header: Some(answer), whole: Some(answer), lacks: false }
    }
}

/// What is known of a test on a kind of event besides the event's own fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The test's answer.
    pub answer: bool,
    /// Whether it is so because the event lacks what is tested, so that it decides the rule in part.
    pub lacks: bool,
}

/// Says what is known of a test on a kind of event: by how the event is logged, say. `None` where
/// nothing is.
pub type Given<'g> = &'g dyn Fn(&Event, &Predicate) -> Option<Told>;

/// Nothing is known.
pub(crate) fn nothing(_: &Event, _: &Predicate) -> Option<Told> {
    None
}

/// The condition as far as the kind of event decides it.
pub(crate) fn decide(expr: &Expr, event: &Event) -> Decided {
    decide_given(expr, event, &nothing)
}

fn decide_given(expr: &Expr, event: &Event, given: Given<'_>) -> Decided {
    match expr {
        Expr::All(of) => at_least(of.len(), of, event, given),
        Expr::Any(of) => at_least(1, of, event, given),
        Expr::AtLeast { count, of } => at_least(*count as usize, of, event, given),
        Expr::Not(inner) => {
            let inner = decide_given(inner, event, given);
            Decided {
                header: inner.header.map(|b| !b),
                whole: inner.whole.map(|b| !b),
                lacks: inner.lacks,
            }
        }
        Expr::Each { .. } => Decided::OPEN,
        // What is not understood no event decides.
        Expr::Opaque { .. } => Decided { lacks: true, ..Decided::OPEN },
        Expr::Const(b) => Decided::always(*b),
        Expr::Predicate(predicate) => {
            if let Some(answer) = decided_by_header(predicate, event) {
                return Decided::always(answer);
            }
            if let Some(Told { answer, lacks }) = given(event, predicate) {
                return Decided { header: None, whole: Some(answer), lacks };
            }
            // Windows renders a message for every event, from its template and its fields.
            let absent = predicate
                .field()
                .is_some_and(|f| f.name() != "Message" && !event.may_have_field(f.name()));
            // What only a vendor's product knows, its add-ons may add: that can't be decided here.
            let added = predicate.field().is_some_and(|f| is_unmapped(f.name()));
            let whole = (absent && !added).then_some(predicate.missing);
            Decided { header: None, whole, lacks: absent }
        }
    }
}

fn at_least(count: usize, of: &[Expr], event: &Event, given: Given<'_>) -> Decided {
    let mut parts = Vec::with_capacity(of.len());
    for e in of {
        let part = decide_given(e, event, given);
        // Most rules of a channel name one event id: the other events end here.
        if count == of.len() && part.header == Some(false) {
            return Decided::always(false);
        }
        parts.push(part);
    }
    let answer = |by: fn(&Decided) -> Option<bool>| {
        let sure = parts.iter().filter(|p| by(p) == Some(true)).count();
        let open = parts.iter().filter(|p| by(p).is_none()).count();
        if sure >= count {
            Some(true)
        } else if sure + open < count {
            Some(false)
        } else {
            None
        }
    };
    let header = answer(|p| p.header);
    let lacks = header.is_none() && parts.iter().any(|p| p.header.is_none() && p.lacks);
    Decided { header, whole: answer(|p| p.whole), lacks }
}

/// The answer of a test of the event's id, provider or channel, where its values are plain.
fn decided_by_header(predicate: &Predicate, event: &Event) -> Option<bool> {
    let Subject::Field(field) = &predicate.subject else { return None };
    let value = match field.name() {
        // An event may have a field of its own of that name: the log that was cleared.
        name if name != "EventID" && event.fields().contains(&name) => return None,
        "EventID" => event.id.to_string(),
        "Provider_Name" | "Provider" => event.provider.to_owned(),
        "Channel" => event.channel.to_owned(),
        _ => return None,
    };
    let value = fold(&value);
    let mut answers = Vec::with_capacity(predicate.values.len());
    for Literal { value: scalar, .. } in &predicate.values {
        let text = match scalar {
            Scalar::Text(text) => fold(text),
            Scalar::Number(n) => n.as_str().to_owned(),
            _ => return None,
        };
        answers.push(match predicate.op {
            // SQL Server writes under the names of its instances.
            Op::Eq if field.name().starts_with("Provider") => {
                value == text || self::event(&text, event.id).is_some_and(|e| e == event)
            }
            Op::Eq => value == text,
            Op::Contains => value.contains(&text),
            Op::StartsWith => value.starts_with(&text),
            Op::EndsWith => value.ends_with(&text),
            _ => return None,
        });
    }
    if answers.is_empty() {
        return None;
    }
    let holds = match predicate.quantifier {
        Quantifier::Any => answers.contains(&true),
        Quantifier::All => !answers.contains(&false),
    };
    Some(holds ^ predicate.negated)
}
