//! The language of `search`, of the start of a search and of what follows `where` in `tstats`.

use rulescope_ir::Span;

use super::{Comparison, MacroCall, Pipeline, Text};

/// A search expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchExpr {
    /// All hold; an empty one holds for every event. An `AND` may be left out.
    And(Vec<SearchExpr>),
    /// One holds.
    Or(Vec<SearchExpr>),
    /// It does not hold.
    Not(Box<SearchExpr>),
    /// A field and a value.
    Compare {
        /// The field.
        field: Text,
        /// The operator.
        op: Comparison,
        /// The value; wildcards in it count, in quotes too.
        value: Literal,
        /// Where it stands.
        span: Span,
    },
    /// A field is one of these.
    In {
        /// The field.
        field: Text,
        /// The values.
        values: Vec<Literal>,
        /// Where it stands.
        span: Span,
    },
    /// A word or phrase anywhere in the event.
    Keyword(Text),
    /// `TERM(…)`, `CASE(…)` or `PREFIX(…)` around a word.
    Segment {
        /// Which.
        kind: Segment,
        /// The word.
        text: Text,
        /// Where it stands.
        span: Span,
    },
    /// The results of another search, as a condition.
    Subsearch(Pipeline),
    /// A macro without definition.
    Macro(MacroCall),
    /// A part that could not be read.
    Opaque {
        /// Its text.
        text: String,
        /// Where it stands.
        span: Span,
    },
}

/// A value that a field is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// A word or text.
    Text(Text),
    /// A macro without definition.
    Macro(MacroCall),
    /// The results of another search, as a value.
    Subsearch(Pipeline),
}

/// How a word of the event's text is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// As one indexed term, minor breakers and all.
    Term,
    /// With its case.
    Case,
    /// As the start of indexed terms, as if it were a field's name.
    Prefix,
}

impl Segment {
    /// The word as written.
    pub fn name(self) -> &'static str {
        match self {
            Segment::Term => "TERM",
            Segment::Case => "CASE",
            Segment::Prefix => "PREFIX",
        }
    }
}
