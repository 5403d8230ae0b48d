//! The values that events hold.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// The name of a value, as the log writes it. Shared between the events of a log.
pub type Name = Arc<str>;

/// A value of an event.
///
/// EVTX, event XML and CSV hold text only, so their numbers are texts here (`4460`); JSON's are
/// what JSON says they are. A comparison by [`Value::text`] sees no difference.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// JSON's null.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    Text(String),
    /// Several values of one name, or a JSON array.
    List(Vec<Value>),
    /// Values by name, in the order of the log.
    Object(Vec<(Name, Value)>),
}

/// A number as JSON writes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// A whole number past the range of [`Number::Int`].
    Large(u64),
    /// Any other number; finite.
    Float(f64),
}

impl fmt::Display for Number {
    /// Decimal digits; a whole float has no fraction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Int(n) => n.fmt(f),
            Number::Large(n) => n.fmt(f),
            Number::Float(n) => n.fmt(f),
        }
    }
}

impl Value {
    /// A text.
    pub fn of(text: impl Into<String>) -> Value {
        Value::Text(text.into())
    }

    /// The text by which a single value is compared: the text itself, a number's decimal digits,
    /// `true` or `false`. `None` for null, lists and objects.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Value::Text(text) => Some(Cow::Borrowed(text)),
            Value::Number(n) => Some(Cow::Owned(n.to_string())),
            Value::Bool(true) => Some(Cow::Borrowed("true")),
            Value::Bool(false) => Some(Cow::Borrowed("false")),
            Value::Null | Value::List(_) | Value::Object(_) => None,
        }
    }

    /// The whole number that it is or that its text stands for, decimal or hexadecimal (`0x1410`).
    pub fn unsigned(&self) -> Option<u64> {
        match self {
            Value::Number(Number::Int(n)) => u64::try_from(*n).ok(),
            Value::Number(Number::Large(n)) => Some(*n),
            Value::Number(Number::Float(n)) => {
                // Exporters that know only floats write 4688.0.
                (n.fract() == 0.0 && (0.0..9e15).contains(n)).then_some(*n as u64)
            }
            Value::Text(text) => {
                let text = text.trim();
                match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
                    Some(hex) => u64::from_str_radix(hex, 16).ok(),
                    None => text.parse().ok(),
                }
            }
            Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => None,
        }
    }

    /// The member of a name, where it is an object.
    pub fn member(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Object(members) => member(members, name),
            _ => None,
        }
    }

    /// Every single value in it, lists and objects walked, nulls left out.
    pub fn leaves<'a>(&'a self, out: &mut Vec<&'a Value>) {
        match self {
            Value::Null => {}
            Value::List(items) => items.iter().for_each(|v| v.leaves(out)),
            Value::Object(members) => members.iter().for_each(|(_, v)| v.leaves(out)),
            Value::Bool(_) | Value::Number(_) | Value::Text(_) => out.push(self),
        }
    }

    /// Makes a list of it, or adds to the list that it is.
    pub(crate) fn push(&mut self, value: Value) {
        match self {
            Value::List(items) => items.push(value),
            _ => {
                let first = std::mem::replace(self, Value::Null);
                *self = Value::List(vec![first, value]);
            }
        }
    }
}

/// The value of a name among named values.
pub(crate) fn member<'a>(members: &'a [(Name, Value)], name: &str) -> Option<&'a Value> {
    members.iter().find(|(n, _)| &**n == name).map(|(_, v)| v)
}

/// Members that a new name is compared with. No event has as many; a log that makes names up is
/// not worth the time, and a name that comes again after them is a member of its own.
const MOST_COMPARED: usize = 512;

/// Adds a named value; a name that is there already gets a list of all its values.
pub(crate) fn add(members: &mut Vec<(Name, Value)>, name: Name, value: Value) {
    // Nearly all names are shared, and of one length are few.
    let ends = |name: &Name| (name.len(), name.as_bytes().last().copied());
    let own = ends(&name);
    let same = |n: &Name| Name::ptr_eq(n, &name) || (ends(n) == own && *n == name);
    match members.iter_mut().take(MOST_COMPARED).find(|(n, _)| same(n)) {
        Some((_, there)) => there.push(value),
        None => members.push((name, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_what_exporters_write() {
        assert_eq!(Value::of("0x1410").unsigned(), Some(0x1410));
        assert_eq!(Value::of(" 4688 ").unsigned(), Some(4688));
        assert_eq!(Value::Number(Number::Float(4688.0)).unsigned(), Some(4688));
        assert_eq!(Value::Number(Number::Int(-1)).unsigned(), None);
        assert_eq!(Value::of("1.5").unsigned(), None);
    }

    #[test]
    fn a_name_that_comes_twice_holds_both_values() {
        let mut values = Vec::new();
        for text in ["a", "b", "c"] {
            add(&mut values, "x".into(), Value::of(text));
        }
        let expected = Value::List(["a", "b", "c"].map(Value::of).to_vec());
        assert_eq!(values, [("x".into(), expected)]);
    }

    #[test]
    fn texts_are_what_is_compared() {
        assert_eq!(Value::Number(Number::Float(2.0)).text().as_deref(), Some("2"));
        assert_eq!(
            Value::Number(Number::Large(u64::MAX)).text().as_deref(),
            Some("18446744073709551615")
        );
        assert_eq!(Value::Bool(false).text().as_deref(), Some("false"));
        assert_eq!(Value::Null.text(), None);
    }
}
