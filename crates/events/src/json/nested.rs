//! JSON that is the record's XML member by member: `Event`, `System`, `EventData`.
//!
//! Converters differ in where they put attributes and texts: evtx_dump has `#attributes` and
//! `#text` (or `EventID_attributes` beside `EventID`), XML-to-JSON libraries `@Name`, `$`, `_`;
//! Velociraptor makes attributes plain members and calls a text `Value`.

use crate::event::Event;
use crate::guid;
use crate::header;
use crate::names::Names;
use crate::value::{self, Name, Value, member};
use crate::xml::flatten;

/// Members that hold the attributes of their element.
const ATTRIBUTES: [&str; 4] = ["#attributes", "@attributes", "$", "attributes"];
/// Members that hold the text of their element.
const TEXTS: [&str; 7] = ["#text", "_", "$t", "#value", "Value", "Text", "content"];

/// Reads the members of an `Event` element.
pub(super) fn read(members: Vec<(Name, Value)>, event: &mut Event, names: &mut Names) {
    for (name, value) in members {
        match &*name {
            "System" => system(only(value), event),
            "EventData" => event_data(only(value), event, names),
            "UserData" => user_data(only(value), event),
            other if is_namespace(other) || ATTRIBUTES.contains(&other) => {}
            other if other.ends_with("_attributes") => {}
            _ => event.data.push((name, value)),
        }
    }
}

fn is_namespace(name: &str) -> bool {
    let name = name.strip_prefix('@').unwrap_or(name);
    name == "xmlns" || name.starts_with("xmlns:")
}

/// Some libraries (xml2js) make every element a list, whether or not there are several.
fn only(value: Value) -> Value {
    match value {
        Value::List(mut items) if items.len() == 1 => items.pop().unwrap_or(Value::Null),
        other => other,
    }
}

fn system(value: Value, event: &mut Event) {
    let Value::Object(members) = value else { return };
    for (name, value) in members {
        element(&name, only(value), event);
    }
}

/// Reads a member of `System`: its attributes and its text.
pub(super) fn element(name: &str, value: Value, event: &mut Event) {
    let name = name.strip_suffix("_attributes").unwrap_or(name);
    let Value::Object(members) = value else {
        let plain = match name {
            "Provider" => Some("Provider_Name"),
            "Security" => Some("Security_UserID"),
            _ => header::name_of(name, None).or_else(|| header::alias(name)),
        };
        if let Some(plain) = plain {
            event.set_header(plain, value);
        }
        return;
    };
    for (attribute, value) in members {
        if TEXTS.contains(&&*attribute) {
            if let Some(name) = header::name_of(name, None) {
                event.set_header(name, value);
            }
        } else if let (true, Value::Object(inner)) = (ATTRIBUTES.contains(&&*attribute), &value) {
            for (attribute, value) in inner {
                set_attribute(name, attribute, value.clone(), event);
            }
        } else {
            set_attribute(name, &attribute, value, event);
        }
    }
}

fn set_attribute(element: &str, attribute: &str, value: Value, event: &mut Event) {
    let attribute = attribute.strip_prefix('@').unwrap_or(attribute);
    if let Some(name) = header::name_of(element, Some(attribute)) {
        event.set_header(name, value);
    }
}

/// Reads `EventData`, whose members are its named data, or `Data` elements with their attributes.
pub(super) fn event_data(value: Value, event: &mut Event, names: &mut Names) {
    match value {
        Value::Object(members) => {
            event.data.reserve(members.len());
            for (name, value) in members {
                if ATTRIBUTES.contains(&&*name) || name.starts_with('@') {
                    let own = match &value {
                        Value::Object(inner) => member(inner, "Name").cloned(),
                        Value::Text(_) if &*name == "@Name" => Some(value),
                        _ => None,
                    };
                    if let Some(own) = own {
                        event.data.push((names.name("EventData_Name"), own));
                    }
                } else if &*name == "Data" {
                    data_elements(name, value, event, names);
                } else {
                    value::add(&mut event.data, name, plain(value));
                }
            }
        }
        Value::Null => {}
        other => data_elements(names.name("Data"), other, event, names),
    }
}

/// Reads one or several `Data` elements.
fn data_elements(unnamed: Name, value: Value, event: &mut Event, names: &mut Names) {
    match value {
        Value::List(items) if items.iter().any(|item| attribute(item, "Name").is_some()) => {
            for item in items {
                data_elements(Name::clone(&unnamed), item, event, names);
            }
        }
        value => match attribute(&value, "Name").and_then(Value::text) {
            Some(name) if !name.is_empty() => {
                let name = names.name(&name);
                let value = content(value).unwrap_or_else(|| Value::of(""));
                value::add(&mut event.data, name, plain(value));
            }
            _ => value::add(&mut event.data, unnamed, plain(value)),
        },
    }
}

/// An attribute of an element.
fn attribute<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let Value::Object(members) = value else { return None };
    ATTRIBUTES
        .iter()
        .find_map(|at| member(members, at)?.member(name))
        .or_else(|| members.iter().find(|(n, _)| n.strip_prefix('@') == Some(name)).map(|(_, v)| v))
        .or_else(|| member(members, name))
}

/// The text of an element.
fn content(value: Value) -> Option<Value> {
    let Value::Object(members) = value else { return None };
    members.into_iter().find(|(name, _)| TEXTS.contains(&&**name)).map(|(_, value)| value)
}

/// A value as the XML would have it: GUIDs in braces, an element that has only text (and
/// attributes) as its text.
pub(super) fn plain(value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(guid::braced(text)),
        Value::List(items) => Value::List(items.into_iter().map(plain).collect()),
        Value::Object(members) => {
            let only_text =
                members.iter().all(|(name, _)| &**name == "#text" || ATTRIBUTES.contains(&&**name));
            match members.iter().position(|(name, _)| &**name == "#text") {
                Some(at) if only_text => {
                    plain(members.into_iter().nth(at).map_or(Value::Null, |(_, value)| value))
                }
                _ => Value::Object(members),
            }
        }
        other => other,
    }
}

/// Reads `UserData`: every leaf below it becomes a value of its own name.
pub(super) fn user_data(value: Value, event: &mut Event) {
    let Value::Object(members) = value else { return };
    for (name, value) in members {
        if is_namespace(&name) || ATTRIBUTES.contains(&&*name) {
            continue;
        }
        let value = without_namespaces(value);
        flatten(&name, value, &mut event.data);
        event.user_data.get_or_insert(name);
    }
}

/// An element's value with its attributes among its members, namespaces left out.
fn without_namespaces(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut out = Vec::with_capacity(members.len());
            for (name, value) in members {
                match value {
                    Value::Object(inner) if ATTRIBUTES.contains(&&*name) => {
                        out.extend(inner.into_iter().filter(|(name, _)| !is_namespace(name)));
                    }
                    _ if is_namespace(&name) => {}
                    value => out.push((name, without_namespaces(value))),
                }
            }
            match <[_; 1]>::try_from(out) {
                // An element whose only attribute was a namespace is its text.
                Ok([(name, value)]) if &*name == "#text" => value,
                Ok([one]) => Value::Object(vec![one]),
                Err(out) => Value::Object(out),
            }
        }
        Value::List(items) => Value::List(items.into_iter().map(without_namespaces).collect()),
        Value::Text(text) => Value::Text(guid::braced(text)),
        other => other,
    }
}
