//! The outer form of TOML: tables, keys, texts, comments, and queries in texts of several lines.

use super::{Class, Pieces, query};

pub(super) fn pieces(text: &str) -> Pieces {
    let mut out = Pieces::new();
    let mut at = 0;
    while at < text.len() {
        let line = text.get(at..).and_then(|rest| rest.split_inclusive('\n').next());
        let Some(line) = line else { break };
        let body = line.trim_end();
        let start = body.len() - body.trim_start().len();
        let next = at + line.len();
        if body.trim_start().starts_with('#') {
            out.push((at + start..at + body.len(), Class::Comment));
        } else if body.starts_with('[') {
            out.push((at..at + body.len(), Class::Word));
        } else {
            let key = body.split_once('=').map(|(key, _)| key.trim()).filter(|key| is_key(key));
            let mut from = at + start;
            if let Some(key) = key {
                out.push((from..from + key.len(), Class::Key));
                from += key.len();
            }
            at = value(text, from, at + body.len(), key == Some("query"), &mut out).max(next);
            continue;
        }
        at = next;
    }
    out
}

fn is_key(key: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '"');
    !key.is_empty() && key.chars().all(plain)
}

/// Colours what stands between two places; gives the place of the next line, past a text of several
/// lines.
fn value(text: &str, from: usize, end: usize, is_query: bool, out: &mut Pieces) -> usize {
    let mut at = from;
    while at < end {
        let Some(rest) = text.get(at..) else { return end };
        if let Some(quote) = ["'''", "\"\"\""].into_iter().find(|quote| rest.starts_with(quote)) {
            let inner = at + 3;
            let found = text.get(inner..).and_then(|rest| rest.find(quote));
            let close = found.map_or(text.len(), |n| inner + n);
            if is_query {
                let body = text.get(inner..close).unwrap_or_default();
                query::pieces(body, inner, out);
            } else {
                out.push((at..(close + 3).min(text.len()), Class::Text));
            }
            let after = (close + 3).min(text.len());
            let line = text.get(after..).and_then(|rest| rest.find('\n'));
            return line.map_or(text.len(), |n| after + n + 1);
        }
        let byte = rest.as_bytes().first().copied().unwrap_or_default();
        match byte {
            b'#' => {
                out.push((at..end, Class::Comment));
                return end;
            }
            b'"' | b'\'' => {
                let stop = text_end(text, at, end, byte);
                if is_query {
                    query::pieces(text.get(at + 1..stop - 1).unwrap_or_default(), at + 1, out);
                } else {
                    out.push((at..stop, Class::Text));
                }
                at = stop;
            }
            b'0'..=b'9' => {
                let digits = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
                out.push((at..at + digits, Class::Number));
                at += digits;
            }
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    end
}

/// One past the quote that ends a text of one line.
fn text_end(text: &str, start: usize, end: usize, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while at < end {
        match bytes.get(at) {
            Some(b'\\') if quote == b'"' => at += 2,
            Some(byte) if *byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    end.max(start + 1)
}
