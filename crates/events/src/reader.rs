//! Opens a log with the reader of its format.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use crate::error::{Cause, Place, ReadError};
use crate::event::Event;
use crate::input::{self, Bytes, Format};
use crate::logs::not_a_file;
use crate::part::{Decoder, Parts, Source};

/// The events of a log, and what of it could not be read. It can be sent to another thread.
#[derive(Debug)]
pub struct Reader {
    parts: Parts,
    decoder: Decoder,
    ready: VecDeque<Result<Event, ReadError>>,
}

impl Iterator for Reader {
    type Item = Result<Event, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(ready);
            }
            let ready = &mut self.ready;
            self.parts.next()?.read(&mut self.decoder, &mut |read| ready.push_back(read));
        }
    }
}

impl Reader {
    /// The events of bytes that are at hand or come as a stream. The name is the log's; its
    /// extension helps where the bytes do not say what they are.
    pub fn from_read(name: &str, bytes: impl Read + Send + 'static) -> Reader {
        Reader::of(parts_of(Arc::from(name), bytes))
    }

    pub(crate) fn of(parts: Parts) -> Reader {
        Reader { parts, decoder: Decoder::default(), ready: VecDeque::new() }
    }
}

fn parts_of(log: Arc<str>, bytes: impl Read + Send + 'static) -> Parts {
    let source = match input::open(bytes, &log) {
        Ok((bytes, format)) => source(Arc::clone(&log), bytes, format),
        Err(error) => failed(ReadError::fatal(&log, Place::Log, error)),
    };
    Parts::new(log, source)
}

/// Opens a path, or standard input.
pub(crate) fn open(log: Arc<str>, path: Option<&Path>) -> Parts {
    let Some(path) = path else { return parts_of(log, io::stdin()) };
    // Opening a FIFO would wait for a writer, for ever.
    let opened = fs::metadata(path).map_err(Cause::from).and_then(|metadata| {
        match not_a_file(metadata.file_type()) {
            Some(kind) => Err(Cause::NotAFile(kind)),
            None => File::open(path).map_err(Cause::from),
        }
    });
    match opened {
        Ok(file) => parts_of(log, file),
        Err(cause) => {
            let error = failed(ReadError::fatal(&log, Place::Log, cause));
            Parts::new(log, error)
        }
    }
}

fn failed(error: ReadError) -> Source {
    Source::Read(Box::new(std::iter::once(Err(error))))
}

fn source(log: Arc<str>, bytes: Bytes, format: Format) -> Source {
    let what = match format {
        #[cfg(feature = "evtx")]
        Format::Evtx => return Source::Evtx(crate::evtx::EvtxChunks::new(log, bytes)),
        #[cfg(feature = "json")]
        Format::Json => return Source::Json(crate::json::JsonRuns::new(log, bytes)),
        #[cfg(feature = "xml")]
        Format::Xml => return Source::Read(Box::new(crate::xml::XmlEvents::new(log, bytes))),
        #[cfg(feature = "csv")]
        Format::Csv => return Source::Read(Box::new(crate::csv::CsvEvents::new(log, bytes))),
        Format::Empty => return Source::Read(Box::new(std::iter::empty())),
        Format::Unknown => "it is neither EVTX, JSON, event XML nor CSV",
        #[allow(unreachable_patterns, reason = "formats that were left out of the build")]
        _ => "the reader of its format was left out of this build",
    };
    failed(ReadError::fatal(&log, Place::Log, Cause::UnknownFormat(what)))
}
