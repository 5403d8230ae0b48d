//! The bytes of a log, decompressed and as UTF-8 where they are text, and what they look like.
//!
//! A log is what its content says, not its name: gzip and Zstandard are known by their first
//! bytes, UTF-16 by its byte order mark or by the zeros of its first character.

#[cfg(feature = "gzip")]
mod gzip;
mod lines;
mod utf16;

use std::io::{self, BufRead, BufReader, Read};

pub(crate) use lines::{Line, Lines};

#[cfg(feature = "gzip")]
use gzip::Gzip;
use utf16::Utf16;

/// The bytes of a log.
pub(crate) type Bytes = Box<dyn BufRead + Send>;

/// Bytes looked at before a log's format is decided.
const SNIFFED: usize = 4096;
const BUFFER: usize = 64 * 1024;

/// What a log holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Evtx,
    Json,
    Xml,
    Csv,
    Empty,
    Unknown,
}

/// The bytes of a log without its compression, and its format as its first bytes and its name
/// (the part after the last dot, `.gz` and `.zst` aside) say.
pub(crate) fn open(raw: impl Read + Send + 'static, name: &str) -> io::Result<(Bytes, Format)> {
    let mut bytes = peeked(Box::new(raw))?;
    // Some collectors compress twice; deeper nesting is a bomb.
    for _ in 0..2 {
        if is_compressed(&bytes.head) {
            bytes = peeked(decompressed(bytes)?)?;
        }
    }
    let bytes = decoded(bytes)?;
    let format = format(&bytes.head, name);
    Ok((bytes.into_bytes(), format))
}

/// A stream whose first bytes were read.
struct Peeked {
    head: Vec<u8>,
    rest: Box<dyn Read + Send>,
    /// What went wrong while they were read; it is told when they were taken.
    failed: Option<io::Error>,
}

fn peeked(mut rest: Box<dyn Read + Send>) -> io::Result<Peeked> {
    let mut head = vec![0; SNIFFED];
    let mut filled = 0;
    let mut failed = None;
    while filled < SNIFFED {
        match rest.read(&mut head[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if filled == 0 => return Err(error),
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    head.truncate(filled);
    Ok(Peeked { head, rest, failed })
}

impl Peeked {
    fn into_bytes(self) -> Bytes {
        let rest: Box<dyn Read + Send> = match self.failed {
            Some(error) => Box::new(Failed(Some(error))),
            None => self.rest,
        };
        Box::new(BufReader::with_capacity(BUFFER, io::Cursor::new(self.head).chain(rest)))
    }
}

/// A stream that fails once and then ends.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

const GZIP: [u8; 3] = [0x1F, 0x8B, 8];
const ZSTD: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

fn is_compressed(head: &[u8]) -> bool {
    (cfg!(feature = "gzip") && head.starts_with(&GZIP))
        || (cfg!(feature = "zstd") && head.starts_with(&ZSTD))
}

/// The stream without one layer of compression.
fn decompressed(bytes: Peeked) -> io::Result<Box<dyn Read + Send>> {
    #[cfg(feature = "gzip")]
    if bytes.head.starts_with(&GZIP) {
        return Ok(Box::new(Gzip::new(bytes.into_bytes())));
    }
    #[cfg(feature = "zstd")]
    if bytes.head.starts_with(&ZSTD) {
        return Ok(Box::new(zstd::stream::read::Decoder::with_buffer(bytes.into_bytes())?));
    }
    Ok(Box::new(bytes.into_bytes()))
}

/// The stream as UTF-8 where it is UTF-16, without a byte order mark.
fn decoded(mut bytes: Peeked) -> io::Result<Peeked> {
    let big_endian = match bytes.head[..] {
        [0xFE, 0xFF, ..] | [0, b'<' | b'{' | b'[', ..] => true,
        [0xFF, 0xFE, ..] | [b'<' | b'{' | b'[', 0, ..] => false,
        [0xEF, 0xBB, 0xBF, ..] => {
            bytes.head.drain(..3);
            return Ok(bytes);
        }
        _ => return Ok(bytes),
    };
    peeked(Box::new(Utf16::new(bytes.into_bytes(), big_endian)))
}

fn format(head: &[u8], name: &str) -> Format {
    let name = name.to_ascii_lowercase();
    let name =
        [".gz", ".zst"].iter().fold(name.as_str(), |n, end| n.strip_suffix(end).unwrap_or(n));
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let evtx = head.starts_with(b"ElfFile\0") || head.starts_with(b"ElfChnk\0");
    if evtx || extension == "evtx" {
        return Format::Evtx;
    }
    match head.iter().find(|b| !b.is_ascii_whitespace()) {
        None => return Format::Empty,
        Some(b'<') => return Format::Xml,
        Some(b'{' | b'[') => return Format::Json,
        Some(_) => {}
    }
    match extension {
        "json" | "jsonl" | "ndjson" => Format::Json,
        "xml" => Format::Xml,
        "csv" => Format::Csv,
        _ => unnamed(head),
    }
}

/// The format of a text whose name says nothing: evtx_dump's numbered records, or a table.
fn unnamed(head: &[u8]) -> Format {
    let first = head.split(|b| *b == b'\n').next().unwrap_or(head);
    if first.starts_with(b"Record ") {
        return Format::Json;
    }
    let text = !first.iter().any(|b| *b < b' ' && !matches!(b, b'\t' | b'\r'));
    let commas = first.iter().filter(|b| matches!(b, b',' | b';' | b'\t')).count();
    if text && commas >= 2 { Format::Csv } else { Format::Unknown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(bytes: &[u8], name: &str) -> (String, Format) {
        let (mut bytes, format) = open(io::Cursor::new(bytes.to_vec()), name).expect("opens");
        let mut text = String::new();
        bytes.read_to_string(&mut text).expect("reads");
        (text, format)
    }

    #[test]
    fn the_content_says_what_a_log_is() {
        assert_eq!(opened(b"ElfFile\0", "x.json").1, Format::Evtx);
        assert_eq!(opened(b"\0\0\0", "X.EVTX").1, Format::Evtx);
        assert_eq!(opened(b" \n{}", "-").1, Format::Json);
        assert_eq!(opened(b"<Event/>", "x.log").1, Format::Xml);
        assert_eq!(opened(b"a,b,c\n1,2,3", "-").1, Format::Csv);
        assert_eq!(opened(b"a,b\n1,2", "x.csv.GZ").1, Format::Csv);
        assert_eq!(opened(b"hello", "-").1, Format::Unknown);
        assert_eq!(opened(b" \n", "x.json").1, Format::Empty);
        assert_eq!(opened(b"Record 1\n{}", "-").1, Format::Json);
    }

    #[test]
    fn marks_and_utf16_vanish() {
        assert_eq!(opened(b"\xEF\xBB\xBF{}", "-"), ("{}".to_owned(), Format::Json));
        assert_eq!(opened(b"\xFF\xFE<\0a\0", "-"), ("<a".to_owned(), Format::Xml));
        assert_eq!(opened(b"\0{\0}", "-"), ("{}".to_owned(), Format::Json));
    }
}
