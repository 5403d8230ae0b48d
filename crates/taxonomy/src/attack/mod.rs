//! MITRE ATT&CK Enterprise v19.2: tactics, techniques, what old ids are today, and what a rule's
//! tags cover.
//!
//! Ids, names, tactics and status only, under MITRE's notice in `data/NOTICE`; descriptions,
//! groups, software, analytics and mitigations are not here.

/// The version of ATT&CK that the tables hold, as its Navigator counts: the major one.
pub const VERSION: &str = "19";

mod coverage;
mod tactic;
mod technique;

pub use coverage::{Attack, Row, StaleTag, coverage};
pub use tactic::{Spelling, Tactic, TacticName, tactic, tactic_name, tactics};
pub use technique::{Current, Status, Technique, technique, techniques, today};
