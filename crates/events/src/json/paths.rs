//! JSON whose names are the paths of a record's nested form: `Event.System.EventID`,
//! `Event_EventData_Image`, `System.Provider.@Name`, as flatteners of `jq`, Spark and pandas write
//! them.

use super::nested::{element, plain};
use crate::event::Event;
use crate::header;
use crate::names::Names;
use crate::value::{self, Name, Value};

/// What a path begins with, and the mark between its parts.
const SYSTEM: [(&str, char); 4] =
    [("Event.System.", '.'), ("Event_System_", '_'), ("System.", '.'), ("Event/System/", '/')];
const DATA: [(&str, char); 4] = [
    ("Event.EventData.", '.'),
    ("Event_EventData_", '_'),
    ("EventData.", '.'),
    ("Event/EventData/", '/'),
];
const USER_DATA: [(&str, char); 4] = [
    ("Event.UserData.", '.'),
    ("Event_UserData_", '_'),
    ("UserData.", '.'),
    ("Event/UserData/", '/'),
];

fn below<'n>(name: &'n str, roots: &[(&str, char)]) -> Option<(&'n str, char)> {
    roots.iter().find_map(|(root, mark)| Some((name.strip_prefix(root)?, *mark)))
}

/// Whether a document is of this shape.
pub(super) fn is(members: &[(Name, Value)]) -> bool {
    members.iter().any(|(name, _)| below(name, &SYSTEM).is_some())
}

/// Reads a document: what lies below `System` is the header, what lies below `EventData` or
/// `UserData` the event's data by its own names.
pub(super) fn read(members: Vec<(Name, Value)>, event: &mut Event, names: &mut Names) {
    for (name, value) in members {
        if let Some((path, mark)) = below(&name, &SYSTEM) {
            system(path, mark, value, event);
        } else if let Some((path, _)) = below(&name, &DATA) {
            let path = path.strip_suffix(".#text").unwrap_or(path);
            value::add(&mut event.data, names.name(path), plain(value));
        } else if let Some((path, mark)) = below(&name, &USER_DATA) {
            let (wrapper, rest) = path.split_once(mark).unwrap_or((path, path));
            let leaf = rest.rsplit(mark).next().unwrap_or(rest);
            if leaf.starts_with('@') || leaf == "xmlns" {
                continue;
            }
            event.user_data.get_or_insert_with(|| names.name(wrapper));
            value::add(&mut event.data, names.name(leaf), plain(value));
        } else {
            event.data.push((name, value));
        }
    }
}

/// Reads an element of `System` or one of its attributes.
fn system(path: &str, mark: char, value: Value, event: &mut Event) {
    let mut parts = path.split(mark).filter(|part| {
        !matches!(*part, "#attributes" | "@attributes" | "attributes" | "$" | "#text" | "_" | "")
    });
    let Some(name) = parts.next() else { return };
    let attribute = parts.next().map(|part| part.trim_start_matches('@'));
    match attribute.and_then(|attribute| header::name_of(name, Some(attribute))) {
        Some(name) => event.set_header(name, value),
        None if attribute.is_none() => element(name, value, event),
        None => {}
    }
}
