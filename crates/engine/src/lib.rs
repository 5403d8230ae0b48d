//! Runs rules over logs: which rule fires on which records, and why.
//!
//! In go rules in normal form and logs; out come [`Hit`]s in an order that does not depend on the
//! number of threads, and a [`Summary`] that says what was read, what was not, and which fields and
//! sources went begging. A rule's meaning is the reference evaluator's; what is decided here is only
//! which records a rule sees ([`route`]) and by which names it reads them ([`record`]).
//!
//! It knows no rule language and no catalog.

pub mod explain;
pub mod gaps;
pub mod hit;
mod kept;
mod program;
pub mod record;
pub mod route;
pub mod rule;
pub mod scan;
pub mod together;
pub mod watch;

pub use explain::{Explained, explain};
pub use gaps::Gaps;
pub use hit::{Hit, HitEvent, Matched};
pub use record::Record;
pub use rule::{Rule, Skipped};
pub use scan::{Summary, scan, scan_watched};
pub use together::Together;
pub use watch::{Step, Watch};
