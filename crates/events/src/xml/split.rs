//! Cuts a stream of XML into its `<Event>` elements without reading what is in them.

use std::io::{self, BufRead};
use std::ops::Range;

use memchr::{memchr, memchr_iter, memmem};

use crate::input::Bytes;

const OPEN: &[u8] = b"<Event";
const CLOSE: &[u8] = b"</Event>";

/// What comes next.
pub(super) enum Piece {
    /// A whole element, by its place in the buffer.
    Event(Range<usize>),
    /// An element that another one begins in.
    Broken,
    /// An element that is larger than the limit; it was passed over.
    TooLarge,
    /// The stream ends in an element.
    Cut,
    /// There is nothing more.
    End,
}

/// A stream, and the part of it that is at hand.
pub(super) struct Split {
    bytes: Bytes,
    limit: usize,
    buffer: Vec<u8>,
    /// What lies before was given.
    start: usize,
    /// The line of `start`; after a piece, the line that it begins at.
    pub(super) line: u64,
    next_line: u64,
}

/// What a byte `<` begins.
enum Tag {
    Close(usize),
    Open,
    Skip(usize),
    /// More bytes are needed to tell.
    Unknown,
}

impl Split {
    pub(super) fn new(bytes: Bytes, limit: usize) -> Split {
        Split { bytes, limit, buffer: Vec::new(), start: 0, line: 1, next_line: 1 }
    }

    /// The bytes of an element that was just given.
    pub(super) fn slice(&self, range: Range<usize>) -> &[u8] {
        &self.buffer[range]
    }

    /// Reads more; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        loop {
            match self.bytes.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(input) => {
                    let count = input.len();
                    self.buffer.extend_from_slice(input);
                    self.bytes.consume(count);
                    return Ok(count > 0);
                }
            }
        }
    }

    /// Gives up the bytes before a place of the buffer.
    fn pass(&mut self, to: usize) {
        self.next_line += memchr_iter(b'\n', &self.buffer[self.start..to]).count() as u64;
        self.start = to;
    }

    pub(super) fn next(&mut self) -> io::Result<Piece> {
        if !self.find_open()? {
            self.line = self.next_line;
            return Ok(Piece::End);
        }
        self.line = self.next_line;
        // Counted from `start`, which moves when the buffer is filled.
        let mut seen = OPEN.len();
        loop {
            let at = self.start + seen;
            let tag = match memchr(b'<', &self.buffer[at..]) {
                Some(found) => {
                    seen += found;
                    tag(&self.buffer[at + found..])
                }
                None => {
                    seen = self.buffer.len() - self.start;
                    Tag::Unknown
                }
            };
            match tag {
                Tag::Close(length) => {
                    let from = self.start;
                    let to = from + seen + length;
                    self.pass(to);
                    return Ok(Piece::Event(from..to));
                }
                Tag::Open => {
                    self.pass(self.start + seen);
                    return Ok(Piece::Broken);
                }
                Tag::Skip(length) => seen += length,
                Tag::Unknown => {
                    if self.buffer.len() - self.start > self.limit {
                        self.pass(self.buffer.len());
                        self.start = 0;
                        self.buffer = Vec::new();
                        return Ok(Piece::TooLarge);
                    }
                    if !self.fill()? {
                        self.pass(self.buffer.len());
                        return Ok(Piece::Cut);
                    }
                }
            }
        }
    }

    /// Moves to the next `<Event>`; false where there is none.
    fn find_open(&mut self) -> io::Result<bool> {
        loop {
            match memmem::find(&self.buffer[self.start..], OPEN) {
                Some(found) => {
                    let at = self.start + found;
                    match self.buffer.get(at + OPEN.len()) {
                        Some(byte) if ends_name(*byte) => {
                            self.pass(at);
                            return Ok(true);
                        }
                        Some(_) => {
                            self.pass(at + OPEN.len());
                            continue;
                        }
                        None => self.pass(at),
                    }
                }
                // The tag may be cut by the end of what is at hand.
                None => self.pass(self.start.max(self.buffer.len().saturating_sub(OPEN.len()))),
            }
            if !self.fill()? {
                self.pass(self.buffer.len());
                return Ok(false);
            }
        }
    }
}

fn ends_name(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/')
}

/// What begins at a `<`.
fn tag(bytes: &[u8]) -> Tag {
    if bytes.starts_with(CLOSE) {
        return Tag::Close(CLOSE.len());
    }
    if bytes.starts_with(OPEN) {
        return match bytes.get(OPEN.len()) {
            Some(byte) if ends_name(*byte) => Tag::Open,
            Some(_) => Tag::Skip(OPEN.len()),
            None => Tag::Unknown,
        };
    }
    for (open, close) in [(&b"<![CDATA["[..], &b"]]>"[..]), (b"<!--", b"-->")] {
        if bytes.starts_with(open) {
            return match memmem::find(bytes, close) {
                Some(found) => Tag::Skip(found + close.len()),
                None => Tag::Unknown,
            };
        }
    }
    let cut = [CLOSE, OPEN, b"<![CDATA[", b"<!--"].iter().any(|whole| whole.starts_with(bytes));
    if cut { Tag::Unknown } else { Tag::Skip(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The elements of a text with their lines, read a few bytes at a time.
    fn split(text: &'static str, limit: usize) -> Vec<String> {
        let bytes = Box::new(io::BufReader::with_capacity(3, text.as_bytes()));
        let mut split = Split::new(bytes, limit);
        let mut out = Vec::new();
        loop {
            let piece = split.next().expect("no error");
            let line = split.line;
            out.push(match piece {
                Piece::Event(range) => {
                    format!("{line}: {}", String::from_utf8_lossy(split.slice(range)))
                }
                Piece::Broken => format!("{line}: broken"),
                Piece::TooLarge => format!("{line}: too large"),
                Piece::Cut => {
                    out.push(format!("{line}: cut"));
                    return out;
                }
                Piece::End => return out,
            });
        }
    }

    #[test]
    fn elements_are_found_wherever_they_stand() {
        let text =
            "<?xml?>\n<Events>\n<Event a='1'><EventData/></Event><Event>\n</Event>\n</Events>";
        assert_eq!(
            split(text, 99),
            ["3: <Event a='1'><EventData/></Event>", "3: <Event>\n</Event>"]
        );
        assert!(split("<Events><EventData></EventData></Events>", 99).is_empty());
    }

    #[test]
    fn an_end_in_character_data_is_no_end() {
        let text = "<Event><![CDATA[</Event>]]><!-- </Event> --></Event>";
        assert_eq!(split(text, 99), [format!("1: {text}")]);
    }

    #[test]
    fn what_is_broken_does_not_take_the_rest() {
        assert_eq!(split("<Event><a>\n<Event></Event>", 99), ["1: broken", "2: <Event></Event>"]);
        assert_eq!(split("<Event></Event><Event>", 99), ["1: <Event></Event>", "1: cut"]);
        let text = "<Event>0123456789012345678901234567890123</Event>\n<Event></Event>";
        assert_eq!(split(text, 20), ["1: too large", "2: <Event></Event>"]);
    }
}
