//! One test of one subject.
//!
//! Of several literals each is compared by itself, the elements of a multi-valued subject within:
//! `all of a, b` passes where one element passes `a` and one passes `b`. A comparison that makes no
//! sense (a text that is no number under `Lt`, a text that is no address under `Cidr`, a field to
//! compare with that is absent) counts as an absent subject for its literal.

use std::borrow::Cow;
use std::net::IpAddr;
use std::rc::Rc;

use ipnet::IpNet;
use rulescope_ir::{Glob, Literal, Number, Op, Predicate, Quantifier, Scalar, Subject, fold};

use crate::datum::{Datum, compare_numbers};
use crate::env::Env;
use crate::event::View;
use crate::regex;
use crate::truth::Truth;
use crate::value::eval_value;

/// What a predicate tests on a row; `None` where it is absent.
pub fn seen(predicate: &Predicate, view: &dyn View, env: &Env) -> Option<Datum> {
    match &predicate.subject {
        Subject::Field(field) => env.field(view, field.name()),
        Subject::Value(value) => eval_value(value, view, env),
        Subject::Event => Datum::List(view.values()).present(),
    }
}

/// Whether a test holds on a row.
pub fn eval_predicate(predicate: &Predicate, view: &dyn View, env: &Env) -> Truth {
    let Some(subject) = seen(predicate, view, env) else {
        return predicate.missing.into();
    };
    if subject == Datum::Unknown {
        return Truth::Unknown;
    }
    let absent = Truth::from(predicate.missing).inverted(predicate.negated);
    let elements = subject.elements();
    let answers = predicate
        .values
        .iter()
        .map(|literal| one_literal(predicate, literal, &elements, view, env).unwrap_or(absent));
    let answer = match (predicate.op, predicate.quantifier) {
        (Op::Exists, _) => Truth::True,
        (Op::Null, _) => Truth::False,
        (_, Quantifier::Any) => Truth::any(answers),
        (_, Quantifier::All) => Truth::all(answers),
    };
    answer.inverted(predicate.negated)
}

/// Whether a test passes by this one of its values, as if it had no other.
pub fn passes(predicate: &Predicate, value: usize, view: &dyn View, env: &Env) -> Truth {
    let Some(subject) = seen(predicate, view, env) else {
        return predicate.missing.into();
    };
    if subject == Datum::Unknown {
        return Truth::Unknown;
    }
    let elements = subject.elements();
    let Some(literal) = predicate.values.get(value) else { return Truth::False };
    match one_literal(predicate, literal, &elements, view, env) {
        Some(answer) => answer.inverted(predicate.negated),
        None => predicate.missing.into(),
    }
}

/// Whether one element passes one literal; `None` where no comparison makes sense.
fn one_literal(
    predicate: &Predicate,
    literal: &Literal,
    elements: &[&Datum],
    view: &dyn View,
    env: &Env,
) -> Option<Truth> {
    let comparands = comparands(predicate.op, literal, view, env)?;
    let mut answers = Vec::new();
    for element in elements {
        if **element == Datum::Unknown {
            answers.push(Truth::Unknown);
            continue;
        }
        answers.extend(comparands.iter().filter_map(|c| compare(predicate, c, element)));
    }
    if answers.is_empty() { None } else { Some(Truth::any(answers)) }
}

/// What a literal is compared as.
enum Comparand<'l> {
    Text(Cow<'l, str>),
    Glob(Cow<'l, Glob>),
    Number(Number),
    Regex(Rc<regex_automata::meta::Regex>),
    Network(IpNet),
    /// Nothing equals it (null).
    Nothing,
    Unknown,
}

impl Comparand<'_> {
    fn owned(self) -> Comparand<'static> {
        match self {
            Comparand::Text(text) => Comparand::Text(Cow::Owned(text.into_owned())),
            Comparand::Glob(glob) => Comparand::Glob(Cow::Owned(glob.into_owned())),
            Comparand::Number(number) => Comparand::Number(number),
            Comparand::Regex(regex) => Comparand::Regex(regex),
            Comparand::Network(net) => Comparand::Network(net),
            Comparand::Nothing => Comparand::Nothing,
            Comparand::Unknown => Comparand::Unknown,
        }
    }
}

/// The comparands of a literal, any of which may pass; `None` where it is absent.
fn comparands<'l>(
    op: Op,
    literal: &'l Literal,
    view: &dyn View,
    env: &Env,
) -> Option<Vec<Comparand<'l>>> {
    if !literal.forms.is_empty() {
        return Some(literal.forms.iter().map(|f| Comparand::Glob(Cow::Borrowed(f))).collect());
    }
    let computed = match &literal.value {
        Scalar::Field(field) => Some(env.field(view, field.name())?),
        Scalar::Value(value) => Some(eval_value(value, view, env)?),
        Scalar::Text(_)
        | Scalar::Glob(_)
        | Scalar::Number(_)
        | Scalar::Bool(_)
        | Scalar::Null
        | Scalar::Regex(_)
        | Scalar::Network(_)
        | Scalar::Placeholder(_) => None,
    };
    if let Some(value) = computed {
        let of_element = |d: &Datum| match d {
            Datum::Unknown => Some(Comparand::Unknown),
            other if op == Op::Regex => {
                let regex = regex::computed(&other.display());
                Some(regex.map_or(Comparand::Unknown, |r| Comparand::Regex(Rc::new(r))))
            }
            other => comparand(op, &Scalar::Text(other.display())).map(Comparand::owned),
        };
        return Some(value.elements().into_iter().filter_map(of_element).collect());
    }
    Some(comparand(op, &literal.value).into_iter().collect())
}

/// The comparand of a literal; `None` where the operator makes no sense with it.
fn comparand(op: Op, scalar: &Scalar) -> Option<Comparand<'_>> {
    match (op, scalar) {
        (_, Scalar::Placeholder(_)) => Some(Comparand::Unknown),
        (_, Scalar::Null) => Some(Comparand::Nothing),
        (Op::Regex, Scalar::Regex(regex)) => {
            Some(regex::compiled(regex).map_or(Comparand::Unknown, Comparand::Regex))
        }
        // A dialect that tests a regular expression says so; anything else was not understood.
        (Op::Regex, _) => Some(Comparand::Unknown),
        (Op::Lt | Op::Le | Op::Gt | Op::Ge, _) => {
            Number::parse(&scalar.display()).map(Comparand::Number)
        }
        (Op::Cidr, _) => {
            Some(network(&scalar.display()).map_or(Comparand::Unknown, Comparand::Network))
        }
        (_, Scalar::Glob(glob)) => Some(Comparand::Glob(Cow::Borrowed(glob))),
        (_, Scalar::Text(text)) => Some(Comparand::Text(Cow::Borrowed(text))),
        (
            Op::Eq
            | Op::Contains
            | Op::StartsWith
            | Op::EndsWith
            | Op::Wildcard
            | Op::Term
            | Op::Word
            | Op::FieldEq
            | Op::Keyword
            | Op::Exists
            | Op::Null,
            _,
        ) => Some(Comparand::Text(Cow::Owned(scalar.display()))),
    }
}

/// A network in CIDR notation; a lone address is the network of itself.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Whether a value passes a comparand; `None` where the comparison makes no sense.
fn compare(predicate: &Predicate, comparand: &Comparand<'_>, value: &Datum) -> Option<Truth> {
    match comparand {
        Comparand::Unknown => Some(Truth::Unknown),
        Comparand::Nothing => Some(Truth::False),
        Comparand::Number(number) => {
            let order = compare_numbers(&value.number()?, number);
            Some(Truth::from(match predicate.op {
                Op::Lt => order.is_lt(),
                Op::Le => order.is_le(),
                Op::Gt => order.is_gt(),
                _ => order.is_ge(),
            }))
        }
        Comparand::Regex(regex) => Some(regex.is_match(&*shown(value)).into()),
        Comparand::Network(net) => {
            // An IPv4 address in its IPv6 form is the address that the log means.
            let address = value.display().trim().parse::<IpAddr>().ok()?.to_canonical();
            Some(net.contains(&address).into())
        }
        Comparand::Text(wanted) => {
            let text = shown(value);
            Some(Truth::from(if predicate.case_sensitive {
                text_test(predicate.op, wanted, &text)
            } else {
                text_test(predicate.op, &fold(wanted), &fold(&text))
            }))
        }
        Comparand::Glob(glob) => {
            let text = shown(value);
            Some(Truth::from(if predicate.case_sensitive {
                glob_test(predicate.op, glob, &text)
            } else {
                glob_test(predicate.op, &glob.folded(), &fold(&text))
            }))
        }
    }
}

/// The text by which a value is compared.
fn shown(value: &Datum) -> Cow<'_, str> {
    match value {
        Datum::Text(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.display()),
    }
}

fn text_test(op: Op, wanted: &str, text: &str) -> bool {
    if let Some(holds) = held_by(op) {
        return has_plain_term(wanted, text, holds);
    }
    match op.open_ends() {
        (false, false) => text == wanted,
        (false, true) => text.starts_with(wanted),
        (true, false) => text.ends_with(wanted),
        (true, true) => text.contains(wanted),
    }
}

fn glob_test(op: Op, glob: &Glob, text: &str) -> bool {
    if let Some(holds) = held_by(op) {
        return has_term(glob, text, holds);
    }
    let (before, after) = op.open_ends();
    glob.opened(before, after).covers(text)
}

/// What a term holds for an operator that looks for one.
fn held_by(op: Op) -> Option<fn(char) -> bool> {
    match op {
        Op::Term => Some(char::is_alphanumeric),
        Op::Word => Some(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')),
        _ => None,
    }
}

/// Whether the text has the term: cut at characters that no term holds. A term that has such
/// characters itself is looked for as it is, between two cuts.
fn has_term(glob: &Glob, text: &str, holds: fn(char) -> bool) -> bool {
    match glob.as_text() {
        Some(term) => has_plain_term(term, text, holds),
        None => text.split(|c| !holds(c)).any(|t| !t.is_empty() && glob.covers(t)),
    }
}

fn has_plain_term(term: &str, text: &str, holds: fn(char) -> bool) -> bool {
    !term.is_empty()
        && text.match_indices(term).any(|(at, _)| {
            let open = |c: Option<char>| c.is_none_or(|c| !holds(c));
            open(text[..at].chars().next_back()) && open(text[at + term.len()..].chars().next())
        })
}
