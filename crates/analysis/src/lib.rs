//! Pure functions over the IR: what a rule looks for, what it keeps out, on which events.
//!
//! In go a rule's logic (with canonical field names) and its normal form, out come plain data. It
//! opens no file and knows no rule language; the taxonomy's tables are its only outside knowledge.

pub mod contradiction;
pub mod coverage;
pub mod feed;
pub mod indicators;

pub use contradiction::{Contradiction, contradictions};
pub use coverage::{Coverage, EventCoverage, Given, Told, coverage};
pub use feed::{Feed, Reach, feed, feed_given};
pub use indicators::{
    Exclusion, Indicator, IndicatorKey, IndicatorValue, exclusions, indicators, keys,
};
