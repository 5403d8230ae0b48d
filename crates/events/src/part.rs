//! A log in parts that can be read side by side.
//!
//! To cut a log into chunks or runs of documents is quick and goes in order; to read what a part
//! holds is not, and can be done on any thread.

use std::fmt;
use std::sync::Arc;

use crate::error::ReadError;
use crate::event::Event;
#[cfg(feature = "evtx")]
use crate::evtx::{Chunk, EvtxChunks};
#[cfg(feature = "json")]
use crate::json::{JsonRuns, Run};
use crate::names::Names;

/// Events one after another.
pub(crate) type Events = Box<dyn Iterator<Item = Result<Event, ReadError>> + Send>;

/// The parts of a log, in its order.
pub struct Parts {
    log: Arc<str>,
    source: Source,
}

/// Where the parts come from.
pub(crate) enum Source {
    #[cfg(feature = "evtx")]
    Evtx(EvtxChunks),
    #[cfg(feature = "json")]
    Json(JsonRuns),
    /// A format that is read as it is cut.
    Read(Events),
}

/// Some records of a log that follow each other, not read yet.
pub struct Part {
    log: Arc<str>,
    held: Held,
}

enum Held {
    #[cfg(feature = "evtx")]
    Evtx(Chunk),
    #[cfg(feature = "json")]
    Json(Run),
    Read(Vec<Result<Event, ReadError>>),
}

/// What the reading of parts keeps from one to the next: names that events share. One for each
/// thread.
#[derive(Debug, Default)]
pub struct Decoder {
    names: Names,
}

/// Events that are read as they are cut and make a part.
const TOGETHER: usize = 64;

impl Parts {
    pub(crate) fn new(log: Arc<str>, source: Source) -> Parts {
        Parts { log, source }
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parts of {}", self.log)
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Part of {}", self.log)
    }
}

impl Iterator for Parts {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        let held = match &mut self.source {
            #[cfg(feature = "evtx")]
            Source::Evtx(chunks) => Held::Evtx(chunks.next()?),
            #[cfg(feature = "json")]
            Source::Json(runs) => Held::Json(runs.next()?),
            Source::Read(events) => {
                let some: Vec<_> = events.take(TOGETHER).collect();
                if some.is_empty() {
                    return None;
                }
                Held::Read(some)
            }
        };
        Some(Part { log: Arc::clone(&self.log), held })
    }
}

impl Part {
    /// Gives the events, and what could not be read, in the order of the log.
    pub fn read(self, decoder: &mut Decoder, out: &mut dyn FnMut(Result<Event, ReadError>)) {
        match self.held {
            #[cfg(feature = "evtx")]
            Held::Evtx(chunk) => chunk.read(&self.log, &mut decoder.names, out),
            #[cfg(feature = "json")]
            Held::Json(run) => run.read(&self.log, &mut decoder.names, out),
            Held::Read(events) => events.into_iter().for_each(out),
        }
    }
}
