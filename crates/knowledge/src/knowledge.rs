//! All that packs state, and the questions that are asked of it.

use std::collections::BTreeMap;

use rulescope_taxonomy::events;

use crate::attack::{Attack, RelationFacts};
use crate::event::{EventFacts, EventKey, Example, ExampleFormat, SourceKey};
use crate::fact::{Fact, Facts};
use crate::pack::{Finding, PackKind, PackReport};
use crate::policy::{ChannelFacts, ProviderFacts, SubcategoryFacts};

/// All that packs state, each fact with the packs that state it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Knowledge {
    /// The packs, in the order of the folders that were given and then of their paths.
    pub packs: Vec<PackReport>,
    /// Windows events.
    pub events: BTreeMap<EventKey, EventFacts>,
    /// Kinds of records of other logs.
    pub records: BTreeMap<SourceKey, EventFacts>,
    /// Providers by full name.
    pub providers: BTreeMap<String, ProviderFacts>,
    /// Channels by full name.
    pub channels: BTreeMap<String, ChannelFacts>,
    /// Subcategories of the advanced audit policy by English name.
    pub subcategories: BTreeMap<String, SubcategoryFacts>,
    /// ATT&CK.
    pub attack: Attack,
    /// Which events show which behaviour, by id.
    pub relations: BTreeMap<String, RelationFacts>,
    /// What was not read as it stands.
    pub findings: Vec<Finding>,
    /// Events by id; [`Knowledge::index`] keeps it.
    by_id: BTreeMap<u32, Vec<EventKey>>,
}

impl Knowledge {
    /// Has to be called whenever keys of `events` change.
    pub(crate) fn index(&mut self) {
        self.by_id.clear();
        for key in self.events.keys() {
            self.by_id.entry(key.id).or_default().push(key.clone());
        }
    }

    /// The event of a provider and an id. The provider may be the full name, the one without
    /// `Microsoft-Windows-` or the one of addresses (`service-control-manager`), in any case.
    ///
    /// Where the provider writes events of that id to several channels, the one that most facts
    /// are stated of.
    pub fn event(&self, provider: &str, id: u32) -> Option<(&EventKey, &EventFacts)> {
        let full = events::event(provider, id).map_or(provider, |event| event.provider);
        let address = events::slug(provider);
        let same = |name: &str| name.eq_ignore_ascii_case(full) || events::slug(name) == address;
        self.most_told(id, |key| key.provider.as_deref().is_some_and(same))
    }

    /// The event of a channel and an id, whatever the channel's case. Where several providers
    /// write events of that id to it, the one that most facts are stated of.
    pub fn event_of_channel(&self, channel: &str, id: u32) -> Option<(&EventKey, &EventFacts)> {
        let same = |name: &str| name.eq_ignore_ascii_case(channel);
        self.most_told(id, |key| key.channel.as_deref().is_some_and(same))
    }

    fn most_told(
        &self,
        id: u32,
        wanted: impl Fn(&EventKey) -> bool,
    ) -> Option<(&EventKey, &EventFacts)> {
        let mut best: Option<(usize, &EventKey, &EventFacts)> = None;
        for key in self.by_id.get(&id)?.iter().filter(|key| wanted(key)) {
            let (key, facts) = self.events.get_key_value(key)?;
            let told = self.told(facts);
            if best.is_none_or(|(most, _, _)| told > most) {
                best = Some((told, key, facts));
            }
        }
        best.map(|(_, key, facts)| (key, facts))
    }

    fn told(&self, facts: &EventFacts) -> usize {
        let mut counts = vec![0; self.packs.len()];
        crate::absorb::Absorb::tally(facts, &mut counts);
        counts.into_iter().sum()
    }

    /// The title to show for an event: that of the pack whose word counts most ([`PackKind`]), or
    /// else the built-in table's. All titles are in [`EventFacts::titles`].
    pub fn title(&self, key: &EventKey) -> Option<&str> {
        let stated = self.events.get(key).and_then(|facts| self.weightiest(&facts.titles));
        let title = stated.map(|fact| fact.value.as_str());
        title.or_else(|| events::event(key.provider.as_deref()?, key.id).map(|event| event.title))
    }

    /// The example to show for an event: the first of [`Knowledge::examples`].
    pub fn example(&self, key: &EventKey) -> Option<&Fact<Example>> {
        self.examples(&self.events.get(key)?.examples).into_iter().next()
    }

    /// Examples in the order in which they should be shown: XML before JSON before any other text,
    /// and among those the one of the pack whose word counts most first.
    pub fn examples<'a>(&self, facts: &'a Facts<Example>) -> Vec<&'a Fact<Example>> {
        let rank = |fact: &Fact<Example>| match fact.value.format {
            ExampleFormat::Xml => 0,
            ExampleFormat::Json => 1,
            ExampleFormat::Text => 2,
        };
        let mut ranked = self.ranked(facts);
        ranked.sort_by_key(|fact| rank(fact));
        ranked
    }

    /// The fact of the pack whose word counts most.
    pub fn weightiest<'a, T>(&self, facts: &'a Facts<T>) -> Option<&'a Fact<T>> {
        facts.iter().min_by_key(|fact| self.weight(fact))
    }

    /// The facts, the one of the pack whose word counts most first.
    pub fn ranked<'a, T>(&self, facts: &'a Facts<T>) -> Vec<&'a Fact<T>> {
        let mut ranked: Vec<&Fact<T>> = facts.iter().collect();
        ranked.sort_by_key(|fact| self.weight(fact));
        ranked
    }

    fn weight<T>(&self, fact: &Fact<T>) -> Option<(PackKind, usize)> {
        let kinds =
            fact.origins.iter().filter_map(|pack| Some((self.packs.get(*pack)?.kind, *pack)));
        kinds.min()
    }

    /// Relations that an event shows, by id.
    pub fn relations_of<'a>(
        &'a self,
        key: &'a EventKey,
    ) -> impl Iterator<Item = (&'a str, &'a RelationFacts)> {
        let shows =
            move |facts: &RelationFacts| facts.events.values().any(|(event, _)| event == key);
        self.relations.iter().filter(move |(_, facts)| shows(facts)).map(|(id, f)| (&**id, f))
    }

    /// Data components of ATT&CK that an event gives, by id, as ATT&CK's log sources say.
    pub fn components_of<'a>(&'a self, key: &'a EventKey) -> impl Iterator<Item = &'a str> {
        let named = self.attack.components.iter().filter(move |(_, facts)| {
            facts.log_sources.values().any(|source| source.events.contains(key))
        });
        named.map(|(id, _)| id.as_str())
    }
}
