//! The tables of the vendors' log sources, and what one term of a scope stands for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{LazyLock, OnceLock};

use rulescope_ir::{Glob, Piece};

use super::platform::Platform;
use super::resolution::Channel;
use crate::events::{self, Event};
use crate::table;

/// Every vendor's table; all have one plan. Kinds of terms differ by vendor, and where they are
/// shared (`index`) their terms do.
const TABLES: [(&str, &str); 4] = [
    ("splunk_logsources", include_str!("../../data/splunk_logsources.tsv")),
    ("elastic_logsources", include_str!("../../data/elastic_logsources.tsv")),
    ("kusto_logsources", include_str!("../../data/kusto_logsources.tsv")),
    ("udm_logsources", include_str!("../../data/udm_logsources.tsv")),
];

/// What a term, or all terms of a kind, stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) platform: Option<Platform>,
    pub(super) events: Vec<&'static Event>,
    pub(super) also: Vec<&'static Event>,
    pub(super) channels: BTreeSet<Channel>,
    pub(super) others: BTreeSet<String>,
    /// Any event of Windows' event log.
    pub(super) any_event: bool,
}

impl Meaning {
    /// Whether it says anything of Windows' event log.
    pub(super) fn has_windows(&self) -> bool {
        self.any_event
            || !self.events.is_empty()
            || !self.also.is_empty()
            || !self.channels.is_empty()
    }

    /// Adds an alternative.
    pub(super) fn join(&mut self, other: Meaning) {
        for event in other.events {
            if !self.events.contains(&event) {
                self.events.push(event);
            }
        }
        for event in other.also {
            if !self.also.contains(&event) {
                self.also.push(event);
            }
        }
        self.channels.extend(other.channels);
        self.others.extend(other.others);
        self.any_event |= other.any_event;
        if self.platform != other.platform {
            self.platform = None;
        }
    }
}

/// A row of a table as it stands there.
#[derive(Debug)]
struct Row {
    table: &'static str,
    term: &'static str,
    platform: Option<Platform>,
    events: &'static str,
    also: &'static str,
    channels: &'static str,
    other: Option<&'static str>,
    /// What it stands for, once it was asked.
    meaning: OnceLock<Meaning>,
}

#[derive(Debug, Default)]
struct Kind {
    /// Rows without a placeholder, by lower-case term.
    exact: HashMap<String, Row>,
    /// Rows with `*` or `#`, those with more text first.
    patterns: Vec<(Glob, Row)>,
}

struct Tables {
    kinds: HashMap<&'static str, Kind>,
    /// Channels by lower-case name.
    channels: BTreeMap<String, &'static str>,
}

static ROWS: LazyLock<Tables> = LazyLock::new(|| {
    let mut kinds: HashMap<&'static str, Kind> = HashMap::new();
    let mut channels: BTreeMap<String, &'static str> =
        events::events().iter().map(|e| (e.channel.to_ascii_lowercase(), e.channel)).collect();
    for (table, text) in TABLES {
        for [kind, term, platform, events, also, of_channels, other] in table::rows(table, text) {
            let row = Row {
                table,
                term,
                platform: Platform::of_table(platform),
                events,
                also,
                channels: of_channels,
                other: table::optional(other),
                meaning: OnceLock::new(),
            };
            for channel in table::list(of_channels) {
                channels.entry(channel.to_ascii_lowercase()).or_insert(channel);
            }
            let kind = kinds.entry(kind).or_default();
            if term.contains(['*', '#']) {
                kind.patterns.push((pattern(term), row));
            } else {
                let before = kind.exact.insert(term.to_ascii_lowercase(), row);
                assert!(before.is_none(), "{table}: {term} stands twice");
            }
        }
    }
    for kind in kinds.values_mut() {
        kind.patterns.sort_by_key(|(_, row)| (std::cmp::Reverse(row.term.len()), row.term));
    }
    Tables { kinds, channels }
});

/// The kinds of terms that the vendors' tables know.
pub(super) fn is_kind(kind: &str) -> bool {
    kind == DATASET || ROWS.kinds.contains_key(kind)
}

/// The kind of terms that name a data set of Elastic's integrations, which goes to an index of its name
/// (<https://www.elastic.co/docs/reference/fleet/data-streams>, "Data stream naming scheme").
const DATASET: &str = "dataset";

/// A term of a table as a pattern of lower-case text; `#` takes digits, which [`ids`] checks.
fn pattern(term: &str) -> Glob {
    let mut glob = Glob::new();
    for c in term.to_ascii_lowercase().chars() {
        match c {
            '*' | '#' => glob.push(Piece::Any),
            c => glob.push_char(c),
        }
    }
    glob
}

/// What a term of a kind stands for; `None` where no table knows it.
pub(super) fn meaning(kind: &str, term: &str) -> Option<Meaning> {
    if kind == DATASET {
        return meaning("index", &format!("logs-{}", term.trim()));
    }
    let rows = ROWS.kinds.get(kind)?;
    let name = term.trim().to_ascii_lowercase();
    if matches!(kind, "source" | "sourcetype")
        && let Some((_, channel)) = name.split_once("wineventlog:")
    {
        return channels(channel);
    }
    if kind == "index" {
        return index(rows, &name);
    }
    if kind == "data_source" {
        return joined(name.split(" and ").map(|part| look_up(rows, part.trim())));
    }
    look_up(rows, &name)
}

/// The row of an exact term, else of the pattern with the most text.
fn look_up(rows: &Kind, name: &str) -> Option<Meaning> {
    if let Some(row) = rows.exact.get(name) {
        return Some(of_row(row, name, &[]));
    }
    rows.patterns.iter().find_map(|(pattern, row)| {
        if !pattern.covers(name) {
            return None;
        }
        match row.term.contains('#') {
            true => {
                let ids = ids(row.term, name)?;
                let found = of_row(row, name, &ids);
                (found.has_windows() || !found.others.is_empty()).then_some(found)
            }
            false => Some(of_row(row, name, &[])),
        }
    })
}

/// All of several alternatives; `None` where one is not known.
fn joined(mut parts: impl Iterator<Item = Option<Meaning>>) -> Option<Meaning> {
    let mut whole = parts.next()??;
    for part in parts {
        whole.join(part?);
    }
    Some(whole)
}

/// The event ids in a name that a term with `#` covers.
fn ids(term: &str, name: &str) -> Option<Vec<u32>> {
    let (before, after) = term.split_once('#')?;
    let digits = name.get(before.len()..name.len().checked_sub(after.len())?)?;
    digits.split(',').map(|id| id.trim().parse().ok()).collect()
}

/// An index pattern: the longest term that begins it, up to a separator.
fn index(rows: &Kind, name: &str) -> Option<Meaning> {
    // A pattern may name a cluster (`remote:logs-*`).
    let name = name.rsplit_once(':').map_or(name, |(_, index)| index);
    let name = name.trim_end_matches(['*', '-', '.', '_']);
    let row = rows.exact.get(name).or_else(|| {
        let ends = name.rmatch_indices(['.', '-', '_', '*']).map(|(at, _)| at);
        ends.filter_map(|at| rows.exact.get(&name[..at])).next()
    })?;
    Some(of_row(row, name, &[]))
}

/// The channels of a name with wildcards; `None` where none is known.
fn channels(name: &str) -> Option<Meaning> {
    let name = pattern(name.trim_start_matches('/'));
    let found = ROWS.channels.iter().filter(|(known, _)| name.covers(known));
    let channels: BTreeSet<Channel> =
        found.map(|(_, name)| Channel { name, provider: None }).collect();
    let platform = Some(Platform::Windows);
    (!channels.is_empty()).then(|| Meaning { platform, channels, ..Meaning::default() })
}

fn of_row(row: &Row, name: &str, ids: &[u32]) -> Meaning {
    if row.term.contains('*') || !ids.is_empty() {
        return read_row(row, name, ids);
    }
    row.meaning.get_or_init(|| read_row(row, name, ids)).clone()
}

fn read_row(row: &Row, name: &str, ids: &[u32]) -> Meaning {
    let channels: BTreeSet<Channel> =
        table::list(row.channels).map(|name| Channel { name, provider: None }).collect();
    let events = events_of(row, row.events, ids);
    // With the ids known, the channel's other events are not meant; where no event of the id is
    // known, the channel is all that can be said.
    let channels = if events.is_empty() { channels } else { BTreeSet::new() };
    let also = events_of(row, row.also, ids);
    let names_nothing = row.events == "-" && row.also == "-" && row.channels == "-";
    // Custom tables and the like go by their own names.
    let other = match row.other {
        Some(other) if row.term.starts_with('*') && row.term.ends_with("_CL") => {
            Some(format!("{other} {name}"))
        }
        other => other.map(str::to_owned),
    };
    Meaning {
        platform: row.platform,
        any_event: names_nothing && other.is_none() && row.platform == Some(Platform::Windows),
        others: other.into_iter().collect(),
        events,
        also,
        channels,
    }
}

/// The events of a cell. An address that no table of events has is a defect of our own data, but
/// for one whose id stands in the term.
fn events_of(row: &Row, cell: &'static str, ids: &[u32]) -> Vec<&'static Event> {
    let mut out = Vec::new();
    for address in table::list(cell) {
        let (provider, id) = address.split_once('/').expect("an address has a slash");
        if id == "#" {
            out.extend(ids.iter().filter_map(|id| events::event(provider, *id)));
        } else {
            let event = events::event(provider, events::number(id));
            out.push(event.unwrap_or_else(|| panic!("{}: no event {address}", row.table)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_read() {
        let mut rows = 0;
        for (name, kind) in &ROWS.kinds {
            for row in kind.exact.values() {
                let meaning = meaning(name, row.term).expect("an exact term is found");
                // What selects may select nothing of Windows, and a machine has a platform alone.
                let bare = match *name {
                    "event_action" | "event_type" | "event_kind" => true,
                    "host_os" => meaning.platform.is_some(),
                    _ => row.term == "any",
                };
                let says = meaning.has_windows() || !meaning.others.is_empty();
                assert!(says || bare, "{name} {}", row.term);
                rows += 1;
            }
            for (_, row) in &kind.patterns {
                of_row(row, "x", &[4624]);
                rows += 1;
            }
        }
        assert!(rows > 700, "{rows}");
    }

    #[test]
    fn channels_are_read_from_the_name_of_a_source() {
        let names = |term: &str| {
            let found = meaning("source", term).expect("known");
            found.channels.iter().map(|c| c.name).collect::<Vec<_>>()
        };
        assert_eq!(names("XmlWinEventLog:Security"), ["Security"]);
        let sysmon = "Microsoft-Windows-Sysmon/Operational";
        assert_eq!(names("xmlwineventlog:microsoft-windows-sysmon/operational"), [sysmon]);
        assert_eq!(names("*WinEventLog:Microsoft-Windows-AppLocker/*").len(), 4);
        assert_eq!(meaning("source", "WinEventLog:Nowhere/Operational"), None);
    }

    #[test]
    fn the_longest_beginning_of_an_index_counts() {
        let others = |term: &str| meaning("index", term).map(|m| m.others.into_iter().collect());
        let one = |name: &str| Some(vec![name.to_owned()]);
        assert_eq!(others("logs-aws.cloudtrail-*"), one("aws cloudtrail"));
        assert_eq!(others("logs-aws*"), one("aws"));
        assert_eq!(others("logs-aws.guardduty-default"), one("aws"));
        assert_eq!(others("remote:filebeat-8.*"), one("filebeat"));
        assert_eq!(others("logs-system.auth-*"), one("linux authentication"));
        assert_eq!(others("mine-*"), None);
        assert!(meaning("index", "winlogbeat-*").expect("known").any_event);
    }

    #[test]
    fn ids_in_a_name_are_events() {
        let events = |kind: &str, term: &str| -> Vec<String> {
            let found = meaning(kind, term).expect("known");
            found.events.iter().map(|e| e.address()).collect()
        };
        assert_eq!(events("data_source", "Sysmon EventID 13"), ["sysmon/13"]);
        let two = ["sysmon/1", "sysmon/11"];
        assert_eq!(events("data_source", "Sysmon EventID 1 AND Sysmon EventID 11"), two);
        assert_eq!(events("product_event_type", "4688"), ["security-auditing/4688"]);
        assert_eq!(meaning("product_event_type", "SetValue"), None);
        assert_eq!(meaning("data_source", "Windows Event Log Security 4720x"), None);
    }
}
