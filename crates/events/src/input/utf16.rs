//! UTF-16 text as UTF-8, as a stream.

use std::io::{self, BufRead, Read};

/// Reads UTF-16 and gives UTF-8. A surrogate without its other half becomes U+FFFD, as does half a
/// unit at the end. A byte order mark is not given.
pub(crate) struct Utf16<R> {
    inner: R,
    big_endian: bool,
    out: Vec<u8>,
    given: usize,
    high: Option<u16>,
    half: Option<u8>,
}

impl<R: BufRead> Utf16<R> {
    pub(crate) fn new(inner: R, big_endian: bool) -> Utf16<R> {
        let out = Vec::with_capacity(16 * 1024);
        Utf16 { inner, big_endian, out, given: 0, high: None, half: None }
    }

    fn unit(&mut self, unit: u16) {
        let mut push = |c: char| {
            self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        };
        if let Some(high) = self.high.take() {
            match char::decode_utf16([high, unit]).next() {
                Some(Ok(c)) => {
                    push(c);
                    if (0xDC00..0xE000).contains(&unit) {
                        return;
                    }
                }
                _ => push(char::REPLACEMENT_CHARACTER),
            }
        }
        match unit {
            0xFEFF => {}
            0xD800..0xDC00 => self.high = Some(unit),
            unit => push(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }

    /// Fills the empty output from what is at hand of the input; it stays empty at the end.
    fn refill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.given = 0;
        while self.out.is_empty() {
            let input = self.inner.fill_buf()?;
            let taken = input.len().min(8 * 1024);
            if taken == 0 {
                if self.half.take().is_some() | self.high.take().is_some() {
                    self.out.extend_from_slice("\u{FFFD}".as_bytes());
                }
                return Ok(());
            }
            let bytes = input[..taken].to_vec();
            self.inner.consume(taken);
            for byte in bytes {
                let Some(first) = self.half.take() else {
                    self.half = Some(byte);
                    continue;
                };
                let pair = [first, byte];
                self.unit(if self.big_endian {
                    u16::from_be_bytes(pair)
                } else {
                    u16::from_le_bytes(pair)
                });
            }
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Utf16<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.given == self.out.len() {
            self.refill()?;
        }
        let left = &self.out[self.given..];
        let count = left.len().min(buf.len());
        buf[..count].copy_from_slice(&left[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(units: &[u16], big_endian: bool, tail: &[u8]) -> String {
        let mut bytes: Vec<u8> = units
            .iter()
            .flat_map(|u| if big_endian { u.to_be_bytes() } else { u.to_le_bytes() })
            .collect();
        bytes.extend_from_slice(tail);
        // One byte at a time, so that every pair is split.
        let slow = io::BufReader::with_capacity(1, bytes.as_slice());
        let mut text = String::new();
        Utf16::new(slow, big_endian).read_to_string(&mut text).expect("UTF-8");
        text
    }

    #[test]
    fn both_orders_surrogates_and_the_mark() {
        let units: Vec<u16> = "\u{FEFF}aé€😀".encode_utf16().collect();
        assert_eq!(read(&units, false, &[]), "aé€😀");
        assert_eq!(read(&units, true, &[]), "aé€😀");
    }

    #[test]
    fn halves_are_replaced() {
        assert_eq!(read(&[0xD83D, 0x61], false, &[]), "\u{FFFD}a");
        assert_eq!(read(&[0xDE00], false, &[]), "\u{FFFD}");
        assert_eq!(read(&[0x61, 0xD83D], false, &[7]), "a\u{FFFD}");
        assert_eq!(read(&[0xD83D, 0xD83D, 0xDE00], false, &[]), "\u{FFFD}😀");
    }
}
