//! stub
pub mod value;
mod error;
mod event;
mod guid;
mod header;
mod input;
mod names;
mod time;
mod xml;
pub use error::{Cause, Place, ReadError};
pub use event::Event;
pub use header::HEADER;
pub use value::{Name, Number, Value};
/// The largest record of a text log that is read, in bytes.
pub const RECORD_LIMIT: usize = 16 * 1024 * 1024;
