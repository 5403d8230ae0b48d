//! Texts: from their quotes to what they mean.
//!
//! Escapes are those of "EQL syntax reference", "Escape characters in a string"
//! (<https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-syntax-escape-characters>),
//! and `\b` and `\f` of Elasticsearch's grammar; raw strings have none (the same page, "Raw strings").

use super::ast::{Quote, Text};

/// What a text means.
pub(super) fn decoded(text: &Text) -> String {
    match text.quote {
        Quote::None | Quote::Triple => text.raw.clone(),
        Quote::Double | Quote::Single => unescaped(&text.raw),
        // Endgame's raw strings escape their own quote alone.
        Quote::Raw => text.raw.replace("\\\"", "\""),
        Quote::RawSingle => text.raw.replace("\\'", "'"),
    }
}

fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        match escape(tail) {
            Some((c, len)) => {
                out.push(c);
                rest = &tail[len..];
            }
            None => {
                // No escape: both characters stand.
                out.push('\\');
                rest = &tail[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The character that an escape at the start of a text stands for, and the escape's length in bytes.
pub(super) fn escape(text: &str) -> Option<(char, usize)> {
    let c = match text.as_bytes().get(1)? {
        b'b' => '\u{8}',
        b't' => '\t',
        b'n' => '\n',
        b'f' => '\u{c}',
        b'r' => '\r',
        b'"' => '"',
        b'\'' => '\'',
        b'\\' => '\\',
        b'u' => {
            let digits = text.get(2..)?.strip_prefix('{')?;
            let end = digits.find('}').filter(|n| (2..=8).contains(n))?;
            let code = u32::from_str_radix(&digits[..end], 16).ok()?;
            return Some((char::from_u32(code)?, end + 4));
        }
        _ => return None,
    };
    Some((c, 2))
}

#[cfg(test)]
mod tests {
    use rulescope_ir::Span;

    use super::*;

    fn of(raw: &str, quote: Quote) -> String {
        decoded(&Text { raw: raw.to_owned(), quote, span: Span::NONE })
    }

    #[test]
    fn escapes_stand_for_characters() {
        assert_eq!(of(r#"a\\b\"c\n"#, Quote::Double), "a\\b\"c\n");
        assert_eq!(of(r"\u{200f}\u{0000200F}", Quote::Double), "\u{200f}\u{200f}");
        assert_eq!(of(r"\u{2}\u{110000}\.\", Quote::Double), r"\u{2}\u{110000}\.\");
        assert_eq!(of(r"a\\b\n", Quote::Triple), r"a\\b\n");
        assert_eq!(of(r#"a\"\d"#, Quote::Raw), r#"a"\d"#);
    }
}
