//! What STIX objects say of each other, resolved when all files of a pack are read.

use std::collections::BTreeMap;

use super::object::Object;
use crate::attack::LogSource;
use crate::fact::Facts;
use crate::harvest::Harvest;

/// Links that are not resolved yet.
#[derive(Debug, Default)]
pub(crate) struct StixLinks {
    /// ATT&CK's ids by STIX id.
    ids: BTreeMap<String, String>,
    /// Relationships: type, and the STIX ids of both ends.
    relations: Vec<(String, String, String)>,
    /// Strategy and the STIX id of an analytic.
    holds: Vec<(String, String)>,
    /// Analytic, the STIX id of a data component, and what is read.
    reads: Vec<(String, Option<String>, LogSource)>,
}

/// Types of relationships that say something of a technique and its detection.
const RELATIONS: [&str; 2] = ["revoked-by", "detects"];

impl StixLinks {
    /// Takes over those of a later file.
    pub(crate) fn absorb(&mut self, other: StixLinks) {
        self.ids.extend(other.ids);
        self.relations.extend(other.relations);
        self.holds.extend(other.holds);
        self.reads.extend(other.reads);
    }

    pub(super) fn know(&mut self, stix: &str, id: String) {
        self.ids.insert(stix.to_owned(), id);
    }

    pub(super) fn relate(&mut self, object: &Object) {
        let ends = (&object.relationship_type, &object.source_ref, &object.target_ref);
        if let (Some(kind), Some(from), Some(to)) = ends
            && RELATIONS.contains(&kind.as_str())
            && !object.revoked
            && !object.deprecated
        {
            self.relations.push((kind.clone(), from.clone(), to.clone()));
        }
    }

    pub(super) fn holds(&mut self, strategy: &str, analytic: &str) {
        self.holds.push((strategy.to_owned(), analytic.to_owned()));
    }

    pub(super) fn reads(&mut self, analytic: &str, component: Option<&str>, log: LogSource) {
        self.reads.push((analytic.to_owned(), component.map(str::to_owned), log));
    }
}

/// Resolves the links of a pack. An end that the pack does not have is left out.
pub(crate) fn link(harvest: &mut Harvest, pack: usize) {
    let links = std::mem::take(&mut harvest.links);
    let attack = &mut harvest.attack;
    let mut lost = 0;
    let mut add = |facts: &mut Facts<String>, id: &str| {
        lost += usize::from(!facts.add(id.to_owned(), pack));
    };
    for (strategy, analytic) in &links.holds {
        if let Some(analytic) = links.ids.get(analytic)
            && let Some(facts) = attack.strategies.get_mut(strategy)
        {
            add(&mut facts.analytics, analytic);
        }
    }
    for (kind, from, to) in &links.relations {
        let (Some(from), Some(to)) = (links.ids.get(from), links.ids.get(to)) else { continue };
        if kind == "revoked-by" {
            if let Some(old) = attack.techniques.get_mut(from) {
                add(&mut old.successors, to);
            }
            continue;
        }
        if let Some(strategy) = attack.strategies.get_mut(from) {
            add(&mut strategy.techniques, to);
            if let Some(technique) = attack.techniques.get_mut(to) {
                add(&mut technique.strategies, from);
            }
        } else if let Some(component) = attack.components.get_mut(from) {
            add(&mut component.techniques, to);
        }
    }
    for (analytic, component, log) in links.reads {
        let component = component.and_then(|stix| links.ids.get(&stix)).cloned();
        if let Some(facts) = attack.analytics.get_mut(&analytic) {
            lost += usize::from(!facts.log_sources.add(LogSource { component, ..log }, pack));
        }
    }
    harvest.lost += lost;
}
