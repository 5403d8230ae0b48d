//! The literals of a test, made ready to be held against texts.

use std::fmt;

use daachorse::DoubleArrayAhoCorasick;
use memchr::memmem::Finder;
use regex_automata::meta;
use rulescope_eval::regex;
use rulescope_ir::{Glob, Literal, Op, Piece, Quantifier, Scalar, fold};
use rustc_hash::FxHashSet;

/// One literal, or one of its forms. Texts and wildcards are folded where the test has no case.
pub(super) enum Form {
    /// The text is this one.
    Equal(Box<str>),
    /// It holds this one.
    Holds(Box<Finder<'static>>),
    /// It begins with this one.
    Begins(Box<str>),
    /// It ends with this one.
    Ends(Box<str>),
    /// The pattern covers it.
    Covered(Glob),
    /// The expression is found in it, in the text as it was logged.
    Found(Box<meta::Regex>),
    /// It is one of many.
    OneOf(FxHashSet<Box<str>>),
    /// It holds one of many.
    HoldsOne(Box<DoubleArrayAhoCorasick<u32>>),
    /// Nothing passes it (null).
    Never,
}

/// From how many literals on a set or an automaton is faster than one after another.
const MANY: usize = 24;

impl Form {
    /// Whether a text passes. `folded` is the text in the form that the literals are in.
    pub(super) fn passes(&self, logged: &str, folded: &str) -> bool {
        match self {
            Form::Equal(text) => folded == &**text,
            Form::Holds(finder) => finder.find(folded.as_bytes()).is_some(),
            Form::Begins(text) => folded.starts_with(&**text),
            Form::Ends(text) => folded.ends_with(&**text),
            Form::Covered(glob) => glob.covers(folded),
            Form::Found(regex) => regex.is_match(logged),
            Form::OneOf(set) => set.contains(folded),
            Form::HoldsOne(automaton) => automaton.find_overlapping_iter(folded).next().is_some(),
            Form::Never => false,
        }
    }

    /// How long it takes beside the others, roughly.
    pub(super) fn cost(&self) -> u32 {
        match self {
            Form::Never => 0,
            Form::Equal(_) | Form::Begins(_) | Form::Ends(_) => 1,
            Form::OneOf(_) => 2,
            Form::Holds(_) => 4,
            Form::Covered(_) => 8,
            Form::HoldsOne(_) => 12,
            Form::Found(_) => 40,
        }
    }
}

/// The forms of a test's literals: it passes where one form of every group does.
pub(super) struct Forms(Vec<Vec<Form>>);

impl Forms {
    /// The forms of the literals; `None` where a literal is none that a text alone decides.
    pub(super) fn of(
        op: Op,
        literals: &[Literal],
        quantifier: Quantifier,
        case_sensitive: bool,
    ) -> Option<Forms> {
        let each: Option<Vec<Vec<Form>>> =
            literals.iter().map(|literal| forms(op, literal, case_sensitive)).collect();
        let groups = match quantifier {
            Quantifier::All => each?,
            Quantifier::Any => vec![each?.into_iter().flatten().collect()],
        };
        Some(Forms(groups.into_iter().map(joined).collect()))
    }

    pub(super) fn pass(&self, logged: &str, folded: &str) -> bool {
        self.0.iter().all(|group| group.iter().any(|form| form.passes(logged, folded)))
    }

    pub(super) fn cost(&self) -> u32 {
        self.0.iter().flatten().map(Form::cost).sum()
    }
}

/// The globs that a literal stands for: its forms, or itself; `None` where it is no text.
pub(super) fn globs(literal: &Literal) -> Option<Vec<Glob>> {
    if !literal.forms.is_empty() {
        return Some(literal.forms.clone());
    }
    match &literal.value {
        Scalar::Glob(glob) => Some(vec![glob.clone()]),
        Scalar::Text(_) | Scalar::Number(_) | Scalar::Bool(_) | Scalar::Network(_) => {
            Some(vec![Glob::text(literal.value.display())])
        }
        Scalar::Null
        | Scalar::Regex(_)
        | Scalar::Field(_)
        | Scalar::Value(_)
        | Scalar::Placeholder(_) => None,
    }
}

fn forms(op: Op, literal: &Literal, case_sensitive: bool) -> Option<Vec<Form>> {
    match (op, &literal.value) {
        (Op::Eq | Op::Contains | Op::StartsWith | Op::EndsWith | Op::Wildcard, Scalar::Null)
            if literal.forms.is_empty() =>
        {
            Some(vec![Form::Never])
        }
        (Op::Eq | Op::Contains | Op::StartsWith | Op::EndsWith | Op::Wildcard, _) => {
            let (before, after) = op.open_ends();
            let form = |glob: Glob| {
                let glob = if case_sensitive { glob } else { glob.folded() };
                form(glob.opened(before, after))
            };
            Some(globs(literal)?.into_iter().map(form).collect())
        }
        (Op::Regex, Scalar::Regex(source)) if literal.forms.is_empty() => {
            Some(vec![Form::Found(Box::new(regex::build(source)?))])
        }
        _ => None,
    }
}

/// The cheapest form of a pattern.
fn form(glob: Glob) -> Form {
    match glob.pieces.as_slice() {
        [] => Form::Equal("".into()),
        [Piece::Text(text)] => Form::Equal(text.as_str().into()),
        [Piece::Any, Piece::Text(text), Piece::Any] => {
            Form::Holds(Box::new(Finder::new(text.as_bytes()).into_owned()))
        }
        [Piece::Text(text), Piece::Any] => Form::Begins(text.as_str().into()),
        [Piece::Any, Piece::Text(text)] => Form::Ends(text.as_str().into()),
        _ => Form::Covered(glob),
    }
}

/// Many forms of one kind as one.
fn joined(forms: Vec<Form>) -> Vec<Form> {
    let count = |is: fn(&Form) -> bool| forms.iter().filter(|form| is(form)).count();
    let many_equal = count(|f| matches!(f, Form::Equal(_))) >= MANY;
    let many_holds = count(|f| matches!(f, Form::Holds(_))) >= MANY;
    let (mut equal, mut holds, mut rest) = (FxHashSet::default(), Vec::new(), Vec::new());
    for form in forms {
        match form {
            Form::Equal(text) if many_equal => {
                equal.insert(text);
            }
            Form::Holds(finder) if many_holds => holds.push(finder.needle().to_vec()),
            other => rest.push(other),
        }
    }
    holds.sort_unstable();
    holds.dedup();
    if !equal.is_empty() {
        rest.push(Form::OneOf(equal));
    }
    if !holds.is_empty() {
        match DoubleArrayAhoCorasick::new(&holds) {
            Ok(automaton) => rest.push(Form::HoldsOne(Box::new(automaton))),
            Err(_) => {
                rest.extend(
                    holds.iter().map(|n| Form::Holds(Box::new(Finder::new(n).into_owned()))),
                );
            }
        }
    }
    rest.sort_by_key(Form::cost);
    rest
}

/// The longest text in a pattern, folded; empty where it has none.
pub(super) fn longest_text(glob: &Glob) -> String {
    let texts = glob.pieces.iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(text.as_str()),
        Piece::Any | Piece::One | Piece::OneOf(_) => None,
    });
    texts.max_by_key(|text| text.len()).map(fold).unwrap_or_default()
}

impl fmt::Debug for Forms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} groups of forms", self.0.len())
    }
}
