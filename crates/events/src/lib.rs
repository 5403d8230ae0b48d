//! Events, and the readers of the logs that hold them.
//!
//! In come paths of files and folders, or a stream; out come [`Event`]s one by one, and a
//! [`ReadError`] for each part that could not be read, after which the rest is read. EVTX, JSON in
//! the shapes that exporters write, event XML and CSV are known by their content, gzip and
//! Zstandard around them too. Memory is bounded whatever the log: a record of a text log may have
//! [`RECORD_LIMIT`] bytes, an EVTX chunk has 64 KiB.
//!
//! Ids and times are those that the event itself states. GUIDs stand in braces, as Windows writes
//! them. It knows no rule, no log source and no canonical name; what an event means is decided
//! elsewhere.
//!
//! ```
//! use rulescope_events::Reader;
//!
//! let line = r#"{"EventID": 1, "Channel": "C", "Provider_Name": "P", "Image": "C:\\a.exe"}"#;
//! let mut reader = Reader::from_read("a.jsonl", line.as_bytes());
//! let event = reader.next().expect("one event")?;
//! assert_eq!((event.event_id, event.channel()), (Some(1), "C"));
//! let image = event.get("Image").and_then(|value| value.text().map(|text| text.into_owned()));
//! assert_eq!(image.as_deref(), Some(r"C:\a.exe"));
//! # Ok::<(), rulescope_events::ReadError>(())
//! ```

#![cfg_attr(
    not(all(feature = "evtx", feature = "csv", feature = "gzip", feature = "zstd")),
    allow(dead_code, unused_imports, unused_variables, reason = "the readers share what they use")
)]

#[cfg(feature = "csv")]
mod csv;
mod error;
mod event;
#[cfg(feature = "evtx")]
mod evtx;
mod guid;
mod header;
mod input;
#[cfg(feature = "json")]
mod json;
mod logs;
mod names;
mod part;
mod reader;
mod time;
mod value;
#[cfg(feature = "xml")]
mod xml;

pub use error::{Cause, Place, ReadError};
pub use event::Event;
pub use header::HEADER;
pub use logs::{Log, Logs};
pub use part::{Decoder, Part, Parts};
pub use reader::Reader;
pub use time::{parse as parse_time, rfc3339};
pub use value::{Name, Number, Value};

/// The largest record of a text log that is read, in bytes: a JSON document, an `<Event>` element,
/// a row.
pub const RECORD_LIMIT: usize = 16 * 1024 * 1024;
