//! A line of a broken document, looked at without a parser: its key, its value, its block.

use std::ops::Range;

use crate::edits::Edit;

/// A line without its line break, as byte offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The line that holds an offset.
pub(crate) fn line_at(text: &str, offset: usize) -> Line {
    let offset = text.floor_char_boundary(offset.min(text.len()));
    let start = text[..offset].rfind('\n').map_or(0, |n| n + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |n| offset + n);
    let end = if end > start && text[..end].ends_with('\r') { end - 1 } else { end };
    Line { start, end: end.max(start) }
}

/// The top-level entry that holds an offset: from its key's line to the next line that starts in
/// the first column with anything but a comment or a list's dash; and its key.
pub(crate) fn top_level_block(text: &str, offset: usize) -> Option<(Range<usize>, String)> {
    let mut line = line_at(text, offset);
    while !starts_block(&text[line.start..line.end]) {
        if line.start == 0 {
            return None;
        }
        line = line_at(text, line.start - 1);
    }
    let shown = &text[line.start..line.end];
    let key = shown.split(':').next().unwrap_or(shown).trim().chars().take(60).collect();
    let start = line.start;
    let mut end = text.len();
    let mut at = text[line.end..].find('\n').map(|n| line.end + n + 1);
    while let Some(next) = at.filter(|n| *n < text.len()) {
        let line = line_at(text, next);
        if starts_block(&text[line.start..line.end]) {
            end = next;
            break;
        }
        at = text[line.end..].find('\n').map(|n| line.end + n + 1);
    }
    Some((start..end, key))
}

fn starts_block(line: &str) -> bool {
    !(line.is_empty()
        || line.starts_with([' ', '\t', '#', '\r', ']', '}'])
        || line == "-"
        || line.starts_with("- "))
}

impl Line {
    /// The line's value: what stands behind dashes and the key, without a comment.
    fn value(self, text: &str) -> Option<Range<usize>> {
        let mut at = self.start;
        let line = |at: usize| &text[at..self.end];
        let blanks = |at: usize| at + (line(at).len() - line(at).trim_start().len());
        at = blanks(at);
        while line(at).starts_with("- ") {
            at = blanks(at + 1);
        }
        if let Some(key) = key_length(line(at)) {
            at = blanks(at + key);
        }
        let rest = line(at);
        if rest.starts_with('#') {
            return None;
        }
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'));
        // A `#` inside of quotes is no comment.
        let from = quote.and_then(|q| rest.rfind(q)).unwrap_or(0);
        let comment = rest[from..].find(" #").map_or(rest.len(), |n| from + n);
        let length = rest[..comment].trim_end().len();
        (length > 0).then_some(at..at + length)
    }

    /// The value in single quotes, and its text. Quotes around it stay quotes.
    pub(crate) fn quoted_value(self, text: &str) -> Option<(Edit, String)> {
        let range = self.value(text)?;
        let value = &text[range.clone()];
        if value.starts_with(['|', '>']) {
            return None;
        }
        let inner = ['\'', '"'].into_iter().find_map(|quote| {
            value.strip_prefix(quote)?.strip_suffix(quote).filter(|inner| !inner.is_empty())
        });
        let meant = match inner {
            Some(inner) if value.starts_with('\'') => inner.replace("''", "'"),
            Some(inner) => inner.replace("\\\"", "\"").replace("\\\\", "\\"),
            None => value.to_owned(),
        };
        Some((quoting(range, &meant), meant))
    }

    /// The double-quoted value with every backslash literal, those of `\\` and `\"` aside.
    pub(crate) fn literal_backslashes(self, text: &str) -> Option<Edit> {
        let range = self.value(text)?;
        let inner = text[range.clone()].strip_prefix('"')?.strip_suffix('"')?;
        let mut meant = String::with_capacity(inner.len());
        let mut chars = inner.chars().peekable();
        while let Some(c) = chars.next() {
            let next = chars.peek().copied();
            match next {
                Some(next @ ('\\' | '"')) if c == '\\' => {
                    meant.push(next);
                    chars.next();
                }
                Some(_) | None => meant.push(c),
            }
        }
        Some(quoting(range, &meant))
    }

    /// The value with the brackets closed that it opens.
    pub(crate) fn closed_brackets(self, text: &str) -> Option<Edit> {
        let range = self.value(text)?;
        let value = &text[range.clone()];
        if !value.starts_with(['[', '{']) {
            return None;
        }
        let mut open = Vec::new();
        let mut quote = None;
        for c in value.chars() {
            match (quote, c) {
                (Some(q), _) if q == c => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(c),
                (None, '[') => open.push(']'),
                (None, '{') => open.push('}'),
                (None, ']' | '}') => drop(open.pop()),
                (None, _) => {}
            }
        }
        let closers: String = open.into_iter().rev().collect();
        let edit = Edit { start: range.end, end: range.end, text: closers };
        (!edit.text.is_empty()).then_some(edit)
    }

    /// The value with its quote closed at the end of the line. One that ends in `\"` had its
    /// closing quote escaped by a path's last backslash.
    pub(crate) fn closed_quote(self, text: &str) -> Option<Edit> {
        let range = self.value(text)?;
        let value = &text[range.clone()];
        let inner = value.strip_prefix(['\'', '"'])?;
        let meant = match inner.strip_suffix('"') {
            Some(path) if path.ends_with('\\') => path,
            Some(_) | None => inner,
        };
        Some(quoting(range, meant))
    }
}

/// The text in quotes: single ones, unless it holds characters that only an escape can bring in.
fn quoting(range: Range<usize>, meant: &str) -> Edit {
    let text = if meant.chars().all(is_printable) {
        format!("'{}'", meant.replace('\'', "''"))
    } else {
        let escaped = meant.chars().map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            c if is_printable(c) => c.to_string(),
            c => format!("\\U{:08X}", u32::from(c)),
        });
        format!("\"{}\"", escaped.collect::<String>())
    };
    Edit { start: range.start, end: range.end, text }
}

/// YAML's `c-printable`, <https://yaml.org/spec/1.2.2/#51-character-set>; NEL is in, DEL is not.
pub(crate) fn is_printable(c: char) -> bool {
    matches!(
        c,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{FFFD}' | '\u{10000}'..
    )
}

/// Length of `key:` at the start of a line's content, if it has one.
fn key_length(content: &str) -> Option<usize> {
    let quote = content.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let from = match quote {
        Some(q) => content[1..].find(q)? + 2,
        None => 0,
    };
    let mut at = from;
    while let Some(colon) = content[at..].find(':') {
        let end = at + colon + 1;
        if content[end..].is_empty() || content[end..].starts_with([' ', '\t']) {
            // A quoted key ends where its quote does.
            return (quote.is_none() || content[from..end - 1].trim().is_empty()).then_some(end);
        }
        at = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(line: &str) -> String {
        let (edit, _) = Line { start: 0, end: line.len() }.quoted_value(line).expect("a value");
        format!("{}{}{}", &line[..edit.start], edit.text, &line[edit.end..])
    }

    #[test]
    fn quotes_what_stands_behind_key_and_dash() {
        assert_eq!(quoted("title: a: b # c"), "title: 'a: b' # c");
        assert_eq!(quoted("  - - @x"), "  - - '@x'");
        assert_eq!(quoted("  - a|b: 'It's'"), "  - a|b: 'It''s'");
        assert_eq!(quoted("a: \"x\" y"), "a: '\"x\" y'");
        assert_eq!(quoted("'k: x': %y"), "'k: x': '%y'");
    }

    #[test]
    fn finds_top_level_blocks() {
        let text = "a: 1\nb:\n  - x\n- y\n# c\nd: 2\n";
        let (block, key) = top_level_block(text, text.find('x').expect("x")).expect("block");
        assert_eq!((&text[block], key.as_str()), ("b:\n  - x\n- y\n# c\n", "b"));
        assert!(top_level_block("  a: 1", 3).is_none());
    }
}
