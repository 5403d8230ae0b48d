//! What packs state of an event.

use std::collections::BTreeMap;

use rulescope_taxonomy::events::{self, slug};
use serde::Serialize;

use crate::Error;
use crate::known::read::{Fact, Origin, Shelf, Stated, Told};
use crate::store::Catalog;

/// What packs state of an event, each with its origin. What should be shown where there is room
/// for one only stands first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EventKnowledge {
    /// What happened.
    pub titles: Vec<Stated>,
    /// What it means; plain text or markdown.
    pub descriptions: Vec<Stated>,
    /// `Information`, `Warning`, …
    pub levels: Vec<Stated>,
    /// Task category, a name or a number.
    pub tasks: Vec<Stated>,
    /// Opcode, a name or a number.
    pub opcodes: Vec<Stated>,
    /// Versions of the event.
    pub versions: Vec<Stated>,
    /// The message, with `%1` for its parameters.
    pub messages: Vec<Stated>,
    /// Records of this kind, word for word.
    pub examples: Vec<StatedExample>,
    /// Subcategories of audit policy that write it.
    pub subcategories: Vec<Subcategory>,
    /// Category of audit policy, or the group that a pack puts it into.
    pub categories: Vec<Stated>,
    /// How much a pack wants it to be collected: `low`, `medium`, `high`.
    pub priorities: Vec<Stated>,
    /// What to watch for in it.
    pub recommendations: Vec<Stated>,
    /// What a machine must be to write it.
    pub requirements: Vec<Stated>,
    /// What turns it on besides audit policy.
    pub settings: Vec<Stated>,
    /// Who uses it: subscriptions, and rules by a pack's own count.
    pub uses: Vec<Stated>,
    /// ATT&CK's data components that it gives.
    pub components: Vec<Component>,
    /// Behaviours that it shows: id and name.
    pub relations: Vec<Stated>,
    /// Addresses to read more at.
    pub references: Vec<Stated>,
    /// What is known by a label of the rendered message only.
    pub labels: BTreeMap<String, FieldKnowledge>,
    /// Where packs disagree.
    pub disagreements: Vec<Disagreement>,
    /// Other channels to which the provider writes events of this id.
    pub other_channels: Vec<String>,
    /// The packs.
    pub origins: Vec<Origin>,
}

/// What packs state of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FieldKnowledge {
    /// Types in the packs' own words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<Stated>,
    /// What it holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub descriptions: Vec<Stated>,
    /// Values with a meaning of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<StatedValue>,
    /// Single values as examples.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Stated>,
    /// Labels of the rendered message, or names of a pack's model.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Stated>,
    /// Versions of the event that have it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Stated>,
    /// Names that products give it: product, name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vendor_names: Vec<(String, String)>,
    /// Who says that the event has it: names of packs, and the built-in table.
    pub origins: Vec<String>,
}

/// A value with a meaning of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatedValue {
    /// As it stands in the event: `%%1938`.
    pub value: String,
    /// What it means.
    pub meaning: String,
    /// Names of the packs that say so.
    pub origins: Vec<String>,
}

/// An example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatedExample {
    /// `xml`, `json` or `text`.
    pub format: String,
    /// The record.
    pub text: String,
    /// Names of the packs that have it.
    pub origins: Vec<String>,
}

/// A subcategory of audit policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subcategory {
    /// `Process Creation`.
    pub name: String,
    /// `Detailed Tracking`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// As `auditpol` takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// How many events it writes, in a pack's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<String>,
    /// Names of the packs that say that it writes the event.
    pub origins: Vec<String>,
}

/// A data component of ATT&CK.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Component {
    /// `DC0032`.
    pub id: String,
    /// `Process Creation`.
    pub name: String,
    /// Names of the packs that say that the event gives it.
    pub origins: Vec<String>,
}

/// Something of which packs state several values although it has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disagreement {
    /// `title`, `level`, `type of LogonId`.
    pub about: String,
    /// What is stated.
    pub values: Vec<Stated>,
}

/// An event that packs speak of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KnownEvent {
    pub(crate) provider: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) knowledge: EventKnowledge,
    /// Its fields, in the order of the names.
    pub(crate) fields: BTreeMap<String, FieldKnowledge>,
}

/// A subject's row.
struct Found {
    row: i64,
    name: String,
    provider: Option<String>,
    channel: Option<String>,
}

impl Catalog {
    /// The event of a provider, or of a channel, and an id. Where packs name several channels for
    /// it, that of the built-in table, or else the one of which most is stated.
    pub(crate) fn known_event(&self, name: &str, id: u32) -> Result<Option<KnownEvent>, Error> {
        let sql = "SELECT id, name, provider, channel FROM subject \
                   WHERE kind = 'event' AND event_id = ? ORDER BY facts DESC, id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([id], |row| {
            let (provider, channel) = (row.get(2)?, row.get(3)?);
            Ok(Found { row: row.get(0)?, name: row.get(1)?, provider, channel })
        })?;
        let of_id: Vec<Found> = rows.collect::<Result<_, _>>()?;
        let address = format!("{}/{id}", slug(name));
        let is_channel = |found: &&Found| {
            found.channel.as_deref().is_some_and(|channel| slug(channel) == slug(name))
        };
        let mut found: Vec<&Found> = of_id.iter().filter(|f| f.name == address).collect();
        if found.is_empty() {
            found.extend(of_id.iter().filter(is_channel));
        }
        if let Some(table) = events::event(name, id) {
            found.sort_by_key(|found| found.channel.as_deref() != Some(table.channel));
        }
        let Some((chosen, others)) = found.split_first() else { return Ok(None) };
        let shelf = Shelf::of(self)?;
        let told = shelf.told(chosen.row)?;
        let mut knowledge = knowledge(&shelf, &told)?;
        let same = |found: &&&Found| found.provider == chosen.provider;
        let channels = others.iter().filter(same).filter_map(|found| found.channel.clone());
        knowledge.other_channels.extend(channels);
        let mut origins = told.origins();
        if knowledge.examples.is_empty() {
            for other in others.iter().filter(same) {
                knowledge.examples.extend(examples(&shelf.told(other.row)?));
            }
            origins.extend(knowledge.examples.iter().flat_map(|e| e.origins.iter().cloned()));
        }
        knowledge.origins = shelf.origins(&origins);
        Ok(Some(KnownEvent {
            provider: chosen.provider.clone(),
            channel: chosen.channel.clone(),
            knowledge,
            fields: fields(&told, "field"),
        }))
    }
}

fn knowledge(shelf: &Shelf<'_>, told: &Told) -> Result<EventKnowledge, Error> {
    let mut subcategories = Vec::new();
    for fact in told.of("subcategory") {
        let of = shelf.named("subcategory", &fact.value)?;
        let first = |about: &str| of.first(about).map(str::to_owned);
        subcategories.push(Subcategory {
            name: fact.value.clone(),
            category: first("category"),
            guid: first("guid"),
            volume: first("volume"),
            origins: fact.origins.clone(),
        });
    }
    let mut components = Vec::new();
    for fact in told.of("component") {
        let of = shelf.named("component", &fact.value)?;
        let name = of.first("name").unwrap_or_default().to_owned();
        components.push(Component { id: fact.value.clone(), name, origins: fact.origins.clone() });
    }
    let mut disagreements: Vec<Disagreement> = Vec::new();
    for fact in told.of("disagreement") {
        match disagreements.last_mut().filter(|last| last.about == fact.field) {
            Some(last) => last.values.push(fact.stated()),
            None => disagreements
                .push(Disagreement { about: fact.field.clone(), values: vec![fact.stated()] }),
        }
    }
    let with_detail = |about| {
        let of = told.of(about).map(|fact: &Fact| Stated {
            value: format!("{} {}", fact.value, fact.detail).trim_end().to_owned(),
            origins: fact.origins.clone(),
        });
        of.collect()
    };
    Ok(EventKnowledge {
        titles: told.texts("title"),
        descriptions: told.texts("description"),
        levels: told.texts("level"),
        tasks: told.texts("task"),
        opcodes: told.texts("opcode"),
        versions: told.texts("version"),
        messages: told.texts("message"),
        examples: examples(told).collect(),
        subcategories,
        categories: told.texts("category"),
        priorities: told.texts("priority"),
        recommendations: told.texts("recommendation"),
        requirements: told.texts("requirement"),
        settings: told.texts("setting"),
        uses: with_detail("use"),
        components,
        relations: with_detail("relation"),
        references: told.texts("reference"),
        labels: fields(told, "label"),
        disagreements,
        other_channels: Vec::new(),
        origins: Vec::new(),
    })
}

fn examples(told: &Told) -> impl Iterator<Item = StatedExample> + '_ {
    told.of("example").map(|fact| StatedExample {
        format: fact.detail.clone(),
        text: fact.value.clone(),
        origins: fact.origins.clone(),
    })
}

/// The facts of fields (`field`), or of labels (`label`), by name.
fn fields(told: &Told, of: &str) -> BTreeMap<String, FieldKnowledge> {
    let mut out: BTreeMap<String, FieldKnowledge> = BTreeMap::new();
    for fact in told.of(of) {
        out.entry(fact.field.clone()).or_default().origins.extend(fact.origins.iter().cloned());
    }
    for fact in &told.0 {
        let about = fact.about.strip_prefix(of).and_then(|about| about.strip_prefix('_'));
        let is_name = of == "field" && fact.about == "vendor_field";
        let Some(about) = about.or(is_name.then_some("vendor")) else { continue };
        let Some(field) = out.get_mut(&fact.field) else { continue };
        match about {
            "type" => field.types.push(fact.stated()),
            "description" => field.descriptions.push(fact.stated()),
            "sample" => field.samples.push(fact.stated()),
            "label" => field.labels.push(fact.stated()),
            "version" => field.versions.push(fact.stated()),
            "value" => field.values.push(StatedValue {
                value: fact.value.clone(),
                meaning: fact.detail.clone(),
                origins: fact.origins.clone(),
            }),
            "vendor" => field.vendor_names.push((fact.detail.clone(), fact.value.clone())),
            _ => {}
        }
    }
    out
}
