//! The NSA's lists of events to collect, and the subscriptions that collect them
//! (<https://github.com/nsacyber/Event-Forwarding-Guidance>).
//!
//! What the lists name is recommended, therefore its priority is high. The lists' names of events
//! are titles; one name may stand for several ids.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::table;
use crate::event::{EventKey, Priority, Use};
use crate::harvest::{Broken, Harvest, Source};
use crate::walk::has_extension;

const COLUMNS: [&str; 6] = ["Category", "Name", "ID", "Level", "Event Log", "Event Source"];

pub(super) fn recognise(path: &str, head: &str) -> bool {
    if has_extension(path, &["xml"]) {
        return head.contains("<Subscription ") && head.contains("<SubscriptionId>");
    }
    if has_extension(path, &["json"]) {
        return head.contains("\"Recommended Events to Collect\"");
    }
    has_extension(path, &["csv"]) && head.starts_with(&COLUMNS.join(","))
}

pub(super) fn expects(path: &str) -> bool {
    let events = crate::walk::stem(path) == "RecommendedEvents";
    events || (has_extension(path, &["xml"]) && path.contains("Subscriptions/"))
}

pub(super) fn read(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    if has_extension(source.path, &["xml"]) {
        return read_subscription(source, harvest);
    }
    if has_extension(source.path, &["json"]) {
        return read_list(source, harvest);
    }
    let (rows, [category, name, id, level, log, provider]) = table::rows(source, COLUMNS)?;
    for row in rows {
        let listed = Listed {
            category: row.cell(category),
            name: row.cell(name),
            ids: row.cell(id),
            level: row.cell(level),
            log: row.cell(log),
            provider: row.cell(provider),
            why: "",
        };
        state(source, harvest, &listed, Some(row.line));
    }
    Ok(())
}

/// An entry of a list.
struct Listed<'a> {
    category: &'a str,
    name: &'a str,
    /// One id, or several with commas.
    ids: &'a str,
    /// One level, or several with commas, which then do not say which id has which.
    level: &'a str,
    log: &'a str,
    provider: &'a str,
    why: &'a str,
}

fn state(source: &mut Source<'_>, harvest: &mut Harvest, listed: &Listed<'_>, line: Option<usize>) {
    let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    for id in listed.ids.split(',').map(str::trim) {
        let Ok(id) = id.parse::<u32>() else {
            let message = format!("`{}` holds no event id; write a number", listed.ids);
            source.warn(line, "pack/bad-row", message);
            continue;
        };
        let key = EventKey { provider: name(listed.provider), channel: name(listed.log), id };
        let facts = harvest.event(key);
        source.title(&mut facts.titles, listed.name);
        source.text(&mut facts.categories, listed.category);
        source.text(&mut facts.recommendations, listed.why);
        source.value(&mut facts.priorities, Priority::High);
        if !listed.level.contains(',') {
            source.level(&mut facts.levels, listed.level);
        }
    }
}

#[derive(Deserialize)]
struct List {
    #[serde(rename = "Recommended Events to Collect")]
    categories: BTreeMap<String, Category>,
}

#[derive(Deserialize)]
struct Category {
    description: Option<Words>,
    #[serde(default)]
    events: BTreeMap<String, BTreeMap<String, Entry>>,
}

/// A paragraph, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Several(Vec<String>),
}

impl Words {
    fn text(&self) -> String {
        match self {
            Words::One(text) => text.clone(),
            Words::Several(parts) => parts.join("\n\n"),
        }
    }
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    level: String,
    #[serde(default)]
    eventlog: String,
    #[serde(default)]
    eventsource: String,
}

fn read_list(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    let list: List = serde_json::from_str(source.text).map_err(|error| {
        Broken::new(Some(error.line()), format!("it is no list of events: {error}"))
    })?;
    for (category, inner) in &list.categories {
        let why = inner.description.as_ref().map(Words::text).unwrap_or_default();
        for (name, entries) in &inner.events {
            for (ids, entry) in entries {
                let listed = Listed {
                    category,
                    name,
                    ids,
                    level: &entry.level,
                    log: &entry.eventlog,
                    provider: &entry.eventsource,
                    why: &why,
                };
                state(source, harvest, &listed, None);
            }
        }
    }
    Ok(())
}

/// Ids that a subscription may name; real ones have some dozen.
const MOST_IDS: usize = 10_000;

/// A subscription of Windows Event Forwarding: which events its query selects
/// (<https://learn.microsoft.com/windows/win32/wes/consuming-events#xpath-10-limitations>).
fn read_subscription(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    let text = without_comments(source.text);
    let name = between(&text, "<SubscriptionId>", "</SubscriptionId>")
        .ok_or_else(|| Broken::new(None, "it has no `SubscriptionId`; name the subscription"))?;
    let name = source.capped(name.trim()).to_owned();
    let mut named = 0;
    for select in text.split("<Select ").skip(1) {
        let select = select.split("</Select>").next().unwrap_or_default();
        let (path, query) = select.split_once('>').unwrap_or((select, ""));
        let channel = quoted(path, "Path=").map(str::to_owned);
        let providers: BTreeSet<&str> =
            query.split("Provider[").skip(1).filter_map(|rest| quoted(rest, "@Name=")).collect();
        let provider = match providers.first() {
            Some(name) if providers.len() == 1 => Some((*name).to_owned()),
            Some(_) | None => None,
        };
        for id in ids(query) {
            named += 1;
            if named > MOST_IDS {
                let message = format!("it names more than {MOST_IDS} events; split it");
                return Err(Broken::new(None, message));
            }
            let key = EventKey { provider: provider.clone(), channel: channel.clone(), id };
            source.value(&mut harvest.event(key).uses, Use::Subscription(name.clone()));
        }
    }
    Ok(())
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(inner, _)| inner)
}

fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        out.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// The value in quotes behind a name.
fn quoted<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let rest = text.split_once(name)?.1.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split_once(quote).map(|(inner, _)| inner)
}

/// The most ids that a range of a query stands for; a wider one is no list of events.
const WIDEST: u32 = 256;

/// The ids that a query asks for: `EventID=7`, and `EventID >= 7 and EventID <= 9`.
fn ids(query: &str) -> BTreeSet<u32> {
    let query = query.replace("&gt;", ">").replace("&lt;", "<");
    let mut found = BTreeSet::new();
    let mut lowest = None;
    for test in query.split("EventID").skip(1) {
        let test = test.trim_start();
        let operator: String = test.chars().take_while(|c| matches!(c, '<' | '>' | '=')).collect();
        let number = test[operator.len()..].trim_start();
        let digits = number.len() - number.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let Ok(id) = number[..digits].parse::<u32>() else { continue };
        if found.len() > MOST_IDS {
            break;
        }
        match (operator.as_str(), lowest.take()) {
            ("=", _) => _ = found.insert(id),
            (">=", _) => lowest = Some(id),
            ("<=", Some(low)) if id.saturating_sub(low) < WIDEST => found.extend(low..=id),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_name_ids() {
        let found = |query: &str| ids(query).into_iter().collect::<Vec<_>>();
        assert_eq!(found("(EventID=4 or EventID = 2)"), [2, 4]);
        assert_eq!(found("EventID &gt;= 7 and EventID &lt;= 9"), [7, 8, 9]);
        assert_eq!(found("EventID>=0 and EventID<=100000"), [0; 0]);
        assert_eq!(found("Level=4"), [0; 0]);
    }

    #[test]
    fn comments_select_nothing() {
        assert_eq!(without_comments("a<!-- b -->c<!-- d"), "ac");
        assert_eq!(quoted("Path = 'x'", "Path ="), Some("x"));
        assert_eq!(quoted("Path=x", "Path="), None);
    }
}
