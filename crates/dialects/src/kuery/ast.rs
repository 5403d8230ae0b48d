//! What a query says, in the language's own terms.

use rulescope_ir::{Diagnostic, Glob, Span};

use crate::Source;

/// A query with what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The text that was parsed; spans of the tree count in it.
    pub source: Source,
    /// The condition; `None` for an empty query, which every event meets.
    pub expr: Option<Expr>,
    /// What is wrong, with spans of the rule's body.
    pub diagnostics: Vec<Diagnostic>,
}

/// A condition. Spans count in the query's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// One of them, `or`.
    Or(Vec<Expr>),
    /// All of them, `and`.
    And(Vec<Expr>),
    /// `not`.
    Not(Box<Expr>),
    /// `field: { … }`: one element of a list of objects meets the condition.
    Nested {
        /// The list.
        field: Text,
        /// The condition on an element; its fields are the element's members.
        expr: Box<Expr>,
    },
    /// `field: value`, or a value alone.
    Is {
        /// The field; `None` for a value that is looked for in all fields.
        field: Option<Text>,
        /// The value or values.
        values: Values,
        /// Where it stands.
        span: Span,
    },
    /// `field < value` and the like.
    Range {
        /// The field.
        field: Text,
        /// How.
        op: RangeOp,
        /// The bound.
        value: Text,
        /// Where it stands.
        span: Span,
    },
    /// A part that could not be read.
    Opaque {
        /// Where it stands.
        span: Span,
    },
}

/// The values that a field is tested for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// One of them.
    Or(Vec<Values>),
    /// All of them.
    And(Vec<Values>),
    /// Not this one.
    Not(Box<Values>),
    /// A value.
    One(Text),
    /// A part that could not be read.
    Opaque {
        /// Where it stands.
        span: Span,
    },
}

/// How a bound is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeOp {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl RangeOp {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            RangeOp::Lt => "<",
            RangeOp::Le => "<=",
            RangeOp::Gt => ">",
            RangeOp::Ge => ">=",
        }
    }
}

/// A field's name or a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text after its escapes; `*` is a wildcard where it is not quoted.
    pub glob: Glob,
    /// Whether it stands in double quotes.
    pub quoted: bool,
    /// As it is written, without quotes.
    pub raw: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

impl Text {
    /// Whether it is the lone wildcard.
    pub fn is_star(&self) -> bool {
        !self.quoted && self.glob.pieces == [rulescope_ir::Piece::Any]
    }

    /// A field's name; a wildcard in it stays `*`.
    pub fn name(&self) -> String {
        match self.glob.as_text() {
            Some(text) => text.to_owned(),
            None => self.glob.display(),
        }
    }
}
