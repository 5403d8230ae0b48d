//! Which records a log source means, without configuration.
//!
//! A record belongs to a set of categories and services: Sysmon 13 to `registry_set` and
//! `registry_event`, Security 4688 to `process_creation` and to `security`, which is the channel
//! whoever writes to it. What a log source means is the taxonomy's
//! ([`rulescope_taxonomy::logsources`]).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use rulescope_ir::Scope;
use rulescope_taxonomy::logsources::{Resolution, resolve};

use crate::rule::Rule;

/// What kind of event a record is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    /// Provider's full name.
    pub provider: String,
    /// Channel.
    pub channel: String,
    /// Event id.
    pub event_id: u32,
}

/// The log source of a scope. Lists of terms are alternatives.
pub fn resolution(scope: &Scope) -> Resolution {
    let term = |kind: &str| scope.terms.get(kind).map(|terms| terms.join(", "));
    resolve(term("product").as_deref(), term("category").as_deref(), term("service").as_deref())
}

/// Whether a log source means a kind of event.
pub fn means(resolution: &Resolution, kind: &Kind) -> bool {
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    // Some providers write under several names (SQL Server, by instance).
    let known = rulescope_taxonomy::events::event(&kind.provider, kind.event_id);
    let by_event = |events: &[&rulescope_taxonomy::events::Event]| {
        events.iter().any(|e| {
            e.id == kind.event_id && (same(e.provider, &kind.provider) || Some(*e) == known)
        })
    };
    if by_event(&resolution.events) || by_event(&resolution.also) {
        return true;
    }
    if !resolution.channels.is_empty() {
        return resolution.channels.iter().any(|c| {
            same(c.name, &kind.channel)
                && c.provider.is_none_or(|p| {
                    same(p, &kind.provider) || known.is_some_and(|e| e.provider == p)
                })
        });
    }
    // `product: windows` alone is every event of Windows.
    resolution.is_windows_only() && resolution.events.is_empty() && resolution.known
}

/// A scope's terms.
type Terms = BTreeMap<String, Vec<String>>;

/// The rules that read a kind of event, found once for each kind.
#[derive(Debug)]
pub(crate) struct Router {
    /// Each distinct scope once, with the rules that have a leaf of it.
    scopes: Vec<(Resolution, Vec<usize>)>,
    by_kind: Mutex<BTreeMap<Kind, Arc<[usize]>>>,
}

impl Router {
    pub(crate) fn new(rules: &[Rule]) -> Router {
        let mut scopes: BTreeMap<&Terms, (Resolution, Vec<usize>)> = BTreeMap::new();
        for (i, rule) in rules.iter().enumerate() {
            for (scope, _) in rule.leaves() {
                let entry =
                    scopes.entry(&scope.terms).or_insert_with(|| (resolution(scope), Vec::new()));
                if entry.1.last() != Some(&i) {
                    entry.1.push(i);
                }
            }
        }
        Router { scopes: scopes.into_values().collect(), by_kind: Mutex::new(BTreeMap::new()) }
    }

    /// The rules that read this kind of event, in order.
    pub(crate) fn rules(&self, kind: &Kind) -> Arc<[usize]> {
        let lock = || self.by_kind.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = lock().get(kind) {
            return Arc::clone(known);
        }
        let mut rules: Vec<usize> = self
            .scopes
            .iter()
            .filter(|(resolution, _)| means(resolution, kind))
            .flat_map(|(_, rules)| rules.iter().copied())
            .collect();
        rules.sort_unstable();
        rules.dedup();
        let rules: Arc<[usize]> = rules.into();
        lock().insert(kind.clone(), Arc::clone(&rules));
        rules
    }
}
