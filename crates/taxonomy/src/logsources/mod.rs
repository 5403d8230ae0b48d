//! Sigma's log sources: which Windows events a rule reads, and on what platform.
//!
//! In goes a rule's `logsource` (product, category, service), out come the events of its category
//! or the channels of its service. Narrowing by the EventIDs that a rule tests is
//! [`Resolution::events_with_id`]; narrowing by the fields that it needs is a later pass over
//! [`crate::events::Event::has_field`]. Rules' conditions are not read here. [`terms_of`] goes the
//! other way, from an event to its log sources.

mod platform;
mod resolution;
mod sigma;
mod terms;

pub use platform::Platform;
pub use resolution::{Channel, Resolution};
pub use sigma::resolve;
pub use terms::{Term, terms_of};
