//! What a Sigma document says.

use rulescope_ir::{Duration, Number, Span};

/// A modifier of a field, as written and as known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the specification's names; see sigma-modifiers-appendix.md")]
pub enum Modifier {
    All,
    Base64,
    Base64Offset,
    Cased,
    Cidr,
    Contains,
    Day,
    EndsWith,
    Exists,
    Expand,
    FieldRef,
    Gt,
    Gte,
    Hour,
    IgnoreCase,
    Lt,
    Lte,
    Minute,
    Month,
    MultiLine,
    Neq,
    Re,
    DotAll,
    StartsWith,
    Utf16,
    Utf16Be,
    Week,
    Wide,
    Windash,
    Year,
}

impl Modifier {
    /// Every modifier with its names, the short one first.
    pub const NAMES: [(Modifier, &'static [&'static str]); 30] = [
        (Modifier::All, &["all"]),
        (Modifier::Base64, &["base64"]),
        (Modifier::Base64Offset, &["base64offset"]),
        (Modifier::Cased, &["cased"]),
        (Modifier::Cidr, &["cidr"]),
        (Modifier::Contains, &["contains"]),
        (Modifier::Day, &["day"]),
        (Modifier::EndsWith, &["endswith"]),
        (Modifier::Exists, &["exists"]),
        (Modifier::Expand, &["expand"]),
        (Modifier::FieldRef, &["fieldref"]),
        (Modifier::Gt, &["gt"]),
        (Modifier::Gte, &["gte"]),
        (Modifier::Hour, &["hour"]),
        (Modifier::IgnoreCase, &["i", "ignorecase"]),
        (Modifier::Lt, &["lt"]),
        (Modifier::Lte, &["lte"]),
        (Modifier::Minute, &["minute"]),
        (Modifier::Month, &["month"]),
        (Modifier::MultiLine, &["m", "multiline"]),
        (Modifier::Neq, &["neq"]),
        (Modifier::Re, &["re"]),
        (Modifier::DotAll, &["s", "dotall"]),
        (Modifier::StartsWith, &["startswith"]),
        (Modifier::Utf16, &["utf16"]),
        (Modifier::Utf16Be, &["utf16be"]),
        (Modifier::Week, &["week"]),
        (Modifier::Wide, &["wide", "utf16le"]),
        (Modifier::Windash, &["windash"]),
        (Modifier::Year, &["year"]),
    ];

    /// The modifier of a name.
    pub fn from_name(name: &str) -> Option<Modifier> {
        Modifier::NAMES.iter().find(|(_, names)| names.contains(&name)).map(|(m, _)| *m)
    }

    /// The short name.
    pub fn name(self) -> &'static str {
        Modifier::NAMES.iter().find(|(m, _)| *m == self).map_or("", |(_, names)| names[0])
    }
}

/// What a YAML scalar of a detection is, as Sigma's own tool loads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plain {
    /// Text, before Sigma's own escapes.
    Text(String),
    /// A number.
    Number(Number),
    /// True or false.
    Bool(bool),
    /// Null.
    Null,
}

/// A value of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemValue {
    /// What it is.
    pub plain: Plain,
    /// The scalar as authored, where it reads otherwise (`0x10` for 16).
    pub authored: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// One line of a selection: a field with modifiers and its values, or values without a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The field; `None` for keywords.
    pub field: Option<String>,
    /// The modifiers in order; an unknown one by its text.
    pub modifiers: Vec<Result<Modifier, String>>,
    /// Where field and modifiers stand.
    pub key_span: Span,
    /// The values, in order.
    pub values: Vec<ItemValue>,
    /// Where it stands as a whole.
    pub span: Span,
}

/// The body of a selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// All items hold.
    Items(Vec<Item>),
    /// One of the blocks holds.
    AnyOf(Vec<Block>),
    /// A part that could not be read.
    Opaque {
        /// Its text.
        text: String,
        /// Where it stands.
        span: Span,
    },
}

/// A named selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Its name.
    pub name: String,
    /// What it says.
    pub block: Block,
    /// Where it stands, its name included.
    pub span: Span,
}

/// How many selections of a pattern must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// All of them.
    All,
    /// At least this many (`1 of`, `any of`; larger numbers as sigmac read them).
    AtLeast(u32),
}

/// A condition's tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    /// All hold.
    And(Vec<Tree>),
    /// One holds.
    Or(Vec<Tree>),
    /// It does not hold.
    Not(Box<Tree>),
    /// A selection.
    Name {
        /// Its name.
        name: String,
        /// Where it stands.
        span: Span,
    },
    /// Selections by a pattern of their names.
    Of {
        /// How many must hold.
        quantity: Quantity,
        /// The pattern; `them` for all.
        pattern: String,
        /// Where it stands.
        span: Span,
    },
    /// A part that could not be read.
    Opaque {
        /// Its text.
        text: String,
        /// Where it stands.
        span: Span,
    },
}

impl Tree {
    /// The same without spans, for comparison.
    #[must_use]
    pub fn unplaced(&self) -> Tree {
        match self {
            Tree::And(of) => Tree::And(of.iter().map(Tree::unplaced).collect()),
            Tree::Or(of) => Tree::Or(of.iter().map(Tree::unplaced).collect()),
            Tree::Not(inner) => Tree::Not(Box::new(inner.unplaced())),
            Tree::Name { name, .. } => Tree::Name { name: name.clone(), span: Span::NONE },
            Tree::Of { quantity, pattern, .. } => {
                Tree::Of { quantity: *quantity, pattern: pattern.clone(), span: Span::NONE }
            }
            Tree::Opaque { text, .. } => Tree::Opaque { text: text.clone(), span: Span::NONE },
        }
    }
}

/// A comparison with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Comparison {
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
}

impl Comparison {
    /// The operator as written in a condition.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Lt => "<",
            Comparison::Le => "<=",
            Comparison::Gt => ">",
            Comparison::Ge => ">=",
            Comparison::Eq => "=",
            Comparison::Ne => "!=",
        }
    }
}

/// What follows the pipe of a legacy condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aggregation {
    /// `count(field) by group > n` and its like.
    Count {
        /// `count`, `min`, `max`, `avg` or `sum`.
        function: String,
        /// The field in parentheses.
        field: Option<String>,
        /// The fields after `by`.
        by: Vec<String>,
        /// The comparison.
        comparison: Comparison,
        /// With this number.
        number: Number,
        /// Where the comparison stands.
        span: Span,
    },
    /// `near selection and not other`.
    Near {
        /// What must be near.
        tree: Tree,
        /// Where it stands.
        span: Span,
    },
    /// Something else.
    Opaque {
        /// Its text.
        text: String,
        /// Where it stands.
        span: Span,
    },
}

/// One condition of a detection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The verbatim text.
    pub text: String,
    /// What it says of selections.
    pub tree: Tree,
    /// What it says after a pipe.
    pub aggregation: Option<Aggregation>,
    /// Where it stands.
    pub span: Span,
}

/// A `detection` section.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Detection {
    /// The selections, in the order of the text.
    pub selections: Vec<Selection>,
    /// The conditions; several are alternatives.
    pub conditions: Vec<Condition>,
    /// The legacy `timeframe` with its place.
    pub timeframe: Option<(Duration, Span)>,
    /// Where the section stands.
    pub span: Span,
}
