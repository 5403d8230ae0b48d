//! The shape of a rule, read off its normal form.

use serde::{Deserialize, Serialize};

use crate::pattern::Pattern;

/// What kind of pattern a rule is at its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// One event decides.
    SingleEvent,
    /// Events one after another.
    Sequence,
    /// A group of events.
    Aggregate,
    /// Events of several kinds within a time.
    Temporal,
    /// Values not seen before.
    NewTerms,
    /// Several patterns side by side.
    Union,
    /// Two patterns that share keys.
    Join,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Shape; 7] = [
        Shape::SingleEvent,
        Shape::Sequence,
        Shape::Aggregate,
        Shape::Temporal,
        Shape::NewTerms,
        Shape::Union,
        Shape::Join,
    ];

    /// The name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Shape::SingleEvent => "single_event",
            Shape::Sequence => "sequence",
            Shape::Aggregate => "aggregate",
            Shape::Temporal => "temporal",
            Shape::NewTerms => "new_terms",
            Shape::Union => "union",
            Shape::Join => "join",
        }
    }
}

/// The shape of a pattern in normal form.
pub fn shape(normal: &Pattern) -> Shape {
    match normal {
        Pattern::Events { .. } => Shape::SingleEvent,
        Pattern::Filter { input, .. }
        | Pattern::Extend { input, .. }
        | Pattern::Expand { input, .. }
        | Pattern::Dedup { input, .. }
        | Pattern::Limit { input, .. }
        | Pattern::Lookup { input, .. }
        | Pattern::Scheduled { input, .. }
        | Pattern::Opaque { input, .. } => shape(input),
        Pattern::Aggregate { .. } | Pattern::Windowed { .. } => Shape::Aggregate,
        Pattern::Sequence { .. } | Pattern::Transaction { .. } => Shape::Sequence,
        Pattern::Temporal { .. } => Shape::Temporal,
        Pattern::NewTerms { .. } => Shape::NewTerms,
        Pattern::Union { .. } => Shape::Union,
        Pattern::Join { .. } => Shape::Join,
    }
}
