//! Witnesses: events that a pattern matches for certain, and the same with one literal changed,
//! which it does not match.
//!
//! What comes in is a pattern in normal form. Its conditions are solved branch by branch
//! (`solve`), field by field: what the tests want of a field (`demand`) becomes a text with gaps
//! (`template`, `sample` for regular expressions) and this a value (`candidates`). Nodes over several
//! events make as many of them as they want (`groups`, `frames`, `chains`, `joins`), with the values
//! that they share (`keys`). Everything is judged by [`run`](crate::run()); what is made here is
//! only what to try. So a pattern without a witness is not proved to match nothing, and its
//! [`Reason`] says what the search met.
//!
//! A field has one value at a time here: tests that only a field of several values passes
//! contradict each other.
//!
//! The same pattern gives the same witness.

mod budget;
mod candidates;
mod chains;
mod date;
mod demand;
mod draft;
mod frames;
mod groups;
mod joins;
mod json;
mod keys;
mod members;
mod near_miss;
mod reason;
mod rows;
mod sample;
mod solve;
mod template;
mod vary;

use rulescope_ir::Pattern;
use serde::{Deserialize, Serialize};

pub use reason::{NoWitness, Reason};

use crate::event::Event;
use budget::Budget;
use rows::Ground;

/// The time of a witness's first event as a rule: 2024-01-01 in UTC, in milliseconds since 1970.
pub const START: i64 = 1_704_067_200_000;

/// The room of patterns that set no limit of time, in milliseconds: an hour.
const ROOM: i64 = 3_600_000;

/// Events that a pattern certainly matches, and a near miss.
///
/// As JSON an event is `{"fields":{"Image":"…"},"of":{"category":["process_creation"]},"t":0}`: `t`
/// in milliseconds after [`START`], left out where 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// The events, in order of time.
    #[serde(with = "json")]
    pub events: Vec<Event>,
    /// The events with one change, which the pattern does not match, nor may match.
    #[serde(with = "json")]
    pub near_miss: Vec<Event>,
    /// The change.
    pub changed: Change,
}

/// What tells a near miss from its witness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum Change {
    /// A field has another value.
    Field {
        /// The place of the event in the list; absent where all events with the value are changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<usize>,
        /// The field.
        field: String,
        /// Its value in the witness; absent where it has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<serde_json::Value>,
        /// Its value in the near miss; absent where it has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<serde_json::Value>,
    },
    /// An event is left out.
    Dropped {
        /// Its place in the witness's list.
        event: usize,
    },
    /// An event comes more often.
    Repeated {
        /// Its place in the witness's list.
        event: usize,
        /// How often more; the further ones are at the end of the near miss.
        times: usize,
    },
    /// An event is of another log source.
    Scope {
        /// The place of the event in the list.
        event: usize,
        /// The kind of the term that it no longer has.
        kind: String,
        /// The term.
        term: String,
    },
}

/// A witness of a pattern in normal form, and its near miss.
///
/// # Errors
///
/// Where none was found: why.
pub fn witness(normal: &Pattern) -> Result<Witness, NoWitness> {
    let budget = Budget::new();
    let ground = Ground { time: START, now: None, room: ROOM, budget: &budget };
    let mut events = rows::events(normal, &ground)?;
    events.sort_by_key(|e| e.time);
    if !rows::is_certain(normal, &events, None) {
        return Err(unconfirmed(normal).into());
    }
    let Some((near_miss, changed)) = near_miss::near_miss(normal, &events) else {
        return Err(Reason::NoNearMiss.into());
    };
    Ok(Witness { events, near_miss, changed })
}

/// Why events that pass every condition are no certain match: what the conditions do not say.
fn unconfirmed(pattern: &Pattern) -> Reason {
    let mut reason = None;
    rulescope_ir::visit::patterns(pattern, &mut |p| match p {
        Pattern::Opaque { text, .. } => {
            reason.get_or_insert_with(|| Reason::OpaquePart { text: text.clone() });
        }
        Pattern::Lookup { table, .. } => {
            reason.get_or_insert_with(|| Reason::Lookup { table: table.clone() });
        }
        Pattern::Events { .. }
        | Pattern::Filter { .. }
        | Pattern::Extend { .. }
        | Pattern::Expand { .. }
        | Pattern::Aggregate { .. }
        | Pattern::Windowed { .. }
        | Pattern::Sequence { .. }
        | Pattern::Transaction { .. }
        | Pattern::Temporal { .. }
        | Pattern::NewTerms { .. }
        | Pattern::Dedup { .. }
        | Pattern::Limit { .. }
        | Pattern::Union { .. }
        | Pattern::Join { .. }
        | Pattern::Scheduled { .. } => {}
    });
    reason.unwrap_or_else(|| Reason::NotConfirmed { text: "the pattern".to_owned() })
}
