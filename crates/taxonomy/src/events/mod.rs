//! Windows events that rules read: provider, channel, id, title, and which fields they answer.
//!
//! Facts only. Message templates, example events, audit policy and field descriptions are not
//! here. An event is found by provider and id ([`event`]) or through its channel
//! ([`events_of_channel`]); what the table does not know is unknown, not absent.

mod catalog;
mod event;
mod provider;

pub(crate) use catalog::number;
pub use catalog::{event, events, events_of_channel};
pub use event::{Event, SYSTEM_FIELDS};
pub use provider::{short_name, slug};
