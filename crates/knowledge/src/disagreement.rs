//! Where packs disagree.

use std::collections::BTreeSet;

use crate::event::{EventFacts, EventKey};
use crate::fact::{Fact, Facts};
use crate::knowledge::Knowledge;

/// Something that can have one value only, of which packs state several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// What it is about: `title`, `level`, `type of LogonId`.
    pub about: String,
    /// What is stated, in the order of the packs.
    pub values: Vec<Fact<String>>,
}

impl Knowledge {
    /// Where packs disagree about an event: its title, level, task, opcode, and the types of its
    /// fields. Case and punctuation make no difference, nor do names for the same type
    /// (`UnicodeString`, `string`); a number is not compared with a name.
    pub fn disagreements(&self, key: &EventKey) -> Vec<Disagreement> {
        let Some(facts) = self.events.get(key) else { return Vec::new() };
        let EventFacts { titles, levels, tasks, opcodes, fields, .. } = facts;
        let mut out = Vec::new();
        out.extend(differing("title".to_owned(), titles, words));
        out.extend(differing("level".to_owned(), levels, words));
        out.extend(differing("task".to_owned(), tasks, of_one_kind));
        out.extend(differing("opcode".to_owned(), opcodes, of_one_kind));
        for (name, field) in fields {
            out.extend(differing(format!("type of {name}"), &field.types, family));
        }
        out
    }
}

/// The values, where more than one pack states them and they are not the same in the end.
fn differing(
    about: String,
    facts: &Facts<String>,
    same: impl Fn(&str) -> Option<String>,
) -> Option<Disagreement> {
    let compared = || facts.iter().filter_map(|fact| Some((same(&fact.value)?, fact)));
    let kinds: BTreeSet<String> = compared().map(|(kind, _)| kind).collect();
    let packs: BTreeSet<usize> = compared().flat_map(|(_, fact)| fact.origins.clone()).collect();
    let values = compared().map(|(_, fact)| fact.clone()).collect();
    (kinds.len() > 1 && packs.len() > 1).then_some(Disagreement { about, values })
}

/// Letters and digits in lower case.
fn words(text: &str) -> Option<String> {
    let kept: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    (!kept.is_empty()).then(|| kept.to_lowercase())
}

/// A name; a number says nothing of the name that another pack has.
fn of_one_kind(text: &str) -> Option<String> {
    let number = text.parse::<u32>().is_ok();
    words(text).filter(|_| !number)
}

/// What a type's name means: names of Windows' manifests
/// (<https://learn.microsoft.com/windows/win32/wes/eventmanifestschema-inputtype-complextype>) and
/// the plain ones of packs.
fn family(name: &str) -> Option<String> {
    let name = words(name)?;
    let name = name.strip_prefix("win").unwrap_or(&name);
    let family = match name {
        "unicodestring" | "ansistring" | "string" | "str" => "string",
        // Packs without Windows' types have only strings for these.
        "sid" | "guid" | "ipaddress" | "ip" => return None,
        "uint8" | "uint16" | "uint32" | "uint64" | "int8" | "int16" | "int32" | "int64"
        | "hexint32" | "hexint64" | "integer" | "int" | "long" | "pointer" => "number",
        "filetime" | "systemtime" | "datetime" | "date" | "time" => "time",
        other => other,
    };
    Some(family.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(values: &[(&str, usize)]) -> Facts<String> {
        let mut facts = Facts::default();
        for (value, pack) in values {
            facts.add((*value).to_owned(), *pack);
        }
        facts
    }

    #[test]
    fn packs_disagree_where_the_words_do() {
        let about = || "title".to_owned();
        let same = facts(&[("File created.", 0), ("file created", 1)]);
        assert_eq!(differing(about(), &same, words), None);
        let other = facts(&[("File created", 0), ("File opened", 1)]);
        assert_eq!(differing(about(), &other, words).map(|d| d.values.len()), Some(2));
        let one_pack = facts(&[("File created", 0), ("File opened", 0)]);
        assert_eq!(differing(about(), &one_pack, words), None);
    }

    #[test]
    fn types_have_families() {
        assert_eq!(family("UnicodeString"), family("string"));
        assert_eq!(family("HexInt64"), family("Pointer"));
        assert_ne!(family("FILETIME"), family("UInt32"));
        assert_eq!(family("SID"), None);
    }
}
