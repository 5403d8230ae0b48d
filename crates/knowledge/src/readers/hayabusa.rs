//! Hayabusa's tables: titles by channel and id, abbreviations, ids that its rules read, and what
//! values of fields mean
//! (<https://github.com/Yamato-Security/hayabusa#channel-and-eid-information-filtering-and-abbreviations>).
//!
//! Its other tables are about its rules and its own output, and are let alone.

use super::example::examples;
use super::{table, tree};
use crate::event::{EventFacts, EventKey, Example, ExampleFormat, Use};
use crate::fact::Facts;
use crate::harvest::{Broken, Harvest, Source};
use crate::walk::{has_extension, name, stem};

/// Columns of the tables.
const TITLES: [&str; 3] = ["Channel", "EventID", "EventTitle"];
const PROVIDERS: [&str; 2] = ["Provider", "Abbreviation"];
const CHANNELS: [&str; 2] = ["Channel", "Abbreviation"];

const TARGETS: &str = "target_event_IDs.txt";

pub(super) fn recognise(path: &str, head: &str) -> bool {
    if has_extension(path, &["yml", "yaml"]) {
        return head.lines().any(|line| line.starts_with("RewriteFieldData:"));
    }
    let first = head.lines().next().unwrap_or_default().trim();
    let table =
        [&TITLES[..], &PROVIDERS, &CHANNELS].iter().any(|columns| columns.join(",") == first);
    let is_number = first.parse::<u32>().is_ok();
    has_extension(path, &["txt", "csv"]) && (table || (name(path) == TARGETS && is_number))
}

pub(super) fn expects(path: &str) -> bool {
    const TABLES: [&str; 3] =
        ["channel_eid_info", "provider_abbreviations", "channel_abbreviations"];
    path.starts_with("data_mapping/")
        || path.contains("/data_mapping/")
        || name(path) == TARGETS
        || TABLES.contains(&stem(path))
}

pub(super) fn read(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    if has_extension(source.path, &["yml", "yaml"]) {
        return read_mapping(source, harvest);
    }
    if name(source.path) == TARGETS {
        return read_targets(source, harvest);
    }
    let first = source.text.lines().next().unwrap_or_default().trim();
    if first == PROVIDERS.join(",") {
        let (rows, [provider, short]) = table::rows(source, PROVIDERS)?;
        for row in rows.iter().filter(|row| !row.cell(provider).is_empty()) {
            let facts = harvest.providers.entry(row.cell(provider).to_owned()).or_default();
            source.text(&mut facts.abbreviations, row.cell(short));
        }
        return Ok(());
    }
    if first == CHANNELS.join(",") {
        let (rows, [channel, short]) = table::rows(source, CHANNELS)?;
        for row in rows.iter().filter(|row| !row.cell(channel).is_empty()) {
            let facts = harvest.channels.entry(row.cell(channel).to_owned()).or_default();
            source.text(&mut facts.abbreviations, row.cell(short));
        }
        return Ok(());
    }
    let (rows, [channel, id, title]) = table::rows(source, TITLES)?;
    for row in rows {
        let Ok(id) = row.cell(id).parse::<u32>() else {
            source.warn(Some(row.line), "pack/bad-row", "the row has no event id; write a number");
            continue;
        };
        let facts = harvest.event(of_channel(row.cell(channel), id));
        source.title(&mut facts.titles, row.cell(title));
    }
    Ok(())
}

fn of_channel(channel: &str, id: u32) -> EventKey {
    EventKey { provider: None, channel: Some(channel.to_owned()), id }
}

/// Ids alone: which event is meant is clear only where one event has the id.
fn read_targets(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    for (line, text) in source.text.lines().enumerate() {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let id = text
            .parse()
            .map_err(|_| Broken::new(Some(line + 1), "it is no event id; write a number"))?;
        let facts = harvest.event(EventKey { provider: None, channel: None, id });
        source.value(&mut facts.uses, Use::Target);
    }
    Ok(())
}

/// What values of an event's fields mean.
fn read_mapping(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    let root = tree::mapping(source)?;
    let id = tree::event_id(source, &root, "EventID")?;
    let channel = tree::text(&root, "Channel")
        .ok_or_else(|| Broken::new(Some(1), "it has no `Channel`; say whose event it is"))?;
    let provider = tree::text(&root, "Provider_Name").map(str::to_owned);
    let mut facts = EventFacts::default();
    if let Some(title) = tree::text(&root, "Title") {
        source.title(&mut facts.titles, title);
    }
    let fields = root.get("RewriteFieldData").and_then(|fields| fields.as_mapping());
    for entry in fields.into_iter().flat_map(|fields| fields.iter()) {
        let Some(name) = entry.key.as_str() else { continue };
        // `Data[3]` is the third value of an event whose data has no names.
        let place = if name.contains('[') { &mut facts.labels } else { &mut facts.fields };
        let field = place.entry(name.to_owned()).or_default();
        for pair in entry.value.as_sequence().into_iter().flatten() {
            for value in pair.as_mapping().into_iter().flat_map(|pair| pair.iter()) {
                if let (Some(value), Some(meaning)) = (value.key.as_str(), value.value.as_str()) {
                    source.known(&mut field.values, value, meaning);
                }
            }
        }
    }
    state_samples(source, &root, &mut facts.examples);
    for reference in tree::items(&root, "references") {
        source.maybe(&mut facts.references, reference.as_str());
    }
    let key = EventKey { provider, ..of_channel(channel, id) };
    harvest.events.insert(key, facts);
    Ok(())
}

fn state_samples(
    source: &mut Source<'_>,
    root: &rulescope_yaml::Node<'_>,
    facts: &mut Facts<Example>,
) {
    if let Some(message) = tree::text(root, "sample-message") {
        source.example(facts, ExampleFormat::Text, message);
    }
    let xml = tree::text(root, "sample-evtx").unwrap_or_default();
    match examples(xml).first() {
        Some(event) => source.example(facts, ExampleFormat::Xml, event),
        // Some samples are the event's data alone.
        None => source.example(facts, ExampleFormat::Text, xml),
    }
}
