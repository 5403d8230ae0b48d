//! Texts: from their quotes to what they mean.
//!
//! Escapes are those of "Basic ES|QL syntax", "Literals"
//! (<https://www.elastic.co/docs/reference/query-languages/esql/esql-syntax>); a text in three quotes
//! has none.

use rulescope_ir::Span;

use super::ast::{Quote, Text};
use crate::source::Source;

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

/// What a text means, with the place of each of its bytes where the text stands; `of` is the query's.
pub(super) fn source(text: &Text, of: &Source) -> Source {
    let start = text.span.start as usize + text.quote.mark().len();
    let mut out = Source::default();
    if text.raw.is_empty() {
        out.excerpt(of, start, start);
    }
    let mut at = 0;
    while at < text.raw.len() {
        let rest = &text.raw[at..];
        let escaped = match text.quote {
            Quote::Triple => None,
            Quote::Double => rest.starts_with('\\').then(|| escape(rest)).flatten(),
        };
        if let Some(c) = escaped {
            let span = of.place(Span::new(start + at, start + at + 2));
            out.push_within(c.encode_utf8(&mut [0; 4]), span);
            at += 2;
            continue;
        }
        let from = usize::from(rest.starts_with('\\'));
        let len = match text.quote {
            Quote::Triple => rest.len(),
            Quote::Double => rest[from..].find('\\').map_or(rest.len(), |n| n + from),
        };
        out.excerpt(of, start + at, start + at + len);
        at += len;
    }
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
    use super::*;

    #[test]
    fn a_text_within_has_its_places() {
        let query = Source::at(r#"x "a\"b\.c""#, 100);
        let text = Text {
            raw: r#"a\"b\.c"#.to_owned(),
            quote: Quote::Double,
            span: Span::new(2, query.text().len()),
        };
        let own = source(&text, &query);
        assert_eq!(own.text(), decoded(&text));
        assert_eq!(own.place(Span::new(0, 1)), Span::new(103, 104));
        assert_eq!(own.place(Span::new(1, 2)), Span::new(104, 106));
        assert_eq!(own.place(Span::new(2, 6)), Span::new(106, 110));
    }

    #[test]
    fn escapes_stand_for_characters() {
        let of = |raw: &str, quote| decoded(&Text { raw: raw.to_owned(), quote, span: Span::NONE });
        assert_eq!(of(r#"a\\b\"c\n\."#, Quote::Double), "a\\b\"c\n\\.");
        assert_eq!(of(r"a\\b\n", Quote::Triple), r"a\\b\n");
    }
}
