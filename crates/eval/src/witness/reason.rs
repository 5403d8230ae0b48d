//! Why there is no witness.

use std::fmt;

use rulescope_ir::{Predicate, print};
use serde::{Deserialize, Serialize};

/// A pattern for which no witness was found, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoWitness {
    /// Why.
    pub reason: Reason,
}

/// Why no witness was found. Of several reasons (one for each branch of a condition) the one that
/// stood furthest down the condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Reason {
    /// Every match hangs on text that was not understood.
    OpaquePart {
        /// The text.
        text: String,
    },
    /// Every match hangs on a value that the user has to supply.
    Placeholder {
        /// The value as authored, `%name%`.
        text: String,
    },
    /// Two tests that no single value passes both; or a condition that is never true, which
    /// contradicts itself.
    Contradiction {
        /// One of them, as printed.
        one: String,
        /// The other.
        other: String,
    },
    /// A regular expression that no text was found for, or that the engine does not read.
    UnsupportedRegex {
        /// The expression.
        text: String,
    },
    /// A computed value that the search can't work backwards.
    UnsupportedValue {
        /// The value as printed.
        text: String,
    },
    /// Every match hangs on a table that the log does not hold.
    Lookup {
        /// The table's name.
        table: String,
    },
    /// The search, or the list of events, would be too large.
    TooLarge {
        /// What is.
        text: String,
    },
    /// Events were built and the evaluator does not find a certain match in them.
    NotConfirmed {
        /// The part that was being solved.
        text: String,
    },
    /// A witness was found, and every change of it that was tried still matches.
    NoNearMiss,
}

impl Reason {
    /// Two predicates that contradict each other.
    pub(super) fn contradiction(one: &Predicate, other: &Predicate) -> Reason {
        Reason::Contradiction { one: print::predicate(one), other: print::predicate(other) }
    }

    /// Whether it lies in what the pattern says, whatever else is asked of its events.
    pub(super) fn is_lasting(&self) -> bool {
        match self {
            Reason::OpaquePart { .. }
            | Reason::Placeholder { .. }
            | Reason::UnsupportedRegex { .. }
            | Reason::UnsupportedValue { .. }
            | Reason::Lookup { .. } => true,
            Reason::Contradiction { .. }
            | Reason::TooLarge { .. }
            | Reason::NotConfirmed { .. }
            | Reason::NoNearMiss => false,
        }
    }
}

impl From<Reason> for NoWitness {
    fn from(reason: Reason) -> NoWitness {
        NoWitness { reason }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::OpaquePart { text } => {
                write!(f, "every match hangs on text that was not understood: {text}")
            }
            Reason::Placeholder { text } => {
                write!(f, "every match hangs on a value that has to be supplied: {text}")
            }
            Reason::Contradiction { one, other } if one == other => {
                write!(f, "never true: {one}")
            }
            Reason::Contradiction { one, other } => write!(f, "contradiction: {one}; {other}"),
            Reason::UnsupportedRegex { text } => {
                write!(f, "no text was found for the regular expression {text}")
            }
            Reason::UnsupportedValue { text } => {
                write!(f, "the value can't be worked backwards: {text}")
            }
            Reason::Lookup { table } => write!(f, "every match hangs on the table {table}"),
            Reason::TooLarge { text } => write!(f, "too large: {text}"),
            Reason::NotConfirmed { text } => write!(f, "no certain match was found for {text}"),
            Reason::NoNearMiss => f.write_str("every change that was tried still matches"),
        }
    }
}

impl fmt::Display for NoWitness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl std::error::Error for NoWitness {}
