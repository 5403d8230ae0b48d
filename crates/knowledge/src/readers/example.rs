//! Example events of packs: what their header and data say of their kind.

use std::io::Cursor;

use rulescope_events::{Event, Reader, Value};

use crate::event::{EventFacts, EventKey, ExampleFormat};
use crate::fact::MOST_VALUES;
use crate::harvest::{Harvest, Source};

/// What a pack says of an event by showing one.
#[derive(Debug)]
pub(super) struct Shown {
    event: Event,
}

impl Shown {
    /// Reads event XML; `None` where it is none. Examples are often copied from where markup in
    /// data is shown as it is (`<%%1818>`); such data is taken as text.
    pub(super) fn parse(xml: &str) -> Option<Shown> {
        let parse = |xml: &str| {
            let bytes = Cursor::new(xml.trim().as_bytes().to_vec());
            let event = Reader::from_read("example.xml", bytes).next()?.ok()?;
            event.event_id.is_some().then_some(Shown { event })
        };
        parse(xml).or_else(|| parse(&with_data_as_text(xml)))
    }

    /// Its id.
    pub(super) fn id(&self) -> Option<u32> {
        self.event.event_id
    }

    /// The event that it is one of.
    pub(super) fn key(&self) -> Option<EventKey> {
        let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        let provider = name(self.event.provider());
        let channel = name(self.event.channel());
        Some(EventKey { provider, channel, id: self.event.event_id? })
    }

    /// States what it shows: itself, its header, and the names of its fields.
    pub(super) fn state(&self, source: &mut Source<'_>, facts: &mut EventFacts, xml: &str) {
        source.example(&mut facts.examples, ExampleFormat::Xml, xml);
        let header = |name: &str| self.event.header(name).and_then(Value::text);
        if let Some(level) = header("Level") {
            source.level(&mut facts.levels, &level);
        }
        // 0 is what an event has that states none.
        for (name, list) in [("Task", &mut facts.tasks), ("Opcode", &mut facts.opcodes)] {
            if let Some(value) = header(name).filter(|value| value != "0") {
                source.text(list, &value);
            }
        }
        if let Some(version) = header("Version") {
            source.text(&mut facts.versions, &version);
        }
        for (name, value) in fields(&self.event).take(MOST_VALUES) {
            let field = source.field(&mut facts.fields, name);
            if let Some(text) = value.text() {
                source.text(&mut field.samples, &text);
            }
        }
    }

    /// States the provider's GUID.
    pub(super) fn state_provider(&self, source: &mut Source<'_>, harvest: &mut Harvest) {
        let guid = self.event.header("Provider_Guid").and_then(Value::text);
        let (Some(guid), provider) = (guid, self.event.provider()) else { return };
        if !provider.is_empty() {
            let guid = guid.trim_matches(['{', '}']).to_ascii_lowercase();
            let facts = harvest.providers.entry(provider.to_owned()).or_default();
            source.text(&mut facts.guids, &guid);
        }
    }
}

/// An event's own data by name. The rendered message, and the name that some events give the whole
/// of their data, are no data of the event.
pub(crate) fn fields(event: &Event) -> impl Iterator<Item = (&str, &Value)> {
    let data = event.data.iter().map(|(name, value)| (&**name, value));
    data.filter(|(name, _)| !matches!(*name, "RenderingInfo" | "EventData_Name"))
}

/// The XML with the markup in its `Data` elements escaped.
fn with_data_as_text(xml: &str) -> String {
    const END: &str = "</Data>";
    let mut out = String::with_capacity(xml.len());
    let mut rest = xml;
    while let Some(start) = rest.find("<Data") {
        let Some(open) = rest[start..].find('>').map(|at| start + at + 1) else { break };
        out.push_str(&rest[..open]);
        let inner = &rest[open..];
        let length = if rest[..open].ends_with("/>") { Some(0) } else { inner.find(END) };
        rest = inner;
        let Some(length) = length else { break };
        for c in inner[..length].chars() {
            match c {
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '&' => out.push_str("&amp;"),
                other => out.push(other),
            }
        }
        rest = &inner[length..];
    }
    out.push_str(rest);
    out
}

/// Every example that stands in a text, from `<Event` to `</Event>`.
pub(super) fn examples(text: &str) -> Vec<&str> {
    const END: &str = "</Event>";
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = start(rest) {
        let Some(length) = rest[start..].find(END) else { break };
        let end = start + length + END.len();
        found.push(&rest[start..end]);
        rest = &rest[end..];
    }
    found
}

/// An example that lacks a tag of its outermost element, with the tags put round it: from its header
/// to the end of its data. `None` where the header or the data is not whole.
pub(super) fn mended(text: &str) -> Option<String> {
    let start = text.find("<System>")?;
    let header = start + text[start..].find("</System>")?;
    let ends = ["</EventData>", "</UserData>"];
    let end = ends.iter().find_map(|tag| Some(header + text[header..].find(tag)? + tag.len()))?;
    // A second header would make one event of two.
    let inner = &text[start..end];
    (inner.matches("<System>").count() == 1).then(|| format!("<Event>\n{inner}\n</Event>"))
}

/// Where the next `<Event` stands that is the element and no longer name.
fn start(text: &str) -> Option<usize> {
    let mut starts = text.match_indices("<Event").map(|(at, _)| at);
    starts.find(|at| text[at + "<Event".len()..].starts_with([' ', '>', '\n', '\r', '\t']))
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = "<Event xmlns='x'><System><Provider Name='P' Guid='{AB}'/><EventID>7</EventID>\
        <Version>1</Version><Level>4</Level><Task>9</Task><Opcode>0</Opcode><Channel>C</Channel>\
        </System><EventData><Data Name='A'>1</Data><Data Name='B'/></EventData></Event>";

    #[test]
    fn an_example_shows_its_event() {
        let shown = Shown::parse(XML).expect("event XML");
        let key = shown.key().expect("an id");
        assert_eq!(
            (key.provider.as_deref(), key.channel.as_deref(), key.id),
            (Some("P"), Some("C"), 7)
        );
        let mut source = Source::new(0, "a", "");
        let mut facts = EventFacts::default();
        shown.state(&mut source, &mut facts, XML);
        assert_eq!(facts.fields.keys().collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(facts.levels.values().collect::<Vec<_>>(), ["Information"]);
        assert!(facts.opcodes.is_empty());
        assert!(Shown::parse("<Event>").is_none() && Shown::parse("").is_none());
    }

    #[test]
    fn data_with_markup_is_text() {
        let xml = XML.replace(">1</Data>", "> a <%%1> & b </Data>");
        let shown = Shown::parse(&xml).expect("event XML");
        let mut facts = EventFacts::default();
        shown.state(&mut Source::new(0, "a", ""), &mut facts, &xml);
        assert_eq!(facts.fields["A"].samples.values().collect::<Vec<_>>(), ["a <%%1> & b"]);
    }

    #[test]
    fn an_example_without_its_outermost_tags_is_mended() {
        let inner = "<System><EventID>7</EventID></System><UserData><A>1</A></UserData>";
        let whole = Some(format!("<Event>\n{inner}\n</Event>"));
        assert_eq!(mended(&format!("a <Event> {inner}\n")), whole);
        assert_eq!(mended(&format!("{inner} </Event>")), whole);
        assert_eq!(mended("<System><EventID>7</EventID></System> <UserData>"), None);
        assert_eq!(mended("<EventID>7</EventID></System><UserData></UserData>"), None);
        assert_eq!(mended(&format!("<System></System> {inner}")), None);
    }

    #[test]
    fn examples_are_found_in_a_text() {
        assert_eq!(examples("a <EventData> <Event>1</Event> <Event x>2</Event> <Event>").len(), 2);
        assert!(examples("no").is_empty());
    }
}
