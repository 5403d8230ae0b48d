//! The atom of a rule's logic: one test of one subject.

use serde::{Deserialize, Serialize};

use crate::span::Span;
use crate::value::{Field, Literal, Scalar, Value};

/// What is tested.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A field of the event. A multi-valued field passes a test when one of its values does.
    Field(Field),
    /// A computed value.
    Value(Value),
    /// The event as a whole: any of its values (a keyword).
    Event,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Equal. Numbers and texts are compared by their text.
    Eq,
    /// The value contains the text.
    Contains,
    /// The value starts with the text.
    StartsWith,
    /// The value ends with the text.
    EndsWith,
    /// The pattern covers the whole value.
    Wildcard,
    /// The regular expression matches.
    Regex,
    /// The value, cut into terms at characters that are neither letters nor digits, has this term. A
    /// term that holds such characters itself is looked for as it is, between two cuts.
    Term,
    /// The same, cut at characters that are none of ASCII's letters and digits, `_` and `-`.
    Word,
    /// Less than, as numbers.
    Lt,
    /// Less than or equal, as numbers.
    Le,
    /// Greater than, as numbers.
    Gt,
    /// Greater than or equal, as numbers.
    Ge,
    /// The address lies in the network; an IPv4 address in IPv6 form (`::ffff:10.0.0.1`) is the IPv4
    /// address.
    Cidr,
    /// The field is there; takes no value.
    Exists,
    /// The field is absent or null; takes no value.
    Null,
    /// Equal to another field of the same event; where that is absent, the comparison makes no sense.
    FieldEq,
    /// Some value of the event contains the text.
    Keyword,
}

impl Op {
    /// Whether a comparison of texts lets more stand before the value's text, and after it.
    pub fn open_ends(self) -> (bool, bool) {
        match self {
            Op::Contains | Op::Keyword | Op::Term | Op::Word => (true, true),
            Op::StartsWith => (false, true),
            Op::EndsWith => (true, false),
            Op::Eq
            | Op::Wildcard
            | Op::FieldEq
            | Op::Regex
            | Op::Lt
            | Op::Le
            | Op::Gt
            | Op::Ge
            | Op::Cidr
            | Op::Exists
            | Op::Null => (false, false),
        }
    }
}

/// Whether one of the values must pass or all of them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Quantifier {
    /// One of the values.
    #[default]
    Any,
    /// All of the values.
    All,
}

impl Quantifier {
    /// The name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Quantifier::Any => "any",
            Quantifier::All => "all",
        }
    }
}

/// The kind of a predicate, as printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation: see `Op`")]
pub enum Kind {
    Eq,
    Ne,
    In,
    Match,
    StartsWith,
    EndsWith,
    Wildcard,
    RegexMatch,
    Term,
    Gt,
    Ge,
    Lt,
    Le,
    Cidr,
    IsNull,
    IsNotNull,
    FieldEq,
    Keyword,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 18] = [
        Kind::Eq,
        Kind::Ne,
        Kind::In,
        Kind::Match,
        Kind::StartsWith,
        Kind::EndsWith,
        Kind::Wildcard,
        Kind::RegexMatch,
        Kind::Term,
        Kind::Gt,
        Kind::Ge,
        Kind::Lt,
        Kind::Le,
        Kind::Cidr,
        Kind::IsNull,
        Kind::IsNotNull,
        Kind::FieldEq,
        Kind::Keyword,
    ];

    /// The name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Eq => "eq",
            Kind::Ne => "ne",
            Kind::In => "in",
            Kind::Match => "match",
            Kind::StartsWith => "starts_with",
            Kind::EndsWith => "ends_with",
            Kind::Wildcard => "wildcard",
            Kind::RegexMatch => "regex_match",
            Kind::Term => "term",
            Kind::Gt => "gt",
            Kind::Ge => "ge",
            Kind::Lt => "lt",
            Kind::Le => "le",
            Kind::Cidr => "cidr",
            Kind::IsNull => "is_null",
            Kind::IsNotNull => "is_not_null",
            Kind::FieldEq => "field_eq",
            Kind::Keyword => "keyword",
        }
    }

    /// The kind of a printed name.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.name() == name)
    }
}

/// One test. It is two-valued: it says itself what it answers where the subject is absent.
///
/// A JSON null counts as absent. On a subject that is there, the answer is the test's, inverted
/// where `negated`; where the subject is absent (or a comparison makes no sense, such as `Lt` on a
/// text that is no number, which counts as absent for its value), the answer is `missing`. Each
/// value is compared by itself with every element of the subject: a multi-valued field passes all
/// of `a, b` where one element passes `a` and one passes `b`. A regular expression or network that
/// can't be read, and a value that the user has to supply, make the answer unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Predicate {
    /// What is tested.
    pub subject: Subject,
    /// How.
    pub op: Op,
    /// Whether the answer on a present subject is inverted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub negated: bool,
    /// The values; none for `Exists` and `Null`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Literal>,
    /// Whether one or all of the values must pass.
    #[serde(default, skip_serializing_if = "is_any")]
    pub quantifier: Quantifier,
    /// Whether texts are compared with case. A regular expression says so by its own flags.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub case_sensitive: bool,
    /// The answer where the subject is absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Span::is_none_ref")]
    pub span: Span,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_any(quantifier: &Quantifier) -> bool {
    *quantifier == Quantifier::Any
}

impl Predicate {
    /// A test of a field for any of the values, without case; false where the field is absent.
    pub fn new(subject: Subject, op: Op, values: Vec<Literal>) -> Predicate {
        Predicate {
            subject,
            op,
            negated: false,
            values,
            quantifier: Quantifier::Any,
            case_sensitive: false,
            missing: op == Op::Null,
            span: Span::NONE,
        }
    }

    /// The same test with the opposite answer on every event.
    #[must_use]
    pub fn inverted(mut self) -> Predicate {
        self.negated = !self.negated;
        self.missing = !self.missing;
        self
    }

    /// The field it tests, where it tests one.
    pub fn field(&self) -> Option<&Field> {
        match &self.subject {
            Subject::Field(field) => Some(field),
            Subject::Value(_) | Subject::Event => None,
        }
    }

    /// The kind as printed in stages: `in` for a list of equals. Whether the test is inverted is said
    /// beside it.
    pub fn kind(&self) -> Kind {
        match self.op {
            Op::Eq if self.values.len() > 1 && self.quantifier == Quantifier::Any => Kind::In,
            _ => self.indicator_kind(),
        }
    }

    /// The kind that a single value of it is counted under: lists of equals count as `eq`.
    pub fn indicator_kind(&self) -> Kind {
        match self.op {
            Op::Eq => Kind::Eq,
            Op::Contains => Kind::Match,
            Op::StartsWith => Kind::StartsWith,
            Op::EndsWith => Kind::EndsWith,
            Op::Wildcard => Kind::Wildcard,
            Op::Regex => Kind::RegexMatch,
            Op::Term | Op::Word => Kind::Term,
            Op::Lt => Kind::Lt,
            Op::Le => Kind::Le,
            Op::Gt => Kind::Gt,
            Op::Ge => Kind::Ge,
            Op::Cidr => Kind::Cidr,
            Op::Exists => Kind::IsNotNull,
            Op::Null => Kind::IsNull,
            Op::FieldEq => Kind::FieldEq,
            Op::Keyword => Kind::Keyword,
        }
    }

    /// Whether a value is one that the user has to supply.
    pub fn has_placeholder(&self) -> bool {
        self.values.iter().any(|v| matches!(v.value, Scalar::Placeholder(_)))
    }
}
