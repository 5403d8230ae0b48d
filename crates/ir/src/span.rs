//! Where something stands in a text: byte offsets, and lines and columns for people.

use serde::{Deserialize, Serialize};

/// A half-open range of byte offsets into the text that a rule was read from.
///
/// The empty span at zero ([`Span::NONE`]) stands for "nowhere in the text": a node that the
/// normal form or a language's default made.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(into = "[u32; 2]", from = "[u32; 2]")]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl From<Span> for [u32; 2] {
    fn from(span: Span) -> Self {
        [span.start, span.end]
    }
}

impl From<[u32; 2]> for Span {
    fn from([start, end]: [u32; 2]) -> Self {
        Span { start, end }
    }
}

impl Span {
    /// Nowhere in the text.
    pub const NONE: Span = Span { start: 0, end: 0 };

    /// A span from byte offsets; offsets past 4 GiB are clamped (rule files are far smaller).
    pub fn new(start: usize, end: usize) -> Span {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span { start: clamp(start), end: clamp(end.max(start)) }
    }

    /// Whether this span names a place at all.
    pub fn is_none(self) -> bool {
        self == Span::NONE
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that holds both; [`Span::NONE`] is neutral.
    pub fn join(self, other: Span) -> Span {
        if self.is_none() {
            return other;
        }
        if other.is_none() {
            return self;
        }
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `inner` lies within this span.
    pub fn contains(self, inner: Span) -> bool {
        self.start <= inner.start && inner.end <= self.end
    }

    /// This span moved by `offset` bytes, for a text that is part of a larger one.
    pub fn shifted(self, offset: usize) -> Span {
        Span::new(self.start as usize + offset, self.end as usize + offset)
    }

    /// The text it covers, cut at the text's end and at character boundaries.
    pub fn slice(self, text: &str) -> &str {
        let end = text.floor_char_boundary((self.end as usize).min(text.len()));
        let start = text.floor_char_boundary((self.start as usize).min(end));
        &text[start..end]
    }
}

/// Line and column of a place, both 1-based; the column counts characters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Position {
    /// 1-based line.
    pub line: u32,
    /// 1-based column in characters.
    pub column: u32,
}

/// Finds lines and columns of byte offsets in one text.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes the line starts of `text`; lines end at `\n` (a `\r` before it belongs to the line).
    pub fn new(text: &str) -> LineIndex {
        let mut starts = vec![0];
        starts.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, b)| *b == b'\n')
                .map(|(i, _)| u32::try_from(i + 1).unwrap_or(u32::MAX)),
        );
        LineIndex { starts }
    }

    /// 1-based line of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        u32::try_from(self.starts.partition_point(|s| *s <= offset)).unwrap_or(u32::MAX)
    }

    /// 1-based line and column of a byte offset of `text`, the text that was indexed.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.line(offset);
        let start = self.starts[line as usize - 1];
        let column = Span { start, end: offset.max(start) }.slice(text).chars().count();
        Position { line, column: u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_one_based_and_count_characters() {
        let text = "a: é\nbé: x\n";
        let index = LineIndex::new(text);
        assert_eq!(index.position(text, 0), Position { line: 1, column: 1 });
        assert_eq!(index.position(text, 6), Position { line: 2, column: 1 });
        assert_eq!(index.position(text, 9), Position { line: 2, column: 3 });
        assert_eq!(index.position(text, 9999), Position { line: 3, column: 1 });
    }

    #[test]
    fn slices_never_split_a_character() {
        assert_eq!(Span::new(0, 2).slice("aé"), "a");
        assert_eq!(Span::new(5, 9).slice("abc"), "");
    }
}
