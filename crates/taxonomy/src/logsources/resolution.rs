//! What a log source came out as.

use std::collections::BTreeSet;

use rulescope_ir::Scope;

use super::vendor::{knows_kinds, resolve_terms};
use super::{Platform, resolve};
use crate::events::{Event, event, events, events_of_channel, slug};

/// A Windows event channel that a rule reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel {
    /// Full name of the channel: `Security`, `Microsoft-Windows-Sysmon/Operational`.
    pub name: &'static str,
    /// The only provider meant, where the rule reads one of the channel's.
    pub provider: Option<&'static str>,
}

impl Channel {
    /// The events known of this channel, by provider and id.
    pub fn events(self) -> impl Iterator<Item = &'static Event> {
        events_of_channel(self.name)
            .filter(move |event| self.provider.is_none_or(|provider| provider == event.provider))
    }
}

/// What a log source came out as.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolution {
    /// The events of a category, as Sigma documents them; in the order of the documentation, so
    /// that Sysmon's stands before Security's.
    pub events: Vec<&'static Event>,
    /// Other events that record the same and answer some of the same fields, such as Security 4657
    /// for `registry_set`. Sigma does not promise them.
    pub also: Vec<&'static Event>,
    /// The channels of a service, any event of which the rule may read; sorted. Empty where a
    /// category says it by event.
    pub channels: Vec<Channel>,
    /// What it runs on; `None` where the log source does not say (`category: process_creation`
    /// alone) or is not known.
    pub platform: Option<Platform>,
    /// What else it is, or what it is instead of Windows' event log: names of sources such as
    /// `aws cloudtrail`; sorted.
    pub others: Vec<String>,
    /// Whether any event of Windows' event log may be meant, beside those listed.
    pub any_event: bool,
    /// Whether each part of the log source is known. What is known of the rest is told anyway.
    pub known: bool,
}

impl Resolution {
    /// Whether a rule of this log source can only fire on Windows.
    pub fn is_windows_only(&self) -> bool {
        self.platform == Some(Platform::Windows)
    }

    /// Whether any Windows event that is known can be meant.
    pub fn can_be_windows(&self) -> bool {
        !(self.events.is_empty() && self.also.is_empty() && self.channels.is_empty())
            || self.any_event
            || (self.is_windows_only() && self.known)
    }

    /// Whether it is known and nothing of Windows' event log.
    pub fn is_other(&self) -> bool {
        self.known
            && !self.any_event
            && !self.others.is_empty()
            && self.events.is_empty()
            && self.also.is_empty()
            && self.channels.is_empty()
    }

    /// The log source that a rule's scope names; lists of terms are alternatives. Terms of Sigma's
    /// kinds come before those of other vendors.
    pub fn of(scope: &Scope) -> Resolution {
        let is_sigma =
            ["product", "category", "service"].iter().any(|kind| scope.terms.contains_key(*kind));
        if !is_sigma && knows_kinds(&scope.terms) {
            return resolve_terms(&scope.terms);
        }
        let term = |kind: &str| scope.terms.get(kind).map(|terms| terms.join(", "));
        let (product, category, service) = (term("product"), term("category"), term("service"));
        resolve(product.as_deref(), category.as_deref(), service.as_deref())
    }

    /// Whether an event of this provider, channel and id is meant; names match whatever their case.
    /// Providers that write under several names (SQL Server, by instance) are one.
    pub fn means(&self, provider: &str, channel: &str, id: u32) -> bool {
        if self.any_event {
            return true;
        }
        let known = event(provider, id);
        if self.events.iter().chain(&self.also).any(|e| Some(*e) == known) {
            return true;
        }
        self.channels.iter().any(|c| {
            c.name.eq_ignore_ascii_case(channel)
                && c.provider.is_none_or(|only| slug(only) == slug(provider))
        })
    }

    /// Every event that the log source can be: the category's, those that record the same, and
    /// all that are known of the channels. No event twice. Where any event of Windows may be meant
    /// ([`Resolution::any_event`]), the rest of them are not listed: a rule's event ids say more.
    pub fn candidates(&self) -> Vec<&'static Event> {
        let mut seen = BTreeSet::new();
        let of_channels = self.channels.iter().flat_map(|channel| channel.events());
        self.events
            .iter()
            .chain(&self.also)
            .copied()
            .chain(of_channels)
            .filter(|event| seen.insert(*event))
            .collect()
    }

    /// The candidates, or where any event may be meant the events of any provider, with one of these
    /// event ids, as a rule's `EventID` test narrows them; candidates first, in their order.
    ///
    /// Empty where the ids contradict a category, or where a channel's event is not in the tables
    /// ([`Resolution::unknown_ids`] tells them).
    pub fn events_with_id(&self, ids: &[u32]) -> Vec<&'static Event> {
        let mut found = self.candidates();
        if self.any_event {
            found.extend(events());
        }
        let mut seen = BTreeSet::new();
        found.retain(|event| ids.contains(&event.id) && seen.insert(*event));
        found
    }

    /// Those of the event ids that no such event has, in the order given.
    pub fn unknown_ids(&self, ids: &[u32]) -> Vec<u32> {
        let known: BTreeSet<u32> = self.events_with_id(ids).iter().map(|event| event.id).collect();
        ids.iter().copied().filter(|id| !known.contains(id)).collect()
    }
}
