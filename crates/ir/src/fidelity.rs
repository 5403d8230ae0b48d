//! How well a rule was understood.

use serde::{Deserialize, Serialize};

use crate::span::Span;

/// How much of a rule, stage or predicate has its documented meaning. Ordered from best to worst.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Fidelity {
    /// Every construct has its documented meaning.
    #[default]
    Exact,
    /// Something was approximated; the losses say what.
    Partial,
    /// Parsed as text only.
    Opaque,
    /// Needs what no log holds: a machine-learning job, a third-party alert, a missing table.
    NotEvaluable,
}

impl Fidelity {
    /// Every level, from best to worst.
    pub const ALL: [Fidelity; 4] =
        [Fidelity::Exact, Fidelity::Partial, Fidelity::Opaque, Fidelity::NotEvaluable];

    /// The name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Fidelity::Exact => "exact",
            Fidelity::Partial => "partial",
            Fidelity::Opaque => "opaque",
            Fidelity::NotEvaluable => "not_evaluable",
        }
    }
}

/// Which way a loss moves a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The rule as understood matches more than its author meant.
    More,
    /// It matches less.
    Less,
    /// Either.
    Unknown,
}

impl Effect {
    /// The name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Effect::More => "more",
            Effect::Less => "less",
            Effect::Unknown => "unknown",
        }
    }

    /// The effect of the same loss under a negation.
    #[must_use]
    pub fn inverted(self) -> Effect {
        match self {
            Effect::More => Effect::Less,
            Effect::Less => Effect::More,
            Effect::Unknown => Effect::Unknown,
        }
    }
}

/// Something of a rule's text that the IR does not carry, or carries otherwise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Loss {
    /// Where it stands.
    pub span: Span,
    /// What was lost, one line.
    pub what: String,
    /// Which way it moves the rule.
    pub effect: Effect,
}
