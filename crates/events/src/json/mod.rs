//! JSON logs: lines, an array, or documents one after another, in the shapes that exporters write.

mod decode;
pub(crate) mod flat;
mod layout;
mod nested;
mod paths;
mod repair;
mod shape;
mod split;
mod wazuh;
mod winlog;

use std::ops::Range;
use std::sync::Arc;

pub(crate) use decode::decode;
pub(crate) use layout::Layouts;

use crate::error::{Cause, Place, ReadError};
use crate::event::Event;
use crate::input::Bytes;
use crate::names::Names;
use split::{Piece, Split};

/// A JSON log, cut into runs of documents.
pub(crate) struct JsonRuns {
    log: Arc<str>,
    split: Split,
    ended: bool,
}

/// Documents of a log that follow each other.
#[derive(Debug)]
pub(crate) struct Run {
    bytes: Vec<u8>,
    /// Where each document stands in the log and among the bytes, or what is there in its place.
    pieces: Vec<Result<(Place, Range<usize>), ReadError>>,
}

/// How many bytes of documents make a run.
const RUN: usize = 128 * 1024;

impl JsonRuns {
    pub(crate) fn new(log: Arc<str>, bytes: Bytes) -> JsonRuns {
        JsonRuns { log, split: Split::new(bytes, crate::RECORD_LIMIT), ended: false }
    }

    fn piece(&mut self, run: &mut Run) {
        let piece = self.split.next();
        let place = Place::Line(self.split.begun_at());
        let error = match piece {
            Ok(Piece::Document) => {
                let start = run.bytes.len();
                run.bytes.extend_from_slice(self.split.document());
                return run.pieces.push(Ok((place, start..run.bytes.len())));
            }
            Ok(Piece::Broken(what)) => ReadError::at(&self.log, place, Cause::malformed(what)),
            Ok(Piece::TooLarge) => {
                let cause = Cause::TooLarge { limit: crate::RECORD_LIMIT };
                ReadError::at(&self.log, place, cause)
            }
            Ok(Piece::Cut(what)) => {
                self.ended = true;
                ReadError::fatal(&self.log, place, Cause::Truncated(what))
            }
            Ok(Piece::End) => {
                self.ended = true;
                return;
            }
            Err(error) => {
                self.ended = true;
                ReadError::fatal(&self.log, place, error)
            }
        };
        run.pieces.push(Err(error));
    }
}

impl Iterator for JsonRuns {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        let mut run = Run { bytes: Vec::new(), pieces: Vec::new() };
        // Of broken lines there may be more than there are bytes of documents.
        while !self.ended && run.bytes.len() < RUN && run.pieces.len() < RUN / 64 {
            self.piece(&mut run);
        }
        (!run.pieces.is_empty()).then_some(run)
    }
}

impl Run {
    /// Reads the documents.
    pub(crate) fn read(
        self,
        log: &Arc<str>,
        names: &mut Names,
        out: &mut dyn FnMut(Result<Event, ReadError>),
    ) {
        for piece in self.pieces {
            match piece {
                Ok((place, range)) => match decode(&self.bytes[range], names) {
                    Ok(value) => {
                        shape::events(value, log, place, names).into_iter().for_each(&mut *out);
                    }
                    Err(what) => out(Err(ReadError::at(log, place, Cause::malformed(what)))),
                },
                Err(error) => out(Err(error)),
            }
        }
    }
}
