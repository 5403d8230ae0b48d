//! ATT&CK as STIX 2 objects, one a file or all in a bundle
//! (<https://github.com/mitre-attack/attack-stix-data/blob/master/USAGE.md>).
//!
//! Techniques, tactics, data components, detection strategies and analytics are read; groups,
//! software, mitigations and campaigns are let alone. Objects name each other by STIX ids, which
//! may stand in other files: [`link`] resolves them when all files of a pack are read.

mod link;
mod logs;
mod object;

pub(crate) use link::{StixLinks, link};

use object::{Bundle, Object};

use crate::attack::{
    AnalyticFacts, DataComponentFacts, LogSource, Status, StrategyFacts, TacticFacts,
    TechniqueFacts, Tunable,
};
use crate::harvest::{Broken, Harvest, Source};
use crate::walk::has_extension;

pub(super) fn recognise(path: &str, head: &str) -> bool {
    let stix = || {
        let compact: String = head.chars().filter(|c| !c.is_whitespace()).collect();
        let named = head.contains("\"bundle--") || compact.contains("\"type\":\"bundle\"");
        named && head.contains("\"objects\"")
            || head.contains("\"attack-pattern--")
            || head.contains("\"x-mitre-")
    };
    has_extension(path, &["json"]) && head.contains("\"type\"") && stix()
}

pub(super) fn expects(path: &str) -> bool {
    let folders = ["attack-pattern/", "x-mitre-", "relationship/"];
    has_extension(path, &["json"]) && folders.iter().any(|folder| path.contains(folder))
}

pub(super) fn read(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    let broken = |error: serde_json::Error| {
        Broken::new(Some(error.line()), format!("it is no STIX: {error}"))
    };
    let bundle: Bundle = serde_json::from_str(source.text).map_err(broken)?;
    if bundle.kind != "bundle" {
        let object: Object = serde_json::from_str(source.text).map_err(broken)?;
        state(source, harvest, &object);
    }
    for object in &bundle.objects {
        state(source, harvest, object);
    }
    Ok(())
}

/// States an object. One that has no id of ATT&CK's is not part of it.
fn state(source: &mut Source<'_>, harvest: &mut Harvest, object: &Object) {
    if object.kind == "relationship" {
        harvest.links.relate(object);
        return;
    }
    let Some((id, url)) = object.reference() else { return };
    let id = source.capped(id).to_owned();
    let known = match object.kind.as_str() {
        "attack-pattern" => state_technique(source, harvest, object, id.clone(), url),
        "x-mitre-tactic" => state_tactic(source, harvest, object, id.clone(), url),
        "x-mitre-data-component" => state_component(source, harvest, object, id.clone(), url),
        "x-mitre-detection-strategy" => state_strategy(source, harvest, object, id.clone(), url),
        "x-mitre-analytic" => state_analytic(source, harvest, object, id.clone(), url),
        _ => return,
    };
    harvest.lost += known;
    harvest.links.know(&object.id, id);
}

fn status(object: &Object) -> Status {
    match (object.revoked, object.deprecated) {
        (true, _) => Status::Revoked,
        (false, true) => Status::Deprecated,
        (false, false) => Status::Active,
    }
}

fn state_technique(
    source: &mut Source<'_>,
    harvest: &mut Harvest,
    object: &Object,
    id: String,
    url: Option<&str>,
) -> usize {
    let mut facts = TechniqueFacts::default();
    source.maybe(&mut facts.names, object.name.as_deref());
    source.maybe(&mut facts.descriptions, object.description.as_deref());
    source.maybe(&mut facts.urls, url);
    source.maybe(&mut facts.detections, object.detection.as_deref());
    source.value(&mut facts.statuses, status(object));
    for platform in &object.platforms {
        source.text(&mut facts.platforms, platform);
    }
    for phase in object.kill_chain_phases.iter().filter(|p| p.kill_chain_name.starts_with("mitre"))
    {
        source.text(&mut facts.tactics, &phase.phase_name);
    }
    put(&mut harvest.attack.techniques, id, facts)
}

fn state_tactic(
    source: &mut Source<'_>,
    harvest: &mut Harvest,
    object: &Object,
    id: String,
    url: Option<&str>,
) -> usize {
    let mut facts = TacticFacts::default();
    source.maybe(&mut facts.names, object.name.as_deref());
    source.maybe(&mut facts.short_names, object.short_name.as_deref());
    source.maybe(&mut facts.descriptions, object.description.as_deref());
    source.maybe(&mut facts.urls, url);
    source.value(&mut facts.statuses, status(object));
    put(&mut harvest.attack.tactics, id, facts)
}

fn state_component(
    source: &mut Source<'_>,
    harvest: &mut Harvest,
    object: &Object,
    id: String,
    url: Option<&str>,
) -> usize {
    let mut facts = DataComponentFacts::default();
    source.maybe(&mut facts.names, object.name.as_deref());
    source.maybe(&mut facts.descriptions, object.description.as_deref());
    source.maybe(&mut facts.urls, url);
    source.value(&mut facts.statuses, status(object));
    for log in &object.log_sources {
        let log = LogSource {
            name: source.capped(&log.name).to_owned(),
            channel: source.capped(log.channel()).to_owned(),
            component: None,
            events: logs::events(&log.name, log.channel()),
        };
        source.value(&mut facts.log_sources, log);
    }
    put(&mut harvest.attack.components, id, facts)
}

fn state_strategy(
    source: &mut Source<'_>,
    harvest: &mut Harvest,
    object: &Object,
    id: String,
    url: Option<&str>,
) -> usize {
    let mut facts = StrategyFacts::default();
    source.maybe(&mut facts.names, object.name.as_deref());
    source.maybe(&mut facts.urls, url);
    source.value(&mut facts.statuses, status(object));
    for analytic in &object.analytic_refs {
        harvest.links.holds(&id, analytic);
    }
    put(&mut harvest.attack.strategies, id, facts)
}

fn state_analytic(
    source: &mut Source<'_>,
    harvest: &mut Harvest,
    object: &Object,
    id: String,
    url: Option<&str>,
) -> usize {
    let mut facts = AnalyticFacts::default();
    source.maybe(&mut facts.names, object.name.as_deref());
    source.maybe(&mut facts.descriptions, object.description.as_deref());
    source.maybe(&mut facts.urls, url);
    source.value(&mut facts.statuses, status(object));
    for platform in &object.platforms {
        source.text(&mut facts.platforms, platform);
    }
    for log in &object.log_source_references {
        let channel = source.capped(log.channel()).to_owned();
        let read = LogSource {
            name: source.capped(&log.name).to_owned(),
            channel,
            component: None,
            events: logs::events(&log.name, log.channel()),
        };
        harvest.links.reads(&id, log.component.as_deref(), read);
    }
    for tunable in &object.mutable_elements {
        let tunable = Tunable {
            field: source.capped(&tunable.field).to_owned(),
            description: source.capped(tunable.description()).to_owned(),
        };
        source.value(&mut facts.tunables, tunable);
    }
    put(&mut harvest.attack.analytics, id, facts)
}

/// Adds facts of an object that may be in the pack twice. Gives the values without room.
fn put<V: crate::absorb::Absorb + Default>(
    all: &mut std::collections::BTreeMap<String, V>,
    id: String,
    facts: V,
) -> usize {
    all.entry(id).or_default().absorb(facts)
}
