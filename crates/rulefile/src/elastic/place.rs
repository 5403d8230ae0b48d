//! The text of a TOML string with the place of each of its bytes in the file.
//!
//! Literal strings stand in the file as they are; in basic strings an escape is one character
//! (<https://toml.io/en/v1.0.0#string>).

use rulescope_dialects::Source;
use rulescope_ir::Span;

use super::tree::{Item, span_of};

/// The text of a string of the file `text`; empty for what is no string.
pub(super) fn source(item: &Item<'_>, text: &str) -> Source {
    placed(item, text, span_of(item).start as usize)
}

/// The same with places in the string alone, quotes included.
pub(super) fn source_within(item: &Item<'_>, text: &str) -> Source {
    placed(item, text, 0)
}

fn placed(item: &Item<'_>, text: &str, base: usize) -> Source {
    let raw = span_of(item).slice(text);
    let Some(value) = item.get_ref().as_str() else { return Source::at("", base) };
    aligned(value, raw, base).unwrap_or_else(|| {
        let mut whole = Source::default();
        whole.push_within(value, Span::new(base, base + raw.len()));
        whole
    })
}

/// `None` where the two texts are not one, as in a document that had to be mended.
fn aligned(value: &str, raw: &str, base: usize) -> Option<Source> {
    let fences = ["'''", "\"\"\"", "'", "\""];
    let fence = fences.into_iter().find(|f| raw.starts_with(f))?;
    let mut at = fence.len();
    if fence.len() == 3 {
        let rest = &raw[at..];
        at += rest.len()
            - rest.strip_prefix("\r\n").or(rest.strip_prefix('\n')).unwrap_or(rest).len();
    }
    if raw.get(at..at + value.len()) == Some(value) {
        return Some(Source::at(value, base + at));
    }
    let escapes = fence.starts_with('"');
    let mut out = Source::default();
    let mut seen = 0;
    while seen < value.len() {
        let written = raw.get(at..)?;
        let c = written.chars().next()?;
        let own = value[seen..].chars().next()?;
        if escapes && c == '\\' {
            let length = escape(written)?;
            if written[1..].starts_with([' ', '\t', '\r', '\n']) {
                // A line break with the spaces after it is nothing.
                at += length;
                continue;
            }
            let next = &value[seen..seen + own.len_utf8()];
            out.push_within(next, Span::new(base + at, base + at + length));
            at += length;
        } else if c == own {
            out.push_at(&value[seen..seen + own.len_utf8()], base + at);
            at += own.len_utf8();
        } else if c == '\r' && own == '\n' {
            out.push_within("\n", Span::new(base + at, base + at + 2));
            at += 2;
        } else {
            return None;
        }
        seen += own.len_utf8();
    }
    Some(out)
}

/// The length of an escape of a basic string; of an escaped line break with the spaces after it.
fn escape(written: &str) -> Option<usize> {
    let rest = &written[1..];
    Some(match rest.chars().next()? {
        'x' => 4,
        'u' => 6,
        'U' => 10,
        ' ' | '\t' | '\r' | '\n' => {
            1 + rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len()
        }
        c => 1 + c.len_utf8(),
    })
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::super::tree::get;
    use super::*;

    /// Each word of the text as it stands in the file.
    fn shown(file: &str) -> Vec<(String, String)> {
        let table = DeTable::parse(file).expect("it is TOML");
        let item = get(table.get_ref(), "query").expect("a query");
        let value = item.get_ref().as_str().expect("a text").to_owned();
        let source = source(item, file);
        assert_eq!(source.text(), value);
        let words = value.split_whitespace().map(|word| {
            let start = value.find(word).expect("it is there");
            let span = source.place(Span::new(start, start + word.len()));
            (word.to_owned(), span.slice(file).to_owned())
        });
        words.collect()
    }

    #[test]
    fn every_kind_of_string_leads_back_to_the_file() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(shown("query = '''\na\n  b\\\\'''\n"), [pair("a", "a"), pair("b\\\\", "b\\\\")]);
        assert_eq!(shown("query = 'a b'"), [pair("a", "a"), pair("b", "b")]);
        assert_eq!(
            shown("query = \"\\u0061 \\\"b\\\" c\\\\d\""),
            [pair("a", "\\u0061"), pair("\"b\"", "\\\"b\\\""), pair("c\\d", "c\\\\d")]
        );
        assert_eq!(
            shown("query = \"\"\"\\\n  a \\\n   b\\tc\"\"\""),
            [pair("a", "a"), pair("b", "b"), pair("c", "c")]
        );
    }
}
