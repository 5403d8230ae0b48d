//! An event's page: what it holds, and which rules read it how.

use std::collections::BTreeMap;

use rulescope_policy::need;
use rulescope_taxonomy::audit;
use rulescope_taxonomy::events::{self, short_name, slug};
use rulescope_taxonomy::logsources::terms_of;
use serde::Serialize;

use crate::Error;
use crate::known::{EventKnowledge, FieldKnowledge, KnownEvent, Stated};
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
    /// What knowledge packs state of it, and who says that the event has it.
    #[serde(flatten)]
    pub known: FieldKnowledge,
}

/// The name under which the built-in table is an origin.
pub const BUILT_IN: &str = "built-in table";

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
    /// What it wants besides audit policy: an audit entry on the object, a setting for some of its
    /// fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wants: Vec<String>,
    /// The log sources of Sigma that mean it: kind and name.
    pub log_sources: Vec<(String, String)>,
    /// What the built-in table and knowledge packs state of it; absent where no pack does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<EventKnowledge>,
    /// Its fields: in the event's order those that the built-in table knows, then others that packs
    /// name, in the order of the names. Empty where nobody knows them.
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
    /// The page of an event by its provider (in any of its names) or its channel, and its id;
    /// `None` where neither a table, a knowledge pack nor a rule knows it.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn event(&self, provider: &str, id: u32) -> Result<Option<EventPage>, Error> {
        let packs = self.known_event(provider, id)?;
        let is_known = packs.is_some();
        let KnownEvent { provider: stated, channel: of_packs, knowledge, fields: named } =
            packs.unwrap_or_default();
        let stated = stated.as_deref();
        // An address may be that of a channel, for which packs have the provider.
        let known = events::event(provider, id).or_else(|| events::event(stated?, id));
        let full = known.map(|e| e.provider).or(stated).unwrap_or(provider);
        let short = short_name(full);
        let filter = Filter {
            event: Some((self.provider_spelling(short, id)?, id)),
            deprecated: Some(false),
            ..Filter::default()
        };
        let rules = self.rules(&filter)?;
        if known.is_none() && !is_known && rules.is_empty() {
            return Ok(None);
        }
        let reach = self.reach(&filter)?;
        let tested = reach.fields()?;
        let sources = known.map(|e| terms_of(e.provider, e.channel, e.id)).unwrap_or_default();
        let channel = known.map(|e| e.channel).or(of_packs.as_deref());
        let mut knowledge = is_known.then_some(knowledge);
        if let (Some(event), Some(knowledge)) = (known, &mut knowledge) {
            add_title(&mut knowledge.titles, event.title);
        }
        let titles = knowledge.iter().flat_map(|knowledge| &knowledge.titles);
        let title = titles.map(|title| title.value.as_str()).next();
        Ok(Some(EventPage {
            address: format!("{}/{id}", slug(full)),
            provider: short.to_owned(),
            provider_name: full.to_owned(),
            channel: channel.unwrap_or_default().to_owned(),
            event_id: id,
            wants: wants(full, id),
            title: known.map(|e| e.title).or(title).unwrap_or_default().to_owned(),
            log_sources: sources.into_iter().map(|(k, n)| (k.to_owned(), n.to_owned())).collect(),
            fields: fields(known, named, &tested),
            known: knowledge,
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

/// What an event wants besides audit policy.
fn wants(provider: &str, id: u32) -> Vec<String> {
    let (setting, entry) = match provider {
        "Microsoft-Windows-Security-Auditing" => (audit::field_setting(id), need(provider, id)),
        _ => (None, None),
    };
    let setting = setting.map(|of| format!("\"{}\" for {}", of.name, of.fields.join(", ")));
    setting.into_iter().chain(entry.map(str::to_owned)).collect()
}

/// Puts the built-in table's title first, or beside the packs that have the same.
fn add_title(titles: &mut Vec<Stated>, title: &str) {
    let same = titles.iter().position(|stated| stated.value == title);
    let mut stated = match same {
        Some(at) => titles.remove(at),
        None => Stated { value: title.to_owned(), origins: Vec::new() },
    };
    stated.origins.insert(0, BUILT_IN.to_owned());
    titles.insert(0, stated);
}

/// The table's fields in their order, then those that only packs name.
fn fields(
    event: Option<&events::Event>,
    mut of_packs: BTreeMap<String, FieldKnowledge>,
    tested: &[FieldUse],
) -> Vec<EventField> {
    let rules = |name: &str| {
        let same = tested.iter().filter(|f| f.field.eq_ignore_ascii_case(name));
        same.map(|f| f.rules).max().unwrap_or(0)
    };
    let mut out = Vec::new();
    for name in event.iter().flat_map(|event| event.fields()) {
        let mut known = take(&mut of_packs, name);
        known.origins.insert(0, BUILT_IN.to_owned());
        out.push(((*name).to_owned(), known));
    }
    out.extend(of_packs);
    let of_event = out.into_iter().map(|(name, known)| {
        let answers = event.into_iter().flat_map(|event| event.answers());
        let answers = answers.filter(|(native, _)| *native == Some(name.as_str()));
        let canonical: Vec<String> =
            answers.map(|(_, canonical)| (*canonical).to_owned()).collect();
        // A name that the event gives to another field is that field's.
        let own = event.and_then(|event| event.native_field(&name));
        let own = own.is_none_or(|native| native == name);
        let names = canonical.iter().map(String::as_str).chain(own.then_some(name.as_str()));
        EventField { rules: names.map(rules).max().unwrap_or(0), name, canonical, known }
    });
    of_event.collect()
}

/// Takes a field out, whatever the case of its name.
fn take(fields: &mut BTreeMap<String, FieldKnowledge>, name: &str) -> FieldKnowledge {
    let found = fields.keys().find(|known| known.eq_ignore_ascii_case(name)).cloned();
    found.and_then(|known| fields.remove(&known)).unwrap_or_default()
}
