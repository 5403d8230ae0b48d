//! Texts: from their quotes to what they mean.
//!
//! Escapes are those of "Basic ES|QL syntax", "Literals"
//! (<https://www.elastic.co/docs/reference/query-languages/esql/esql-syntax>); a text in three quotes
//! has none.

use super::ast::{Quote, Text};

/// What a text means.
pub(super) fn decoded(text: &Text) -> String {
    match text.quote {
        Quote::Triple => text.raw.clone(),
        Quote::Double => unescaped(&text.raw),
    }
}

fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        // No escape: both characters stand.
        let (c, len) = escape(tail).map_or(('\\', 1), |c| (c, 2));
        out.push(c);
        rest = &tail[len..];
    }
    out.push_str(rest);
    out
}

/// The character that an escape of two characters at the start of a text stands for.
pub(super) fn escape(text: &str) -> Option<char> {
    Some(match text.as_bytes().get(1)? {
        b't' => '\t',
        b'n' => '\n',
        b'r' => '\r',
        b'"' => '"',
        b'\\' => '\\',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use rulescope_ir::Span;

    use super::*;

    #[test]
    fn escapes_stand_for_characters() {
        let of = |raw: &str, quote| decoded(&Text { raw: raw.to_owned(), quote, span: Span::NONE });
        assert_eq!(of(r#"a\\b\"c\n\."#, Quote::Double), "a\\b\"c\n\\.");
        assert_eq!(of(r"a\\b\n", Quote::Triple), r"a\\b\n");
    }
}
