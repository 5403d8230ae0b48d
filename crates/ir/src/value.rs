//! What a test compares: fields, literals and computed values.

use serde::{Deserialize, Serialize};

use crate::expr::Expr;
use crate::function::Function;
use crate::glob::Glob;
use crate::span::Span;

/// A field of an event, as the rule's author wrote it and as every vendor's rules are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Field {
    /// The name in the rule's text.
    pub native: String,
    /// The canonical name, where the taxonomy has one that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canonical: Option<String>,
}

impl Field {
    /// A field by the name in the rule's text.
    pub fn new(native: impl Into<String>) -> Field {
        Field { native: native.into(), canonical: None }
    }

    /// The name to compare by: canonical where known, native otherwise.
    pub fn name(&self) -> &str {
        self.canonical.as_deref().unwrap_or(&self.native)
    }
}

/// A number by its canonical decimal text (`4688`, `-1`, `0.5`): no digit is lost and numbers are
/// ordered and hashed as data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(String);

impl Number {
    /// From an integer.
    pub fn from_int(n: i128) -> Number {
        Number(n.to_string())
    }

    /// From a floating-point number; `None` for NaN and the infinities.
    pub fn from_float(n: f64) -> Option<Number> {
        n.is_finite().then(|| Number(n.to_string()))
    }

    /// From text; `None` where it is not a decimal number.
    pub fn parse(text: &str) -> Option<Number> {
        let text = text.trim();
        if let Ok(n) = text.parse::<i128>() {
            return Some(Number::from_int(n));
        }
        let digits = text.bytes().any(|b| b.is_ascii_digit());
        text.parse::<f64>().ok().filter(|_| digits).and_then(Number::from_float)
    }

    /// The canonical decimal text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest floating-point number.
    pub fn as_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }
}

/// A regular expression with its flags; the syntax is the dialect's, in the common subset that the
/// engine reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Regex {
    /// The expression's text.
    pub source: String,
    /// `i`, `m`, `s` in this order, each at most once.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub flags: String,
    /// Whether it must cover the whole value (EQL, ES|QL) or may match anywhere in it (Sigma, SPL).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
}

/// What a literal is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scalar {
    /// Text, effective after the language's escapes.
    Text(String),
    /// Text with wildcards.
    Glob(Glob),
    /// A number.
    Number(Number),
    /// True or false.
    Bool(bool),
    /// The null value.
    Null,
    /// A regular expression.
    Regex(Regex),
    /// A network in CIDR notation.
    Network(String),
    /// Another field of the same event.
    Field(Field),
    /// A computed value.
    Value(Box<Value>),
    /// A text with `%names%` of values that the user has to supply; whether it matches is unknown.
    Placeholder(String),
}

/// A value as it stands in a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Literal {
    /// The effective value: what is counted and compared across rules.
    pub value: Scalar,
    /// What is matched in place of the value, any of these, where the language expands it
    /// (`windash`, `base64`, `base64offset`, UTF-16). Empty: the value itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<Glob>,
    /// The value as authored, where it reads otherwise than the effective one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authored: Option<String>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Span::is_none_ref")]
    pub span: Span,
}

impl Span {
    pub(crate) fn is_none_ref(&self) -> bool {
        self.is_none()
    }
}

impl Literal {
    /// A literal without expansion.
    pub fn new(value: Scalar, span: Span) -> Literal {
        Literal { value, forms: Vec::new(), authored: None, span }
    }

    /// A text literal that stands nowhere.
    pub fn text(text: impl Into<String>) -> Literal {
        Literal::new(Scalar::Text(text.into()), Span::NONE)
    }

    /// A number literal that stands nowhere.
    pub fn number(n: i128) -> Literal {
        Literal::new(Scalar::Number(Number::from_int(n)), Span::NONE)
    }

    /// The effective value as people read it.
    pub fn display(&self) -> String {
        self.value.display()
    }
}

impl Scalar {
    /// The value as people read it.
    pub fn display(&self) -> String {
        match self {
            Scalar::Text(text) => text.clone(),
            Scalar::Glob(glob) => glob.display(),
            Scalar::Number(n) => n.as_str().to_owned(),
            Scalar::Bool(b) => b.to_string(),
            Scalar::Null => "null".to_owned(),
            Scalar::Regex(regex) if regex.flags.is_empty() => regex.source.clone(),
            Scalar::Regex(regex) => format!("(?{}){}", regex.flags, regex.source),
            Scalar::Network(net) => net.clone(),
            Scalar::Field(field) => field.name().to_owned(),
            Scalar::Value(value) => crate::print::value(value),
            Scalar::Placeholder(text) => text.clone(),
        }
    }
}

/// A value that an event gives: a field, a literal, or something computed from them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A field of the event, of a group, or a variable of [`Expr::Each`].
    Field(Field),
    /// A literal.
    Literal(Literal),
    /// A list.
    List(Vec<Value>),
    /// A call of a function of the registry.
    Call {
        /// The function.
        function: Function,
        /// Its arguments.
        args: Vec<Value>,
    },
    /// A condition as a value: true, false, or unknown.
    Truth(Box<Expr>),
    /// Text that was not understood.
    Opaque {
        /// The verbatim text.
        text: String,
        /// Where it stands.
        span: Span,
    },
}

impl Value {
    /// A field by name.
    pub fn field(name: impl Into<String>) -> Value {
        Value::Field(Field::new(name))
    }

    /// A call.
    pub fn call(function: Function, args: Vec<Value>) -> Value {
        Value::Call { function, args }
    }
}
