//! What a plain scalar means: YAML 1.1 as PyYAML's `SafeLoader` reads it.
//!
//! Sigma's own tool loads rules with PyYAML, so its reading decides: `yes` is a boolean, `010` is
//! eight, `1:30` is ninety, `1e5` is text. Source of the patterns: PyYAML `lib/yaml/resolver.py`
//! (implicit resolvers) and `lib/yaml/constructor.py` (`SafeConstructor`), version 6.0.
//!
//! Where PyYAML would stop with an error (`0x_`, `!!int abc`) the value is taken as text.

use crate::tree::{ScalarTag, Style};

/// The meaning of a scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Resolved<'s> {
    /// `~`, `null`, `Null`, `NULL` or nothing.
    Null,
    /// `yes no on off true false` in lower, capital and upper case.
    Bool(bool),
    /// A whole number, whatever its base.
    Int(i128),
    /// A whole number that is outside of `i128`, as written.
    BigInt(&'s str),
    /// A number with a decimal point, `.inf` or `.nan`.
    Float(f64),
    /// A date or a time, as written.
    Timestamp(&'s str),
    /// Anything else, and everything in quotes.
    Text(&'s str),
}

/// Resolves a scalar's text by its style and explicit tag.
pub(crate) fn resolve(text: &str, style: Style, tag: Option<ScalarTag>) -> Resolved<'_> {
    match tag {
        None if style == Style::Plain => plain(text),
        None | Some(ScalarTag::Str | ScalarTag::Other) => Resolved::Text(text),
        Some(ScalarTag::Null) => Resolved::Null,
        Some(ScalarTag::Bool) => {
            python_bool(&text.to_ascii_lowercase()).map_or(Resolved::Text(text), Resolved::Bool)
        }
        Some(ScalarTag::Int) => integer(text).unwrap_or(Resolved::Text(text)),
        Some(ScalarTag::Float) => python_float(text).map_or(Resolved::Text(text), Resolved::Float),
        Some(ScalarTag::Timestamp) if is_timestamp(text) => Resolved::Timestamp(text),
        Some(ScalarTag::Timestamp) => Resolved::Text(text),
    }
}

/// Whether a plain scalar can be anything but text; a cheap test that most keys fail.
pub(crate) fn may_be_typed(text: &str) -> bool {
    match text.as_bytes().first() {
        None => true,
        Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'~') => true,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => {
            text.len() <= 5
        }
        Some(_) => false,
    }
}

fn plain(text: &str) -> Resolved<'_> {
    if !may_be_typed(text) {
        return Resolved::Text(text);
    }
    match text.as_bytes().first() {
        None => Resolved::Null,
        Some(b'~') if text.len() == 1 => Resolved::Null,
        Some(b'0'..=b'9' | b'-' | b'+' | b'.') => number(text),
        Some(_) if matches!(text, "null" | "Null" | "NULL") => Resolved::Null,
        Some(_) => spelled_bool(text).map_or(Resolved::Text(text), Resolved::Bool),
    }
}

/// The three spellings that the implicit resolver takes; `yEs` is text.
fn spelled_bool(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn python_bool(lower: &str) -> Option<bool> {
    match lower {
        "yes" | "true" | "on" => Some(true),
        "no" | "false" | "off" => Some(false),
        _ => None,
    }
}

/// Tries the patterns in PyYAML's order: float, int, timestamp.
fn number(text: &str) -> Resolved<'_> {
    if is_float(text) {
        return python_float(text).map_or(Resolved::Text(text), Resolved::Float);
    }
    if is_integer(text) {
        return integer(text).unwrap_or(Resolved::Text(text));
    }
    if is_timestamp(text) {
        return Resolved::Timestamp(text);
    }
    Resolved::Text(text)
}

fn unsigned(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn all(text: &str, test: impl Fn(u8) -> bool) -> bool {
    text.bytes().all(test)
}

fn digit_or_underscore(b: u8) -> bool {
    b.is_ascii_digit() || b == b'_'
}

/// `[0-9][0-9_]*`
fn is_digits(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_digit) && all(text, digit_or_underscore)
}

/// `(?::[0-5]?[0-9])+` after the first part has been cut off at its colon.
fn are_sixtieths(rest: &str) -> bool {
    rest.split(':').all(|part| match part.as_bytes() {
        [a] => a.is_ascii_digit(),
        [a, b] => (b'0'..=b'5').contains(a) && b.is_ascii_digit(),
        _ => false,
    })
}

fn is_float(text: &str) -> bool {
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (_, body) = unsigned(text);
    if matches!(body, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let Some((whole, fraction)) = body.split_once('.') else { return false };
    if whole.is_empty() {
        // `\.[0-9][0-9_]*(e…)?`; the pattern has no sign.
        return body.len() == text.len()
            && fraction.as_bytes().first().is_some_and(u8::is_ascii_digit)
            && is_fraction(fraction);
    }
    if let Some((first, rest)) = whole.split_once(':') {
        return is_digits(first) && are_sixtieths(rest) && all(fraction, digit_or_underscore);
    }
    is_digits(whole) && is_fraction(fraction)
}

/// `[0-9_]*(?:[eE][-+][0-9]+)?`
fn is_fraction(text: &str) -> bool {
    match text.find(['e', 'E']) {
        None => all(text, digit_or_underscore),
        Some(at) => {
            let exponent = &text[at + 1..];
            all(&text[..at], digit_or_underscore)
                && matches!(exponent.as_bytes().first(), Some(b'-' | b'+'))
                && exponent.len() > 1
                && all(&exponent[1..], |b| b.is_ascii_digit())
        }
    }
}

fn is_integer(text: &str) -> bool {
    let (_, body) = unsigned(text);
    match body.as_bytes() {
        [b'0'] => true,
        [b'0', b'b', rest @ ..] => {
            !rest.is_empty() && rest.iter().all(|b| matches!(b, b'0' | b'1' | b'_'))
        }
        [b'0', b'x', rest @ ..] => {
            !rest.is_empty() && rest.iter().all(|b| b.is_ascii_hexdigit() || *b == b'_')
        }
        [b'0', rest @ ..] => rest.iter().all(|b| matches!(b, b'0'..=b'7' | b'_')),
        [b'1'..=b'9', ..] => match body.split_once(':') {
            None => all(body, digit_or_underscore),
            Some((first, rest)) => all(first, digit_or_underscore) && are_sixtieths(rest),
        },
        _ => false,
    }
}

/// `construct_yaml_int`; `None` where Python's `int()` would raise.
fn integer(text: &str) -> Option<Resolved<'_>> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let (negative, body) = unsigned(&digits);
    let (radix, figures) = match body.as_bytes() {
        [b'0'] => return Some(Resolved::Int(0)),
        [b'0', b'b', ..] => (2, &body[2..]),
        [b'0', b'x', ..] => (16, &body[2..]),
        [b'0', ..] => (8, body),
        _ if body.contains(':') => {
            let mut total: i128 = 0;
            for part in body.split(':') {
                if part.is_empty() || !all(part, |b| b.is_ascii_digit()) {
                    return None;
                }
                let part: Option<i128> = part.parse().ok();
                let next = part.and_then(|p| total.checked_mul(60)?.checked_add(p));
                match next {
                    Some(n) => total = n,
                    None => return Some(Resolved::BigInt(text)),
                }
            }
            return Some(Resolved::Int(if negative { -total } else { total }));
        }
        _ => (10, body),
    };
    let in_radix = |c: char| c.is_digit(radix);
    if figures.is_empty() || !figures.chars().all(in_radix) {
        return None;
    }
    let signed = if negative { format!("-{figures}") } else { figures.to_owned() };
    Some(i128::from_str_radix(&signed, radix).map_or(Resolved::BigInt(text), Resolved::Int))
}

/// `construct_yaml_float`; `None` where Python's `float()` would raise.
fn python_float(text: &str) -> Option<f64> {
    let lower: String =
        text.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect();
    let (negative, body) = unsigned(&lower);
    let value = match body {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ if body.contains(':') => {
            let mut total = 0.0;
            let mut base = 1.0;
            for part in body.rsplit(':') {
                total += part.parse::<f64>().ok()? * base;
                base *= 60.0;
            }
            total
        }
        _ => body.parse().ok()?,
    };
    Some(if negative { -value } else { value })
}

/// `YYYY-MM-DD`, or a date and a time as the implicit resolver takes them.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    if !((0..4).all(digit) && bytes.get(4) == Some(&b'-')) {
        return false;
    }
    if bytes.len() == 10 && digit(5) && digit(6) && bytes[7] == b'-' && digit(8) && digit(9) {
        return true;
    }
    let mut at = Cursor { bytes, at: 5 };
    let date = at.digits(1, 2) && at.byte(b'-') && at.digits(1, 2);
    let gap = at.any_of(b"Tt") || at.blanks() > 0;
    let time = at.digits(1, 2)
        && at.byte(b':')
        && at.digits(2, 2)
        && at.byte(b':')
        && at.digits(2, 2)
        && (!at.byte(b'.') || at.digits(0, usize::MAX));
    if !(date && gap && time) {
        return false;
    }
    let end = at.at;
    at.blanks();
    if at.byte(b'Z') {
        return at.done();
    }
    if at.any_of(b"-+") {
        return at.digits(1, 2) && (at.done() || (at.byte(b':') && at.digits(2, 2) && at.done()));
    }
    end == bytes.len()
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn any_of(&mut self, set: &[u8]) -> bool {
        let hit = self.bytes.get(self.at).is_some_and(|b| set.contains(b));
        self.at += usize::from(hit);
        hit
    }

    fn byte(&mut self, byte: u8) -> bool {
        self.any_of(&[byte])
    }

    fn digits(&mut self, least: usize, most: usize) -> bool {
        let n = self.bytes[self.at..].iter().take(most).take_while(|b| b.is_ascii_digit()).count();
        self.at += n;
        n >= least
    }

    fn blanks(&mut self) -> usize {
        let n = self.bytes[self.at..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        self.at += n;
        n
    }

    fn done(&self) -> bool {
        self.at == self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_scalars_as_pyyaml_does() {
        let cases = [
            ("", Resolved::Null),
            ("~", Resolved::Null),
            ("NULL", Resolved::Null),
            ("nUll", Resolved::Text("nUll")),
            ("yes", Resolved::Bool(true)),
            ("Off", Resolved::Bool(false)),
            ("y", Resolved::Text("y")),
            ("yEs", Resolved::Text("yEs")),
            ("010", Resolved::Int(8)),
            ("08", Resolved::Text("08")),
            ("0o10", Resolved::Text("0o10")),
            ("0x1F", Resolved::Int(31)),
            ("0b101", Resolved::Int(5)),
            ("0x_", Resolved::Text("0x_")),
            ("-1_000", Resolved::Int(-1000)),
            ("1:30", Resolved::Int(90)),
            ("-1:30", Resolved::Int(-90)),
            ("1:60", Resolved::Text("1:60")),
            ("00:30", Resolved::Text("00:30")),
            ("1e5", Resolved::Text("1e5")),
            ("1.5e+3", Resolved::Float(1500.0)),
            ("1.", Resolved::Float(1.0)),
            ("-.5", Resolved::Text("-.5")),
            (".5", Resolved::Float(0.5)),
            ("-.inf", Resolved::Float(f64::NEG_INFINITY)),
            ("1:30.5", Resolved::Float(90.5)),
            ("192.168.0.1", Resolved::Text("192.168.0.1")),
            ("2024-01-31", Resolved::Timestamp("2024-01-31")),
            ("2024-1-31", Resolved::Text("2024-1-31")),
            ("2024-1-3 1:02:03.5 +01:00", Resolved::Timestamp("2024-1-3 1:02:03.5 +01:00")),
            ("2024-01-31T10:00:00Z", Resolved::Timestamp("2024-01-31T10:00:00Z")),
            ("2024-01-31T10:00", Resolved::Text("2024-01-31T10:00")),
            ("2024/01/31", Resolved::Text("2024/01/31")),
            ("<<", Resolved::Text("<<")),
        ];
        for (text, expected) in cases {
            assert_eq!(resolve(text, Style::Plain, None), expected, "{text:?}");
        }
        let big = "1".repeat(60);
        assert_eq!(resolve(&big, Style::Plain, None), Resolved::BigInt(&big));
        assert!(matches!(resolve(".NaN", Style::Plain, None), Resolved::Float(f) if f.is_nan()));
    }

    #[test]
    fn quotes_and_tags_decide() {
        assert_eq!(resolve("1", Style::SingleQuoted, None), Resolved::Text("1"));
        assert_eq!(resolve("1", Style::Plain, Some(ScalarTag::Str)), Resolved::Text("1"));
        assert_eq!(resolve("1", Style::DoubleQuoted, Some(ScalarTag::Int)), Resolved::Int(1));
        assert_eq!(resolve("x", Style::Plain, Some(ScalarTag::Int)), Resolved::Text("x"));
        assert_eq!(resolve("1", Style::Plain, Some(ScalarTag::Float)), Resolved::Float(1.0));
    }
}
