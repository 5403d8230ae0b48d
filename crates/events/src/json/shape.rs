//! Which shape a JSON document has, and the events that it holds.

use std::sync::Arc;

use super::{flat, nested, paths, wazuh, winlog};
use crate::error::{Cause, Place, ReadError};
use crate::event::Event;
use crate::names::Names;
use crate::value::{Name, Value, member};
use crate::xml;

/// Wrappers in wrappers are followed this far.
const DEEPEST: usize = 6;

/// The events of a document: one, or several where it wraps a list of them.
pub(super) fn events(
    document: Value,
    log: &Arc<str>,
    place: Place,
    names: &mut Names,
) -> Vec<Result<Event, ReadError>> {
    let mut reader = Shapes { log, place, names, out: Vec::with_capacity(1) };
    reader.document(document, 0);
    reader.out
}

struct Shapes<'a> {
    log: &'a Arc<str>,
    place: Place,
    names: &'a mut Names,
    out: Vec<Result<Event, ReadError>>,
}

impl Shapes<'_> {
    fn document(&mut self, document: Value, depth: usize) {
        match document {
            Value::Object(members) if depth < DEEPEST => self.object(members, depth),
            Value::List(items) if depth < DEEPEST => {
                items.into_iter().for_each(|item| self.document(item, depth + 1));
            }
            _ => {
                let cause = Cause::malformed("not an object");
                self.out.push(Err(ReadError::at(self.log, self.place, cause)));
            }
        }
    }

    fn object(&mut self, mut members: Vec<(Name, Value)>, depth: usize) {
        if let Some(layout) = self.names.layouts.of(&members) {
            let mut event = Event::new(self.log, self.place);
            match layout.read(members, &mut event) {
                Ok(()) => return self.out.push(Ok(event)),
                Err(back) => members = back,
            }
        }
        if let Some(inner) = wrapped(&mut members) {
            return self.document(inner, depth + 1);
        }
        if let Some(Value::List(_)) = member(&members, "Event") {
            let inner = take(&mut members, "Event").unwrap_or(Value::Null);
            return self.document(inner, depth + 1);
        }
        let mut event = Event::new(self.log, self.place);
        if let Some(Value::Object(inner)) = take_object(&mut members, "Event") {
            nested::read(inner, &mut event, self.names);
            event.data.append(&mut members);
        } else if matches!(member(&members, "System"), Some(Value::Object(_) | Value::List(_))) {
            nested::read(members, &mut event, self.names);
        } else if let Some(record) = wazuh::record(&mut members) {
            wazuh::read(record, members, &mut event);
        } else if paths::is(&members) {
            paths::read(members, &mut event, self.names);
        } else if winlog::is(&members) {
            winlog::read(members, &mut event, self.names);
        } else {
            if let Some(Value::Text(raw)) = member(&members, "_raw")
                && raw.trim_start().starts_with("<Event")
                && xml::parse(raw, &mut event, self.names).is_ok()
            {
                // The XML is the record; the search engine's own fields stand beside it.
                members
                    .retain(|(name, _)| &**name != "_raw" && member(&event.data, name).is_none());
            }
            flat::read(members, &mut event, self.names);
        }
        self.out.push(Ok(event));
    }
}

/// What a search engine or a collector wrapped: the document of a hit, a search's result, a list.
fn wrapped(members: &mut Vec<(Name, Value)>) -> Option<Value> {
    let has = |name: &str| member(members, name).is_some();
    let name = if has("_source") && (has("_index") || has("_id")) {
        "_source"
    } else if has("result") && (has("preview") || has("offset") || has("lastrow")) {
        "result"
    } else {
        ["hits", "Events", "Records"].into_iter().find(|name| {
            matches!(member(members, name), Some(Value::List(_) | Value::Object(_)))
                && (members.len() == 1 || *name == "hits")
        })?
    };
    matches!(member(members, name), Some(Value::List(_) | Value::Object(_)))
        .then(|| take(members, name))
        .flatten()
}

/// Takes a member out.
pub(super) fn take(members: &mut Vec<(Name, Value)>, name: &str) -> Option<Value> {
    let at = members.iter().position(|(there, _)| &**there == name)?;
    Some(members.remove(at).1)
}

/// Takes a member out where it is an object.
pub(super) fn take_object(members: &mut Vec<(Name, Value)>, name: &str) -> Option<Value> {
    matches!(member(members, name), Some(Value::Object(_))).then(|| take(members, name)).flatten()
}
