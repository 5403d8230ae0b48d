//! EvtxECmd's maps: one YAML file an event, with the example in its trailing comments.
//!
//! The format is described in the maps' own guide
//! (<https://github.com/EricZimmerman/evtx/tree/master/evtx/Maps>, `!!!!README.md`).

use std::collections::BTreeMap;

use rulescope_yaml::Node;

use super::example::{Shown, examples, mended};
use super::tree;
use crate::event::{EventFacts, EventKey, ExampleFormat, VendorField};
use crate::harvest::{Broken, Harvest, Source};
use crate::walk::has_extension;

const VENDOR: &str = "evtxecmd";

pub(super) fn recognise(path: &str, head: &str) -> bool {
    let has = |key: &str| head.lines().any(|line| line.starts_with(key));
    has_extension(path, &["map"]) && has("EventId:") && has("Channel:") && has("Provider:")
}

pub(super) fn expects(path: &str) -> bool {
    has_extension(path, &["map"])
}

pub(super) fn read(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    let root = tree::mapping(source)?;
    let id = tree::event_id(source, &root, "EventId")?;
    let name = |key: &str| {
        tree::text(&root, key).map(|text| text.trim().to_owned()).ok_or_else(|| {
            Broken::new(Some(1), format!("it has no `{key}`; say whose event it is"))
        })
    };
    if root.get("Maps").is_none() {
        // Every map has it, and it comes last: without it the file was cut short.
        let last = source.text.lines().count().max(1);
        let message = "it has no `Maps`, so that the rest of it is missing".to_owned();
        return Err(Broken::new(Some(last), message));
    }
    let key = EventKey { provider: Some(name("Provider")?), channel: Some(name("Channel")?), id };
    let mut facts = EventFacts::default();
    if let Some(title) = tree::text(&root, "Description") {
        source.title(&mut facts.titles, title);
    }
    let variables = state_columns(source, &root, &mut facts);
    state_lookups(source, &root, &variables, &mut facts);
    state_comments(source, harvest, &key, &mut facts);
    harvest.events.insert(key, facts);
    Ok(())
}

/// States which fields go into which column. Gives the field of each variable.
fn state_columns(
    source: &mut Source<'_>,
    root: &Node<'_>,
    facts: &mut EventFacts,
) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for column in tree::items(root, "Maps") {
        let property = tree::text(column, "Property").unwrap_or_default();
        for value in tree::items(column, "Values") {
            let path = tree::text(value, "Value").unwrap_or_default();
            let Some(field) = field_of(path) else { continue };
            source.field(&mut facts.fields, field);
            if let Some(variable) = tree::text(value, "Name") {
                variables.insert(variable.to_owned(), field.to_owned());
            }
            if !property.is_empty() {
                let column = VendorField {
                    vendor: VENDOR.to_owned(),
                    name: source.capped(property).to_owned(),
                    field: Some(field.to_owned()),
                };
                source.value(&mut facts.vendor_fields, column);
            }
        }
    }
    variables
}

/// The field that a path names: `/Event/EventData/Data[@Name="Image"]`, or the last element below
/// `UserData`. The header's elements are no fields of an event, and data without a name has none.
fn field_of(path: &str) -> Option<&str> {
    if let Some((_, rest)) = path.split_once("@Name=") {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        return rest[1..].split(quote).next().filter(|name| !name.is_empty());
    }
    let below = path.strip_prefix("/Event/UserData/")?;
    let last = below.rsplit('/').next()?.split('[').next()?;
    (below.contains('/') && !last.is_empty() && !last.starts_with('@')).then_some(last)
}

/// States what values mean.
fn state_lookups(
    source: &mut Source<'_>,
    root: &Node<'_>,
    variables: &BTreeMap<String, String>,
    facts: &mut EventFacts,
) {
    for lookup in tree::items(root, "Lookups") {
        let Some(name) = tree::text(lookup, "Name") else { continue };
        let Some(field) = variables.get(name) else {
            let line = tree::line(source, lookup);
            let message = format!("the lookup `{name}` is for no variable of the map; rename it");
            source.warn(line, "pack/unused-lookup", message);
            continue;
        };
        let field = source.field(&mut facts.fields, field);
        let values = lookup.get("Values").and_then(Node::as_mapping);
        for entry in values.into_iter().flat_map(|values| values.iter()) {
            if let (Some(value), Some(meaning)) = (entry.key.as_str(), entry.value.as_str()) {
                source.known(&mut field.values, value, meaning);
            }
        }
    }
}

/// States what stands in comments: addresses, and examples.
fn state_comments(
    source: &mut Source<'_>,
    harvest: &mut Harvest,
    key: &EventKey,
    facts: &mut EventFacts,
) {
    let mut comments = String::new();
    for line in source.text.lines() {
        let Some(comment) = line.strip_prefix('#') else { continue };
        let comment = comment.strip_prefix(' ').unwrap_or(comment);
        if comment.trim_start().starts_with("http") {
            let address = comment.split_whitespace().next().unwrap_or_default();
            source.text(&mut facts.references, address);
        }
        comments.push_str(comment);
        comments.push('\n');
    }
    let mut found = examples(&comments);
    let whole = if found.is_empty() { mended(&comments) } else { None };
    if let Some(whole) = &whole {
        let message =
            "an example lacks a tag of its `<Event>`, and is read as if it had it; add it";
        source.warn(None, "pack/bad-example", message);
        found.push(whole);
    } else if found.is_empty() && is_cut(&comments) {
        let message = "an example has no whole `<Event>` element, and is left out; mend it";
        source.warn(None, "pack/bad-example", message);
    }
    for xml in found {
        let Some(shown) = Shown::parse(xml) else {
            source.example(&mut facts.examples, ExampleFormat::Text, xml);
            source.warn(None, "pack/bad-example", "an example is no event XML; mend it");
            continue;
        };
        if shown.id() == Some(key.id) {
            shown.state(source, facts, xml);
            shown.state_provider(source, harvest);
        } else {
            let message = "an example is of another event; put it into that event's map";
            source.warn(None, "pack/foreign-example", message);
        }
    }
}

/// Whether a text holds a part of an event's XML: its header begins or ends there.
fn is_cut(comments: &str) -> bool {
    ["<System>", "</System>", "</Event>"].iter().any(|tag| comments.contains(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_fields() {
        assert_eq!(field_of("/Event/EventData/Data[@Name=\"Image\"]"), Some("Image"));
        assert_eq!(field_of("/Event/UserData/EventInfo/Username"), Some("Username"));
        assert_eq!(field_of("/Event/EventData/Data[3]"), None);
        assert_eq!(field_of("/Event/System/Correlation/@ActivityID"), None);
        assert_eq!(field_of("/Event/UserData"), None);
    }
}
