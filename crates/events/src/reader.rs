//! Opens a log with the reader of its format.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use crate::error::{Cause, Place, ReadError};
use crate::event::Event;
use crate::input::{self, Bytes, Format};
use crate::logs::not_a_file;

type Events = Box<dyn Iterator<Item = Result<Event, ReadError>> + Send>;

/// The events of a log, and what of it could not be read. It can be sent to another thread.
pub struct Reader {
    events: Events,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

impl Iterator for Reader {
    type Item = Result<Event, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.events.next()
    }
}

impl Reader {
    /// The events of bytes that are at hand or come as a stream. The name is the log's; its
    /// extension helps where the bytes do not say what they are.
    pub fn from_read(name: &str, bytes: impl Read + Send + 'static) -> Reader {
        let log = Arc::from(name);
        let events = match input::open(bytes, name) {
            Ok((bytes, format)) => events(log, bytes, format),
            Err(error) => failed(ReadError::fatal(&log, Place::Log, error)),
        };
        Reader { events }
    }
}

/// Opens a path, or standard input.
pub(crate) fn open(log: Arc<str>, path: Option<&Path>) -> Reader {
    let Some(path) = path else { return Reader::from_read(&log, io::stdin()) };
    // Opening a FIFO would wait for a writer, for ever.
    let opened = fs::metadata(path).map_err(Cause::from).and_then(|metadata| {
        match not_a_file(metadata.file_type()) {
            Some(kind) => Err(Cause::NotAFile(kind)),
            None => File::open(path).map_err(Cause::from),
        }
    });
    match opened {
        Ok(file) => Reader::from_read(&log, file),
        Err(cause) => Reader { events: failed(ReadError::fatal(&log, Place::Log, cause)) },
    }
}

fn failed(error: ReadError) -> Events {
    Box::new(std::iter::once(Err(error)))
}

fn events(log: Arc<str>, bytes: Bytes, format: Format) -> Events {
    let what = match format {
        #[cfg(feature = "evtx")]
        Format::Evtx => return Box::new(crate::evtx::EvtxEvents::new(log, bytes)),
        #[cfg(feature = "json")]
        Format::Json => return Box::new(crate::json::JsonEvents::new(log, bytes)),
        #[cfg(feature = "xml")]
        Format::Xml => return Box::new(crate::xml::XmlEvents::new(log, bytes)),
        #[cfg(feature = "csv")]
        Format::Csv => return Box::new(crate::csv::CsvEvents::new(log, bytes)),
        Format::Empty => return Box::new(std::iter::empty()),
        Format::Unknown => "it is neither EVTX, JSON, event XML nor CSV",
        #[allow(unreachable_patterns, reason = "formats that were left out of the build")]
        _ => "the reader of its format was left out of this build",
    };
    failed(ReadError::fatal(&log, Place::Log, Cause::UnknownFormat(what)))
}
