//! OSSEM's data dictionaries: one YAML file an event and version, with its fields
//! (<https://github.com/OTRF/OSSEM-DD>, `docs/specs/data_dictionaries`).

use rulescope_yaml::Node;

use super::example::{Shown, examples};
use super::tree;
use crate::event::{EventFacts, EventKey, ExampleFormat, SourceKey};
use crate::harvest::{Broken, Harvest, Source};
use crate::walk::{has_extension, stem};

pub(super) fn recognise(path: &str, head: &str) -> bool {
    let has = |key: &str| head.lines().any(|line| line.starts_with(key));
    has_extension(path, &["yml", "yaml"]) && has("log_source:") && has("event_id:")
}

pub(super) fn expects(path: &str) -> bool {
    let in_events = path.starts_with("events/") || path.contains("/events/");
    has_extension(path, &["yml", "yaml"]) && in_events && stem(path) != "README"
}

pub(super) fn read(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    let root = tree::mapping(source)?;
    let log_source = tree::text(&root, "log_source")
        .ok_or_else(|| Broken::new(Some(1), "it has no `log_source`; say who writes the event"))?;
    let name = tree::text(&root, "event_id")
        .ok_or_else(|| Broken::new(Some(1), "it has no `event_id`; add the event's id"))?;
    let id = name.parse::<u32>().ok();
    let mut facts = EventFacts::default();
    let version = tree::text(&root, "event_version").map(str::to_owned);
    source.maybe(&mut facts.versions, version.as_deref());
    if let Some(title) = tree::text(&root, "name").and_then(|name| title(name, id)) {
        source.title(&mut facts.titles, title);
    }
    source.maybe(&mut facts.descriptions, tree::text(&root, "description"));
    for field in tree::items(&root, "event_fields") {
        state_field(source, field, version.as_deref(), &mut facts);
    }
    state_tags(source, &root, &mut facts);
    for reference in tree::items(&root, "references") {
        let address = tree::text(reference, "link").or_else(|| reference.as_str());
        source.maybe(&mut facts.references, address);
    }
    for sample in tree::items(&root, "event_sample") {
        state_sample(source, harvest, sample, id, &mut facts);
    }
    match id.filter(|_| tree::text(&root, "platform").is_none_or(|p| p == "windows")) {
        Some(id) => {
            // A log source with a slash is a channel that stands where the provider should.
            let (provider, channel) = if log_source.contains('/') {
                (None, Some(log_source.to_owned()))
            } else {
                (Some(log_source.to_owned()), None)
            };
            harvest.events.insert(EventKey { provider, channel, id }, facts);
        }
        None => {
            let key = SourceKey { source: log_source.to_owned(), name: name.to_owned() };
            harvest.records.insert(key, facts);
        }
    }
    Ok(())
}

/// `Event ID 1: Process creation` has a title, `Event 4688 - task_0` has only the name of a task,
/// and a table is named as such.
fn title(name: &str, id: Option<u32>) -> Option<&str> {
    id?;
    let (head, title) = name.split_once(':')?;
    head.starts_with("Event").then_some(title.trim())
}

fn state_field(
    source: &mut Source<'_>,
    field: &Node<'_>,
    version: Option<&str>,
    facts: &mut EventFacts,
) {
    let Some(name) = tree::text(field, "name").map(str::trim).filter(|name| !name.is_empty())
    else {
        return;
    };
    let name = source.capped(name).to_owned();
    let facts = source.field(&mut facts.fields, &name);
    source.maybe(&mut facts.types, tree::text(field, "type"));
    source.maybe(&mut facts.descriptions, tree::text(field, "description"));
    source.maybe(&mut facts.samples, tree::text(field, "sample_value"));
    source.maybe(&mut facts.labels, tree::text(field, "standard_name"));
    source.maybe(&mut facts.versions, version);
}

/// Level, task and opcode stand in tags: `etw_level_Informational`.
fn state_tags(source: &mut Source<'_>, root: &Node<'_>, facts: &mut EventFacts) {
    for tag in tree::items(root, "tags").iter().filter_map(Node::as_str) {
        if let Some(level) = tag.strip_prefix("etw_level_") {
            source.level(&mut facts.levels, level);
        } else if let Some(task) = tag.strip_prefix("etw_task_") {
            // The name that an unnamed task is given.
            if !task.starts_with("task_") {
                source.text(&mut facts.tasks, task);
            }
        } else if let Some(opcode) = tag.strip_prefix("etw_opcode_") {
            source.text(&mut facts.opcodes, opcode);
        }
    }
}

fn state_sample(
    source: &mut Source<'_>,
    harvest: &mut Harvest,
    sample: &Node<'_>,
    id: Option<u32>,
    facts: &mut EventFacts,
) {
    let text = tree::text(sample, "sample").unwrap_or_default();
    let shown = examples(text).first().and_then(|xml| Some((*xml, Shown::parse(xml)?)));
    match shown {
        Some((xml, shown)) if shown.id() == id => {
            shown.state(source, facts, xml);
            shown.state_provider(source, harvest);
        }
        Some(_) => {
            let line = tree::line(source, sample);
            source.warn(line, "pack/foreign-example", "the sample is of another event; move it");
        }
        None => source.example(&mut facts.examples, ExampleFormat::Text, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_no_titles() {
        assert_eq!(title("Event ID 1: Process creation", Some(1)), Some("Process creation"));
        assert_eq!(title("Event 4688 - task_0", Some(4688)), None);
        assert_eq!(title("Event: x", None), None);
        assert_eq!(title("DeviceEvents", None), None);
    }
}
