//! Event XML: a list of events, one event, or one after another as wevtutil writes them.

mod parse;
mod split;

use std::borrow::Cow;
use std::sync::Arc;

#[cfg(feature = "json")]
pub(crate) use parse::flatten;
pub(crate) use parse::parse;

use crate::error::{Cause, Place, ReadError};
use crate::event::Event;
use crate::input::Bytes;
use crate::names::Names;
use split::{Piece, Split};

/// The events of a log of event XML.
pub(crate) struct XmlEvents {
    log: Arc<str>,
    split: Split,
    names: Names,
    found: bool,
    ended: bool,
}

impl XmlEvents {
    pub(crate) fn new(log: Arc<str>, bytes: Bytes) -> XmlEvents {
        let split = Split::new(bytes, crate::RECORD_LIMIT);
        XmlEvents { log, split, names: Names::default(), found: false, ended: false }
    }
}

impl Iterator for XmlEvents {
    type Item = Result<Event, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let first = !std::mem::replace(&mut self.found, true);
        let piece = self.split.next();
        let place = Place::Line(self.split.line);
        Some(match piece {
            Ok(Piece::Event(range)) => {
                let text: Cow<'_, str> = String::from_utf8_lossy(self.split.slice(range));
                let mut event = Event::new(&self.log, place);
                match parse(&text, &mut event, &mut self.names) {
                    Ok(()) => Ok(event),
                    Err(what) => Err(ReadError::at(&self.log, place, Cause::malformed(what))),
                }
            }
            Ok(Piece::Broken) => {
                let what = "another <Event> begins before this one ends";
                Err(ReadError::at(&self.log, place, Cause::malformed(what)))
            }
            Ok(Piece::TooLarge) => {
                let limit = crate::RECORD_LIMIT;
                Err(ReadError::at(&self.log, place, Cause::TooLarge { limit }))
            }
            Ok(Piece::Cut) => {
                self.ended = true;
                Err(ReadError::fatal(&self.log, place, Cause::Truncated("an event")))
            }
            Ok(Piece::End) => {
                self.ended = true;
                if !first {
                    return None;
                }
                let what = "it holds no <Event> element";
                Err(ReadError::fatal(&self.log, Place::Log, Cause::UnknownFormat(what)))
            }
            Err(error) => {
                self.ended = true;
                Err(ReadError::fatal(&self.log, place, error))
            }
        })
    }
}
