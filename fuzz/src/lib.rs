//! What must hold of any input: one function a fuzz target. Each takes bytes, makes of them what it
//! checks, and panics where a law does not hold.
//!
//! cargo-fuzz runs them with the feature `libfuzzer`; without it this is a plain library, and the
//! project's tests run every function over made-up bytes.

mod bytes;
mod condition;
mod elastic;
mod eql;
mod esql;
mod events;
mod expr;
mod modifiers;
mod spl;
mod text;

pub use condition::sigma_condition;
pub use elastic::{conditions, elastic};
pub use eql::eql;
pub use esql::esql;
pub use events::{compressed_events, csv_events, evtx, json_events, xml_events};
pub use expr::normalize;
pub use modifiers::sigma_modifiers;
pub use spl::spl;
pub use text::{rulefile, yaml};
