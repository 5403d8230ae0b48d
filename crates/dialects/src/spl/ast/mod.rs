//! What a search says, once its macros are put in.
//!
//! All spans count in the expanded text ([`Expansion::text`]); [`Expansion::place`] leads back to
//! the body. Texts are kept as written, escapes included; [`super::text`] gives their meaning,
//! which differs between commands.

mod command;
mod eval;
mod search;
mod walk;

use std::fmt;

use rulescope_ir::{Diagnostic, Span};

use super::expand::Expansion;

pub use command::{
    Bin, Boundary, Branches, Chart, Command, Conversion, DataSource, Dedup, FieldsMode, Foreach,
    Join, Lookup, LookupPair, Map, Multivalue, OutputMode, Renaming, Rex, Slice, SortKey, Spath,
    StatsKind, Tally, Transaction, Tstats,
};
pub use eval::{Aggregate, Argument, ArithmeticOp, Assignment, By, Expr, ExprKind, LogicOp};
pub use search::{Literal, SearchExpr, Segment};

/// A search as read.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The text with its macros put in, and where it comes from.
    pub expansion: Expansion,
    /// What it says.
    pub pipeline: Pipeline,
    /// What is wrong with it; their spans count in the body.
    pub diagnostics: Vec<Diagnostic>,
}

impl fmt::Debug for Query {
    /// What the search says; its text and its map of places are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query").field("pipeline", &self.pipeline).finish()
    }
}

/// Commands, each of which takes what the one before it gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pipeline {
    /// The commands, in order.
    pub steps: Vec<Step>,
    /// Where it stands, without the brackets of a subsearch.
    pub span: Span,
}

/// A command of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name in lower case, as written (`bucket` and `bin` are one command by two names);
    /// `search` where the name is left out at the start of a search, and the text between the
    /// backticks for a macro.
    pub name: String,
    /// Whether the name is left out.
    pub implied: bool,
    /// What it does.
    pub command: Command,
    /// Where it stands, its name included, without the pipe before it.
    pub span: Span,
}

/// How a text is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quote {
    /// It is not.
    None,
    /// By single quotes; a field's name in `eval` and `where`.
    Single,
    /// By double quotes.
    Double,
}

/// A name or value as written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text {
    /// What stands between the quotes, with its escapes, or the whole word.
    pub raw: String,
    /// Its quotes.
    pub quote: Quote,
    /// Where it stands, quotes included.
    pub span: Span,
}

impl Text {
    /// A word without quotes that stands nowhere.
    pub fn word(raw: impl Into<String>) -> Text {
        Text { raw: raw.into(), quote: Quote::None, span: Span::NONE }
    }

    /// A text in double quotes that stands nowhere.
    pub fn quoted(raw: impl Into<String>) -> Text {
        Text { raw: raw.into(), quote: Quote::Double, span: Span::NONE }
    }

    /// Whether it is this word, in any case, without quotes.
    pub fn is_word(&self, word: &str) -> bool {
        self.quote == Quote::None && self.raw.eq_ignore_ascii_case(word)
    }
}

impl fmt::Debug for Text {
    /// The text with its quotes, and where it stands.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quote {
            Quote::None => write!(f, "{:?}", self.raw)?,
            Quote::Single => write!(f, "single {:?}", self.raw)?,
            Quote::Double => write!(f, "double {:?}", self.raw)?,
        }
        write!(f, "@{}..{}", self.span.start, self.span.end)
    }
}

/// A macro call that stays in the text; [`Expansion::origin`] of its span says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroCall {
    /// What stands between the backticks.
    pub text: String,
    /// Where it stands, backticks included.
    pub span: Span,
}

/// An option of a command: `name=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opt {
    /// Its name.
    pub name: Text,
    /// Its value.
    pub value: OptValue,
    /// Where it stands.
    pub span: Span,
}

/// The value of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptValue {
    /// A word or text.
    Text(Text),
    /// What stands in parentheses.
    Group(Vec<Arg>),
    /// A macro.
    Macro(MacroCall),
}

impl Opt {
    /// The value as written without its quotes, where it is a word or text.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            OptValue::Text(text) => Some(&text.raw),
            OptValue::Group(_) | OptValue::Macro(_) => None,
        }
    }
}

/// The option of a name; names are read in any case, and the last of two counts.
pub fn option<'a>(options: &'a [Opt], name: &str) -> Option<&'a Opt> {
    options.iter().rev().find(|o| o.name.is_word(name))
}

/// An argument of a command whose arguments are kept as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// An option.
    Opt(Opt),
    /// A word or text.
    Text(Text),
    /// A word with parentheses.
    Call {
        /// The word.
        name: Text,
        /// What stands in the parentheses.
        args: Vec<Arg>,
    },
    /// What stands in parentheses.
    Group(Vec<Arg>),
    /// A macro.
    Macro(MacroCall),
    /// A subsearch.
    Subsearch(Pipeline),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparison {
    /// `=`
    Eq,
    /// `==`
    Same,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `LIKE`, in `eval` and `where` alone.
    Like,
    /// `::` between an indexed field and its value, in `search` alone.
    Indexed,
}

impl Comparison {
    /// The operator as written.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Eq => "=",
            Comparison::Same => "==",
            Comparison::Ne => "!=",
            Comparison::Lt => "<",
            Comparison::Le => "<=",
            Comparison::Gt => ">",
            Comparison::Ge => ">=",
            Comparison::Like => "LIKE",
            Comparison::Indexed => "::",
        }
    }
}
