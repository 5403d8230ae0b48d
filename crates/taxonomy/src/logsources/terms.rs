//! The log sources that an event is of: the other way round of [`super::resolve`].

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use crate::events::{self, slug};
use crate::table;

/// A slot of a logsource (`product`, `category` or `service`) and a name that stands in it.
pub type Term = (&'static str, &'static str);

/// Terms that a channel's events have: of one provider, by its short name, or of any.
type OfChannel = Vec<(Option<String>, Term)>;

struct Index {
    /// By the provider's full name and the event id.
    by_event: HashMap<(&'static str, u32), Vec<Term>>,
    /// By the channel in lower case.
    by_channel: HashMap<String, OfChannel>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index { by_event: HashMap::new(), by_channel: HashMap::new() };
    let rows = include_str!("../../data/sigma_logsources.tsv");
    for [product, slot, name, _, provider, channel, ids] in table::rows("sigma_logsources", rows) {
        let terms = [("product", product), (slot, name)];
        if ids == "*" {
            let provider = (provider != "*").then(|| slug(provider));
            let found = index.by_channel.entry(channel.to_ascii_lowercase()).or_default();
            found.extend(terms.map(|term| (provider.clone(), term)));
            continue;
        }
        for id in table::list(ids) {
            let found = index.by_event.entry((provider, events::number(id))).or_default();
            found.extend(terms);
        }
    }
    index
});

/// Every product, category and service of Sigma's that an event is of, sorted: a set, because
/// Sysmon 13 is `registry_set` and `registry_event`, and Security 4688 is `process_creation` and of
/// the service `security`, which is everything in its channel, whoever wrote it.
///
/// An event of the Windows event log is always of the product `windows`, known or not. Events that
/// record the same as a category's (Security 4657 for `registry_set`) count as of it, as the rows
/// `also` of the table say. Each name stands in its own slot only; [`super::resolve`] also finds
/// those that a rule misplaced. Names of providers and channels match whatever their case. The
/// answer is the same for all events of a kind, so that a caller need ask only once.
pub fn terms_of(provider: &str, channel: &str, id: u32) -> Vec<Term> {
    let mut terms = BTreeSet::from([("product", "windows")]);
    if let Some(event) = events::event(provider, id)
        && let Some(found) = INDEX.by_event.get(&(event.provider, id))
    {
        terms.extend(found);
    }
    let provider = slug(provider);
    let of_channel = INDEX.by_channel.get(&channel.to_ascii_lowercase());
    for (only, term) in of_channel.into_iter().flatten() {
        if only.as_ref().is_none_or(|only| *only == provider) {
            terms.insert(*term);
        }
    }
    terms.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::resolve;
    use super::*;

    const SYSMON: &str = "Microsoft-Windows-Sysmon";
    const AUDITING: &str = "Microsoft-Windows-Security-Auditing";

    fn names(provider: &str, channel: &str, id: u32, kind: &str) -> Vec<&'static str> {
        let terms = terms_of(provider, channel, id);
        terms.into_iter().filter(|(k, _)| *k == kind).map(|(_, name)| name).collect()
    }

    #[test]
    fn an_event_is_of_several_sources() {
        let channel = "Microsoft-Windows-Sysmon/Operational";
        let set = names(SYSMON, channel, 13, "category");
        assert_eq!(set, ["registry_event", "registry_set", "registry_value_set"]);
        assert_eq!(names(SYSMON, channel, 13, "service"), ["sysmon"]);
        assert_eq!(names(SYSMON, channel, 1, "category"), ["process_creation"]);
        assert_eq!(names(AUDITING, "Security", 4688, "category"), ["process_creation"]);
        assert_eq!(names("sysmon", "", 1, "category"), ["process_creation"]);
    }

    #[test]
    fn a_service_is_its_channel_whoever_writes_to_it() {
        for (provider, id) in
            [(AUDITING, 4624), ("Microsoft-Windows-Eventlog", 1102), ("AD FS Auditing", 1200)]
        {
            assert_eq!(names(provider, "security", id, "service"), ["security"], "{provider}");
        }
        assert_eq!(names("MSSQL$X", "Application", 1, "product"), ["mssql", "windows"]);
        assert_eq!(names("ESENT", "Application", 216, "product"), ["windows"]);
        assert_eq!(terms_of("Nobody", "Nowhere", 1), [("product", "windows")]);
    }

    /// Every event that is known, and every name of the tables: `resolve` and `terms_of` agree.
    #[test]
    fn terms_are_what_resolve_finds() {
        let rows = include_str!("../../data/sigma_logsources.tsv");
        let sources: BTreeSet<Term> = table::rows::<7>("sigma_logsources", rows)
            .map(|[_, slot, name, ..]| (slot, name))
            .collect();
        assert!(sources.len() > 90);
        let mut agreed = 0;
        for (slot, name) in sources {
            let resolved = match slot {
                "category" => resolve(Some("windows"), Some(name), None),
                _ => resolve(Some("windows"), None, Some(name)),
            };
            let candidates = resolved.candidates();
            assert!(!candidates.is_empty() || !resolved.channels.is_empty(), "{name}");
            for event in events::events() {
                let is = terms_of(event.provider, event.channel, event.id).contains(&(slot, name));
                assert_eq!(is, candidates.contains(&event), "{name}: {}", event.address());
                agreed += u32::from(is);
            }
        }
        assert!(agreed > 300, "{agreed}");
    }
}
