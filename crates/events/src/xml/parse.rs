//! One `<Event>` element
//! (<https://learn.microsoft.com/windows/win32/wes/eventschema-event-element>).

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event as Token};

use crate::event::Event;
use crate::guid;
use crate::header;
use crate::names::Names;
use crate::value::{self, Name, Value};

/// Deeper elements are not those of an event.
const DEEPEST: usize = 64;

/// Reads an element into an event; says what is wrong where that fails.
pub(crate) fn parse(xml: &str, event: &mut Event, names: &mut Names) -> Result<(), String> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().allow_dangling_amp = true;
    let mut parser = Parser { reader, names };
    loop {
        match parser.token()? {
            Token::Start(start) if start.local_name().into_inner() == "Event" => break,
            Token::Start(_) | Token::Empty(_) | Token::Eof => {
                return Err("not an <Event> element with content".to_owned());
            }
            _ => {}
        }
    }
    parser.event(event)?;
    if event.header.is_empty() {
        return Err("an <Event> without a <System> element".to_owned());
    }
    Ok(())
}

struct Parser<'a, 'n> {
    reader: Reader<&'a [u8]>,
    names: &'n mut Names,
}

/// What stands in an element.
#[derive(Default)]
struct Content {
    text: String,
    members: Vec<(Name, Value)>,
}

impl<'a> Parser<'a, '_> {
    fn token(&mut self) -> Result<Token<'a>, String> {
        self.reader.read_event().map_err(|error| format!("event XML: {error}"))
    }

    /// The next child element, with whether it has content; `None` at the end of its parent.
    fn child(&mut self) -> Result<Option<(BytesStart<'a>, bool)>, String> {
        loop {
            match self.token()? {
                Token::Start(start) => return Ok(Some((start, true))),
                Token::Empty(start) => return Ok(Some((start, false))),
                Token::End(_) => return Ok(None),
                Token::Eof => return Err("event XML: it ends before </Event>".to_owned()),
                _ => {}
            }
        }
    }

    fn event(&mut self, event: &mut Event) -> Result<(), String> {
        while let Some((start, full)) = self.child()? {
            match start.local_name().into_inner() {
                "System" if full => self.system(event)?,
                "EventData" => {
                    if let Some(name) = attribute(&start, "Name") {
                        let key = self.names.name("EventData_Name");
                        value::add(&mut event.data, key, Value::Text(name));
                    }
                    if full {
                        self.event_data(event)?;
                    }
                }
                "UserData" if full => self.user_data(event)?,
                "System" | "UserData" => {}
                other => {
                    let name = self.names.name(other);
                    let value = self.value(&start, full, 0)?;
                    value::add(&mut event.data, name, value);
                }
            }
        }
        Ok(())
    }

    fn system(&mut self, event: &mut Event) -> Result<(), String> {
        while let Some((start, full)) = self.child()? {
            let local = start.local_name();
            let element = local.into_inner();
            for (name, text) in attributes(&start) {
                if let Some(name) = header::name_of(element, Some(name)) {
                    event.set_header(name, Value::Text(text));
                }
            }
            if full {
                let text = self.content(0)?.text;
                if let Some(name) = header::name_of(element, None) {
                    event.set_header(name, Value::Text(text));
                }
            }
        }
        Ok(())
    }

    fn event_data(&mut self, event: &mut Event) -> Result<(), String> {
        while let Some((start, full)) = self.child()? {
            let local = start.local_name();
            if local.into_inner() != "Data" {
                let name = self.names.name(local.into_inner());
                let value = self.value(&start, full, 0)?;
                value::add(&mut event.data, name, value);
                continue;
            }
            let name = attribute(&start, "Name").filter(|name| !name.is_empty());
            let name = self.names.name(name.as_deref().unwrap_or("Data"));
            let content = if full { self.content(0)? } else { Content::default() };
            let value = if content.members.is_empty() {
                Value::Text(guid::braced(content.text))
            } else {
                Value::Object(content.members)
            };
            value::add(&mut event.data, name, value);
        }
        Ok(())
    }

    /// Every leaf below `UserData` becomes a value of its own name.
    fn user_data(&mut self, event: &mut Event) -> Result<(), String> {
        while let Some((start, full)) = self.child()? {
            let name = self.names.name(start.local_name().into_inner());
            let value = self.value(&start, full, 0)?;
            flatten(&name, value, &mut event.data);
            event.user_data.get_or_insert(name);
        }
        Ok(())
    }

    /// The text and the child elements of an element up to its end.
    fn content(&mut self, depth: usize) -> Result<Content, String> {
        if depth > DEEPEST {
            return Err(format!("event XML: elements more than {DEEPEST} deep"));
        }
        let mut content = Content::default();
        loop {
            match self.token()? {
                Token::Text(text) => push(&mut content.text, text.into_inner()),
                Token::CData(text) => push(&mut content.text, text.into_inner()),
                Token::GeneralRef(reference) => push_reference(&mut content.text, &reference),
                Token::Start(start) => {
                    let name = self.names.name(start.local_name().into_inner());
                    let value = self.value(&start, true, depth + 1)?;
                    value::add(&mut content.members, name, value);
                }
                Token::Empty(start) => {
                    let name = self.names.name(start.local_name().into_inner());
                    let value = self.value(&start, false, depth + 1)?;
                    value::add(&mut content.members, name, value);
                }
                Token::End(_) => return Ok(content),
                Token::Eof => return Err("event XML: it ends before </Event>".to_owned()),
                Token::Comment(_) | Token::Decl(_) | Token::PI(_) | Token::DocType(_) => {}
            }
        }
    }

    /// An element: its text, or an object of its attributes, its children and its text (`#text`).
    fn value(&mut self, start: &BytesStart<'_>, full: bool, depth: usize) -> Result<Value, String> {
        let mut members = Vec::new();
        for (name, text) in attributes(start) {
            let value = Value::Text(guid::braced(text));
            value::add(&mut members, self.names.name(name), value);
        }
        let content = if full { self.content(depth)? } else { Content::default() };
        if members.is_empty() && content.members.is_empty() {
            return Ok(Value::Text(guid::braced(content.text)));
        }
        for (name, value) in content.members {
            value::add(&mut members, name, value);
        }
        if !content.text.trim().is_empty() {
            let value = Value::Text(guid::braced(content.text));
            value::add(&mut members, self.names.name("#text"), value);
        }
        Ok(Value::Object(members))
    }
}

/// Adds the leaves of a value, each by its own name; the text of an element with attributes has the
/// element's name.
pub(crate) fn flatten(name: &Name, value: Value, into: &mut Vec<(Name, Value)>) {
    match value {
        Value::Object(members) => {
            for (inner, value) in members {
                if &*inner == "#text" {
                    value::add(into, Name::clone(name), value);
                } else {
                    flatten(&inner, value, into);
                }
            }
        }
        Value::List(items) => {
            for item in items {
                flatten(name, item, into);
            }
        }
        leaf => value::add(into, Name::clone(name), leaf),
    }
}

/// The attributes of an element but for its namespaces, unescaped. One that is malformed ends them.
fn attributes<'s>(start: &'s BytesStart<'_>) -> impl Iterator<Item = (&'s str, String)> {
    let mut all = start.attributes();
    all.with_checks(false);
    all.map_while(Result::ok).filter_map(|attribute| {
        let name = attribute.key.into_inner();
        if name == "xmlns" || name.starts_with("xmlns:") {
            return None;
        }
        let text = match quick_xml::escape::unescape(&attribute.value) {
            Ok(text) => text.into_owned(),
            // What is no escape stands for itself.
            Err(_) => attribute.value.into_owned(),
        };
        Some((name, text))
    })
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    attributes(start).find(|(there, _)| *there == name).map(|(_, text)| text)
}

fn push(text: &mut String, more: std::borrow::Cow<'_, str>) {
    if text.is_empty() {
        *text = more.into_owned();
    } else {
        text.push_str(&more);
    }
}

/// A character reference or one of XML's five entities; anything else stands for itself.
fn push_reference(text: &mut String, reference: &BytesRef<'_>) {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        text.push(c);
        return;
    }
    match quick_xml::escape::resolve_xml_entity(reference) {
        Some(entity) => text.push_str(entity),
        None => {
            text.push('&');
            text.push_str(reference);
            text.push(';');
        }
    }
}
