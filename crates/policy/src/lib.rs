//! What a Windows fleet logs, from the files that say so: audit policies, Sysmon configurations, lists
//! of events.
//!
//! In go paths; out comes a [`Logged`] that says of any event whether it is logged, on which
//! condition, or what would have to be switched on. Which rules can fire on that is decided
//! elsewhere.
//!
//! What no file decides is as Windows has it: without an audit policy the defaults of clients or
//! servers hold, without a Sysmon configuration there is no Sysmon, other channels are on where they
//! are on by default. A list of events replaces those defaults: what it does not name is not logged.

pub mod auditpol;
pub mod error;
pub mod list;
pub mod logged;
pub mod setting;
pub mod sysmon;
mod words;

pub use error::Error;
pub use logged::{Assumed, How, Logged, Machine, Switch, need};
