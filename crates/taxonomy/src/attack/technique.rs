//! Techniques and sub-techniques, and what became of old ones.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::tactic::{Tactic, tactics};
use crate::table;

/// Whether a technique is part of today's ATT&CK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Part of the matrix.
    Active,
    /// Replaced by another technique.
    Revoked,
    /// Dropped. Most have no successor of the same meaning.
    Deprecated,
}

/// A technique (`T1059`) or sub-technique (`T1059.001`) of ATT&CK Enterprise.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Technique {
    /// `T1059.001`.
    pub id: &'static str,
    /// `PowerShell`; a sub-technique's own name, without its parent's.
    pub name: &'static str,
    /// Its tactics in the order of the matrix. Empty for a revoked technique, those that it last
    /// had for a deprecated one.
    pub tactics: Vec<&'static Tactic>,
    /// Whether it is in use.
    pub status: Status,
    /// The id that took its place, one step only ([`today`] follows the chain).
    pub successor: Option<&'static str>,
}

impl Technique {
    /// The technique that this one is a sub-technique of.
    pub fn parent(&self) -> Option<&'static Technique> {
        self.id.split_once('.').and_then(|(parent, _)| technique(parent))
    }
}

/// An id of any version as ATT&CK has it today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current {
    /// Today's technique; the old one itself where it was dropped without a successor.
    pub technique: &'static Technique,
    /// The id that was asked for, where today's is another one.
    pub was: Option<&'static str>,
}

struct Table {
    techniques: Vec<Technique>,
    by_number: HashMap<u32, usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let crosswalk: HashMap<&str, (Option<&'static str>, &'static str)> =
        table::rows("attack_crosswalk", include_str!("../../data/attack_crosswalk.tsv"))
            .map(|[id, successor, tactics]| (id, (table::optional(successor), tactics)))
            .collect();
    let mut techniques = Vec::new();
    let mut by_number = HashMap::new();
    let rows = include_str!("../../data/attack_techniques.tsv");
    for [id, status, link, name] in table::rows("attack_techniques", rows) {
        let (status, tactics, successor) = match status {
            "active" => (Status::Active, link, None),
            "revoked" => (Status::Revoked, "-", Some(link)),
            "deprecated" => {
                let (successor, tactics) = crosswalk.get(id).copied().unwrap_or((None, link));
                (Status::Deprecated, tactics, successor)
            }
            other => panic!("attack_techniques: unknown status {other:?}"),
        };
        let number = number(&id[1..]).expect("our own table holds well-formed ids");
        by_number.insert(number, techniques.len());
        let tactics = table::list(tactics).map(by_short_name).collect();
        techniques.push(Technique { id, name, tactics, status, successor });
    }
    Table { techniques, by_number }
});

fn by_short_name(short_name: &str) -> &'static Tactic {
    tactics()
        .iter()
        .find(|tactic| tactic.short_name == short_name)
        .expect("our own tables name tactics that exist")
}

/// The number of `1059` or `1059.001`, with the sub-technique in the last three digits.
pub(super) fn number(digits: &str) -> Option<u32> {
    let (base, sub) = match digits.split_once('.') {
        Some((base, sub)) if sub.len() == 3 => (base, sub),
        Some(_) => return None,
        None => (digits, "000"),
    };
    let numeric = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if base.len() != 4 || !numeric(base) || !numeric(sub) {
        return None;
    }
    Some(base.parse::<u32>().ok()? * 1000 + sub.parse::<u32>().ok()?)
}

pub(super) fn by_number(number: u32) -> Option<&'static Technique> {
    TABLE.by_number.get(&number).map(|i| &TABLE.techniques[*i])
}

/// All techniques and sub-techniques of any status, by id.
pub fn techniques() -> &'static [Technique] {
    &TABLE.techniques
}

/// The technique of an id such as `T1047` or `t1059.001`, of any status. `None` where ATT&CK
/// Enterprise never had it or the text is no such id.
pub fn technique(id: &str) -> Option<&'static Technique> {
    by_number(number(id.strip_prefix(['t', 'T'])?)?)
}

/// What an id of any version is today: follows successors to the end.
pub fn today(id: &str) -> Option<Current> {
    technique(id).map(current)
}

pub(super) fn current(asked: &'static Technique) -> Current {
    let mut technique = asked;
    // No table of ids can hold a longer chain than itself; a circle would be a defect of the data.
    for _ in 0..TABLE.techniques.len() {
        match technique.successor.and_then(self::technique) {
            Some(next) => technique = next,
            None => break,
        }
    }
    Current { technique, was: (technique.id != asked.id).then_some(asked.id) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now(id: &str) -> (&'static str, Option<&'static str>) {
        let current = today(id).expect("known");
        (current.technique.id, current.was)
    }

    #[test]
    fn names_and_tactics_are_those_of_the_matrix() {
        let wmi = technique("t1047").expect("known");
        assert_eq!((wmi.id, wmi.name), ("T1047", "Windows Management Instrumentation"));
        assert_eq!(wmi.tactics.iter().map(|t| t.name).collect::<Vec<_>>(), ["Execution"]);
        let uac = technique("T1548.002").expect("known");
        let tactics: Vec<&str> = uac.tactics.iter().map(|t| t.name).collect();
        assert_eq!(tactics, ["Privilege Escalation"]);
        assert_eq!(uac.parent().map(|t| t.id), Some("T1548"));
    }

    #[test]
    fn what_is_no_id_is_no_technique() {
        for text in ["", "t", "1047", "T104", "T1047.1", "T1047.0001", "T10a7", "T9999", "TA0002"] {
            assert_eq!(technique(text), None, "{text}");
        }
    }

    #[test]
    fn old_ids_lead_to_todays() {
        assert_eq!(now("T1562.001"), ("T1685", Some("T1562.001")));
        assert_eq!(now("T1562.002"), ("T1685.001", Some("T1562.002")));
        assert_eq!(now("T1070.001"), ("T1685.005", Some("T1070.001")));
        assert_eq!(now("T1070.002"), ("T1685.006", Some("T1070.002")));
        assert_eq!(now("T1656"), ("T1684.001", Some("T1656")));
        assert_eq!(now("T1672"), ("T1684.002", Some("T1672")));
        // Two steps: T1073 became T1574.002, which became T1574.001.
        assert_eq!(now("T1073"), ("T1574.001", Some("T1073")));
        assert_eq!(now("T1064"), ("T1059", Some("T1064")));
        assert_eq!(now("T1043"), ("T1043", None));
        assert_eq!(now("T1047"), ("T1047", None));
    }

    #[test]
    fn every_id_ends_at_one_with_a_tactic() {
        for technique in techniques() {
            let end = current(technique).technique;
            assert_ne!(end.status, Status::Revoked, "{}", technique.id);
            assert!(!end.tactics.is_empty(), "{} ends at {}", technique.id, end.id);
        }
        let active = techniques().iter().filter(|t| t.status == Status::Active).count();
        assert_eq!((techniques().len(), active), (858, 697));
    }
}
