//! Tactics: the columns of the matrix, and what people call them.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::table;

/// One column of the ATT&CK Enterprise matrix.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tactic {
    /// Position in the matrix, from 0 (Reconnaissance) on; first so that tactics sort by it.
    pub order: u8,
    /// `TA0002`.
    pub id: &'static str,
    /// `execution`, as in STIX kill chain phases and Sigma tags.
    pub short_name: &'static str,
    /// `Execution`.
    pub name: &'static str,
}

/// How a text relates to the tactics that it was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spelling {
    /// An id, short name or name of today, whatever its case and separators.
    Current,
    /// Another way to write it that nobody would call wrong (`C2`).
    Variant,
    /// The name that an older version of ATT&CK used (`defense-evasion`).
    Former,
    /// A mistake (`defense_evesion`).
    Misspelt,
}

/// What a text says of tactics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TacticName {
    /// The tactics meant, never empty. More than one where a former tactic was split: Defense
    /// Evasion (TA0005) became Stealth, which kept the id, and Defense Impairment (TA0112).
    pub tactics: Vec<&'static Tactic>,
    /// How well the text names them.
    pub spelling: Spelling,
}

struct Table {
    tactics: Vec<Tactic>,
    names: HashMap<String, (Vec<usize>, Spelling)>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut tactics = Vec::new();
    let mut names = HashMap::new();
    let rows = table::rows("attack_tactics", include_str!("../../data/attack_tactics.tsv"));
    for ([id, short_name, name], order) in rows.zip(0_u8..) {
        for text in [id, short_name, name] {
            names.insert(folded(text), (vec![usize::from(order)], Spelling::Current));
        }
        tactics.push(Tactic { order, id, short_name, name });
    }
    let spellings = include_str!("../../data/attack_tactic_spellings.tsv");
    for [text, kind, meant] in table::rows("attack_tactic_spellings", spellings) {
        let spelling = match kind {
            "variant" => Spelling::Variant,
            "former" => Spelling::Former,
            "misspelt" => Spelling::Misspelt,
            other => panic!("attack_tactic_spellings: unknown kind {other:?}"),
        };
        let meant = table::list(meant)
            .map(|short| {
                tactics
                    .iter()
                    .position(|t| t.short_name == short)
                    .expect("our own table names tactics that exist")
            })
            .collect();
        let before = names.insert(folded(text), (meant, spelling));
        assert!(before.is_none(), "attack_tactic_spellings: {text:?} has a meaning already");
    }
    Table { tactics, names }
});

/// Letters and digits in lower case: `Defense Evasion`, `defense_evasion` and `DefenseEvasion` are
/// one name.
fn folded(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// All tactics in the order of the matrix.
pub fn tactics() -> &'static [Tactic] {
    &TABLE.tactics
}

/// What a text says of tactics: an id (`TA0006`), a short name or name in any case and with any
/// separators, a former name, or a known misspelling. `None` for anything else.
pub fn tactic_name(text: &str) -> Option<TacticName> {
    let (meant, spelling) = TABLE.names.get(&folded(text))?;
    let tactics = meant.iter().map(|i| &TABLE.tactics[*i]).collect();
    Some(TacticName { tactics, spelling: *spelling })
}

/// The one tactic that a text names; for a former tactic that was split, the one that kept its id
/// (`defense-evasion` is Stealth). [`tactic_name`] tells all of them.
pub fn tactic(text: &str) -> Option<&'static Tactic> {
    tactic_name(text).map(|name| name.tactics[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_found_in_the_wild_are_one_tactic() {
        for text in [
            "credential_access",
            "credential-access",
            "CredentialAccess",
            "Credential Access",
            "TA0006",
            "ta0006",
        ] {
            assert_eq!(tactic(text).map(|t| t.name), Some("Credential Access"), "{text}");
        }
        assert_eq!(tactic("Command_and_control").map(|t| t.id), Some("TA0011"));
        assert_eq!(
            tactic("privilege_execution").map(|t| t.short_name),
            Some("privilege-escalation")
        );
        assert_eq!(tactic("credential_dumping"), None);
        assert_eq!(tactic(""), None);
    }

    #[test]
    fn defense_evasion_was_split() {
        for (text, spelling) in [
            ("Defense Evasion", Spelling::Former),
            ("defense_evasion", Spelling::Former),
            ("defense_evesion", Spelling::Misspelt),
        ] {
            let name = tactic_name(text).expect("known");
            let ids: Vec<&str> = name.tactics.iter().map(|t| t.id).collect();
            assert_eq!((ids, name.spelling), (vec!["TA0005", "TA0112"], spelling), "{text}");
        }
        assert_eq!(tactic("defense-evasion").map(|t| t.name), Some("Stealth"));
        assert_eq!(tactic_name("TA0005").map(|n| n.tactics.len()), Some(1));
    }

    #[test]
    fn the_matrix_has_its_order() {
        let names: Vec<&str> = tactics().iter().map(|t| t.short_name).collect();
        assert_eq!(names.len(), 15);
        assert_eq!(names[..3], ["reconnaissance", "resource-development", "initial-access"]);
        assert_eq!(names[14], "impact");
        assert!(tactics().is_sorted());
    }
}
