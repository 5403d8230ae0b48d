//! JSON logs: lines, an array, or documents one after another, in the shapes that exporters write.

mod decode;
pub(crate) mod flat;
mod nested;
mod paths;
mod repair;
mod shape;
mod split;
mod wazuh;
mod winlog;

use std::collections::VecDeque;
use std::sync::Arc;

pub(crate) use decode::decode;

use crate::error::{Cause, Place, ReadError};
use crate::event::Event;
use crate::input::Bytes;
use crate::names::Names;
use split::{Piece, Split};

/// The events of a JSON log.
pub(crate) struct JsonEvents {
    log: Arc<str>,
    split: Split,
    names: Names,
    ended: bool,
    /// Events of one document that holds several.
    ready: VecDeque<Result<Event, ReadError>>,
}

impl JsonEvents {
    pub(crate) fn new(log: Arc<str>, bytes: Bytes) -> JsonEvents {
        JsonEvents {
            log,
            split: Split::new(bytes, crate::RECORD_LIMIT),
            names: Names::default(),
            ended: false,
            ready: VecDeque::new(),
        }
    }

    fn read(&mut self) {
        let piece = self.split.next();
        let place = Place::Line(self.split.begun_at());
        let cause = match piece {
            Ok(Piece::Document) => match decode(self.split.document(), &mut self.names) {
                Ok(value) => {
                    let found = shape::events(value, &self.log, place, &mut self.names);
                    self.ready.extend(found);
                    return;
                }
                Err(what) => Cause::malformed(what),
            },
            Ok(Piece::Broken(what)) => Cause::malformed(what),
            Ok(Piece::TooLarge) => Cause::TooLarge { limit: crate::RECORD_LIMIT },
            Ok(Piece::Cut(what)) => {
                self.ended = true;
                let cause = Cause::Truncated(what);
                return self.ready.push_back(Err(ReadError::fatal(&self.log, place, cause)));
            }
            Ok(Piece::End) => {
                self.ended = true;
                return;
            }
            Err(error) => {
                self.ended = true;
                return self.ready.push_back(Err(ReadError::fatal(&self.log, place, error)));
            }
        };
        self.ready.push_back(Err(ReadError::at(&self.log, place, cause)));
    }
}

impl Iterator for JsonEvents {
    type Item = Result<Event, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() && !self.ended {
            self.read();
        }
        self.ready.pop_front()
    }
}
