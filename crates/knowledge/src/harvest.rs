//! What a reader takes out of a file, and how it states facts.

use std::collections::BTreeMap;

use rulescope_ir::Severity;

use crate::absorb::Absorb;
use crate::attack::{Attack, RelationFacts};
use crate::event::{
    EventFacts, EventKey, Example, ExampleFormat, FieldFacts, KnownValue, SourceKey,
};
use crate::fact::Facts;
use crate::pack::Finding;
use crate::policy::{ChannelFacts, ProviderFacts, SubcategoryFacts};
use crate::readers::StixLinks;

/// The largest text that is kept, in bytes.
pub const MOST_TEXT: usize = 64 << 10;

/// Everything that a file, or a pack, states.
#[derive(Debug, Default)]
pub(crate) struct Harvest {
    /// Windows events, with the names that the file has for them.
    pub(crate) events: BTreeMap<EventKey, EventFacts>,
    pub(crate) records: BTreeMap<SourceKey, EventFacts>,
    pub(crate) attack: Attack,
    pub(crate) relations: BTreeMap<String, RelationFacts>,
    pub(crate) subcategories: BTreeMap<String, SubcategoryFacts>,
    pub(crate) providers: BTreeMap<String, ProviderFacts>,
    pub(crate) channels: BTreeMap<String, ChannelFacts>,
    /// Links between objects of STIX, which may stand in other files.
    pub(crate) links: StixLinks,
    pub(crate) findings: Vec<Finding>,
    /// Values that there was no room for.
    pub(crate) lost: usize,
}

impl Harvest {
    /// Takes over what a later file, or pack, states.
    pub(crate) fn absorb(&mut self, other: Harvest) {
        self.lost += other.lost
            + self.events.absorb(other.events)
            + self.records.absorb(other.records)
            + self.attack.absorb(other.attack)
            + self.relations.absorb(other.relations)
            + self.subcategories.absorb(other.subcategories)
            + self.providers.absorb(other.providers)
            + self.channels.absorb(other.channels);
        self.links.absorb(other.links);
        self.findings.extend(other.findings);
    }

    /// The facts of an event.
    pub(crate) fn event(&mut self, key: EventKey) -> &mut EventFacts {
        self.events.entry(key).or_default()
    }
}

/// Why a file can't be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// 1-based line, where one is at fault.
    pub(crate) line: Option<usize>,
    /// The fact, then the remedy.
    pub(crate) message: String,
}

impl Broken {
    pub(crate) fn new(line: Option<usize>, message: impl Into<String>) -> Broken {
        Broken { line, message: message.into() }
    }
}

/// The file that is being read.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    /// Index of its pack.
    pub(crate) pack: usize,
    /// Its path below the pack's folder.
    pub(crate) path: &'a str,
    /// Its text.
    pub(crate) text: &'a str,
    /// What was found in it.
    pub(crate) findings: Vec<Finding>,
    lost: usize,
}

/// Texts by which packs say that they have nothing to say.
const NOTHING: [&str; 8] = ["", "-", "n/a", "none", "null", "tbd", "none.", "unknown"];

impl<'a> Source<'a> {
    pub(crate) fn new(pack: usize, path: &'a str, text: &'a str) -> Source<'a> {
        Source { pack, path, text, findings: Vec::new(), lost: 0 }
    }

    /// Values that there was no room for.
    pub(crate) fn lost(&self) -> usize {
        self.lost
    }

    /// States a value.
    pub(crate) fn value<T: PartialEq>(&mut self, facts: &mut Facts<T>, value: T) {
        self.lost += usize::from(!facts.add(value, self.pack));
    }

    /// States that there is a field of a name, or a label; gives what is known of it.
    pub(crate) fn field<'f>(
        &self,
        fields: &'f mut BTreeMap<String, FieldFacts>,
        name: &str,
    ) -> &'f mut FieldFacts {
        let field = fields.entry(name.to_owned()).or_default();
        field.named.add((), self.pack);
        field
    }

    /// States a text, trimmed, unless it says nothing.
    pub(crate) fn text(&mut self, facts: &mut Facts<String>, text: &str) {
        let text = text.trim();
        if !NOTHING.contains(&&*text.to_ascii_lowercase()) {
            let kept = self.capped(text).to_owned();
            self.value(facts, kept);
        }
    }

    /// States a text where there is one.
    pub(crate) fn maybe(&mut self, facts: &mut Facts<String>, text: Option<&str>) {
        if let Some(text) = text {
            self.text(facts, text);
        }
    }

    /// States a title: one line, without a full stop at its end.
    pub(crate) fn title(&mut self, facts: &mut Facts<String>, title: &str) {
        let words: Vec<&str> = title.split_whitespace().collect();
        let title = words.join(" ");
        self.text(facts, title.strip_suffix('.').unwrap_or(&title));
    }

    /// States a level by its name, whether the file has its name or its number.
    pub(crate) fn level(&mut self, facts: &mut Facts<String>, level: &str) {
        self.text(facts, level_name(level.trim()));
    }

    /// States an example.
    pub(crate) fn example(
        &mut self,
        facts: &mut Facts<Example>,
        format: ExampleFormat,
        text: &str,
    ) {
        let text = text.trim();
        if !text.is_empty() {
            let text = self.capped(text).to_owned();
            self.value(facts, Example { format, text });
        }
    }

    /// States what a value means.
    pub(crate) fn known(&mut self, facts: &mut Facts<KnownValue>, value: &str, meaning: &str) {
        let (value, meaning) = (value.trim(), meaning.trim());
        if !value.is_empty() {
            let value = self.capped(value).to_owned();
            let meaning = self.capped(meaning).to_owned();
            self.value(facts, KnownValue { value, meaning });
        }
    }

    /// The text as far as it is kept.
    pub(crate) fn capped<'t>(&mut self, text: &'t str) -> &'t str {
        if text.len() <= MOST_TEXT {
            return text;
        }
        let line = self.line_of(text);
        self.warn(
            line,
            "pack/long-text",
            format!("a text of {} bytes is cut to {MOST_TEXT}; shorten it", text.len()),
        );
        &text[..text.floor_char_boundary(MOST_TEXT)]
    }

    /// The line on which a part of the file's text starts; `None` for a text that is none.
    pub(crate) fn line_of(&self, part: &str) -> Option<usize> {
        let (start, at) = (self.text.as_ptr() as usize, part.as_ptr() as usize);
        let offset = at.checked_sub(start).filter(|offset| *offset <= self.text.len())?;
        Some(1 + self.text.as_bytes()[..offset].iter().filter(|b| **b == b'\n').count())
    }

    /// The line of a byte of the file.
    pub(crate) fn line_at(&self, byte: usize) -> usize {
        let byte = byte.min(self.text.len());
        1 + self.text.as_bytes()[..byte].iter().filter(|b| **b == b'\n').count()
    }

    /// Says that something of the file was left out or read around.
    pub(crate) fn warn(
        &mut self,
        line: Option<usize>,
        code: &'static str,
        message: impl Into<String>,
    ) {
        self.findings.push(Finding {
            pack: Some(self.pack),
            path: self.path.to_owned(),
            line,
            severity: Severity::Warning,
            code,
            message: message.into(),
        });
    }
}

/// A level's name as Event Viewer shows it. 0 is `LogAlways`, which it shows as Information
/// (<https://learn.microsoft.com/windows/win32/wes/eventmanifestschema-leveltype-complextype>).
fn level_name(level: &str) -> &str {
    match level {
        "0" | "4" | "Informational" | "LogAlways" | "Info" => "Information",
        "1" => "Critical",
        "2" => "Error",
        "3" => "Warning",
        "5" => "Verbose",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_say_nothing_are_no_facts() {
        let mut source = Source::new(0, "a.yml", "");
        let mut facts = Facts::default();
        for text in ["", " ", "TBD", "None", "-", "N/A"] {
            source.text(&mut facts, text);
        }
        assert!(facts.is_empty());
        source.title(&mut facts, " A\n title. ");
        source.level(&mut facts, "4");
        assert_eq!(facts.values().collect::<Vec<_>>(), ["A title", "Information"]);
    }

    #[test]
    fn long_texts_are_cut_between_characters_and_reported() {
        let text = format!("a\n{}", "é".repeat(MOST_TEXT));
        let mut source = Source::new(0, "a.yml", &text);
        let mut facts = Facts::default();
        source.text(&mut facts, &text[2..]);
        assert_eq!(facts.first().map(|fact| fact.value.len()), Some(MOST_TEXT));
        assert_eq!(source.findings[0].line, Some(2));
        assert_eq!(source.findings[0].code, "pack/long-text");
    }
}
