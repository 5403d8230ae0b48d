//! What an event must have for a condition not to fail: the literals by which it becomes a
//! candidate.
//!
//! A need only over-approximates. It is `Always` where nothing is known, and never says that an
//! event can't pass which can.

use rulescope_eval::Truth;
use rulescope_ir::{Glob, Op, Predicate, Quantifier, Subject, fold};
use rustc_hash::FxHashMap;

use super::atom::Atoms;
use super::condition::Node;
use super::literal::{globs, longest_text};

/// Where a needed text stands in the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum How {
    /// It is the value.
    Equal,
    /// Anywhere.
    Holds,
    /// At its start.
    Begins,
    /// At its end.
    Ends,
}

/// One thing that makes an event a candidate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Trigger {
    /// A field has a text, folded.
    Text(usize, How, String),
    /// A field is there.
    There(usize),
    /// Some value of the event holds a text, folded.
    Anywhere(String),
}

/// What a condition needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Need {
    /// It fails on every event.
    Never,
    /// Any event may pass.
    Always,
    /// One of these.
    One(Vec<Trigger>),
}

/// What is known of all events of a plan.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// The text of a field by its slot, and the text folded.
    pub(super) texts: Vec<(usize, String, String)>,
}

/// How often a literal is wanted: what many rules look for, many events have.
#[derive(Debug, Default)]
pub(super) struct Wanted(FxHashMap<(usize, String), u32>);

impl Wanted {
    /// Counts the literals of the tests.
    pub(super) fn of(atoms: &Atoms<'_>) -> Wanted {
        let mut out = Wanted::default();
        for atom in &atoms.list {
            for trigger in texts(atom.predicate, atoms).into_iter().flatten() {
                if let Trigger::Text(slot, _, text) = trigger {
                    *out.0.entry((slot, text)).or_default() += 1;
                }
            }
        }
        out
    }

    /// How many events are let through, roughly and in no unit.
    fn weight(&self, trigger: &Trigger) -> f64 {
        match trigger {
            Trigger::There(_) => 1000.0,
            Trigger::Anywhere(text) => 200.0 / (text.len() * text.len()).max(1) as f64,
            Trigger::Text(slot, how, text) => {
                let rules = self.0.get(&(*slot, text.clone())).copied().unwrap_or(0);
                let place = match how {
                    How::Equal => 0.3,
                    How::Begins => 1.0,
                    How::Ends => 0.6,
                    How::Holds => 1.0,
                };
                // Short texts stand everywhere.
                let length = text.len().min(24) as f64;
                place * (4.0 + f64::from(rules)) * 100.0 / (1.0 + length * length)
            }
        }
    }

    fn weight_of(&self, need: &Need) -> f64 {
        match need {
            Need::Never => 0.0,
            Need::Always => f64::INFINITY,
            Need::One(triggers) => triggers.iter().map(|t| self.weight(t)).sum(),
        }
    }
}

impl Need {
    /// What a condition needs on the events of a plan.
    pub(super) fn of(node: &Node<'_>, atoms: &Atoms<'_>, given: &Given, wanted: &Wanted) -> Need {
        match node {
            Node::All(of) => {
                let mut best = Need::Always;
                for node in of {
                    let need = Need::of(node, atoms, given, wanted);
                    if need == Need::Never {
                        return Need::Never;
                    }
                    if wanted.weight_of(&need) < wanted.weight_of(&best) {
                        best = need;
                    }
                }
                best
            }
            Node::Any(of) => Need::any(of.iter().map(|n| Need::of(n, atoms, given, wanted))),
            Node::AtLeast(0, _) => Need::Always,
            Node::AtLeast(_, of) => Need::any(of.iter().map(|n| Need::of(n, atoms, given, wanted))),
            Node::Const(Truth::False) => Need::Never,
            Node::Atom(atom) => Need::of_atom(*atom, atoms, given, wanted),
            Node::Not(_) | Node::Const(_) | Node::Reference(_) => Need::Always,
        }
    }

    fn any(needs: impl Iterator<Item = Need>) -> Need {
        let mut all = Vec::new();
        for need in needs {
            match need {
                Need::Never => {}
                Need::Always => return Need::Always,
                Need::One(triggers) => all.extend(triggers),
            }
        }
        if all.is_empty() {
            return Need::Never;
        }
        all.sort_unstable();
        all.dedup();
        Need::One(all)
    }

    fn of_atom(atom: u32, atoms: &Atoms<'_>, given: &Given, wanted: &Wanted) -> Need {
        let atom = &atoms.list[atom as usize];
        let predicate = atom.predicate;
        let slot = slot(predicate, atoms);
        if let Some((_, text, folded)) = given.texts.iter().find(|(known, ..)| Some(*known) == slot)
        {
            return match atom.answer_on(text, folded) {
                Some(Truth::False) => Need::Never,
                _ => Need::Always,
            };
        }
        let best = match predicate.quantifier {
            Quantifier::Any => texts(predicate, atoms)
                .into_iter()
                .collect::<Option<Vec<_>>>()
                .map(|t| Need::any([Need::One(t)].into_iter())),
            // One of the literals is as good as all.
            Quantifier::All => texts(predicate, atoms)
                .into_iter()
                .flatten()
                .map(|t| Need::One(vec![t]))
                .min_by(|a, b| wanted.weight_of(a).total_cmp(&wanted.weight_of(b))),
        };
        let plain = !predicate.negated && !predicate.missing && !predicate.values.is_empty();
        match (best, slot) {
            (Some(best), _) if plain => best,
            (_, Some(slot)) if !predicate.missing => Need::One(vec![Trigger::There(slot)]),
            _ => Need::Always,
        }
    }
}

/// The slot of the field that is tested.
fn slot(predicate: &Predicate, atoms: &Atoms<'_>) -> Option<usize> {
    atoms.slots.known(predicate.field()?.name())
}

/// A text for each literal (for each form of one) that a value has which passes it; nothing where
/// none is known.
fn texts(predicate: &Predicate, atoms: &Atoms<'_>) -> Vec<Option<Trigger>> {
    let place = match &predicate.subject {
        Subject::Field(_) => slot(predicate, atoms),
        Subject::Event => None,
        Subject::Value(_) => return vec![None],
    };
    let event = matches!(predicate.subject, Subject::Event);
    let literal = |literal| {
        let usual = matches!(
            predicate.op,
            Op::Eq
                | Op::Contains
                | Op::StartsWith
                | Op::EndsWith
                | Op::Wildcard
                | Op::Term
                | Op::Word
                | Op::Keyword
        );
        let globs = if usual { globs(literal) } else { None };
        match globs {
            None => vec![None],
            Some(globs) => globs
                .iter()
                .map(|glob| {
                    let (how, text) = needed(predicate.op, glob)?;
                    match place {
                        Some(slot) => Some(Trigger::Text(slot, how, text)),
                        // Values are looked at one after another, parted by this character.
                        None if event && !text.contains('\0') => Some(Trigger::Anywhere(text)),
                        None => None,
                    }
                })
                .collect(),
        }
    };
    let all = predicate.values.iter().map(literal);
    match predicate.quantifier {
        // A literal of several forms is no one text.
        Quantifier::All => {
            all.map(|mut of| if of.len() == 1 { of.remove(0) } else { None }).collect()
        }
        Quantifier::Any => all.flatten().collect(),
    }
}

/// The text that a value must have to pass a pattern, and where.
fn needed(op: Op, glob: &Glob) -> Option<(How, String)> {
    if let Some(text) = glob.as_text() {
        let text = fold(text);
        let how = match op.open_ends() {
            (false, false) => How::Equal,
            (false, true) => How::Begins,
            (true, false) => How::Ends,
            (true, true) => How::Holds,
        };
        // Everything holds the empty text.
        return (how == How::Equal || !text.is_empty()).then_some((how, text));
    }
    let text = longest_text(glob);
    (!text.is_empty()).then_some((How::Holds, text))
}
