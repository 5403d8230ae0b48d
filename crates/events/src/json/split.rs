//! Cuts a stream of JSON into the documents that are its records, by brackets and quotes alone.
//!
//! The elements of an outermost array are documents of their own, so a file that is one array of
//! any size is read element by element. Once the first document turned out to be a line, every
//! line is one, and a line that ends too early costs no other. Elsewhere a document that breaks off
//! is noticed where something begins that can't stand there.

use std::io::{self, BufRead};

use memchr::{memchr, memchr3};

use crate::input::Bytes;

/// Documents are nested less deep than this; it is also what decoding takes.
const DEEPEST: usize = 128;

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A document; [`Split::document`] has it.
    Document,
    /// Something that is none; reading goes on at a later line.
    Broken(&'static str),
    /// A document larger than the limit; it was passed over.
    TooLarge,
    /// The stream ends in the middle.
    Cut(&'static str),
    /// There is nothing more.
    End,
}

/// A stream of documents.
pub(super) struct Split {
    bytes: Bytes,
    scan: Scan,
}

impl Split {
    pub(super) fn new(bytes: Bytes, limit: usize) -> Split {
        Split { bytes, scan: Scan::new(limit) }
    }

    /// The document last found.
    pub(super) fn document(&self) -> &[u8] {
        &self.scan.document
    }

    /// The line that the last piece begins at.
    pub(super) fn begun_at(&self) -> u64 {
        self.scan.begun_at
    }

    pub(super) fn next(&mut self) -> io::Result<Piece> {
        loop {
            let input = match self.bytes.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                input => input?,
            };
            if input.is_empty() {
                return Ok(self.scan.end());
            }
            let (taken, piece) = self.scan.feed(input);
            self.bytes.consume(taken);
            if let Some(piece) = piece {
                return Ok(piece);
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Between documents.
    Between,
    /// In a document, outside its strings.
    Document,
    /// In a string of a document; after a backslash or not.
    String { escaped: bool },
    /// In a line that is no document.
    Garbage,
    /// In the rest of a line that was reported already.
    Skip,
}

/// Where the scan stands.
struct Scan {
    limit: usize,
    document: Vec<u8>,
    too_large: bool,
    phase: Phase,
    /// The brackets that are open in the document.
    open: Vec<u8>,
    /// The last byte of the document that is no blank; a quote for a string.
    last: u8,
    /// Whether the line holds only blanks so far.
    blank: bool,
    line: u64,
    begun_at: u64,
    /// Whether an outermost array is open.
    array: bool,
    /// Whether documents are lines; `None` before the first one.
    lines: Option<bool>,
}

impl Scan {
    fn new(limit: usize) -> Scan {
        Scan {
            limit,
            document: Vec::new(),
            too_large: false,
            phase: Phase::Between,
            open: Vec::new(),
            last: 0,
            blank: true,
            line: 1,
            begun_at: 1,
            array: false,
            lines: None,
        }
    }

    /// What the end of the stream means.
    fn end(&mut self) -> Piece {
        match std::mem::replace(&mut self.phase, Phase::Between) {
            Phase::Document | Phase::String { .. } if self.too_large => {
                self.forget();
                Piece::TooLarge
            }
            Phase::Document | Phase::String { .. } => Piece::Cut("a document"),
            Phase::Garbage => self.garbage().unwrap_or(Piece::End),
            Phase::Between | Phase::Skip if self.array => {
                self.begun_at = self.line;
                Piece::Cut("an array")
            }
            Phase::Between | Phase::Skip => {
                self.begun_at = self.line;
                Piece::End
            }
        }
    }

    /// Takes bytes up to the end of a piece; how many, and the piece where there is one.
    fn feed(&mut self, input: &[u8]) -> (usize, Option<Piece>) {
        let mut at = 0;
        while at < input.len() {
            let (taken, piece) = match self.phase {
                Phase::Between => self.between(&input[at..]),
                Phase::Document => self.in_document(&input[at..]),
                Phase::String { escaped } => self.in_string(&input[at..], escaped),
                Phase::Garbage | Phase::Skip => self.in_garbage(&input[at..]),
            };
            at += taken;
            if piece.is_some() {
                return (at, piece);
            }
        }
        (at, None)
    }

    fn new_line(&mut self) {
        self.line += 1;
        self.blank = true;
    }

    fn forget(&mut self) {
        // A large buffer is not kept for the documents that follow.
        if self.document.capacity() > 1024 * 1024 {
            self.document = Vec::new();
        }
        self.document.clear();
        self.open.clear();
        self.too_large = false;
        self.last = 0;
    }

    fn store(&mut self, bytes: &[u8]) {
        if self.too_large {
            return;
        }
        if self.document.len() + bytes.len() > self.limit {
            self.too_large = true;
            self.document = Vec::new();
        } else {
            self.document.extend_from_slice(bytes);
        }
    }

    fn between(&mut self, input: &[u8]) -> (usize, Option<Piece>) {
        for (at, byte) in input.iter().enumerate() {
            match byte {
                b'\n' => self.new_line(),
                // RFC 7464 puts a record separator before each document.
                b' ' | b'\t' | b'\r' | b',' | 0x1E => {}
                b'[' if !self.array && self.lines != Some(true) => {
                    self.array = true;
                    self.blank = false;
                }
                b']' if self.array => {
                    self.array = false;
                    self.blank = false;
                }
                b'{' | b'[' => {
                    self.forget();
                    self.begun_at = self.line;
                    self.phase = Phase::Document;
                    return (at, None);
                }
                _ => {
                    self.forget();
                    self.begun_at = self.line;
                    self.phase = Phase::Garbage;
                    return (at, None);
                }
            }
        }
        (input.len(), None)
    }

    fn in_document(&mut self, input: &[u8]) -> (usize, Option<Piece>) {
        for (at, byte) in input.iter().enumerate() {
            match byte {
                b' ' | b'\t' | b'\r' => continue,
                b'\n' => {
                    self.new_line();
                    if self.lines == Some(true) {
                        self.phase = Phase::Between;
                        return (
                            at + 1,
                            Some(self.broken("the line ends in the middle of a document")),
                        );
                    }
                    continue;
                }
                b'"' => {
                    self.phase = Phase::String { escaped: false };
                    self.last = b'"';
                    self.blank = false;
                    self.store(&input[..=at]);
                    return (at + 1, None);
                }
                b'{' | b'[' => {
                    let fits = match self.open.last() {
                        None => true,
                        Some(b'{') => self.last == b':',
                        Some(_) => matches!(self.last, b',' | b'['),
                    };
                    if !fits {
                        // It may be the next document, where this one was not finished.
                        let next = self.blank && *byte == b'{';
                        self.phase = if next { Phase::Between } else { Phase::Skip };
                        return (at, Some(self.broken("a document begins before this one ends")));
                    }
                    if self.open.len() == DEEPEST {
                        self.phase = Phase::Skip;
                        return (at, Some(self.broken("nested too deep")));
                    }
                    self.open.push(*byte);
                }
                b'}' | b']' => {
                    let opener = if *byte == b'}' { b'{' } else { b'[' };
                    if self.open.pop() != Some(opener) {
                        self.phase = Phase::Skip;
                        return (at, Some(self.broken("a bracket closes that was not opened")));
                    }
                    if self.open.is_empty() {
                        self.store(&input[..=at]);
                        return (at + 1, Some(self.complete()));
                    }
                }
                _ => {}
            }
            self.last = *byte;
            self.blank = false;
        }
        self.store(input);
        (input.len(), None)
    }

    fn complete(&mut self) -> Piece {
        self.phase = Phase::Between;
        self.blank = false;
        if self.lines.is_none() {
            self.lines = Some(!self.array && self.begun_at == self.line);
        }
        if self.too_large { Piece::TooLarge } else { Piece::Document }
    }

    fn broken(&mut self, what: &'static str) -> Piece {
        let too_large = self.too_large;
        self.forget();
        if too_large { Piece::TooLarge } else { Piece::Broken(what) }
    }

    fn in_string(&mut self, input: &[u8], escaped: bool) -> (usize, Option<Piece>) {
        let mut from = usize::from(escaped && input[0] != b'\n');
        self.phase = Phase::String { escaped: false };
        loop {
            let Some(found) = memchr3(b'"', b'\\', b'\n', &input[from..]) else {
                self.store(input);
                return (input.len(), None);
            };
            let at = from + found;
            match input[at] {
                b'"' => {
                    self.store(&input[..=at]);
                    self.phase = Phase::Document;
                    return (at + 1, None);
                }
                b'\n' => {
                    self.new_line();
                    self.phase = Phase::Between;
                    return (at + 1, Some(self.broken("the line ends in the middle of a string")));
                }
                _ if at + 1 == input.len() => {
                    self.store(input);
                    self.phase = Phase::String { escaped: true };
                    return (input.len(), None);
                }
                // An escaped line break is none: the line ends there all the same.
                _ if input[at + 1] == b'\n' => from = at + 1,
                _ => from = at + 2,
            }
        }
    }

    fn in_garbage(&mut self, input: &[u8]) -> (usize, Option<Piece>) {
        let end = memchr(b'\n', input);
        if self.phase == Phase::Garbage {
            let part = &input[..end.unwrap_or(input.len())];
            // Enough to know it by.
            let room = 32_usize.saturating_sub(self.document.len()).min(part.len());
            self.document.extend_from_slice(&part[..room]);
        }
        let Some(end) = end else { return (input.len(), None) };
        self.new_line();
        let piece = match std::mem::replace(&mut self.phase, Phase::Between) {
            Phase::Garbage => self.garbage(),
            _ => None,
        };
        (end + 1, piece)
    }

    /// A line that is no document; evtx_dump's numbering of its records is nothing to tell.
    fn garbage(&mut self) -> Option<Piece> {
        let numbering = self.document.starts_with(b"Record ");
        self.forget();
        (!numbering).then_some(Piece::Broken("neither a JSON object nor an array"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces of a text with their lines, whatever parts the text comes in.
    fn split(text: &str, limit: usize) -> Vec<String> {
        let mut all = [1, 7, 4096].map(|capacity| {
            let owned = io::Cursor::new(text.to_owned());
            let mut split =
                Split::new(Box::new(io::BufReader::with_capacity(capacity, owned)), limit);
            let mut out = Vec::new();
            loop {
                let piece = split.next().expect("no error");
                let line = split.begun_at();
                let (told, last) = match piece {
                    Piece::Document => {
                        (String::from_utf8_lossy(split.document()).into_owned(), false)
                    }
                    Piece::Broken(what) => (format!("broken: {what}"), false),
                    Piece::TooLarge => ("too large".to_owned(), false),
                    Piece::Cut(what) => (format!("cut: {what}"), true),
                    Piece::End => return out,
                };
                out.push(format!("{line} {told}"));
                if last {
                    return out;
                }
            }
        });
        assert_eq!(all[0], all[1]);
        assert_eq!(all[0], all[2]);
        std::mem::take(&mut all[0])
    }

    #[test]
    fn lines_arrays_and_rows_of_documents() {
        assert_eq!(split("{\"a\":\"}\\\"\"}\n\n{}\n", 99), ["1 {\"a\":\"}\\\"\"}", "3 {}"]);
        assert_eq!(split("[{\"a\":[1]},\n {}]", 99), ["1 {\"a\":[1]}", "2 {}"]);
        assert_eq!(split("{\n \"a\":{}\n}\n{\n}", 99), ["1 {\n \"a\":{}\n}", "4 {\n}"]);
        assert_eq!(split("{}{}, {}", 99), ["1 {}", "1 {}", "1 {}"]);
        assert_eq!(split("Record 1\n{\n}\nRecord 2\n{\n}", 99), ["2 {\n}", "5 {\n}"]);
    }

    #[test]
    fn a_broken_line_costs_no_other() {
        let text = "{\"a\":1}\n{\"a\":\n{\"a\":3}\n{\"a\":\"x\n{\"a\":5}\nrubbish\n{\"a\":7}";
        let expected = [
            "1 {\"a\":1}",
            "2 broken: the line ends in the middle of a document",
            "3 {\"a\":3}",
            "4 broken: the line ends in the middle of a string",
            "5 {\"a\":5}",
            "6 broken: neither a JSON object nor an array",
            "7 {\"a\":7}",
        ];
        assert_eq!(split(text, 99), expected);
    }

    #[test]
    fn a_document_that_breaks_off_is_noticed_at_the_next_one() {
        let text = "{\"a\":{\"b\":1,\n{\"c\":2}\n";
        let expected = ["1 broken: a document begins before this one ends", "2 {\"c\":2}"];
        assert_eq!(split(text, 99), expected);
        let text = "[\n{\"a\":1\n{\"c\":2},\n{\"a\":]\n{}]";
        let expected = [
            "2 broken: a document begins before this one ends",
            "3 {\"c\":2}",
            "4 broken: a bracket closes that was not opened",
            "5 {}",
        ];
        assert_eq!(split(text, 99), expected);
    }

    #[test]
    fn what_is_too_large_is_passed_over() {
        let text = format!("{{\"a\":\"{}\"}}\n{{}}\n{}\n{{}}", "x".repeat(50), "y".repeat(50));
        let expected =
            ["1 too large", "2 {}", "3 broken: neither a JSON object nor an array", "4 {}"];
        assert_eq!(split(&text, 20), expected);
    }

    #[test]
    fn depth_has_a_limit() {
        let text = format!("{{\"a\":{}\n{{}}", "[".repeat(1000));
        assert_eq!(split(&text, 9999), ["1 broken: nested too deep", "2 {}"]);
    }

    #[test]
    fn the_end_in_the_middle_is_told() {
        assert_eq!(split("{\"a\":1", 99), ["1 cut: a document"]);
        assert_eq!(split("[{}\n,", 99), ["1 {}", "2 cut: an array"]);
        assert_eq!(split("{\"a\":\"\\", 99), ["1 cut: a document"]);
    }
}
