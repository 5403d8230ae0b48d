//! Which records a log source means, without configuration.
//!
//! A record belongs to a set of categories and services: Sysmon 13 to `registry_set` and
//! `registry_event`, Security 4688 to `process_creation` and to `security`, which is the channel
//! whoever writes to it. What a log source means is the taxonomy's
//! ([`rulescope_taxonomy::logsources`]).

use std::collections::BTreeMap;

use rulescope_events::Event;
use rulescope_ir::Scope;
use rulescope_taxonomy::events::{event as known, events_of_channel};
use rulescope_taxonomy::logsources::Resolution;

/// What kind of event a record is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    /// Provider's full name.
    pub provider: String,
    /// Channel.
    pub channel: String,
    /// Event id.
    pub event_id: u32,
    /// What was done to the registry, of events that stand for several such things.
    pub operation: Option<Operation>,
}

/// What an event says was done to a key or value of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// It was made.
    Created,
    /// A value that was there got another one.
    Changed,
    /// It was deleted.
    Deleted,
}

impl Operation {
    /// The operation of Sysmon 12 by its `EventType`
    /// (<https://learn.microsoft.com/sysinternals/downloads/sysmon>, event 12: creations and
    /// deletions) and of Security 4657 by its `OperationType`
    /// (<https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4657>).
    pub(crate) fn of(event: &Event, provider: &str, event_id: u32) -> Option<Operation> {
        let text = |name: &str| event.get(name)?.text().map(|t| t.to_ascii_lowercase());
        match (provider, event_id) {
            ("Microsoft-Windows-Sysmon", 12) => match text("EventType")? {
                t if t.starts_with("create") => Some(Operation::Created),
                t if t.starts_with("delete") => Some(Operation::Deleted),
                _ => None,
            },
            ("Microsoft-Windows-Security-Auditing", 4657) => match &*text("OperationType")? {
                "%%1904" => Some(Operation::Created),
                "%%1905" => Some(Operation::Changed),
                "%%1906" => Some(Operation::Deleted),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a category means events of this operation. Sigma's taxonomy names `registry_add` and
    /// `registry_delete` with the one event id that they share, and tells them apart by name alone.
    fn is_meant_by(self, category: &str) -> bool {
        match &*category.trim().to_ascii_lowercase() {
            "registry_add" => self == Operation::Created,
            "registry_delete" => self == Operation::Deleted,
            "registry_set" | "registry_value_set" => self != Operation::Deleted,
            _ => true,
        }
    }
}

/// A channel by the name that the tables have it by. The DNS client's has two: Windows' own, and the
/// one of the NSA's list (<https://github.com/nsacyber/Event-Forwarding-Guidance>, `Events`).
fn channel_name(channel: &str) -> &str {
    const ALSO: &str = "Microsoft-Windows-DNS-Client/Operational";
    if channel.eq_ignore_ascii_case(ALSO) {
        return "Microsoft-Windows-DNS Client Events/Operational";
    }
    channel
}

impl Kind {
    /// The kind of a record.
    pub fn of(event: &Event) -> Kind {
        let (mut provider, mut channel) = (event.provider(), channel_name(event.channel()));
        let event_id = event.event_id.unwrap_or(0);
        // Some exporters leave one of the two out; where the other and the id name one known event,
        // it is that.
        if provider.is_empty() && !channel.is_empty() {
            let mut known = events_of_channel(channel).filter(|e| e.id == event_id);
            if let (Some(only), None) = (known.next(), known.next()) {
                provider = only.provider;
            }
        } else if channel.is_empty()
            && let Some(known) = known(provider, event_id)
        {
            channel = known.channel;
        }
        Kind {
            provider: provider.to_owned(),
            channel: channel.to_owned(),
            event_id,
            operation: Operation::of(event, provider, event_id),
        }
    }
}

impl Kind {
    /// Whether the record says nothing of what it is.
    pub fn is_nothing(&self) -> bool {
        self.provider.is_empty() && self.channel.is_empty() && self.event_id == 0
    }
}

/// What a scope reads.
#[derive(Debug)]
pub struct Source {
    resolution: Resolution,
    categories: Vec<String>,
}

impl Source {
    /// The log source of a scope. Lists of terms are alternatives.
    pub fn of(scope: &Scope) -> Source {
        // A term may be a list itself, as some rules write it.
        let terms = scope.terms.get("category").into_iter().flatten();
        let categories = terms.flat_map(|c| c.split(',')).map(str::to_owned).collect();
        Source { resolution: Resolution::of(scope), categories }
    }

    /// Whether it means any event that can be in a Windows log.
    pub fn can_be_windows(&self) -> bool {
        self.resolution.can_be_windows()
    }

    /// Whether it means a kind of event.
    pub fn means(&self, kind: &Kind) -> bool {
        let operation = kind.operation.is_none_or(|operation| {
            self.categories.is_empty() || self.categories.iter().any(|c| operation.is_meant_by(c))
        });
        operation && self.resolution.means(&kind.provider, &kind.channel, kind.event_id)
    }
}

/// A scope's terms.
type Terms = BTreeMap<String, Vec<String>>;

/// Which of many readers read a kind of event, by their scopes.
#[derive(Debug)]
pub(crate) struct Router {
    /// Each distinct scope once, with the numbers of its readers.
    scopes: Vec<(Source, Vec<usize>)>,
}

impl Router {
    /// Scopes with the numbers of those that read them.
    pub(crate) fn new<'s>(readers: impl IntoIterator<Item = (&'s Scope, usize)>) -> Router {
        let mut scopes: BTreeMap<&Terms, (Source, Vec<usize>)> = BTreeMap::new();
        for (scope, reader) in readers {
            let entry =
                scopes.entry(&scope.terms).or_insert_with(|| (Source::of(scope), Vec::new()));
            entry.1.push(reader);
        }
        Router { scopes: scopes.into_values().collect() }
    }

    /// Those that read this kind of event, in order.
    pub(crate) fn read_by(&self, kind: &Kind) -> Vec<usize> {
        let scopes = self.scopes.iter().filter(|(source, _)| source.means(kind));
        let mut readers: Vec<usize> = scopes.flat_map(|(_, readers)| readers).copied().collect();
        readers.sort_unstable();
        readers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_of_two_names_is_one() {
        let known = "Microsoft-Windows-DNS Client Events/Operational";
        assert_eq!(channel_name("microsoft-windows-dns-client/Operational"), known);
        assert_eq!(channel_name(known), known);
        assert_eq!(channel_name("Security"), "Security");
        assert!(events_of_channel(known).next().is_some());
    }
}
