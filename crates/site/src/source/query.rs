//! The words of the query languages: quoted texts, numbers, comments, words, calls and macros.

use super::{Class, Pieces};

/// Words that stand between tests, of SPL, EQL, ES|QL, kuery and Lucene.
const WORDS: [&str; 52] = [
    "and",
    "any",
    "as",
    "asc",
    "by",
    "bucket",
    "desc",
    "dissect",
    "drop",
    "enrich",
    "eval",
    "eventstats",
    "false",
    "fields",
    "fillnull",
    "from",
    "grok",
    "head",
    "in",
    "inputlookup",
    "is",
    "join",
    "keep",
    "like",
    "like~",
    "limit",
    "lookup",
    "metadata",
    "mv_expand",
    "not",
    "null",
    "of",
    "or",
    "rename",
    "regex",
    "rex",
    "rlike",
    "search",
    "sequence",
    "sort",
    "stats",
    "streamstats",
    "table",
    "timechart",
    "transaction",
    "true",
    "tstats",
    "until",
    "where",
    "with",
    "maxspan",
    "datamodel",
];

/// Colours a query that stands at `base` of its text.
pub(super) fn pieces(text: &str, base: usize, out: &mut Pieces) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'"' | b'\'' => closing(bytes, at, *byte),
            b'`' => closing(bytes, at, b'`'),
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |n| at + n)
            }
            b if b.is_ascii_alphanumeric() || *b == b'_' => {
                let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'~');
                at + bytes.get(at..).unwrap_or_default().iter().take_while(|b| word(b)).count()
            }
            _ => {
                at += 1;
                continue;
            }
        };
        let part = text.get(at..end).unwrap_or_default();
        let class = match byte {
            b'"' | b'\'' => Some(Class::Text),
            b'`' => Some(Class::Call),
            b'/' => Some(Class::Comment),
            _ if part.bytes().all(|b| b.is_ascii_digit() || b == b'.') => Some(Class::Number),
            _ if WORDS.iter().any(|word| word.eq_ignore_ascii_case(part)) => Some(Class::Word),
            _ if bytes.get(end) == Some(&b'(') => Some(Class::Call),
            _ => None,
        };
        if let Some(class) = class {
            out.push((base + at..base + end, class));
        }
        at = end;
    }
}

/// One past the quote that closes a text, or its end.
fn closing(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b if *b == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
