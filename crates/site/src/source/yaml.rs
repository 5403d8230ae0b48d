//! The outer form of YAML, line by line: keys, quoted texts, comments, and searches in block texts.

use super::{Class, Pieces, query};

/// Keys whose block texts are searches.
const SEARCHES: [&str; 2] = ["search", "query"];

pub(super) fn pieces(text: &str) -> Pieces {
    let mut out = Pieces::new();
    let mut at = 0;
    // A block text goes on while lines are indented deeper than its key.
    let mut block: Option<(usize, bool)> = None;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end();
        let indent = body.len() - body.trim_start().len();
        if let Some((outer, is_search)) = block {
            if body.is_empty() || indent > outer {
                if is_search {
                    query::pieces(body, at, &mut out);
                }
                at += line.len();
                continue;
            }
            block = None;
        }
        let mut from = indent;
        while body.get(from..).is_some_and(|rest| rest.starts_with("- ")) {
            from += 2;
            from += body.get(from..).map_or(0, |rest| rest.len() - rest.trim_start().len());
        }
        let rest = body.get(from..).unwrap_or_default();
        let key = key(rest);
        if let Some(key) = key {
            out.push((at + from..at + from + key.len(), Class::Key));
            let value = rest.get(key.len() + 1..).unwrap_or_default().trim();
            let is_search = SEARCHES.contains(&key.trim());
            if value.starts_with(['|', '>']) {
                block = Some((indent, is_search));
            } else if is_search && !value.starts_with(['\'', '"', '#']) && !value.is_empty() {
                // A plain text goes on in the lines below.
                let start = body.len() - value.len();
                query::pieces(value, at + start, &mut out);
                block = Some((indent, true));
                at += line.len();
                continue;
            }
            from += key.len() + 1;
        }
        scalars(body, from, at, &mut out);
        at += line.len();
    }
    out
}

/// The key that a line begins with.
fn key(rest: &str) -> Option<&str> {
    if rest.starts_with(['#', '\'', '"', '{', '[', '&', '*', '!']) {
        return None;
    }
    let (key, value) = rest.split_once(':')?;
    let is_key = value.is_empty() || value.starts_with(' ');
    (is_key && !key.contains([' ', '#']) && !key.is_empty()).then_some(key)
}

/// Quoted texts, numbers and comments of a line from a place on.
fn scalars(line: &str, from: usize, base: usize, out: &mut Pieces) {
    let bytes = line.as_bytes();
    let mut at = from;
    let mut fresh = true;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'#' if at == 0 || bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace) => {
                out.push((base + at..base + line.len(), Class::Comment));
                return;
            }
            b'\'' | b'"' if fresh => {
                let end = quoted(bytes, at, *byte);
                out.push((base + at..base + end, Class::Text));
                at = end;
                fresh = false;
                continue;
            }
            b'0'..=b'9' if fresh => {
                let rest = line.get(at..).unwrap_or_default().trim_end();
                if rest.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
                    out.push((base + at..base + at + rest.len(), Class::Number));
                    return;
                }
                fresh = false;
            }
            b' ' | b'[' | b'{' | b',' => fresh = true,
            _ => fresh = false,
        }
        at += 1;
    }
}

/// The end of a quoted text, or of the line where it goes on.
fn quoted(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 2,
            b if *b == quote && quote == b'\'' && bytes.get(at + 1) == Some(&quote) => at += 2,
            b if *b == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
