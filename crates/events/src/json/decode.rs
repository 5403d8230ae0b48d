//! A JSON document as a value.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::repair::repaired;
use crate::names::Names;
use crate::value::{self, Number, Value};

/// Reads a document; a name that comes twice in an object gets a list. Values nested more than 128
/// deep are refused. What is wrong with it is said in words.
pub(crate) fn decode(bytes: &[u8], names: &mut Names) -> Result<Value, String> {
    // Nearly all text is whole, and to know that is faster than to mend it.
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    };
    match strict(&text, names) {
        Ok(value) => Ok(value),
        Err(error) => match repaired(&text) {
            Cow::Owned(text) => strict(&text, names).map_err(|error| message(&error)),
            Cow::Borrowed(_) => Err(message(&error)),
        },
    }
}

fn strict(text: &str, names: &mut Names) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Seed(names).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// The message without the position, which counts from the document's start.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    format!("JSON: {} (column {} of its line {})", &text[..end], error.column(), error.line())
}

struct Seed<'n>(&'n mut Names);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Value, E> {
        Ok(Value::Number(Number::Int(n)))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Value, E> {
        Ok(Value::Number(i64::try_from(n).map_or(Number::Large(n), Number::Int)))
    }

    fn visit_f64<E>(self, n: f64) -> Result<Value, E> {
        Ok(Value::Number(Number::Float(n)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::of(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Seed(self.0))? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Vec::new();
        while let Some(name) = members.next_key_seed(NameSeed(self.0))? {
            let value = members.next_value_seed(Seed(self.0))?;
            value::add(&mut object, name, value);
        }
        Ok(Value::Object(object))
    }
}

struct NameSeed<'n>(&'n mut Names);

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = value::Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<value::Name, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for NameSeed<'_> {
    type Value = value::Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, text: &str) -> Result<value::Name, E> {
        Ok(self.0.name(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Value, String> {
        decode(text, &mut Names::default())
    }

    #[test]
    fn values_keep_their_kind_and_order() {
        let value = read(br#"{"z":1,"a":[null,true,-2.5,18446744073709551615],"z":"x"}"#);
        let expected = Value::Object(vec![
            ("z".into(), Value::List(vec![Value::Number(Number::Int(1)), Value::of("x")])),
            (
                "a".into(),
                Value::List(vec![
                    Value::Null,
                    Value::Bool(true),
                    Value::Number(Number::Float(-2.5)),
                    Value::Number(Number::Large(u64::MAX)),
                ]),
            ),
        ]);
        assert_eq!(value, Ok(expected));
    }

    #[test]
    fn what_exporters_get_wrong_is_mended() {
        let text = |bytes: &[u8]| read(bytes).map(|v| v.text().map(Cow::into_owned));
        assert_eq!(text(b"\"a\x01b\tc\""), Ok(Some("a\u{1}b\tc".to_owned())));
        assert_eq!(
            text(br#""\ud83d x \ud83d\ude00 \\ud83d""#),
            Ok(Some("\u{FFFD} x \u{1F600} \\ud83d".to_owned()))
        );
        assert_eq!(text(b"\"\xFF\""), Ok(Some("\u{FFFD}".to_owned())));
    }

    #[test]
    fn depth_has_a_limit_and_errors_are_told() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(read(deep.as_bytes()).is_err());
        let error = read(b"{\"a\":}").expect_err("no value");
        assert_eq!(error, "JSON: expected value (column 6 of its line 1)");
    }
}
