//! What a query says, in ES|QL's terms. Spans count in the query's own text.

mod expr;

use rulescope_ir::{Diagnostic, Span};

pub use expr::{Arithmetic, Comparison, Expr, ExprKind, FieldName, LogicOp, MatchOp};

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

/// Commands, each with what the one before gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The commands in order.
    pub commands: Vec<Command>,
    /// Where it stands.
    pub span: Span,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// What it does.
    pub kind: CommandKind,
    /// Where it stands, without the pipe before it.
    pub span: Span,
}

/// What a command does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandKind {
    /// `from logs-* metadata _id`.
    From {
        /// The patterns of indices.
        indices: Vec<Index>,
        /// The metadata fields.
        metadata: Vec<FieldName>,
    },
    /// `where`.
    Where(Expr),
    /// `eval`.
    Eval(Vec<Named>),
    /// `keep`, or `drop`.
    Columns {
        /// Whether the columns are dropped.
        drop: bool,
        /// Their names, with wildcards, as written.
        names: Vec<String>,
    },
    /// `rename`: names before and after.
    Rename(Vec<(FieldName, FieldName)>),
    /// `stats`, or `inline stats`.
    Stats {
        /// Whether rows stay.
        inline: bool,
        /// What is computed.
        aggregates: Vec<Named>,
        /// The keys.
        by: Vec<Named>,
    },
    /// `sort`.
    Sort(Vec<Order>),
    /// `limit`.
    Limit {
        /// The number as written.
        count: String,
        /// Where the number stands.
        span: Span,
    },
    /// `grok`, or `dissect`.
    Extract {
        /// Which of them.
        grok: bool,
        /// The text.
        input: Expr,
        /// The patterns.
        patterns: Vec<Text>,
        /// `append_separator=","` and the like.
        options: Vec<Named>,
    },
    /// `mv_expand`.
    Expand(FieldName),
    /// `enrich policy on field with new = column`.
    Enrich {
        /// The policy.
        policy: Index,
        /// The field that is looked up.
        on: Option<FieldName>,
        /// What is added: the name, and the policy's field where it has another.
        with: Vec<(FieldName, Option<FieldName>)>,
    },
    /// `lookup join index on field`.
    Join {
        /// The index.
        index: Index,
        /// What is compared.
        on: Vec<Expr>,
    },
    /// `completion target = prompt with { … }`.
    Completion {
        /// The name of the answer.
        target: Option<FieldName>,
        /// What is asked.
        prompt: Expr,
        /// The options.
        with: Option<Expr>,
    },
    /// Text that could not be read.
    Opaque(String),
}

/// The name of an index, a pattern of names, or a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// As written, without quotes.
    pub name: String,
    /// How it is quoted, where it is.
    pub quote: Option<Quote>,
    /// Where it stands.
    pub span: Span,
}

/// A value with a name, where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: Option<FieldName>,
    /// The value.
    pub value: Expr,
    /// `where`: of which rows an aggregate is.
    pub filter: Option<Expr>,
    /// Where it stands.
    pub span: Span,
}

/// An order of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// By this value.
    pub value: Expr,
    /// `desc` or `asc`, where it is said.
    pub descending: Option<bool>,
    /// `nulls first` or `nulls last`, where it is said.
    pub nulls_first: Option<bool>,
}

/// How a text is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quote {
    /// In double quotes, with escapes.
    Double,
    /// In three double quotes, as it is.
    Triple,
}

impl Quote {
    /// The quotation mark.
    pub fn mark(self) -> &'static str {
        match self {
            Quote::Double => "\"",
            Quote::Triple => "\"\"\"",
        }
    }
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
