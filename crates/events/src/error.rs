//! What can go wrong with a log.

use std::fmt;
use std::io;
use std::sync::Arc;

use thiserror::Error;

/// Something of a log that could not be read. The readers go on after it, unless the rest is lost.
#[derive(Debug, Error)]
#[error("{log}{place}: {cause}")]
pub struct ReadError {
    /// The log, as it was opened.
    pub log: Arc<str>,
    /// Where in it.
    pub place: Place,
    /// What is wrong.
    pub cause: Cause,
    /// Whether nothing after this place of the log is read.
    pub rest_lost: bool,
}

/// Where in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The log as a whole.
    Log,
    /// A line of a text log, from 1.
    Line(u64),
    /// A byte of a decompressed log, from 0.
    Byte(u64),
    /// A chunk of an EVTX file, from 0, and a byte of the file where one is known to be at fault.
    Chunk(u64, Option<u64>),
    /// A record of a chunk of an EVTX file, by the number in the record's header.
    Record(u64, u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Log => Ok(()),
            Place::Line(line) => write!(f, ": line {line}"),
            Place::Byte(byte) => write!(f, ": byte {byte}"),
            Place::Chunk(chunk, None) => write!(f, ": chunk {chunk}"),
            Place::Chunk(chunk, Some(byte)) => write!(f, ": chunk {chunk}, byte {byte}"),
            Place::Record(chunk, record) => write!(f, ": chunk {chunk}, record {record}"),
        }
    }
}

/// What is wrong with a log or a part of it.
#[derive(Debug, Error)]
pub enum Cause {
    /// The system would not read it.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is no file: a FIFO, a device, a socket.
    #[error("is a {0}, not a file; to read a stream, pipe it in and name the log '-'")]
    NotAFile(&'static str),
    /// A folder holds itself.
    #[error("is a link to a folder that holds it; it was not walked again")]
    Loop,
    /// Nothing in it looks like a log.
    #[error("is no log that can be read: {0}")]
    UnknownFormat(&'static str),
    /// It breaks the rules of its format. The text may quote the log; it is one line of printable
    /// characters and not long.
    #[error("{0}")]
    Malformed(String),
    /// A record is larger than the readers take.
    #[error("a record of more than {limit} bytes was skipped")]
    TooLarge {
        /// The largest size taken, in bytes.
        limit: usize,
    },
    /// The log ends in the middle.
    #[error("ends in the middle of {0}")]
    Truncated(&'static str),
}

impl Cause {
    /// What breaks the rules of the format. A log that quotes itself into a message can't break the
    /// line or send anything to a terminal.
    pub(crate) fn malformed(what: impl AsRef<str>) -> Cause {
        let printable = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        Cause::Malformed(what.as_ref().chars().take(300).map(printable).collect())
    }
}

impl ReadError {
    /// An error after which the log goes on.
    pub(crate) fn at(log: &Arc<str>, place: Place, cause: impl Into<Cause>) -> ReadError {
        ReadError { log: Arc::clone(log), place, cause: cause.into(), rest_lost: false }
    }

    /// An error that ends the log.
    pub(crate) fn fatal(log: &Arc<str>, place: Place, cause: impl Into<Cause>) -> ReadError {
        ReadError { rest_lost: true, ..ReadError::at(log, place, cause) }
    }
}
