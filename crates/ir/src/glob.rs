//! Text with wildcards, as pieces: what a value means after a language's escapes are read.

use serde::{Deserialize, Serialize};

/// One piece of a [`Glob`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// This text.
    Text(String),
    /// Any run of characters, the empty one included (`*`).
    Any,
    /// Exactly one character (`?`).
    One,
    /// Exactly one of these characters (Sigma's `windash`).
    OneOf(Vec<char>),
}

/// A text pattern that must cover the whole value it is compared with.
///
/// Pieces of text never stand side by side and are never empty ([`Glob::push_text`] joins them).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Glob {
    /// The pieces in order.
    pub pieces: Vec<Piece>,
}

impl Glob {
    /// The pattern of no piece: it covers the empty text.
    pub fn new() -> Glob {
        Glob::default()
    }

    /// A pattern of plain text.
    pub fn text(text: impl Into<String>) -> Glob {
        let mut glob = Glob::new();
        glob.push_text(&text.into());
        glob
    }

    /// Adds text at the end, joined with a text piece before it.
    pub fn push_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(Piece::Text(last)) = self.pieces.last_mut() {
            last.push_str(text);
        } else {
            self.pieces.push(Piece::Text(text.to_owned()));
        }
    }

    /// Adds one character at the end.
    pub fn push_char(&mut self, c: char) {
        if let Some(Piece::Text(last)) = self.pieces.last_mut() {
            last.push(c);
        } else {
            self.pieces.push(Piece::Text(c.to_string()));
        }
    }

    /// Adds a piece at the end; neighbouring runs of [`Piece::Any`] are one.
    pub fn push(&mut self, piece: Piece) {
        match piece {
            Piece::Text(text) => self.push_text(&text),
            Piece::Any if self.pieces.last() == Some(&Piece::Any) => {}
            Piece::Any | Piece::One | Piece::OneOf(_) => self.pieces.push(piece),
        }
    }

    /// The text, if no piece is a wildcard.
    pub fn as_text(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether a piece is a wildcard (`*`, `?` or a set of characters).
    pub fn has_wildcard(&self) -> bool {
        self.as_text().is_none()
    }

    /// Whether it starts with `*`.
    pub fn starts_open(&self) -> bool {
        self.pieces.first() == Some(&Piece::Any)
    }

    /// Whether it ends with `*`.
    pub fn ends_open(&self) -> bool {
        self.pieces.last() == Some(&Piece::Any)
    }

    /// The same without `*` at either end.
    pub fn trimmed(&self) -> Glob {
        let start = usize::from(self.starts_open());
        let end = self.pieces.len() - usize::from(self.ends_open() && self.pieces.len() > start);
        Glob { pieces: self.pieces[start..end].to_vec() }
    }

    /// The same with `*` put before it and after it where asked.
    #[must_use]
    pub fn opened(&self, before: bool, after: bool) -> Glob {
        let mut out = Glob::new();
        if before {
            out.push(Piece::Any);
        }
        for piece in &self.pieces {
            out.push(piece.clone());
        }
        if after {
            out.push(Piece::Any);
        }
        out
    }

    /// As people write it: `*` and `?` for wildcards, `\` before a literal one, the first of a set
    /// of characters for the set.
    pub fn display(&self) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => {
                    for c in text.chars() {
                        if matches!(c, '*' | '?') {
                            out.push('\\');
                        }
                        out.push(c);
                    }
                }
                Piece::Any => out.push('*'),
                Piece::One => out.push('?'),
                Piece::OneOf(set) => out.extend(set.first()),
            }
        }
        out
    }

    /// The shortest text that the pattern covers: one `x` for a `?`, nothing for a `*`.
    pub fn sample(&self) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Any => {}
                Piece::One => out.push('x'),
                Piece::OneOf(set) => out.extend(set.first()),
            }
        }
        out
    }

    /// Whether the pattern covers the whole of `value`. Both sides are compared as they are: fold
    /// both ([`fold`]) for a comparison without case.
    pub fn covers(&self, value: &str) -> bool {
        // Greedy with one point of return: the classic glob match. From a `*` it goes to the next
        // place where the text after it stands.
        let mut rest = value;
        let mut at = 0;
        let mut back: Option<(usize, &str)> = None;
        loop {
            let step = match self.pieces.get(at) {
                None if rest.is_empty() => return true,
                None => None,
                Some(Piece::Any) => {
                    let Some(from) = self.next_start(at + 1, rest) else { return false };
                    back = Some((at, from));
                    rest = from;
                    at += 1;
                    continue;
                }
                Some(Piece::Text(text)) => rest.strip_prefix(text.as_str()),
                Some(Piece::One) => {
                    let mut chars = rest.chars();
                    chars.next().map(|_| chars.as_str())
                }
                Some(Piece::OneOf(set)) => {
                    let mut chars = rest.chars();
                    chars.next().filter(|c| set.contains(c)).map(|_| chars.as_str())
                }
            };
            if let Some(after) = step {
                rest = after;
                at += 1;
                continue;
            }
            let Some((star, from)) = back else { return false };
            let mut chars = from.chars();
            if chars.next().is_none() {
                return false;
            }
            let Some(from) = self.next_start(star + 1, chars.as_str()) else { return false };
            back = Some((star, from));
            rest = from;
            at = star + 1;
        }
    }

    /// What is left of a value from the first place on at which this piece can begin. The end of the
    /// pattern can be anywhere at the end of the value only.
    fn next_start<'v>(&self, piece: usize, value: &'v str) -> Option<&'v str> {
        match self.pieces.get(piece) {
            Some(Piece::Text(text)) if piece + 1 == self.pieces.len() => {
                value.ends_with(text.as_str()).then(|| &value[value.len() - text.len()..])
            }
            Some(Piece::Text(text)) => value.find(text.as_str()).map(|at| &value[at..]),
            None => Some(""),
            Some(Piece::Any | Piece::One | Piece::OneOf(_)) => Some(value),
        }
    }

    /// The pattern with every text folded by [`fold`].
    #[must_use]
    pub fn folded(&self) -> Glob {
        let mut out = Glob::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_text(&fold(text)),
                Piece::OneOf(set) => {
                    out.pieces.push(Piece::OneOf(set.iter().copied().map(fold_char).collect()));
                }
                Piece::Any | Piece::One => out.pieces.push(piece.clone()),
            }
        }
        out
    }
}

/// Folds one character: its lower case where that is a single character, itself otherwise, so that
/// a folded text has as many characters as the text.
pub fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Folds a text for comparison without case, character by character with [`fold_char`]; used for
/// patterns and for values alike.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// Adds a text to another as [`fold`] folds it.
pub fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        let start = out.len();
        out.push_str(text);
        out[start..].make_ascii_lowercase();
    } else {
        out.extend(text.chars().map(fold_char));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(text: &str) -> Glob {
        let mut out = Glob::new();
        for c in text.chars() {
            match c {
                '*' => out.push(Piece::Any),
                '?' => out.push(Piece::One),
                c => out.push_char(c),
            }
        }
        out
    }

    #[test]
    fn covers_the_whole_value_only() {
        assert!(glob("*1?").covers("a12"));
        assert!(!glob("*1?").covers("a1"));
        assert!(glob("a*b*c").covers("a-b-b-c"));
        assert!(!glob("a*b*c").covers("a-b-b-cd"));
        assert!(glob("").covers(""));
        assert!(!glob("").covers("x"));
        assert!(glob("*").covers(""));
        assert!(glob("?é*").covers("xé"));
    }

    #[test]
    fn trims_and_opens() {
        assert_eq!(glob("*a*b*").trimmed(), glob("a*b"));
        assert_eq!(glob("*").trimmed(), glob(""));
        assert_eq!(glob("a").opened(true, true), glob("*a*"));
        assert_eq!(glob("*a").opened(true, false), glob("*a"));
    }

    #[test]
    fn folding_keeps_the_number_of_characters() {
        assert_eq!(fold("ÄİA").chars().count(), 3);
        assert_eq!(fold("Ä"), "ä");
    }
}
