//! What packs state of ATT&CK, and how events relate to it.

use std::collections::BTreeMap;

use crate::event::EventKey;
use crate::fact::Facts;

/// Whether an object is part of its version of ATT&CK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// In use.
    Active,
    /// Replaced by another.
    Revoked,
    /// Dropped.
    Deprecated,
}

impl Status {
    /// The name as printed: `active`, `revoked`, `deprecated`.
    pub fn name(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Revoked => "revoked",
            Status::Deprecated => "deprecated",
        }
    }
}

/// What packs state of a technique or sub-technique.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TechniqueFacts {
    /// Names; a sub-technique's own, without its parent's.
    pub names: Facts<String>,
    /// Descriptions, markdown with ATT&CK's citations.
    pub descriptions: Facts<String>,
    /// Its page.
    pub urls: Facts<String>,
    /// `Windows`, `Linux`, …
    pub platforms: Facts<String>,
    /// Short names of tactics: `privilege-escalation`.
    pub tactics: Facts<String>,
    /// Whether it is in use.
    pub statuses: Facts<Status>,
    /// The technique that took its place.
    pub successors: Facts<String>,
    /// How to detect it, in the words of versions before detection strategies.
    pub detections: Facts<String>,
    /// Detection strategies: `DET0455`.
    pub strategies: Facts<String>,
    /// Versions of ATT&CK that have it, where a pack says so.
    pub versions: Facts<String>,
}

/// What packs state of a tactic. Its key is the id: `TA0002`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TacticFacts {
    /// Names: `Execution`.
    pub names: Facts<String>,
    /// Short names: `execution`.
    pub short_names: Facts<String>,
    /// Descriptions.
    pub descriptions: Facts<String>,
    /// Its page.
    pub urls: Facts<String>,
    /// Whether it is in use.
    pub statuses: Facts<Status>,
}

/// What packs state of a data component. Its key is the id: `DC0032`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataComponentFacts {
    /// Names: `Process Creation`.
    pub names: Facts<String>,
    /// Descriptions.
    pub descriptions: Facts<String>,
    /// Its page.
    pub urls: Facts<String>,
    /// Whether it is in use.
    pub statuses: Facts<Status>,
    /// Log sources that give it.
    pub log_sources: Facts<LogSource>,
    /// Techniques that show in it, in versions before detection strategies.
    pub techniques: Facts<String>,
}

/// What packs state of a detection strategy. Its key is the id: `DET0455`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StrategyFacts {
    /// Names.
    pub names: Facts<String>,
    /// Its page.
    pub urls: Facts<String>,
    /// Whether it is in use.
    pub statuses: Facts<Status>,
    /// Its analytics: `AN0110`.
    pub analytics: Facts<String>,
    /// The techniques that it detects.
    pub techniques: Facts<String>,
}

/// What packs state of an analytic. Its key is the id: `AN0110`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnalyticFacts {
    /// Names.
    pub names: Facts<String>,
    /// Descriptions.
    pub descriptions: Facts<String>,
    /// Its page.
    pub urls: Facts<String>,
    /// `Windows`, `Linux`, …
    pub platforms: Facts<String>,
    /// Whether it is in use.
    pub statuses: Facts<Status>,
    /// Log sources that it reads.
    pub log_sources: Facts<LogSource>,
    /// What an operator has to set, with why: `ParentProcessAllowlist`.
    pub tunables: Facts<Tunable>,
}

/// A log source as ATT&CK names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogSource {
    /// `WinEventLog:Sysmon`.
    pub name: String,
    /// What of it: `EventCode=1`.
    pub channel: String,
    /// The data component that it gives, where an analytic says so: `DC0032`.
    pub component: Option<String>,
    /// The Windows events that this means; empty where it means none or can't be told.
    pub events: Vec<EventKey>,
}

/// What an operator has to set in an analytic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tunable {
    /// Its name.
    pub field: String,
    /// What it is for.
    pub description: String,
}

/// Who does what to whom, and which events show it (a relationship of OSSEM's data model). Its
/// key is the id: `REL-2022-0181`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelationFacts {
    /// `Process created File`.
    pub names: Facts<String>,
    /// ATT&CK's data source and component, in lower case: `file`, `file creation`.
    pub components: Facts<(String, String)>,
    /// Source, relationship, target: `process`, `created`, `file`.
    pub behaviours: Facts<(String, String, String)>,
    /// Windows events that show it, with what of their content does (`ActionType: FileCreated`,
    /// empty where the event alone does).
    pub events: Facts<(EventKey, String)>,
    /// Records of other logs that show it: log source, kind of record, what of it.
    pub records: Facts<(String, String, String)>,
    /// Techniques that are said to show in it.
    pub techniques: Facts<String>,
    /// Notes.
    pub notes: Facts<String>,
    /// Addresses to read more at.
    pub references: Facts<String>,
}

/// All of ATT&CK that packs state, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attack {
    /// `T1059.001`.
    pub techniques: BTreeMap<String, TechniqueFacts>,
    /// `TA0002`.
    pub tactics: BTreeMap<String, TacticFacts>,
    /// `DC0032`.
    pub components: BTreeMap<String, DataComponentFacts>,
    /// `DET0455`.
    pub strategies: BTreeMap<String, StrategyFacts>,
    /// `AN0110`.
    pub analytics: BTreeMap<String, AnalyticFacts>,
}
