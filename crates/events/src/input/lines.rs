//! Lines of a stream, none longer than a limit.

use std::io::{self, BufRead};

/// What the next line is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// It is in the buffer, without its end.
    Text,
    /// It is longer than the limit and was passed over.
    TooLong,
    /// There is none.
    End,
}

/// Lines of a stream.
pub(crate) struct Lines<R> {
    inner: R,
    limit: usize,
    /// The number of the line last read, from 1.
    pub(crate) number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(inner: R, limit: usize) -> Lines<R> {
        Lines { inner, limit, number: 0 }
    }

    /// Appends the next line to the buffer, which may hold up to the limit in all. On an error
    /// what came before it stands in the buffer.
    pub(crate) fn next(&mut self, buffer: &mut Vec<u8>) -> io::Result<Line> {
        let start = buffer.len();
        let mut any = false;
        let mut too_long = false;
        loop {
            let input = match self.inner.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                input => input?,
            };
            if input.is_empty() {
                break;
            }
            if !any {
                any = true;
                self.number += 1;
            }
            let end = memchr::memchr(b'\n', input);
            let part = &input[..end.unwrap_or(input.len())];
            if buffer.len() + part.len() > self.limit {
                too_long = true;
                buffer.truncate(start);
                // What was taken for a line of this size is given back.
                buffer.shrink_to(64 * 1024);
            } else if !too_long {
                buffer.extend_from_slice(part);
            }
            let taken = end.map_or(input.len(), |end| end + 1);
            self.inner.consume(taken);
            if end.is_some() {
                break;
            }
        }
        if buffer.last() == Some(&b'\r') && buffer.len() > start {
            buffer.pop();
        }
        Ok(match (any, too_long) {
            (false, _) => Line::End,
            (true, true) => Line::TooLong,
            (true, false) => Line::Text,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_passed_over() {
        let text = b"ab\r\n\nlonger than ten\nc";
        let mut lines = Lines::new(io::BufReader::with_capacity(3, text.as_slice()), 10);
        let mut seen = Vec::new();
        loop {
            let mut buffer = Vec::new();
            let line = lines.next(&mut buffer).expect("no error");
            if line == Line::End {
                break;
            }
            seen.push((lines.number, line, String::from_utf8(buffer).expect("UTF-8")));
        }
        let expected = [
            (1, Line::Text, "ab".to_owned()),
            (2, Line::Text, String::new()),
            (3, Line::TooLong, String::new()),
            (4, Line::Text, "c".to_owned()),
        ];
        assert_eq!(seen, expected);
    }
}
