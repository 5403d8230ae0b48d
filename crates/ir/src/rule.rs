//! A rule: what is said of it, where it comes from, its text and its logic.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;
use crate::fidelity::{Fidelity, Loss};
use crate::pattern::Pattern;
use crate::polarity::Polarity;
use crate::predicate::Predicate;
use crate::span::Span;

/// What a rule file says about its rule. Texts are as authored; `None` and empty mean absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Metadata {
    /// The title.
    pub title: String,
    /// The id that upstream gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_id: Option<String>,
    /// The name by which other rules refer to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Status, in lower case: `stable`, `test`, `experimental`, `deprecated`, `unsupported`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Severity, in lower case: `informational`, `low`, `medium`, `high`, `critical`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// The description.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The authors, as one text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// When it was written, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// When it was changed last, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// The licence that the rule names itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// References, usually URLs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// Tags as authored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Known false positives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub false_positives: Vec<String>,
    /// Other rules it names: kind of relation and id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<(String, String)>,
    /// The vendor's further keys, as texts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, Vec<String>>,
}

/// What a [`Stage`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageKind {
    /// The condition that joins the others.
    Condition,
    /// A named selection of predicates.
    Selection,
    /// A source of events.
    Source,
    /// A command or operator of a pipeline.
    Command,
    /// An event of a sequence.
    Event,
    /// A correlation over rules.
    Correlation,
    /// A filter that another document adds.
    Filter,
    /// Text that was not understood.
    Opaque,
}

impl StageKind {
    /// Every kind.
    pub const ALL: [StageKind; 8] = [
        StageKind::Condition,
        StageKind::Selection,
        StageKind::Source,
        StageKind::Command,
        StageKind::Event,
        StageKind::Correlation,
        StageKind::Filter,
        StageKind::Opaque,
    ];

    /// The kind of a printed name.
    pub fn from_name(name: &str) -> Option<StageKind> {
        StageKind::ALL.into_iter().find(|k| k.name() == name)
    }

    /// The name as printed.
    pub fn name(self) -> &'static str {
        match self {
            StageKind::Condition => "condition",
            StageKind::Selection => "selection",
            StageKind::Source => "source",
            StageKind::Command => "command",
            StageKind::Event => "event",
            StageKind::Correlation => "correlation",
            StageKind::Filter => "filter",
            StageKind::Opaque => "opaque",
        }
    }
}

/// A predicate as it stands in a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagePredicate {
    /// The test.
    pub predicate: Predicate,
    /// How it stands in the whole rule, its own negation included.
    pub polarity: Polarity,
}

/// A part of a rule as people read it, in the language's own order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Its label: a selection's name, a command's name.
    pub label: String,
    /// What it is.
    pub kind: StageKind,
    /// The verbatim text.
    pub text: String,
    /// Where it stands in the body.
    pub span: Span,
    /// Its predicates in order of the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predicates: Vec<StagePredicate>,
    /// Stages within it (branches of a union, sides of a join).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Stage>,
}

/// What a rule means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logic {
    /// For people.
    pub stages: Vec<Stage>,
    /// For machines, as lowered; [`crate::normalize()`] gives its normal form.
    pub pattern: Pattern,
    /// How well it was understood.
    pub fidelity: Fidelity,
    /// What was lost.
    pub losses: Vec<Loss>,
    /// What is wrong with the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Every literal of the query, for the accounting ([`crate::account()`]).
    pub literals: Vec<Span>,
    /// Parts of the text that only present the result; their literals change no match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub presentation: Vec<Span>,
    /// Thresholds and times: where a count, a window or a schedule stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<Span>,
}

/// The verbatim text of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The language, in lower case: `sigma`, `spl`, `eql`, …
    pub language: String,
    /// The text; all spans of the rule count from its start.
    pub text: String,
}
