//! A test that the event must pass: whether it does, what it reads, and what it wants of a place.

use std::borrow::Cow;
use std::net::IpAddr;

use rulescope_ir::{Function, Literal, Number, Op, Predicate, Scalar, Subject, Value, print};

use super::candidates::Wish;
use super::date::DateWish;
use super::draft::{Bindings, Draft, MEMBER, TIME};
use super::reason::Reason;
use super::sample::samples;
use super::template::Template;
use crate::datum::Datum;
use crate::predicate::{eval_predicate, network, passes};
use crate::truth::Truth;
use crate::value::eval_value;

/// The field that gets the text of a keyword: the event's message.
const MESSAGE: &str = "Message";

/// Addresses of which one lies outside of most lists of networks: public ones, then private ones.
const ELSEWHERE: [&str; 6] =
    ["8.8.8.8", "1.1.1.1", "2001:4860:4860::8888", "192.168.1.1", "10.1.1.1", "172.16.1.1"];

/// How a subject hangs on the value of its base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Via {
    /// It is the value, or has its text but for case and white space.
    Itself,
    /// It is the text's length.
    Length,
    /// It is this part of the time.
    Date(String),
    /// It is the time in seconds.
    Seconds,
}

/// A test that the event must pass.
#[derive(Debug)]
pub(super) struct Demand<'p> {
    pub(super) predicate: Cow<'p, Predicate>,
    /// Which of an any-of list's values must pass; all that the predicate says where absent.
    pub(super) literal: Option<usize>,
    pub(super) bindings: Bindings,
    /// How many of the draft's definitions it sees.
    pub(super) definitions: usize,
    /// The place to change so that it passes, and how its subject hangs on it.
    pub(super) base: Option<(usize, Via)>,
    /// Every place it reads.
    pub(super) reads: Vec<usize>,
    /// Whether it reads all of the event.
    pub(super) whole_event: bool,
    /// Why it has no base.
    pub(super) trouble: Option<Reason>,
}

impl<'p> Demand<'p> {
    /// What a predicate demands: all of it, or one of its values.
    pub(super) fn new(
        predicate: Cow<'p, Predicate>,
        literal: Option<usize>,
        bindings: Bindings,
        definitions: usize,
        draft: &mut Draft<'p>,
    ) -> Demand<'p> {
        let mut demand = Demand {
            literal,
            bindings,
            definitions,
            base: None,
            reads: Vec::new(),
            whole_event: false,
            trouble: None,
            predicate,
        };
        let mut scan = Scan { draft, bindings: &demand.bindings, reads: Vec::new(), trouble: None };
        match &demand.predicate.subject {
            Subject::Field(field) => {
                demand.base = scan.field(field.name(), definitions);
            }
            Subject::Value(value) => demand.base = scan.value(value, definitions),
            Subject::Event => {
                let message = scan.draft.place(MESSAGE);
                scan.reads.push(message);
                demand.whole_event = true;
                demand.base = Some((message, Via::Itself));
            }
        }
        let subject_trouble = scan.trouble.take();
        let values = match literal {
            Some(i) => &demand.predicate.values[i..=i],
            None => &demand.predicate.values[..],
        };
        for literal in values {
            match &literal.value {
                Scalar::Field(field) => {
                    scan.field(field.name(), definitions);
                }
                Scalar::Value(value) => {
                    scan.value(value, definitions);
                }
                Scalar::Text(_)
                | Scalar::Glob(_)
                | Scalar::Number(_)
                | Scalar::Bool(_)
                | Scalar::Null
                | Scalar::Regex(_)
                | Scalar::Network(_)
                | Scalar::Placeholder(_) => {}
            }
        }
        demand.reads = scan.reads;
        demand.trouble = subject_trouble;
        demand
    }

    /// What it costs to ask.
    pub(super) fn cost(&self) -> usize {
        if self.literal.is_some() { 1 } else { 1 + self.predicate.values.len() }
    }

    /// Whether the draft passes it for certain.
    pub(super) fn holds(&self, draft: &Draft<'_>) -> bool {
        let view = draft.view(&self.bindings, self.definitions);
        let truth = match self.literal {
            Some(i) => passes(&self.predicate, i, &view, &draft.env),
            None => eval_predicate(&self.predicate, &view, &draft.env),
        };
        truth == Truth::True
    }

    /// The places besides its base that must have a value so that it can be asked.
    pub(super) fn partners(&self) -> impl Iterator<Item = usize> {
        let base = self.base.as_ref().map(|(id, _)| *id);
        self.reads.iter().copied().filter(move |id| Some(*id) != base)
    }

    /// What it wants of a partner so that it can be asked.
    pub(super) fn partner_wish(&self) -> Wish {
        match self.predicate.op {
            Op::Lt | Op::Le | Op::Gt | Op::Ge => Wish::OneOf([1, 2, 10].map(Datum::int).to_vec()),
            Op::Eq
            | Op::Contains
            | Op::StartsWith
            | Op::EndsWith
            | Op::Wildcard
            | Op::Regex
            | Op::Term
            | Op::Word
            | Op::Cidr
            | Op::Exists
            | Op::Null
            | Op::FieldEq
            | Op::Keyword => Wish::There,
        }
    }

    /// What it wants of its base; nothing where it only wants something not to be.
    pub(super) fn wishes(&self, draft: &Draft<'_>) -> Vec<Wish> {
        let p = &*self.predicate;
        let there = (p.op == Op::Exists && !p.negated) || (p.op == Op::Null && p.negated);
        if there {
            return vec![Wish::There];
        }
        if p.negated {
            return match p.op {
                Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                    p.values.iter().filter_map(|l| self.wish(l, draft)).collect()
                }
                _ if p.missing => Vec::new(),
                // What is no address lies neither in a network nor outside of it.
                Op::Cidr => vec![Wish::OneOf(ELSEWHERE.map(Datum::text).to_vec())],
                _ => vec![Wish::There],
            };
        }
        let chosen = match self.literal {
            Some(i) => &p.values[i..=i],
            None => &p.values[..],
        };
        chosen.iter().filter_map(|literal| self.wish(literal, draft)).collect()
    }

    /// What a value of the test wants of the base.
    fn wish(&self, literal: &Literal, draft: &Draft<'_>) -> Option<Wish> {
        let (_, via) = self.base.as_ref()?;
        let op = self.predicate.op;
        if let Some(form) = literal.forms.first() {
            return Some(Wish::Texts(vec![Template::of_glob(op, form)]));
        }
        let view = draft.view(&self.bindings, self.definitions);
        let computed = match &literal.value {
            Scalar::Field(field) => Some(draft.env.field(&view, field.name())?),
            Scalar::Value(value) => Some(eval_value(value, &view, &draft.env)?),
            Scalar::Text(_)
            | Scalar::Glob(_)
            | Scalar::Number(_)
            | Scalar::Bool(_)
            | Scalar::Null
            | Scalar::Regex(_)
            | Scalar::Network(_)
            | Scalar::Placeholder(_) => None,
        };
        let value = match &computed {
            Some(value) => literal_of(value.first()?)?.value,
            None => literal.value.clone(),
        };
        let number = || Number::parse(&value.display());
        match via {
            Via::Itself => {}
            Via::Length => {
                let n = number()?.as_f64();
                // A greater length is refused by the search; a lesser than 0 is none.
                return Some(Wish::Length(op, n.clamp(0.0, 1e9) as usize));
            }
            Via::Date(part) => {
                let number = number()?.as_f64() as i64;
                return Some(Wish::Date(DateWish { part: part.clone(), op, number }));
            }
            Via::Seconds => {
                let millis = number()?.as_f64() * 1000.0;
                let around = [0.0, 1000.0, -1000.0, 3_600_000.0, -3_600_000.0];
                let at = |off: &f64| Datum::int((millis + off) as i128);
                return Some(Wish::OneOf(around.iter().map(at).collect()));
            }
        }
        Some(match (op, &value) {
            (_, Scalar::Placeholder(_) | Scalar::Null) => return None,
            (Op::Regex, Scalar::Regex(regex)) => Wish::Texts(samples(regex)),
            (Op::Regex, _) => return None,
            (Op::Lt | Op::Le | Op::Gt | Op::Ge, _) => Wish::OneOf(around(&number()?)),
            (Op::Cidr, _) => Wish::OneOf(addresses(&value.display())),
            (Op::Eq | Op::FieldEq | Op::Wildcard, Scalar::Number(n)) => {
                Wish::Exactly(Datum::Number(n.clone()))
            }
            (Op::Eq | Op::FieldEq | Op::Wildcard, Scalar::Bool(b)) => {
                Wish::Exactly(Datum::Bool(*b))
            }
            (_, Scalar::Glob(glob)) => Wish::Texts(vec![Template::of_glob(op, glob)]),
            _ => {
                let glob = rulescope_ir::Glob::text(value.display());
                Wish::Texts(vec![Template::of_glob(op, &glob)])
            }
        })
    }

    /// The value that would pass a comparison with another field by changing that field: the
    /// subject's own.
    pub(super) fn mirrored(&self, draft: &Draft<'_>) -> Option<(usize, Datum)> {
        let p = &*self.predicate;
        let equal =
            matches!(p.op, Op::Eq | Op::FieldEq | Op::Contains | Op::StartsWith | Op::EndsWith);
        if !equal || p.negated || !matches!(p.subject, Subject::Field(_)) {
            return None;
        }
        let other = self.partners().next()?;
        let (base, _) = self.base.as_ref()?;
        Some((other, draft.values[*base].clone()?))
    }

    /// Why it does not pass, where that lies in itself.
    pub(super) fn own_reason(&self) -> Option<Reason> {
        let p = &*self.predicate;
        for literal in &p.values {
            match &literal.value {
                Scalar::Placeholder(text) => {
                    return Some(Reason::Placeholder { text: text.clone() });
                }
                Scalar::Regex(regex) if samples(regex).is_empty() => {
                    return Some(Reason::UnsupportedRegex { text: regex.source.clone() });
                }
                Scalar::Regex(_)
                | Scalar::Text(_)
                | Scalar::Glob(_)
                | Scalar::Number(_)
                | Scalar::Bool(_)
                | Scalar::Null
                | Scalar::Network(_)
                | Scalar::Field(_)
                | Scalar::Value(_) => {}
            }
        }
        self.trouble.clone()
    }
}

/// A literal that is a value.
pub(super) fn literal_of(value: &Datum) -> Option<Literal> {
    let scalar = match value {
        Datum::Bool(b) => Scalar::Bool(*b),
        Datum::Number(n) => Scalar::Number(n.clone()),
        Datum::Text(text) => Scalar::Text(text.to_string()),
        Datum::Null | Datum::List(_) | Datum::Object(_) | Datum::Unknown => return None,
    };
    Some(Literal::new(scalar, rulescope_ir::Span::NONE))
}

/// A number and its neighbours.
fn around(n: &Number) -> Vec<Datum> {
    match n.as_str().parse::<i128>() {
        Ok(i) => [i, i.saturating_sub(1), i.saturating_add(1)].map(Datum::int).to_vec(),
        Err(_) => {
            let f = n.as_f64();
            vec![Datum::Number(n.clone()), Datum::float(f - 1.0), Datum::float(f + 1.0)]
        }
    }
}

/// Addresses of a network: its first, the one after it, its last.
fn addresses(text: &str) -> Vec<Datum> {
    let Some(net) = network(text) else { return Vec::new() };
    let next = match net.network() {
        IpAddr::V4(a) => IpAddr::from(std::net::Ipv4Addr::from(u32::from(a).saturating_add(1))),
        IpAddr::V6(a) => IpAddr::from(std::net::Ipv6Addr::from(u128::from(a).saturating_add(1))),
    };
    let all = [next, net.network(), net.broadcast()];
    all.into_iter().filter(|a| net.contains(a)).map(|a| Datum::text(a.to_string())).collect()
}

/// Finds the base of a value and collects what it reads.
struct Scan<'s, 'p> {
    draft: &'s mut Draft<'p>,
    bindings: &'s Bindings,
    reads: Vec<usize>,
    trouble: Option<Reason>,
}

impl Scan<'_, '_> {
    fn field(&mut self, name: &str, definitions: usize) -> Option<(usize, Via)> {
        for (i, (defined, value)) in
            self.draft.definitions.clone().into_iter().take(definitions).enumerate().rev()
        {
            let Some(rest) = name.strip_prefix(defined) else { continue };
            if rest.is_empty() {
                return self.value(value, i);
            }
            if let Some(member) = rest.strip_prefix('.') {
                let base = self.value(value, i);
                return self.member(base, member);
            }
        }
        let place = self.draft.resolve(name, self.bindings);
        Some((self.read(&place), Via::Itself))
    }

    fn read(&mut self, place: &str) -> usize {
        let id = self.draft.place(place);
        if !self.reads.contains(&id) {
            self.reads.push(id);
        }
        id
    }

    fn member(&mut self, base: Option<(usize, Via)>, path: &str) -> Option<(usize, Via)> {
        let (base, via) = base?;
        if via != Via::Itself {
            return None;
        }
        self.reads.retain(|id| *id != base);
        let place = format!("{}{MEMBER}{path}", self.draft.name(base));
        Some((self.read(&place), Via::Itself))
    }

    fn value(&mut self, value: &Value, definitions: usize) -> Option<(usize, Via)> {
        let (function, args) = match value {
            Value::Field(field) => return self.field(field.name(), definitions),
            Value::Literal(_) => return None,
            Value::Call { function, args } => (*function, args),
            Value::List(_) | Value::Truth(_) => {
                self.trouble = Some(Reason::UnsupportedValue { text: print::value(value) });
                return None;
            }
            Value::Opaque { text, .. } => {
                self.trouble = Some(Reason::OpaquePart { text: text.clone() });
                return None;
            }
        };
        if function == Function::Time {
            self.reads.push(TIME);
            return Some((TIME, Via::Seconds));
        }
        let bases: Vec<Option<(usize, Via)>> =
            args.iter().map(|arg| self.value(arg, definitions)).collect();
        let first = bases.first().cloned().flatten();
        let text_of = |i: usize| match args.get(i) {
            Some(Value::Literal(literal)) => Some(literal.display()),
            _ => None,
        };
        let found = match function {
            Function::Lower
            | Function::Upper
            | Function::Trim
            | Function::Text
            | Function::Number
            | Function::Basename
            | Function::ParseJson
            | Function::Absolute
            | Function::Round
            | Function::Floor
            | Function::Ceiling
            | Function::Bin => first,
            Function::Concat
            | Function::Coalesce
            | Function::Least
            | Function::Greatest
            | Function::Add
            | Function::Subtract
            | Function::Multiply
            | Function::Divide => bases.into_iter().flatten().next(),
            Function::Member => text_of(1).and_then(|path| self.member(first, &path)),
            Function::Length => {
                first.filter(|(_, v)| *v == Via::Itself).map(|(b, _)| (b, Via::Length))
            }
            Function::DatePart => match (text_of(0), bases.into_iter().flatten().next()) {
                (Some(part), Some((base, _))) => Some((base, Via::Date(part.to_ascii_lowercase()))),
                _ => None,
            },
            Function::Now | Function::Count => return None,
            Function::Substring
            | Function::Replace
            | Function::Extract
            | Function::Split
            | Function::Join
            | Function::Element
            | Function::If
            | Function::Case
            | Function::Modulo
            | Function::Negate
            | Function::Entropy
            | Function::Time
            | Function::DecodeBase64
            | Function::Distinct => None,
        };
        if found.is_none() && self.trouble.is_none() {
            self.trouble = Some(Reason::UnsupportedValue { text: print::value(value) });
        }
        found
    }
}

/// The place that a value stands for, where it stands for one.
pub(super) fn place_of<'p>(
    value: &Value,
    bindings: &Bindings,
    definitions: usize,
    draft: &mut Draft<'p>,
) -> Result<String, Reason> {
    let mut scan = Scan { draft, bindings, reads: Vec::new(), trouble: None };
    match scan.value(value, definitions) {
        Some((id, Via::Itself)) if id != TIME => Ok(draft.name(id).to_owned()),
        _ => Err(scan
            .trouble
            .unwrap_or_else(|| Reason::UnsupportedValue { text: print::value(value) })),
    }
}
