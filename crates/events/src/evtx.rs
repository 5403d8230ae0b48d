//! EVTX, the format of Windows' own log files, chunk by chunk.
//!
//! The `evtx` crate reads a chunk and renders each record as the XML that Windows shows; this
//! module walks the file and reads that XML, so that ids and times come from the record itself and
//! not from its header. Chunks are read in the order of the file, as a stream; a log that wrapped
//! around has its newest records first. Checksums are not held against a chunk: logs copied from a
//! running machine have stale ones.

use std::collections::VecDeque;
use std::error::Error;
use std::io::{self, Read};
use std::sync::Arc;

use evtx::err::EvtxError;
use evtx::{EvtxChunkData, ParserSettings};

use crate::error::{Cause, Place, ReadError};
use crate::event::Event;
use crate::input::Bytes;
use crate::names::Names;
use crate::xml;

const FILE_HEADER: u64 = 4096;
const CHUNK: u64 = 65_536;
/// What a chunk begins with.
const CHUNK_MAGIC: &[u8] = b"ElfChnk\0";

/// A chunk of an EVTX file, or what is there in its place.
#[derive(Debug)]
pub(crate) enum Chunk {
    /// The bytes of the chunk of this number; fewer than it has where it is cut.
    Whole(u64, Vec<u8>),
    /// As much of it as is there.
    Cut(u64, Vec<u8>),
    /// What is wrong with the file here.
    Error(ReadError),
}

/// An EVTX file, cut into its chunks.
pub(crate) struct EvtxChunks {
    log: Arc<str>,
    bytes: Bytes,
    /// The chunk that comes next.
    chunk: u64,
    /// Chunks that are in use, as the file's header says; 0 where it says nothing.
    in_use: u64,
    /// Chunks in a row that held only zeros.
    zeroed: u64,
    started: bool,
    ended: bool,
    ready: VecDeque<Chunk>,
}

impl EvtxChunks {
    pub(crate) fn new(log: Arc<str>, bytes: Bytes) -> EvtxChunks {
        EvtxChunks {
            log,
            bytes,
            chunk: 0,
            in_use: 0,
            zeroed: 0,
            started: false,
            ended: false,
            ready: VecDeque::new(),
        }
    }

    fn fail(&mut self, place: Place, cause: impl Into<Cause>) {
        self.ready.push_back(Chunk::Error(ReadError::at(&self.log, place, cause)));
    }

    fn end(&mut self, place: Place, cause: impl Into<Cause>) {
        self.ready.push_back(Chunk::Error(ReadError::fatal(&self.log, place, cause)));
        self.ended = true;
    }

    /// Up to `size` bytes, and what kept it from reading more.
    fn take(&mut self, size: u64) -> (Vec<u8>, Option<io::Error>) {
        let mut data = Vec::with_capacity(size as usize);
        let error = self.bytes.by_ref().take(size).read_to_end(&mut data).err();
        (data, error)
    }

    fn read_header(&mut self) {
        let (header, error) = self.take(FILE_HEADER);
        let known = header.starts_with(b"ElfFile\0");
        if error.is_none() && header.starts_with(CHUNK_MAGIC) {
            // Carved out of an image, or cut: the chunks begin at once.
            let what = "no EVTX file header; the file begins with a chunk";
            self.fail(Place::Log, Cause::malformed(what));
            let rest = std::mem::replace(&mut self.bytes, Box::new(io::empty()));
            self.bytes = Box::new(io::BufReader::new(io::Cursor::new(header).chain(rest)));
            return;
        }
        if let Some(error) = error {
            self.end(Place::Log, error);
        } else if (header.len() as u64) < FILE_HEADER {
            self.end(Place::Log, Cause::Truncated("the file's header"));
        } else if !known {
            // Its chunks may be whole all the same.
            let what = "no EVTX file header; chunks are looked for where they ought to be";
            self.fail(Place::Log, Cause::malformed(what));
        } else if let Some(Ok(count)) = header.get(42..44).map(<[u8; 2]>::try_from) {
            self.in_use = u16::from_le_bytes(count).into();
        }
    }

    fn read_chunk(&mut self) {
        let number = self.chunk;
        let place = Place::Chunk(number, None);
        let (data, error) = self.take(CHUNK);
        let whole = data.len() as u64 == CHUNK;
        self.chunk += 1;
        if data.is_empty() && error.is_none() {
            // Windows sets chunks aside before it fills them; their zeros are no loss.
            let lost = self.zeroed.min((self.in_use + self.zeroed).saturating_sub(number));
            self.tell_zeroed(number - self.zeroed, lost);
            self.ended = true;
            return;
        }
        if whole && data.iter().all(|b| *b == 0) {
            self.zeroed += 1;
            return;
        }
        self.tell_zeroed(number - self.zeroed, self.zeroed);
        self.zeroed = 0;
        self.ready.push_back(if whole {
            Chunk::Whole(number, data)
        } else {
            Chunk::Cut(number, data)
        });
        match error {
            Some(error) => self.end(place, error),
            None if !whole => self.end(place, Cause::Truncated("a chunk")),
            None => {}
        }
    }

    /// Tells of chunks whose records were overwritten with zeros.
    fn tell_zeroed(&mut self, first: u64, count: u64) {
        let what = match count {
            0 => return,
            1 => "the chunk holds only zeros".to_owned(),
            n => format!("this and the next {} chunks hold only zeros", n - 1),
        };
        self.fail(Place::Chunk(first, None), Cause::malformed(what));
    }
}

impl Iterator for EvtxChunks {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(ready);
            }
            if self.ended {
                return None;
            }
            if self.started {
                self.read_chunk();
            } else {
                self.started = true;
                self.read_header();
            }
        }
    }
}

impl Chunk {
    /// Reads the records; of a chunk that is cut, up to the first that is not whole.
    pub(crate) fn read(
        self,
        log: &Arc<str>,
        names: &mut Names,
        out: &mut dyn FnMut(Result<Event, ReadError>),
    ) {
        let (number, data, whole) = match self {
            Chunk::Whole(number, data) => (number, data, true),
            Chunk::Cut(number, data) => (number, data, false),
            Chunk::Error(error) => return out(Err(error)),
        };
        let place = Place::Chunk(number, None);
        let mut fail = |error: &dyn Error| {
            out(Err(ReadError::at(log, place, Cause::malformed(chain(error)))));
        };
        let mut data = match EvtxChunkData::new(data, false) {
            Ok(data) => data,
            Err(_) if !whole => return,
            Err(error) => return fail(&error),
        };
        data.number = Some(number);
        let settings = Arc::new(ParserSettings::new().indent(false));
        let mut chunk = match data.parse(settings) {
            Ok(chunk) => chunk,
            Err(_) if !whole => return,
            Err(error) => return fail(&error),
        };
        for record in chunk.iter() {
            let rendered = record.and_then(|record| {
                let place = Place::Record(number, record.event_record_id);
                Ok((place, record.into_xml_bytes()?.data))
            });
            let (place, xml) = match rendered {
                Ok(rendered) => rendered,
                Err(_) if !whole => return,
                Err(error) => {
                    let cause = Cause::malformed(chain(&error));
                    out(Err(ReadError::at(log, at(number, &error), cause)));
                    continue;
                }
            };
            let xml = String::from_utf8_lossy(&xml);
            let mut event = Event::new(log, place);
            out(match xml::parse(&xml, &mut event, names) {
                Ok(()) => Ok(event),
                Err(what) => Err(ReadError::at(log, place, Cause::malformed(what))),
            });
        }
    }
}

/// Where an error of the library is.
fn at(chunk: u64, error: &EvtxError) -> Place {
    match error {
        EvtxError::FailedToParseRecord { record_id, .. } => Place::Record(chunk, *record_id),
        EvtxError::FailedToReadRecordAt { offset, .. } => {
            let start = FILE_HEADER.saturating_add(chunk.saturating_mul(CHUNK));
            Place::Chunk(chunk, Some(start.saturating_add(*offset)))
        }
        _ => Place::Chunk(chunk, None),
    }
}

/// An error with its causes on one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
