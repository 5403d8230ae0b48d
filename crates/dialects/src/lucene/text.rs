//! Words and phrases: quotes, escapes, wildcards.
//!
//! <https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query>,
//! "Wildcards" and "Reserved characters": a backslash takes its meaning from any character.

use rulescope_ir::{Glob, Piece, Span};

use super::ast::Text;

/// Characters that end a word.
const ENDS: &str = "()[]{}\":^~";

/// Whether a character ends a word.
pub(super) fn ends(c: char) -> bool {
    c.is_whitespace() || ENDS.contains(c)
}

/// The word or phrase that starts at a byte, and whether its closing quote is missing; `None` where
/// none starts.
pub(super) fn scan(whole: &str, start: usize) -> Option<(Text, bool)> {
    let quoted = whole[start..].starts_with('"');
    let mut at = if quoted { start + 1 } else { start };
    let mut glob = Glob::new();
    let mut open = quoted;
    while let Some(c) = whole[at..].chars().next() {
        match c {
            '\\' => {
                let next = whole[at + 1..].chars().next().unwrap_or('\\');
                glob.push_char(next);
                at = (at + 1 + next.len_utf8()).min(whole.len());
                continue;
            }
            '"' if quoted => {
                open = false;
                break;
            }
            c if quoted => glob.push_char(c),
            c if ends(c) => break,
            '*' => glob.push(Piece::Any),
            '?' => glob.push(Piece::One),
            c => glob.push_char(c),
        }
        at += c.len_utf8();
    }
    if at == start {
        return None;
    }
    let raw = if quoted { &whole[start + 1..at] } else { &whole[start..at] };
    let end = if quoted && !open { at + 1 } else { at };
    let text = Text { glob, quoted, raw: raw.to_owned(), span: Span::new(start, end) };
    Some((text, open))
}

/// A text as it is written: quoted, or with what would mean something escaped.
pub(super) fn written(text: &Text) -> String {
    let mut out = String::new();
    if text.quoted {
        let plain = text.glob.as_text().unwrap_or_default();
        return format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""));
    }
    for piece in &text.glob.pieces {
        match piece {
            Piece::Any => out.push('*'),
            Piece::One => out.push('?'),
            Piece::Text(text) => {
                for c in text.chars() {
                    let special = ends(c) || "\\*?+-!/&|<>=".contains(c);
                    if special {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
            // No text of the language has other wildcards.
            Piece::OneOf(_) => {}
        }
    }
    if ["AND", "OR", "NOT", "TO"].contains(&out.as_str()) { format!("\\{out}") } else { out }
}
