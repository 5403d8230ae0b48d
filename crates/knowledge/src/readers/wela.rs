//! WELA's tables: which subcategory writes which Security event, and how many of its rules read
//! each event (<https://github.com/Yamato-Security/WELA>, `config`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::table;
use crate::event::{EventKey, Use};
use crate::harvest::{Broken, Harvest, Source};
use crate::walk::{has_extension, stem};

const COLUMNS: [&str; 4] = ["Event ID", "Category", "Subcategory", "GUID"];

pub(super) fn recognise(path: &str, head: &str) -> bool {
    if has_extension(path, &["json"]) {
        return head.contains("\"subcategory_guids\"") && head.contains("\"event_ids\"");
    }
    let first: String = head.lines().next().unwrap_or_default().replace('"', "");
    has_extension(path, &["csv"]) && first.trim() == COLUMNS.join(",")
}

pub(super) fn expects(path: &str) -> bool {
    matches!(stem(path), "eid_subcategory_mapping" | "security_rules")
}

pub(super) fn read(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    if has_extension(source.path, &["json"]) {
        return read_rules(source, harvest);
    }
    let (rows, [id, category, subcategory, guid]) = table::rows(source, COLUMNS)?;
    for row in rows {
        let (category, subcategory) = (row.cell(category), row.cell(subcategory));
        if subcategory.is_empty() {
            // A category by itself.
            continue;
        }
        let facts = harvest.subcategories.entry(subcategory.to_owned()).or_default();
        source.text(&mut facts.categories, category);
        source.text(&mut facts.guids, &row.cell(guid).to_ascii_lowercase());
        if row.cell(id).is_empty() {
            continue;
        }
        let Ok(id) = row.cell(id).parse::<u32>() else {
            source.warn(Some(row.line), "pack/bad-row", "the row has no event id; write a number");
            continue;
        };
        source.value(&mut facts.events, id);
        let event = harvest.event(security(id));
        source.text(&mut event.subcategories, subcategory);
        source.text(&mut event.categories, category);
    }
    Ok(())
}

/// Audit policy decides about the Security log alone.
fn security(id: u32) -> EventKey {
    EventKey { provider: None, channel: Some("Security".to_owned()), id }
}

#[derive(Deserialize)]
struct Rule {
    #[serde(default)]
    level: String,
    #[serde(default)]
    channel: Vec<String>,
    #[serde(default)]
    event_ids: Vec<String>,
}

fn read_rules(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    let rules: Vec<Rule> = serde_json::from_str(source.text).map_err(|error| {
        Broken::new(Some(error.line()), format!("it is no list of rules: {error}"))
    })?;
    let mut counts: BTreeMap<(EventKey, &str), usize> = BTreeMap::new();
    for rule in &rules {
        for id in rule.event_ids.iter().filter_map(|id| id.parse::<u32>().ok()) {
            let key = EventKey { provider: None, channel: channel(&rule.channel, id), id };
            *counts.entry((key, &rule.level)).or_default() += 1;
        }
    }
    for ((key, level), rules) in counts {
        let level = source.capped(level).to_owned();
        source.value(&mut harvest.event(key).uses, Use::Rules { level, rules });
    }
    Ok(())
}

/// The channel of a rule's events; `None` where it can't be told which of several it is.
fn channel(names: &[String], id: u32) -> Option<String> {
    let first = names.first()?;
    let one = names.iter().all(|name| name == first) && !first.contains('*');
    let name = match first.as_str() {
        "sec" => "Security",
        // One name for both logs of PowerShell, whose ids do not overlap.
        "pwsh" if id < 4_000 => "Windows PowerShell",
        "pwsh" => "Microsoft-Windows-PowerShell/Operational",
        name => name,
    };
    one.then(|| name.to_owned())
}
