//! Conditions and values.

use rulescope_ir::Span;

use super::Text;

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
    /// A length of time: `5 minutes`.
    Time {
        /// The number.
        number: String,
        /// The unit.
        unit: String,
    },
    /// A text.
    Text(Text),
    /// A field.
    Field(FieldName),
    /// `?name`: a value given from outside.
    Parameter(String),
    /// `*`, as in `count(*)`.
    Star,
    /// A function and its arguments.
    Call {
        /// Its name as written.
        function: String,
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
    /// A text and what it must look like, or one of a list.
    Match {
        /// The operator.
        op: MatchOp,
        /// What is compared.
        subject: Box<Expr>,
        /// Whether it must not be so.
        negated: bool,
        /// Any of these.
        patterns: Vec<Expr>,
        /// Whether they stand in parentheses.
        list: bool,
    },
    /// `is null`, or `is not null`.
    Absence {
        /// What is asked for.
        subject: Box<Expr>,
        /// Whether it must be there.
        negated: bool,
    },
    /// `value::type`.
    Cast {
        /// The value.
        value: Box<Expr>,
        /// The type.
        to: String,
    },
    /// Two or more joined by operators of one level, from left to right.
    Arithmetic {
        /// The first operand.
        first: Box<Expr>,
        /// The operators, each with the operand right of it.
        rest: Vec<(Arithmetic, Expr)>,
    },
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{"name": value}`.
    Map(Vec<(Text, Expr)>),
}

/// The name of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldName {
    /// The parts between dots.
    pub parts: Vec<String>,
    /// Where it stands.
    pub span: Span,
}

impl FieldName {
    /// The name as the index has it.
    pub fn name(&self) -> String {
        self.parts.join(".")
    }
}

/// How conditions are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum LogicOp {
    And,
    Or,
}

impl LogicOp {
    /// The operator as emitted.
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
    /// `=~`: equal without case.
    Caseless,
}

impl Comparison {
    /// Every operator.
    pub const ALL: [Comparison; 7] = [
        Comparison::Eq,
        Comparison::Ne,
        Comparison::Lt,
        Comparison::Le,
        Comparison::Gt,
        Comparison::Ge,
        Comparison::Caseless,
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
            Comparison::Caseless => "=~",
        }
    }
}

/// How a value is held against others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchOp {
    /// `:`: a search of the index.
    Colon,
    /// `like`: wildcards.
    Like,
    /// `rlike`: a regular expression.
    Rlike,
    /// `in`: one of a list.
    In,
}

impl MatchOp {
    /// Every operator.
    pub const ALL: [MatchOp; 4] = [MatchOp::Colon, MatchOp::Like, MatchOp::Rlike, MatchOp::In];

    /// The operator as emitted.
    pub fn sign(self) -> &'static str {
        match self {
            MatchOp::Colon => ":",
            MatchOp::Like => "like",
            MatchOp::Rlike => "rlike",
            MatchOp::In => "in",
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
