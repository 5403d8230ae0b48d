//! The values that events and groups hold.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use rulescope_ir::Number;

/// A value of an event, or of a row made of events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Datum {
    /// The null value: as good as absent.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, by its decimal text.
    Number(Number),
    /// Text, which copies share.
    Text(Arc<str>),
    /// Several values; none of them is as good as absent.
    List(Vec<Datum>),
    /// Values by name.
    Object(BTreeMap<String, Datum>),
    /// A value that nobody can say: it hangs on something that was not understood, or on a table
    /// that the log does not hold. No event holds one.
    Unknown,
}

impl Datum {
    /// A text.
    pub fn text(text: impl Into<Arc<str>>) -> Datum {
        Datum::Text(text.into())
    }

    /// An integer.
    pub fn int(n: i128) -> Datum {
        Datum::Number(Number::from_int(n))
    }

    /// A floating-point number; null for NaN and the infinities.
    pub fn float(n: f64) -> Datum {
        Number::from_float(n).map_or(Datum::Null, Datum::Number)
    }

    /// The value of a JSON document.
    pub fn from_json(json: &serde_json::Value) -> Datum {
        match json {
            serde_json::Value::Null => Datum::Null,
            serde_json::Value::Bool(b) => Datum::Bool(*b),
            serde_json::Value::Number(n) => {
                Number::parse(&n.to_string()).map_or(Datum::Null, Datum::Number)
            }
            serde_json::Value::String(s) => Datum::text(s.as_str()),
            serde_json::Value::Array(items) => {
                Datum::List(items.iter().map(Datum::from_json).collect())
            }
            serde_json::Value::Object(members) => Datum::Object(
                members.iter().map(|(k, v)| (k.clone(), Datum::from_json(v))).collect(),
            ),
        }
    }

    /// The JSON of the value. A number that JSON can't hold is a string; what is unknown is null.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Datum::Null | Datum::Unknown => serde_json::Value::Null,
            Datum::Bool(b) => serde_json::Value::Bool(*b),
            Datum::Number(n) => serde_json::from_str(n.as_str())
                .unwrap_or_else(|_| serde_json::Value::String(n.as_str().to_owned())),
            Datum::Text(text) => serde_json::Value::String(text.to_string()),
            Datum::List(items) => {
                serde_json::Value::Array(items.iter().map(Datum::to_json).collect())
            }
            Datum::Object(members) => serde_json::Value::Object(
                members.iter().map(|(k, v)| (k.clone(), v.to_json())).collect(),
            ),
        }
    }

    /// The text by which the value is compared: a number's decimal text, `true` or `false`, compact
    /// JSON of lists and objects.
    pub fn display(&self) -> String {
        match self {
            Datum::Null => String::new(),
            Datum::Bool(b) => b.to_string(),
            Datum::Number(n) => n.as_str().to_owned(),
            Datum::Text(text) => text.to_string(),
            Datum::List(_) | Datum::Object(_) => self.to_json().to_string(),
            Datum::Unknown => "unknown".to_owned(),
        }
    }

    /// The number it is, or that its text stands for.
    pub fn number(&self) -> Option<Number> {
        match self {
            Datum::Number(n) => Some(n.clone()),
            Datum::Text(text) => Number::parse(text),
            Datum::Null | Datum::Bool(_) | Datum::List(_) | Datum::Object(_) | Datum::Unknown => {
                None
            }
        }
    }

    /// The single values: those of a list, of its lists too, nulls left out; the value itself
    /// where it is no list.
    pub fn elements(&self) -> Vec<&Datum> {
        match self {
            Datum::Null => Vec::new(),
            Datum::List(items) => items.iter().flat_map(Datum::elements).collect(),
            Datum::Bool(_)
            | Datum::Number(_)
            | Datum::Text(_)
            | Datum::Object(_)
            | Datum::Unknown => vec![self],
        }
    }

    /// The value where it is there: not null, and no list without a value.
    pub fn present(self) -> Option<Datum> {
        if self.elements().is_empty() { None } else { Some(self) }
    }

    /// The first of several values, or the value itself.
    pub fn first(&self) -> Option<&Datum> {
        self.elements().first().copied()
    }

    /// The member at a dotted path. A name with dots wins over a walk; a list gives the list of its
    /// elements' members.
    pub fn member(&self, path: &str) -> Option<Datum> {
        match self {
            Datum::Object(members) => member(members, path),
            Datum::List(items) => {
                Datum::List(items.iter().filter_map(|d| d.member(path)).collect()).present()
            }
            Datum::Unknown => Some(Datum::Unknown),
            Datum::Null | Datum::Bool(_) | Datum::Number(_) | Datum::Text(_) => None,
        }
    }

    /// Every single value in it, objects walked.
    pub fn leaves(&self, out: &mut Vec<Datum>) {
        match self {
            Datum::Null => {}
            Datum::List(items) => items.iter().for_each(|d| d.leaves(out)),
            Datum::Object(members) => members.values().for_each(|d| d.leaves(out)),
            Datum::Bool(_) | Datum::Number(_) | Datum::Text(_) | Datum::Unknown => {
                out.push(self.clone());
            }
        }
    }

    /// Whether it, or a value in it, is unknown.
    pub fn is_unknown(&self) -> bool {
        let mut leaves = Vec::new();
        self.leaves(&mut leaves);
        leaves.contains(&Datum::Unknown)
    }

    /// The order of values: numbers as numbers before other values, and these by their text.
    pub fn compare(&self, other: &Datum) -> Ordering {
        match (self.number(), other.number()) {
            (Some(a), Some(b)) => {
                compare_numbers(&a, &b).then_with(|| self.display().cmp(&other.display()))
            }
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => self.display().cmp(&other.display()),
        }
    }
}

/// The value of a name in named values: the name itself, or the longest part of it before a dot
/// that is a name, and then the member at the rest.
pub fn member(members: &BTreeMap<String, Datum>, name: &str) -> Option<Datum> {
    if let Some(value) = members.get(name) {
        return Some(value.clone());
    }
    name.rmatch_indices('.').find_map(|(at, _)| members.get(&name[..at])?.member(&name[at + 1..]))
}

/// The order of two numbers, exact for integers.
pub(crate) fn compare_numbers(a: &Number, b: &Number) -> Ordering {
    match (a.as_str().parse::<i128>(), b.as_str().parse::<i128>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        _ => a.as_f64().total_cmp(&b.as_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Datum {
        Datum::from_json(&serde_json::from_str(text).expect("the test's JSON"))
    }

    #[test]
    fn members_are_names_or_paths_and_lists_give_lists() {
        let d = json(r#"{"a":{"b":{"c":1}},"a.b":2,"l":[{"x":1},{"y":0},{"x":3}]}"#);
        assert_eq!(d.member("a.b"), Some(Datum::int(2)));
        assert_eq!(d.member("a.b.c"), Some(Datum::int(1)));
        assert_eq!(d.member("l.x"), Some(Datum::List(vec![Datum::int(1), Datum::int(3)])));
        assert_eq!(d.member("l.z"), None);
    }

    #[test]
    fn a_list_without_a_value_is_absent() {
        assert_eq!(json("[null,[]]").present(), None);
        assert_eq!(json("[null,[1]]").elements(), vec![&Datum::int(1)]);
    }

    #[test]
    fn numbers_compare_as_numbers_and_print_without_loss() {
        assert_eq!(Datum::text("9").compare(&Datum::int(10)), Ordering::Less);
        assert_eq!(Datum::float(2.0).display(), "2");
        assert_eq!(json("18446744073709551615").display(), "18446744073709551615");
    }
}
