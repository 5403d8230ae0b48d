//! What a query says, in EQL's terms. Spans count in the query's own text.

mod expr;

use rulescope_ir::{Diagnostic, Span};

pub use expr::{Arithmetic, Comparison, Expr, ExprKind, FieldName, LogicOp, MatchOp, Part};

use crate::source::Source;

/// A query that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Its text, and where it was written.
    pub source: Source,
    /// What it says.
    pub statement: Statement,
    /// What is wrong with it; spans count in the rule's body.
    pub diagnostics: Vec<Diagnostic>,
}

/// Events and the pipes that they go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Which events.
    pub body: Body,
    /// The pipes in order.
    pub pipes: Vec<Pipe>,
    /// Where it stands.
    pub span: Span,
}

/// Which events a statement takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Single events.
    Event(Filter),
    /// Several events together.
    Series(Series),
    /// Text that could not be read.
    Opaque {
        /// The verbatim text.
        text: String,
        /// Where it stands.
        span: Span,
    },
}

/// `category where condition`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The category; `None` for `any`.
    pub category: Option<Text>,
    /// What must hold.
    pub condition: Expr,
    /// Where it stands, without brackets around it.
    pub span: Span,
}

/// How the events of a series belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeriesKind {
    /// One after another.
    Sequence,
    /// In any order.
    Sample,
    /// In any order; Endgame's, which Elasticsearch refuses.
    Join,
}

impl SeriesKind {
    /// Every kind.
    pub const ALL: [SeriesKind; 3] = [SeriesKind::Sequence, SeriesKind::Sample, SeriesKind::Join];

    /// The keyword.
    pub fn word(self) -> &'static str {
        match self {
            SeriesKind::Sequence => "sequence",
            SeriesKind::Sample => "sample",
            SeriesKind::Join => "join",
        }
    }
}

/// A sequence, a sample or a join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Which of them.
    pub kind: SeriesKind,
    /// The keys that all steps share.
    pub by: Vec<Expr>,
    /// `with maxspan`.
    pub max_span: Option<TimeSpan>,
    /// The steps in order.
    pub steps: Vec<Step>,
    /// What ends it.
    pub until: Option<Step>,
    /// Where its head stands: all before the first step.
    pub head: Span,
}

/// A length of time as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeSpan {
    /// The number.
    pub number: String,
    /// The unit; empty where there is none.
    pub unit: String,
    /// Where it stands.
    pub span: Span,
}

/// One event of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The event.
    pub filter: Filter,
    /// Whether it must not come (`![…]`).
    pub missing: bool,
    /// Its keys besides those of the series.
    pub by: Vec<Expr>,
    /// `with runs`: how often it comes.
    pub runs: Option<Count>,
    /// Where it stands, with all that belongs to it.
    pub span: Span,
}

/// A number of times as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The number.
    pub number: String,
    /// Where it stands.
    pub span: Span,
}

/// A pipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipe {
    /// Its name.
    pub name: String,
    /// Its arguments.
    pub args: Vec<Expr>,
    /// Where it stands, without the sign before it.
    pub span: Span,
}

/// How a text is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quote {
    /// Not at all: a category that is a word.
    None,
    /// In double quotes, with escapes.
    Double,
    /// In three double quotes, as it is.
    Triple,
    /// In single quotes, with escapes; Endgame's.
    Single,
    /// In double quotes after a question mark, as it is; Endgame's.
    Raw,
    /// In single quotes after a question mark, as it is; Endgame's.
    RawSingle,
}

/// A text as written, between its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What stands between the quotes.
    pub raw: String,
    /// How it is quoted.
    pub quote: Quote,
    /// Where it stands, with its quotes.
    pub span: Span,
}
