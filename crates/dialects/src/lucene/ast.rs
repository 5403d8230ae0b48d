//! What a query says, in the language's own terms.

use rulescope_ir::{Diagnostic, Glob, Span};

use crate::Source;

/// A query with what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The text that was parsed; spans of the tree count in it.
    pub source: Source,
    /// Its clauses; none for an empty query, which every event meets.
    pub clauses: Vec<Clause>,
    /// What is wrong, with spans of the rule's body.
    pub diagnostics: Vec<Diagnostic>,
}

/// What stands between a clause and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// Nothing.
    None,
    /// `AND`, `&&`
    And,
    /// `OR`, `||`
    Or,
}

/// What stands before a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modifier {
    /// Nothing.
    None,
    /// `+`
    Required,
    /// `NOT`, `!`, `-`
    Prohibited,
}

/// A part of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// How it is joined to the one before it.
    pub join: Join,
    /// Whether it must or must not hold.
    pub modifier: Modifier,
    /// The field that it is on; that of the group around it where absent.
    pub field: Option<Text>,
    /// What is looked for.
    pub term: Term,
    /// Where it stands, from the field on.
    pub span: Span,
}

/// What a clause looks for. Spans count in the query's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// A word or phrase; `slop` of a word or phrase that may differ (`~`).
    Text {
        /// The word or phrase.
        text: Text,
        /// What stands after `~`.
        slop: Option<String>,
    },
    /// `/…/`
    Regex {
        /// The expression without its slashes.
        source: String,
        /// Where it stands, slashes included.
        span: Span,
    },
    /// `[a TO b]`, `{a TO b}`, `>a`; a bound that is absent is open.
    Range {
        /// The lower bound and whether it belongs to the range.
        from: Option<(Text, bool)>,
        /// The upper bound and whether it belongs to the range.
        to: Option<(Text, bool)>,
    },
    /// Clauses in parentheses.
    Group(Vec<Clause>),
    /// A part that could not be read.
    Opaque,
}

/// A field's name or a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text after its escapes; `*` and `?` are wildcards where it is not quoted.
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
}
