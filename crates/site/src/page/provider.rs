//! Providers and their events.

use std::collections::BTreeMap;

use rulescope_catalog::events::EventLine;
use rulescope_taxonomy::events::slug;
use serde::Serialize;

use crate::state::Shelf;

/// All providers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProvidersView {
    /// They, by name.
    pub providers: Vec<ProviderView>,
}

/// A provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProviderView {
    /// Its name as people write it.
    pub provider: String,
    /// Its events that rules read, by id.
    pub events: Vec<EventLine>,
}

pub(crate) fn providers(shelf: &Shelf) -> ProvidersView {
    let mut by_name: BTreeMap<String, Vec<EventLine>> = BTreeMap::new();
    for event in &shelf.events {
        by_name.entry(event.provider.clone()).or_default().push(event.clone());
    }
    let providers = by_name.into_iter().map(|(provider, events)| ProviderView { provider, events });
    ProvidersView { providers: providers.collect() }
}

pub(crate) fn provider(shelf: &Shelf, name: &str) -> Option<ProviderView> {
    providers(shelf).providers.into_iter().find(|p| slug(&p.provider) == slug(name))
}

impl ProviderView {
    /// Tests of rules on its events: a rule counts once an event.
    pub fn rules(&self) -> i64 {
        self.events.iter().map(|event| event.rules).sum()
    }

    /// Events with an example.
    pub fn examples(&self) -> usize {
        self.events.iter().filter(|event| event.has_example).count()
    }
}
