//! CSV with a row of names: EvtxECmd, Splunk, PowerShell, the event viewer.
//!
//! Commas, semicolons or tabs separate, whichever the first row has most of; quotes hold breaks and
//! doubled quotes (RFC 4180). An empty cell is no value. Cells past the names are values of `Data`.

use std::sync::Arc;

use crate::error::{Cause, Place, ReadError};
use crate::event::Event;
use crate::input::{Bytes, Line, Lines};
use crate::json::flat;
use crate::names::Names;
use crate::value::{self, Name, Value};

/// A quoted cell has fewer lines than this; past it a quote was never closed.
const MOST_LINES: u64 = 20_000;

/// The events of a CSV log.
pub(crate) struct CsvEvents {
    log: Arc<str>,
    lines: Lines<Bytes>,
    separator: u8,
    columns: Vec<Name>,
    names: Names,
    buffer: Vec<u8>,
    ended: bool,
}

impl CsvEvents {
    pub(crate) fn new(log: Arc<str>, bytes: Bytes) -> CsvEvents {
        CsvEvents {
            log,
            lines: Lines::new(bytes, crate::RECORD_LIMIT),
            separator: b',',
            columns: Vec::new(),
            names: Names::default(),
            buffer: Vec::new(),
            ended: false,
        }
    }

    /// Reads a row into the buffer; its first line, or what is wrong. `None` at the end.
    fn row(&mut self) -> Option<Result<u64, ReadError>> {
        self.buffer.clear();
        let first = self.lines.number + 1;
        let place = Place::Line(first);
        let fail = |log: &Arc<str>, cause| Some(Err(ReadError::at(log, place, cause)));
        let mut open = false;
        loop {
            let known = self.buffer.len();
            let line = match self.lines.next(&mut self.buffer) {
                Ok(line) => line,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(ReadError::fatal(&self.log, place, error)));
                }
            };
            match line {
                Line::TooLong => {
                    return fail(&self.log, Cause::TooLarge { limit: crate::RECORD_LIMIT });
                }
                Line::End => {
                    self.ended = true;
                    if self.buffer.is_empty() {
                        return None;
                    }
                    let cause = Cause::Truncated("a quoted cell");
                    return Some(Err(ReadError::fatal(&self.log, place, cause)));
                }
                Line::Text => {}
            }
            let quotes = memchr::memchr_iter(b'"', &self.buffer[known..]).count();
            open ^= !quotes.is_multiple_of(2);
            if !open {
                return Some(Ok(first));
            }
            if self.lines.number - first > MOST_LINES {
                return fail(&self.log, Cause::malformed("a quote is not closed"));
            }
            self.buffer.push(b'\n');
        }
    }

    fn read_columns(&mut self) {
        let counts = [b',', b';', b'\t']
            .map(|separator| (self.buffer.iter().filter(|b| **b == separator).count(), separator));
        // The last of equals wins, which is the comma.
        self.separator =
            counts.iter().rev().max_by_key(|(count, _)| *count).map_or(b',', |(_, s)| *s);
        let cells = cells(&String::from_utf8_lossy(&self.buffer), self.separator);
        self.columns = cells.iter().map(|cell| self.names.name(cell.trim())).collect();
    }

    fn event(&mut self, line: u64) -> Event {
        let mut members = Vec::with_capacity(self.columns.len());
        for (at, cell) in
            cells(&String::from_utf8_lossy(&self.buffer), self.separator).into_iter().enumerate()
        {
            if cell.is_empty() {
                continue;
            }
            let name = match self.columns.get(at) {
                Some(name) if !name.is_empty() => Name::clone(name),
                _ => self.names.name("Data"),
            };
            value::add(&mut members, name, Value::Text(cell));
        }
        let mut event = Event::new(&self.log, Place::Line(line));
        flat::read(members, &mut event, &mut self.names);
        event
    }
}

impl Iterator for CsvEvents {
    type Item = Result<Event, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let line = match self.row()? {
                Ok(line) => line,
                Err(error) => return Some(Err(error)),
            };
            // PowerShell begins with a line that names the type.
            let is_type = self.columns.is_empty() && self.buffer.starts_with(b"#TYPE");
            if is_type || self.buffer.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            if self.columns.is_empty() {
                self.read_columns();
                continue;
            }
            return Some(Ok(self.event(line)));
        }
        None
    }
}

/// The cells of a row. A quote inside an unquoted cell stands for itself.
fn cells(row: &str, separator: u8) -> Vec<String> {
    let separator = char::from(separator);
    let mut cells = Vec::new();
    let mut rest = row;
    loop {
        let mut cell = String::new();
        if let Some(mut quoted) = rest.strip_prefix('"') {
            loop {
                let Some(at) = quoted.find('"') else {
                    cell.push_str(quoted);
                    quoted = "";
                    break;
                };
                cell.push_str(&quoted[..at]);
                quoted = &quoted[at + 1..];
                match quoted.strip_prefix('"') {
                    Some(more) => {
                        cell.push('"');
                        quoted = more;
                    }
                    None => break,
                }
            }
            rest = quoted;
        }
        let end = rest.find(separator);
        cell.push_str(&rest[..end.unwrap_or(rest.len())]);
        cells.push(cell);
        match end {
            Some(end) => rest = &rest[end + 1..],
            None => return cells,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_cut_as_rfc_4180_says() {
        assert_eq!(cells("a,\"b,\"\"c\"\"\",,d\"e", b','), ["a", "b,\"c\"", "", "d\"e"]);
        assert_eq!(cells("\"a\nb\";c", b';'), ["a\nb", "c"]);
        assert_eq!(cells("", b','), [""]);
        assert_eq!(cells("\"open", b','), ["open"]);
    }
}
