//! Small changes to a text that make it parse, and the way back to the original's offsets.

use std::ops::Range;

use rulescope_ir::Span;

/// One replaced range of the original text. Never changes the number of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) text: String,
}

/// Replaced ranges, in order and apart from each other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edits {
    edits: Vec<Edit>,
    /// Where each edit's text starts in the edited text.
    starts: Vec<usize>,
}

impl Edits {
    fn new(edits: Vec<Edit>) -> Edits {
        let mut grown = 0_isize;
        let starts = edits
            .iter()
            .map(|edit| {
                let start = edit.start.wrapping_add_signed(grown);
                grown += edit.text.len() as isize - (edit.end - edit.start) as isize;
                start
            })
            .collect();
        Edits { edits, starts }
    }

    /// Adds edits; `None` where one touches an edit that is there already and is not a part of it.
    #[must_use]
    pub(crate) fn with(&self, more: Vec<Edit>) -> Option<Edits> {
        let mut edits = self.edits.clone();
        edits.retain(|old| {
            !more.iter().any(|new| {
                new.start <= old.start
                    && old.end <= new.end
                    && (new.end - new.start) > (old.end - old.start)
            })
        });
        edits.extend(more);
        edits.sort_by_key(|e| (e.start, e.end));
        let apart = edits.windows(2).all(|pair| {
            pair[0].end <= pair[1].start
                && (pair[0].start, pair[0].end) != (pair[1].start, pair[1].end)
        });
        apart.then(|| Edits::new(edits))
    }

    /// Whether a range is replaced already.
    pub(crate) fn touches(&self, range: &Range<usize>) -> bool {
        self.edits.iter().any(|e| e.start < range.end && range.start < e.end)
    }

    /// The edits outside of a range.
    #[must_use]
    pub(crate) fn without(&self, range: &Range<usize>) -> Edits {
        let outside = |e: &&Edit| e.end <= range.start || range.end <= e.start;
        Edits::new(self.edits.iter().filter(outside).cloned().collect())
    }

    /// The text with all edits made.
    pub(crate) fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 16 * self.edits.len());
        let mut at = 0;
        for edit in &self.edits {
            out.push_str(&text[at..edit.start]);
            out.push_str(&edit.text);
            at = edit.end;
        }
        out.push_str(&text[at..]);
        out
    }

    /// The original offset of an offset into the edited text. Offsets inside of a replacement
    /// become the replaced range's start.
    pub(crate) fn original(&self, edited: usize) -> usize {
        self.place(edited, false)
    }

    /// The original span of a span of the edited text; a replacement maps to what it replaced.
    pub(crate) fn original_span(&self, span: Span) -> Span {
        let start = self.place(span.start as usize, false);
        let end = if span.is_empty() { start } else { self.place(span.end as usize, true) };
        Span::new(start, end.max(start))
    }

    fn place(&self, edited: usize, as_end: bool) -> usize {
        // The last edit that starts before the offset; as an end, one that only starts there
        // has nothing to do with it.
        let after = match as_end {
            true => self.starts.partition_point(|start| *start < edited),
            false => self.starts.partition_point(|start| *start <= edited),
        };
        let Some(last) = after.checked_sub(1) else { return edited };
        let (edit, start) = (&self.edits[last], self.starts[last]);
        let behind = edited - start;
        if behind < edit.text.len() || (as_end && behind == edit.text.len()) {
            return if as_end { edit.end } else { edit.start };
        }
        edit.end + (behind - edit.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_come_back() {
        let edits = Edits::default()
            .with(vec![Edit { start: 3, end: 5, text: "'xx'".to_owned() }])
            .expect("the first");
        assert_eq!(edits.apply("a: xx\nb: c"), "a: 'xx'\nb: c");
        assert_eq!(edits.original_span(Span::new(3, 7)), Span::new(3, 5));
        assert_eq!(edits.original_span(Span::new(8, 9)), Span::new(6, 7));
        assert_eq!(edits.original_span(Span::new(0, 1)), Span::new(0, 1));
        assert!(edits.with(vec![Edit { start: 4, end: 8, text: String::new() }]).is_none());
    }

    #[test]
    fn an_insertion_moves_what_follows() {
        let edits = Edits::default()
            .with(vec![Edit { start: 0, end: 1, text: "    ".to_owned() }])
            .expect("the first");
        assert_eq!(edits.apply("\tx: y"), "    x: y");
        assert_eq!(edits.original_span(Span::new(4, 5)), Span::new(1, 2));
    }
}
