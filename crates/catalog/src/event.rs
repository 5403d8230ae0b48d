//! An event's page: what it holds, and which rules read it how.

use std::collections::BTreeMap;

use rulescope_taxonomy::events;
use rulescope_taxonomy::logsources::terms_of;
use serde::Serialize;

use crate::Error;
use crate::list::{Filter, RuleLine};
use crate::reach::{ExclusionUse, FieldUse, TechniqueUse, ValueUse, by_vendor};
use crate::store::Catalog;

/// A field of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventField {
    /// The name that the event gives it.
    pub name: String,
    /// Canonical names by which rules read it, where they differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub canonical: Vec<String>,
    /// How many of the event's active rules test it.
    pub rules: i64,
}

/// Everything that is known of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventPage {
    /// `sysmon/1`.
    pub address: String,
    /// The provider as people write it.
    pub provider: String,
    /// Its full name.
    pub provider_name: String,
    /// The channel.
    pub channel: String,
    /// Event id.
    pub event_id: u32,
    /// What happened.
    pub title: String,
    /// The log sources of Sigma that mean it: kind and name.
    pub log_sources: Vec<(String, String)>,
    /// Its fields in the event's order; empty where no table knows them.
    pub fields: Vec<EventField>,
    /// What its rules detect.
    pub techniques: Vec<TechniqueUse>,
    /// What its rules look for most.
    pub indicators: Vec<ValueUse>,
    /// What they exclude most.
    pub exclusions: Vec<ExclusionUse>,
    /// How many active rules can fire on it, by vendor.
    pub vendors: BTreeMap<String, i64>,
    /// They.
    pub rules: Vec<RuleLine>,
}

impl Catalog {
    /// The page of an event by its provider (in any of its names) and id; `None` where neither a table
    /// nor a rule knows it.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn event(&self, provider: &str, id: u32) -> Result<Option<EventPage>, Error> {
        let known = events::event(provider, id);
        let short = known.map_or(provider, |e| e.provider_short());
        let filter = Filter {
            event: Some((self.provider_spelling(short, id)?, id)),
            deprecated: Some(false),
            ..Filter::default()
        };
        let rules = self.rules(&filter)?;
        if known.is_none() && rules.is_empty() {
            return Ok(None);
        }
        let reach = self.reach(&filter)?;
        let tested = reach.fields()?;
        let sources = known.map(|e| terms_of(e.provider, e.channel, e.id)).unwrap_or_default();
        Ok(Some(EventPage {
            address: known
                .map_or_else(|| format!("{}/{id}", short.to_lowercase()), |e| e.address()),
            provider: short.to_owned(),
            provider_name: known.map_or(short, |e| e.provider).to_owned(),
            channel: known.map_or("", |e| e.channel).to_owned(),
            event_id: id,
            title: known.map_or("", |e| e.title).to_owned(),
            log_sources: sources.into_iter().map(|(k, n)| (k.to_owned(), n.to_owned())).collect(),
            fields: known.map(|e| fields(e, &tested)).unwrap_or_default(),
            techniques: reach.techniques()?,
            indicators: reach.values()?,
            exclusions: reach.exclusions()?,
            vendors: by_vendor(&rules),
            rules,
        }))
    }

    /// A provider's name as the rules' events have it.
    fn provider_spelling(&self, provider: &str, id: u32) -> Result<String, Error> {
        let mut statement = self.connection.prepare_cached(
            "SELECT provider FROM rule_event WHERE event_id = ? AND provider = ? COLLATE NOCASE \
             ORDER BY provider LIMIT 1",
        )?;
        let mut rows = statement.query(rusqlite::params![id, provider])?;
        Ok(match rows.next()? {
            Some(row) => row.get(0)?,
            None => provider.to_owned(),
        })
    }
}

fn fields(event: &events::Event, tested: &[FieldUse]) -> Vec<EventField> {
    let rules = |name: &str| {
        let same = tested.iter().filter(|f| f.field.eq_ignore_ascii_case(name));
        same.map(|f| f.rules).max().unwrap_or(0)
    };
    let of_event = event.fields().iter().map(|name| {
        let answers = event.answers().iter().filter(|(native, _)| *native == Some(*name));
        let canonical: Vec<String> =
            answers.map(|(_, canonical)| (*canonical).to_owned()).collect();
        // A name that the event gives to another field is that field's.
        let own = event.native_field(name) == Some(*name);
        let names = canonical.iter().map(String::as_str).chain(own.then_some(*name));
        EventField {
            name: (*name).to_owned(),
            rules: names.map(rules).max().unwrap_or(0),
            canonical,
        }
    });
    of_event.collect()
}
