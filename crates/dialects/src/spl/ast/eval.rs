//! The language of `eval` and `where`, and aggregates, which may hold it.

use rulescope_ir::Span;

use super::{Arg, Comparison, MacroCall, Opt, Text};

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
    /// A number as written.
    Number(String),
    /// A text in double quotes.
    Text(Text),
    /// A field, bare or in single quotes; `true`, `false` and `null` without parentheses are read
    /// as fields.
    Field(Text),
    /// A function and its arguments.
    Call {
        /// Its name as written.
        function: Text,
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
    /// One of a list.
    In {
        /// What is looked for.
        subject: Box<Expr>,
        /// The list.
        values: Vec<Expr>,
    },
    /// Two or more joined by operators of one level, from left to right.
    Arithmetic {
        /// The first operand.
        first: Box<Expr>,
        /// The operators, each with the operand right of it.
        rest: Vec<(ArithmeticOp, Expr)>,
    },
    /// A macro without definition.
    Macro(MacroCall),
    /// A part that could not be read.
    Opaque(String),
}

/// How conditions are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum LogicOp {
    And,
    Or,
    Xor,
}

impl LogicOp {
    /// The operator as written.
    pub fn sign(self) -> &'static str {
        match self {
            LogicOp::And => "AND",
            LogicOp::Or => "OR",
            LogicOp::Xor => "XOR",
        }
    }
}

/// How values are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArithmeticOp {
    /// `+`: a sum, of two texts their concatenation.
    Add,
    /// `-`
    Subtract,
    /// `.`: a concatenation.
    Concat,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

impl ArithmeticOp {
    /// The operator as written.
    pub fn sign(self) -> &'static str {
        match self {
            ArithmeticOp::Add => "+",
            ArithmeticOp::Subtract => "-",
            ArithmeticOp::Concat => ".",
            ArithmeticOp::Multiply => "*",
            ArithmeticOp::Divide => "/",
            ArithmeticOp::Modulo => "%",
        }
    }

    /// Whether it binds tighter than the others.
    pub fn is_product(self) -> bool {
        match self {
            ArithmeticOp::Multiply | ArithmeticOp::Divide | ArithmeticOp::Modulo => true,
            ArithmeticOp::Add | ArithmeticOp::Subtract | ArithmeticOp::Concat => false,
        }
    }
}

/// A field that `eval` sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The field.
    pub field: Text,
    /// Its value.
    pub value: Expr,
    /// Where it stands.
    pub span: Span,
}

/// An aggregate: `count`, `dc(x) AS n`, `sum(eval(a*b))`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// The function as written, its number included (`perc95`).
    pub function: Text,
    /// What it is computed of; `None` without parentheses or with nothing in them.
    pub argument: Option<Argument>,
    /// The name of the result.
    pub alias: Option<Text>,
    /// Where it stands.
    pub span: Span,
}

/// What an aggregate is computed of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// A field, or fields by a wildcard.
    Field(Text),
    /// A value of every row.
    Eval(Expr),
    /// Something else, kept as it is: `sparkline(count, 1h)`, `values(PREFIX(x=))`.
    Other(Vec<Arg>),
}

/// What rows are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct By {
    /// The fields, in order.
    pub fields: Vec<Text>,
    /// Options that stand among them, such as the `span` of `_time`.
    pub options: Vec<Opt>,
    /// Where it stands, the word before it included.
    pub span: Span,
}
