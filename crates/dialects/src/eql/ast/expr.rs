//! Conditions and values.

use rulescope_ir::Span;

use super::{Filter, Text};

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands, without parentheses around it.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as written, without a sign.
    Number(String),
    /// A text.
    Text(Text),
    /// A field, or the variable of an array function.
    Field(FieldName),
    /// A function and its arguments.
    Call {
        /// Its name as written, without a tilde.
        function: String,
        /// Whether a tilde says that it compares without case.
        tilde: bool,
        /// Its arguments.
        args: Vec<Expr>,
    },
    /// Two or more joined by one logical operator.
    Logic {
        /// The operator.
        op: LogicOp,
        /// The operands.
        of: Vec<Expr>,
    },
    /// It does not hold.
    Not(Box<Expr>),
    /// The number with its sign turned.
    Negative(Box<Expr>),
    /// Two compared.
    Compare {
        /// The operator.
        op: Comparison,
        /// Left of it.
        left: Box<Expr>,
        /// Right of it.
        right: Box<Expr>,
    },
    /// A text and what it must look like.
    Match {
        /// The operator.
        op: MatchOp,
        /// What is compared.
        subject: Box<Expr>,
        /// Any of these.
        patterns: Vec<Expr>,
        /// Whether they stand in parentheses.
        list: bool,
    },
    /// One of a list, or none of it.
    In {
        /// What is looked for.
        subject: Box<Expr>,
        /// Whether it must not be there.
        negated: bool,
        /// Whether a tilde says that case does not count.
        tilde: bool,
        /// The list.
        values: Vec<Expr>,
    },
    /// Two or more joined by operators of one level, from left to right.
    Arithmetic {
        /// The first operand.
        first: Box<Expr>,
        /// The operators, each with the operand right of it.
        rest: Vec<(Arithmetic, Expr)>,
    },
    /// `child of [process where …]`; Endgame's.
    Lineage {
        /// The relation.
        relation: String,
        /// The related event.
        filter: Box<Filter>,
    },
    /// A part that could not be read.
    Opaque(String),
}

/// The name of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldName {
    /// Whether it may be unknown to the index (`?name`).
    pub optional: bool,
    /// The parts between dots, and places in brackets.
    pub parts: Vec<Part>,
}

/// A part of a field's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A word.
    Word(String),
    /// A name in backquotes, without them; a backquote in it is not doubled.
    Quoted(String),
    /// A place in an array.
    Index(String),
}

/// How conditions are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum LogicOp {
    And,
    Or,
}

impl LogicOp {
    /// The operator as written.
    pub fn sign(self) -> &'static str {
        match self {
            LogicOp::And => "and",
            LogicOp::Or => "or",
        }
    }
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Comparison {
    /// Every operator.
    pub const ALL: [Comparison; 6] = [
        Comparison::Eq,
        Comparison::Ne,
        Comparison::Lt,
        Comparison::Le,
        Comparison::Gt,
        Comparison::Ge,
    ];

    /// The operator as written.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Eq => "==",
            Comparison::Ne => "!=",
            Comparison::Lt => "<",
            Comparison::Le => "<=",
            Comparison::Gt => ">",
            Comparison::Ge => ">=",
        }
    }
}

/// How a text is held against patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchOp {
    /// `:`: wildcards, without case.
    Colon,
    /// `like`: wildcards, with case.
    Like,
    /// `like~`: wildcards, without case.
    LikeTilde,
    /// `regex`: a regular expression, with case.
    Regex,
    /// `regex~`: a regular expression, without case.
    RegexTilde,
}

impl MatchOp {
    /// Every operator.
    pub const ALL: [MatchOp; 5] =
        [MatchOp::Colon, MatchOp::Like, MatchOp::LikeTilde, MatchOp::Regex, MatchOp::RegexTilde];

    /// The operator as written.
    pub fn sign(self) -> &'static str {
        match self {
            MatchOp::Colon => ":",
            MatchOp::Like => "like",
            MatchOp::LikeTilde => "like~",
            MatchOp::Regex => "regex",
            MatchOp::RegexTilde => "regex~",
        }
    }
}

/// How numbers are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

impl Arithmetic {
    /// The operator as written.
    pub fn sign(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
            Arithmetic::Modulo => "%",
        }
    }
}

impl FieldName {
    /// The name as the index has it: parts with dots between them, without places in arrays (an index
    /// knows none).
    pub fn name(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            let (Part::Word(name) | Part::Quoted(name)) = part else { continue };
            if !out.is_empty() {
                out.push('.');
            }
            out.push_str(name);
        }
        out
    }
}
