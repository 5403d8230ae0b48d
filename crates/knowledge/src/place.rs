//! Decides which event a pack means.
//!
//! Packs name an event by provider and id, by channel and id, or by all three, each in its own
//! spelling. Two of them mean the same event where provider, channel and id agree; what one leaves
//! out is filled in where only one event can be meant.

use std::collections::{BTreeMap, BTreeSet};

use rulescope_taxonomy::events;

use crate::absorb::Absorb;
use crate::attack::LogSource;
use crate::event::EventKey;
use crate::harvest::Harvest;
use crate::policy::subcategory_name;

/// Providers that write to one channel and no other. The local security authority alone may write
/// to the Security log (<https://learn.microsoft.com/windows/win32/eventlog/event-log-security>);
/// Sysmon's page names its channel (<https://learn.microsoft.com/sysinternals/downloads/sysmon#events>).
const SOLE_CHANNELS: [(&str, &str); 2] = [
    ("Microsoft-Windows-Security-Auditing", "Security"),
    ("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational"),
];

/// A name for every way of writing it: by the name in lower case.
type Spellings = BTreeMap<String, String>;

/// The events that are known in full.
#[derive(Debug, Default)]
pub(crate) struct Places {
    providers: Spellings,
    channels: Spellings,
    /// Channels by provider and id, providers by channel and id, and both by id.
    channels_of: BTreeMap<(String, u32), BTreeSet<String>>,
    providers_of: BTreeMap<(String, u32), BTreeSet<String>>,
    places_of: BTreeMap<u32, BTreeSet<(String, String)>>,
}

impl Places {
    /// Learns from the built-in table and from all events that packs name in full.
    pub(crate) fn new<'a>(named: impl Iterator<Item = &'a EventKey> + Clone) -> Places {
        let known = || events::events().iter();
        let mut places = Places {
            providers: spellings(
                known().map(|event| event.provider),
                named.clone().filter_map(|key| key.provider.as_deref()),
            ),
            channels: spellings(
                known().map(|event| event.channel),
                named.clone().filter_map(|key| key.channel.as_deref()),
            ),
            ..Places::default()
        };
        for event in known() {
            places.learn(event.provider.to_owned(), event.channel.to_owned(), event.id);
        }
        let mut halves: BTreeSet<(String, u32)> = BTreeSet::new();
        let mut others: Vec<(String, u32)> = Vec::new();
        for key in named {
            let key = places.spelled(key.clone());
            match (key.provider, key.channel) {
                (Some(provider), channel) => match channel.or_else(|| sole_channel(&provider)) {
                    Some(channel) => places.learn(provider, channel, key.id),
                    None => _ = halves.insert((provider, key.id)),
                },
                (None, Some(channel)) => others.push((channel, key.id)),
                (None, None) => {}
            }
        }
        for (channel, id) in others {
            places.join(channel, id, &halves);
        }
        places
    }

    /// An event named by its channel, and one of the same id named by the provider that the
    /// channel is named after (`Microsoft-Windows-WinRM/Operational`), are one event where nothing
    /// else is known of either.
    fn join(&mut self, channel: String, id: u32, halves: &BTreeSet<(String, u32)>) {
        let Some((provider, _)) = channel.split_once('/') else { return };
        let half = (self.provider(provider), id);
        let known = self.providers_of.contains_key(&(channel.clone(), id));
        if !known && !self.channels_of.contains_key(&half) && halves.contains(&half) {
            self.learn(half.0, channel, id);
        }
    }

    fn learn(&mut self, provider: String, channel: String, id: u32) {
        self.channels_of.entry((provider.clone(), id)).or_default().insert(channel.clone());
        self.providers_of.entry((channel.clone(), id)).or_default().insert(provider.clone());
        self.places_of.entry(id).or_default().insert((provider, channel));
    }

    /// The key with names as Windows spells them.
    fn spelled(&self, key: EventKey) -> EventKey {
        let known = |names: &Spellings, name: String| {
            names.get(&name.to_lowercase()).cloned().unwrap_or(name)
        };
        let channel = key.channel.map(|name| known(&self.channels, name));
        let provider = key.provider.map(|name| {
            // The table knows short names, and that `EventLog` and `Microsoft-Windows-Eventlog`
            // are one provider with ids that do not overlap.
            match events::event(&name, key.id) {
                Some(event) => event.provider.to_owned(),
                None => known(&self.providers, name),
            }
        });
        EventKey { provider, channel, id: key.id }
    }

    /// A provider's name as Windows spells it.
    pub(crate) fn provider(&self, name: &str) -> String {
        self.providers.get(&name.to_lowercase()).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// A channel's name as Windows spells it.
    pub(crate) fn channel(&self, name: &str) -> String {
        self.channels.get(&name.to_lowercase()).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// The event that a key means.
    pub(crate) fn place(&self, key: EventKey) -> EventKey {
        let key = self.spelled(key);
        let id = key.id;
        let (provider, channel) = match (key.provider, key.channel) {
            (Some(provider), None) => {
                let channel = self
                    .channels_of
                    .get(&(provider.clone(), id))
                    .and_then(only)
                    .or_else(|| sole_channel(&provider));
                (Some(provider), channel)
            }
            (None, Some(channel)) => {
                let provider = self.providers_of.get(&(channel.clone(), id)).and_then(only);
                (provider, Some(channel))
            }
            (None, None) => match self.places_of.get(&id).and_then(only) {
                Some((provider, channel)) => (Some(provider), Some(channel)),
                None => (None, None),
            },
            both @ (Some(_), Some(_)) => both,
        };
        EventKey { provider, channel, id }
    }

    /// Puts everything of a harvest where it belongs.
    pub(crate) fn settle(&self, harvest: &mut Harvest) {
        let events = std::mem::take(&mut harvest.events);
        for (key, facts) in events {
            harvest.lost += harvest.events.entry(self.place(key)).or_default().absorb(facts);
        }
        harvest.events.order();
        let sources = harvest.attack.components.values_mut().map(|c| &mut c.log_sources);
        let sources =
            sources.chain(harvest.attack.analytics.values_mut().map(|a| &mut a.log_sources));
        for facts in sources {
            *facts = std::mem::take(facts).map(|source| LogSource {
                events: source.events.into_iter().map(|key| self.place(key)).collect(),
                ..source
            });
        }
        for relation in harvest.relations.values_mut() {
            let events = &mut relation.events;
            *events = std::mem::take(events).map(|(key, filter)| (self.place(key), filter));
        }
        for facts in harvest.events.values_mut() {
            let named = std::mem::take(&mut facts.subcategories);
            facts.subcategories = named.map(|name| subcategory_name(&name).to_owned());
        }
        let named = std::mem::take(&mut harvest.subcategories);
        harvest.subcategories = respelled(named, |name| subcategory_name(name).to_owned());
        harvest.providers = respelled(std::mem::take(&mut harvest.providers), |n| self.provider(n));
        harvest.channels = respelled(std::mem::take(&mut harvest.channels), |n| self.channel(n));
    }
}

fn respelled<V: Absorb + Default>(
    named: BTreeMap<String, V>,
    spelling: impl Fn(&str) -> String,
) -> BTreeMap<String, V> {
    let mut out: BTreeMap<String, V> = BTreeMap::new();
    for (name, facts) in named {
        out.entry(spelling(&name)).or_default().absorb(facts);
    }
    out.order();
    out
}

fn only<T: Clone + Ord>(values: &BTreeSet<T>) -> Option<T> {
    values.first().filter(|_| values.len() == 1).cloned()
}

fn sole_channel(provider: &str) -> Option<String> {
    let found = SOLE_CHANNELS.iter().find(|(known, _)| *known == provider);
    found.map(|(_, channel)| (*channel).to_owned())
}

/// The spelling that a name is known by: the table's, else the one that most events of packs have.
fn spellings<'a>(
    known: impl Iterator<Item = &'static str>,
    named: impl Iterator<Item = &'a str>,
) -> Spellings {
    let mut votes: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for name in named {
        *votes.entry(name.to_lowercase()).or_default().entry(name).or_default() += 1;
    }
    let mut out = Spellings::new();
    for (lower, names) in votes {
        let most = names.iter().max_by_key(|(name, count)| (**count, std::cmp::Reverse(**name)));
        out.extend(most.map(|(name, _)| (lower, (*name).to_owned())));
    }
    out.extend(known.map(|name| (name.to_lowercase(), name.to_owned())));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(provider: Option<&str>, channel: Option<&str>, id: u32) -> EventKey {
        EventKey { provider: provider.map(str::to_owned), channel: channel.map(str::to_owned), id }
    }

    #[test]
    fn what_is_left_out_is_filled_in_where_one_event_can_be_meant() {
        let named = [
            key(Some("P"), Some("C"), 1),
            key(Some("P"), Some("D"), 1),
            key(Some("Q"), Some("C"), 2),
        ];
        let places = Places::new(named.iter());
        let place = |provider, channel, id| places.place(key(provider, channel, id));
        assert_eq!(place(Some("p"), Some("c"), 1), named[0]);
        assert_eq!(place(None, Some("C"), 1), named[0]);
        assert_eq!(place(Some("Q"), None, 2), named[2]);
        let halves = [key(None, Some("P/Operational"), 9), key(Some("P"), None, 9)];
        let whole = key(Some("P"), Some("P/Operational"), 9);
        let joined = Places::new(halves.iter());
        assert!(halves.iter().all(|half| joined.place(half.clone()) == whole));
        let two_channels = key(Some("P"), None, 1);
        assert_eq!(places.place(two_channels.clone()), two_channels);
        assert_eq!(place(None, Some("D"), 2), key(None, Some("D"), 2));
    }

    #[test]
    fn the_table_helps() {
        let places = Places::new([].iter());
        let sysmon =
            key(Some("Microsoft-Windows-Sysmon"), Some("Microsoft-Windows-Sysmon/Operational"), 1);
        assert_eq!(places.place(key(Some("sysmon"), None, 1)), sysmon);
        assert_eq!(
            places.place(key(Some("EventLog"), None, 1102)),
            key(Some("Microsoft-Windows-Eventlog"), Some("Security"), 1102)
        );
        let security = key(Some("Microsoft-Windows-Security-Auditing"), Some("Security"), 4999);
        assert_eq!(
            places.place(key(Some("microsoft-windows-security-auditing"), None, 4999)),
            security
        );
    }
}
