//! A text that knows where each of its bytes was written.
//!
//! A query is not always parsed as it was authored: a rule file may have escaped it or folded it over
//! lines, and macros may be put in first. A [`Source`] holds such a text as runs, each with its place in the
//! rule's body, so that a span of the text that is parsed leads back to the text that was written.

use rulescope_ir::Span;

/// Where a run of bytes was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It stands in the body as it is, from this byte on.
    At(u32),
    /// It came in place of this span of the body.
    Within(Span),
}

/// A run of bytes of one place and one macro call; it ends where the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    start: u32,
    place: Place,
    call: Option<u32>,
}

/// A text with the place of each byte in the body that it was written in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    text: String,
    runs: Vec<Run>,
}

impl Source {
    /// A text that stands in its body as it is, from byte `base` on.
    pub fn at(text: &str, base: usize) -> Source {
        let mut source = Source::default();
        source.push_at(text, base);
        source
    }

    /// Adds text that stands in the body as it is, from byte `base` on.
    pub fn push_at(&mut self, text: &str, base: usize) {
        let base = u32::try_from(base).unwrap_or(u32::MAX);
        self.push(text, Place::At(base), None);
    }

    /// Adds text that is written otherwise in the body: an escape, a folded line break.
    pub fn push_within(&mut self, text: &str, span: Span) {
        self.push(text, Place::Within(span), None);
    }

    /// Adds text that a macro call gave.
    pub(crate) fn push_call(&mut self, text: &str, span: Span, call: u32) {
        self.push(text, Place::Within(span), Some(call));
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The smallest span of the body that holds a span of the text.
    pub fn place(&self, span: Span) -> Span {
        let Some(first) = self.run(span.start) else { return Span::NONE };
        if span.is_empty() {
            let at = first.spot(span.start);
            return Span { start: at.start, end: at.start };
        }
        let last = self.run(span.end - 1).unwrap_or(first);
        first.spot(span.start).join(last.spot(span.end - 1))
    }

    /// The innermost macro call that gave the byte at an offset.
    pub(crate) fn call(&self, offset: u32) -> Option<u32> {
        self.run(offset)?.call
    }

    /// The runs that macro calls gave: each call with the span that it covers in the text.
    pub(crate) fn calls(&self) -> impl Iterator<Item = (u32, Span)> + '_ {
        self.runs.iter().enumerate().filter_map(|(i, run)| {
            let end = self.runs.get(i + 1).map_or(self.text.len(), |next| next.start as usize);
            Some((run.call?, Span::new(run.start as usize, end)))
        })
    }

    /// Adds a part of another text with its places. Where `call` is given, it is what gave the
    /// text, unless a call within the part did.
    pub(crate) fn copy(&mut self, from: &Source, start: usize, end: usize, call: Option<u32>) {
        self.part(from, start, end, |run| run.call.or(call));
    }

    /// Adds a part of another text with its places, as a text of its own: the calls that gave it
    /// are the other text's.
    pub fn excerpt(&mut self, from: &Source, start: usize, end: usize) {
        self.part(from, start, end, |_| None);
    }

    fn part(
        &mut self,
        from: &Source,
        start: usize,
        end: usize,
        call: impl Fn(&Run) -> Option<u32>,
    ) {
        if start >= end {
            let place = from.place(Span::new(start, start));
            return self.push("", Place::At(place.start), None);
        }
        let mut at = start;
        let mut index = from.index(Span::new(start, start).start);
        while at < end {
            let Some(run) = from.runs.get(index) else { return };
            let next = from.runs.get(index + 1).map_or(from.text.len(), |r| r.start as usize);
            let stop = next.min(end);
            let place = match run.place {
                Place::At(base) => Place::At(base.saturating_add(offset(at, run.start))),
                Place::Within(span) => Place::Within(span),
            };
            self.push(&from.text[at..stop], place, call(run));
            at = stop;
            index += 1;
        }
    }

    fn push(&mut self, text: &str, place: Place, call: Option<u32>) {
        // The first run is kept even if it is empty: an empty text has a place too.
        if text.is_empty() && !self.runs.is_empty() {
            return;
        }
        let start = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.text.push_str(text);
        let continues = self.runs.last().is_some_and(|run| {
            let goes_on = match (run.place, place) {
                (Place::At(a), Place::At(b)) => a.saturating_add(start - run.start) == b,
                (Place::Within(a), Place::Within(b)) => a == b,
                (Place::At(_), Place::Within(_)) | (Place::Within(_), Place::At(_)) => false,
            };
            goes_on && run.call == call
        });
        if !continues {
            self.runs.push(Run { start, place, call });
        }
    }

    fn index(&self, offset: u32) -> usize {
        self.runs.partition_point(|run| run.start <= offset).saturating_sub(1)
    }

    fn run(&self, offset: u32) -> Option<&Run> {
        self.runs.get(self.index(offset))
    }
}

impl Run {
    /// The byte of the body at an offset of the text, or all that the run stands for.
    fn spot(&self, at: u32) -> Span {
        match self.place {
            Place::At(base) => {
                let start = base.saturating_add(at - self.start.min(at));
                Span { start, end: start.saturating_add(1) }
            }
            Place::Within(span) => span,
        }
    }
}

fn offset(at: usize, start: u32) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX).saturating_sub(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_leads_back_to_where_it_was_written() {
        let mut source = Source::at("index=a ", 10);
        source.push_call("host=b", Span::new(18, 24), 0);
        source.push_at(" user=c", 24);
        assert_eq!(source.text(), "index=a host=b user=c");
        assert_eq!(source.place(Span::new(0, 7)), Span::new(10, 17));
        assert_eq!(source.place(Span::new(13, 14)), Span::new(18, 24));
        assert_eq!(source.place(Span::new(13, 19)), Span::new(18, 29));
        assert_eq!(source.place(Span::new(21, 21)), Span::new(31, 31));
        assert_eq!(source.call(9), Some(0));
        assert_eq!(source.call(0), None);
    }

    #[test]
    fn a_copied_part_keeps_its_places() {
        let mut source = Source::at("abc", 5);
        source.push_within("\n", Span::new(8, 11));
        source.push_at("def", 11);
        let mut copy = Source::default();
        copy.copy(&source, 1, 6, Some(3));
        assert_eq!(copy.text(), "bc\nde");
        assert_eq!(copy.place(Span::new(0, 1)), Span::new(6, 7));
        assert_eq!(copy.place(Span::new(2, 3)), Span::new(8, 11));
        assert_eq!(copy.place(Span::new(3, 5)), Span::new(11, 13));
        assert_eq!(copy.call(4), Some(3));
    }

    #[test]
    fn an_empty_text_has_the_place_that_it_was_given() {
        assert_eq!(Source::default().place(Span::new(0, 0)), Span::NONE);
        assert_eq!(Source::at("", 7).place(Span::new(0, 0)), Span::new(7, 7));
    }
}
