//! Splunk's data sources: one YAML file a kind of record, with an example and Splunk's names of
//! its fields (<https://github.com/splunk/security_content/tree/develop/data_sources>).
//!
//! A data source whose `source` is an event log and whose name ends in an id is a Windows event.
//! Splunk's field names are names of Splunk there; the event's own come from the example.

use rulescope_yaml::Node;

use super::example::{Shown, examples};
use super::tree;
use crate::event::{EventFacts, EventKey, ExampleFormat, SourceKey, VendorField};
use crate::harvest::{Broken, Harvest, Source};
use crate::walk::has_extension;

const VENDOR: &str = "splunk";
const LOGS: [&str; 2] = ["XmlWinEventLog:", "WinEventLog:"];

pub(super) fn recognise(path: &str, head: &str) -> bool {
    let has = |key: &str| head.lines().any(|line| line.starts_with(key));
    let keys = has("name:") && has("source:") && has("sourcetype:");
    has_extension(path, &["yml", "yaml"]) && keys && !has("search:")
}

pub(super) fn expects(path: &str) -> bool {
    let folder = path.starts_with("data_sources/") || path.contains("/data_sources/");
    has_extension(path, &["yml", "yaml"]) && folder
}

pub(super) fn read(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    let root = tree::mapping(source)?;
    let required = |key: &str| {
        tree::text(&root, key)
            .ok_or_else(|| Broken::new(Some(1), format!("it has no `{key}`; add it")))
    };
    let name = required("name").unwrap_or_else(|_| crate::walk::stem(source.path)).to_owned();
    let log = required("source")?;
    let channel = LOGS.iter().find_map(|prefix| log.strip_prefix(prefix));
    let id = name.split_whitespace().next_back().and_then(|last| last.parse::<u32>().ok());
    let mut facts = EventFacts::default();
    if let Some(text) = tree::text(&root, "description")
        && !text.starts_with("Data source object")
    {
        source.text(&mut facts.descriptions, text);
    }
    for product in tree::items(&root, "supported_TA") {
        source.maybe(&mut facts.references, tree::text(product, "url"));
    }
    if let Some(settings) = tree::text(&root, "configuration") {
        source.text(&mut facts.settings, settings);
    }
    let example = tree::text(&root, "example_log").unwrap_or_default();
    let Some((channel, id)) = channel.zip(id) else {
        state_record(source, harvest, &root, &mut facts, example);
        state_models(source, &root, &mut facts);
        harvest.records.insert(SourceKey { source: log.to_owned(), name }, facts);
        return Ok(());
    };
    let mut key = EventKey { provider: None, channel: Some(channel.to_owned()), id };
    state_event(source, harvest, &mut key, &mut facts, example);
    for field in tree::items(&root, "fields").iter().filter_map(Node::as_str) {
        let own = facts.fields.contains_key(field).then(|| field.to_owned());
        let name = source.capped(field).to_owned();
        let field = VendorField { vendor: VENDOR.to_owned(), name, field: own };
        source.value(&mut facts.vendor_fields, field);
    }
    state_models(source, &root, &mut facts);
    harvest.events.insert(key, facts);
    Ok(())
}

/// The example of a Windows event, and what it shows.
fn state_event(
    source: &mut Source<'_>,
    harvest: &mut Harvest,
    key: &mut EventKey,
    facts: &mut EventFacts,
    example: &str,
) {
    let Some(shown) = examples(example).first().and_then(|xml| Shown::parse(xml)) else {
        return source.example(&mut facts.examples, ExampleFormat::Text, example);
    };
    let same = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        (Some(_), None) | (None, _) => true,
    };
    match shown.key() {
        Some(own) if own.id == key.id && same(&own.channel, &key.channel) => {
            key.provider = own.provider;
            shown.state(source, facts, example);
            shown.state_provider(source, harvest);
        }
        own => {
            let own = own.map_or_else(|| "another".to_owned(), |own| own.to_string());
            let message = format!("the example is of {own}, the data source of {key}; mend one");
            source.warn(None, "pack/foreign-example", message);
        }
    }
}

/// A kind of record that is no Windows event: Splunk's names are all that is known of its fields.
fn state_record(
    source: &mut Source<'_>,
    harvest: &mut Harvest,
    root: &Node<'_>,
    facts: &mut EventFacts,
    example: &str,
) {
    let xml = examples(example).first().and_then(|xml| Some((*xml, Shown::parse(xml)?)));
    match xml {
        Some((xml, shown)) => {
            shown.state(source, facts, xml);
            shown.state_provider(source, harvest);
        }
        None => {
            let json = example.trim_start().starts_with(['{', '[']);
            let format = if json { ExampleFormat::Json } else { ExampleFormat::Text };
            source.example(&mut facts.examples, format, example);
        }
    }
    for field in tree::items(root, "fields").iter().filter_map(Node::as_str) {
        let name = source.capped(field).to_owned();
        let field = VendorField { vendor: VENDOR.to_owned(), name, field: None };
        source.value(&mut facts.vendor_fields, field);
    }
}

/// What data models call the fields.
fn state_models(source: &mut Source<'_>, root: &Node<'_>, facts: &mut EventFacts) {
    for model in tree::items(root, "field_mappings") {
        let text = |key: &str| tree::text(model, key).unwrap_or_default();
        let vendor = format!("{} {}", text("data_model"), text("data_set")).trim().to_owned();
        let pairs = model.get("mapping").and_then(Node::as_mapping);
        for pair in pairs.into_iter().flat_map(|pairs| pairs.iter()) {
            let (Some(field), Some(name)) = (pair.key.as_str(), pair.value.as_str()) else {
                continue;
            };
            // `Image|endswith` says how to search, not which field it is.
            if !field.contains('|') {
                let field = Some(source.capped(field).to_owned());
                let name = source.capped(name).to_owned();
                let field = VendorField { vendor: vendor.clone(), name, field };
                source.value(&mut facts.vendor_fields, field);
            }
        }
    }
}
