//! Log sources: which Windows events a rule reads, and on what platform.
//!
//! [`Resolution::of`] takes a scope with the terms of any vendor: Sigma's log source here,
//! the others' terms by their tables ([`resolve_term`]). What is not Windows' event log comes out by
//! name ([`Resolution::others`]).
//!
//! Into [`resolve`] goes a Sigma rule's `logsource` (product, category, service), out come the
//! events of its category or the channels of its service. Narrowing by the EventIDs that a rule
//! tests is [`Resolution::events_with_id`]; narrowing by the fields that it needs is a later pass
//! over [`crate::events::Event::has_field`]. Rules' conditions are not read here. [`terms_of`] goes
//! the other way, from an event to its log sources of Sigma's.

mod platform;
mod resolution;
mod rows;
mod sigma;
mod terms;
mod vendor;

pub use platform::Platform;
pub use resolution::{Channel, Resolution};
pub use sigma::resolve;
pub use terms::{Term, terms_of};
pub use vendor::resolve_term;
