//! What a rule's tags say of ATT&CK, in today's terms.

use std::collections::{BTreeMap, BTreeSet};

use super::tactic::{Spelling, Tactic, tactic_name};
use super::technique::{Status, Technique, by_number, current, number};

/// One line of a rule's coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// A tactic that the technique has today.
    pub tactic: &'static Tactic,
    /// Today's technique.
    pub technique: &'static Technique,
    /// The id that the rule carries, where ATT&CK has replaced it.
    pub was: Option<&'static str>,
}

/// A tag that names something ATT&CK no longer has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StaleTag {
    /// The tag as written.
    pub tag: String,
    /// What it was: a technique's id or a tactic's former name as written.
    pub was: String,
    /// Today's technique id, or the short names of today's tactics; empty where a technique was
    /// dropped without a successor.
    pub now: Vec<&'static str>,
}

/// What a rule's tags say of ATT&CK.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attack {
    /// Techniques under their tactics, by the matrix' order and then by id, no pair twice.
    pub rows: Vec<Row>,
    /// Tactics that the rule names without naming a technique of theirs, in the matrix' order.
    pub tactics: Vec<&'static Tactic>,
    /// Tags that name something replaced or dropped, sorted.
    pub stale: Vec<StaleTag>,
    /// Tags that misspell a tactic, with its short name, sorted.
    pub misspelt: Vec<(String, &'static str)>,
    /// Tags in ATT&CK's name space that name nothing known, as written, sorted.
    pub unknown: Vec<String>,
    /// Groups (`G0016`), sorted.
    pub groups: Vec<String>,
    /// Software (`S0005`), sorted.
    pub software: Vec<String>,
    /// Ids of other kinds: campaigns, mitigations, data sources and components (`DS0005`), sorted.
    pub others: Vec<String>,
}

/// Reads tags: Sigma's (`attack.t1047`, `attack.credential_access`, `attack.g0016`; the `t` may be
/// missing) and bare technique and tactic ids (`T1047`, `TA0002`). Other tags say nothing of
/// ATT&CK and are passed over.
///
/// A technique stands under all of today's tactics, or under those of them that the rule names
/// where it names any: a technique with two tactics in a rule tagged with one of these is meant in
/// that one.
pub fn coverage<'a>(tags: impl IntoIterator<Item = &'a str>) -> Attack {
    let mut seen = Seen::default();
    for tag in tags {
        let tag = tag.trim();
        match strip_prefix_ignoring_case(tag, "attack.") {
            Some(text) => seen.read(tag, text),
            None if is_bare_id(tag) => seen.read(tag, tag),
            None => {}
        }
    }
    seen.finish()
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

fn is_bare_id(tag: &str) -> bool {
    tag.strip_prefix(['T', 't']).is_some_and(|rest| {
        number(rest).is_some() || rest.strip_prefix(['A', 'a']).is_some_and(is_four_digits)
    })
}

fn is_four_digits(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())
}

#[derive(Default)]
struct Seen {
    /// Today's technique by id, with the old id unless some tag names today's.
    techniques: BTreeMap<&'static str, (&'static Technique, Option<&'static str>)>,
    /// Tactics that a tag means; one tag of a split tactic means several.
    tactics: BTreeSet<Vec<&'static Tactic>>,
    stale: BTreeSet<StaleTag>,
    misspelt: BTreeSet<(String, &'static str)>,
    unknown: BTreeSet<String>,
    groups: BTreeSet<String>,
    software: BTreeSet<String>,
    others: BTreeSet<String>,
}

impl Seen {
    fn read(&mut self, tag: &str, text: &str) {
        if let Some(number) = number(text.strip_prefix(['t', 'T']).unwrap_or(text)) {
            match by_number(number) {
                Some(technique) => self.technique(tag, technique),
                None => self.unknown(tag),
            }
        } else if let Some(name) = tactic_name(text) {
            match name.spelling {
                Spelling::Current | Spelling::Variant => {}
                Spelling::Former => {
                    let now = name.tactics.iter().map(|t| t.short_name).collect();
                    self.stale.insert(StaleTag { tag: tag.into(), was: text.into(), now });
                }
                Spelling::Misspelt => {
                    self.misspelt.insert((tag.into(), name.tactics[0].short_name));
                }
            }
            self.tactics.insert(name.tactics);
        } else {
            let id = text.to_ascii_uppercase();
            let kind = id.trim_end_matches(|c: char| c.is_ascii_digit());
            let known = match (kind, is_four_digits(&id[kind.len()..])) {
                ("G", true) => &mut self.groups,
                ("S", true) => &mut self.software,
                ("C" | "M" | "DS" | "DC" | "DET" | "AN", true) => &mut self.others,
                _ => return self.unknown(tag),
            };
            known.insert(id);
        }
    }

    fn unknown(&mut self, tag: &str) {
        self.unknown.insert(tag.into());
    }

    fn technique(&mut self, tag: &str, technique: &'static Technique) {
        let today = current(technique);
        if technique.status != Status::Active {
            let now = today.was.map(|_| today.technique.id).into_iter().collect();
            self.stale.insert(StaleTag { tag: tag.into(), was: technique.id.into(), now });
        }
        let entry =
            self.techniques.entry(today.technique.id).or_insert((today.technique, today.was));
        // A rule that carries the old id and today's needs no "was"; of two old ids the lower one
        // stays, whatever the order of the tags.
        entry.1 = entry.1.min(today.was);
    }

    fn finish(self) -> Attack {
        let named: BTreeSet<&Tactic> = self.tactics.iter().flatten().copied().collect();
        let mut rows = Vec::new();
        for (technique, was) in self.techniques.into_values() {
            let tagged: Vec<&'static Tactic> =
                technique.tactics.iter().filter(|t| named.contains(*t)).copied().collect();
            let tactics = if tagged.is_empty() { technique.tactics.clone() } else { tagged };
            rows.extend(tactics.into_iter().map(|tactic| Row { tactic, technique, was }));
        }
        rows.sort_by_key(|row| (row.tactic.order, row.technique.id));
        // Of a split tactic one part with a technique is enough, else the part that kept the id
        // stands for it.
        let bare: BTreeSet<&'static Tactic> = self
            .tactics
            .iter()
            .filter(|meant| !rows.iter().any(|row| meant.contains(&row.tactic)))
            .map(|meant| meant[0])
            .collect();
        Attack {
            rows,
            tactics: bare.into_iter().collect(),
            stale: self.stale.into_iter().collect(),
            misspelt: self.misspelt.into_iter().collect(),
            unknown: self.unknown.into_iter().collect(),
            groups: self.groups.into_iter().collect(),
            software: self.software.into_iter().collect(),
            others: self.others.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(attack: &Attack) -> Vec<(&'static str, &'static str, Option<&'static str>)> {
        attack.rows.iter().map(|r| (r.tactic.name, r.technique.id, r.was)).collect()
    }

    #[test]
    fn the_reference_page() {
        let attack = coverage(["attack.execution", "attack.t1047"]);
        assert_eq!(rows(&attack), [("Execution", "T1047", None)]);
        assert_eq!(attack.rows[0].technique.name, "Windows Management Instrumentation");
        assert_eq!(attack, Attack { rows: attack.rows.clone(), ..Attack::default() });
    }

    #[test]
    fn a_technique_stands_under_the_tactics_that_the_rule_names() {
        let all = coverage(["attack.t1053.005"]);
        assert_eq!(
            rows(&all).iter().map(|r| r.0).collect::<Vec<_>>(),
            ["Execution", "Persistence", "Privilege Escalation"]
        );
        let one = coverage(["attack.t1053.005", "attack.persistence", "attack.impact"]);
        assert_eq!(rows(&one), [("Persistence", "T1053.005", None)]);
        assert_eq!(one.tactics.iter().map(|t| t.name).collect::<Vec<_>>(), ["Impact"]);
    }

    #[test]
    fn old_ids_stand_under_todays_tactic_and_are_stale() {
        let attack = coverage(["attack.defense_evasion", "attack.1562.001", "attack.t1685"]);
        assert_eq!(rows(&attack), [("Defense Impairment", "T1685", None)]);
        assert!(attack.tactics.is_empty());
        let stale: Vec<(&str, &[&str])> =
            attack.stale.iter().map(|s| (s.was.as_str(), s.now.as_slice())).collect();
        assert_eq!(
            stale,
            [
                ("T1562.001", &["T1685"][..]),
                ("defense_evasion", &["stealth", "defense-impairment"])
            ]
        );
        let alone = coverage(["attack.t1070.001"]);
        assert_eq!(rows(&alone), [("Defense Impairment", "T1685.005", Some("T1070.001"))]);
        let dropped = coverage(["attack.t1043"]);
        assert_eq!(rows(&dropped), [("Command and Control", "T1043", None)]);
        assert_eq!(dropped.stale[0].now, [""; 0]);
    }

    #[test]
    fn a_former_tactic_without_its_technique_stands_where_its_id_went() {
        let attack = coverage(["attack.defense-evasion", "attack.t1548.002"]);
        assert_eq!(rows(&attack), [("Privilege Escalation", "T1548.002", None)]);
        assert_eq!(attack.tactics.iter().map(|t| t.name).collect::<Vec<_>>(), ["Stealth"]);
    }

    #[test]
    fn every_kind_of_tag_finds_its_place() {
        let attack = coverage([
            "attack.T1505",
            "attack.ta0002",
            "attack.g0016",
            "attack.s0005",
            "attack.ds0005",
            "attack.",
            "attack.t",
            "attack.credential_dumping",
            "attack.t9999",
            "attack.defense_evesion",
            "cve.2021-44228",
            "detection.emerging-threats",
            "T1047",
            "Total",
        ]);
        let ids: Vec<&str> = attack.rows.iter().map(|r| r.technique.id).collect();
        assert_eq!(ids, ["T1047", "T1505"]);
        assert_eq!((attack.groups, attack.software), (vec!["G0016".into()], vec!["S0005".into()]));
        assert_eq!(attack.others, ["DS0005"]);
        assert_eq!(
            attack.unknown,
            ["attack.", "attack.credential_dumping", "attack.t", "attack.t9999"]
        );
        assert_eq!(attack.misspelt, [("attack.defense_evesion".to_owned(), "stealth")]);
    }

    #[test]
    fn the_order_of_tags_does_not_matter() {
        let tags = ["attack.t1562.001", "attack.t1089", "attack.execution", "attack.t1059.001"];
        let mut backwards = tags;
        backwards.reverse();
        assert_eq!(coverage(tags), coverage(backwards));
    }

    #[test]
    fn text_that_is_not_ascii_is_read_too() {
        assert_eq!(coverage(["attack.é", "énergie", "attac\u{301}.x"]).unknown, ["attack.é"]);
    }
}
