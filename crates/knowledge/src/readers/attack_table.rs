//! ATT&CK's ids, names, tactics and successors as one JSON object: `attack_version`, `tactics` by
//! short name, `techniques` by id.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::attack::Status;
use crate::harvest::{Broken, Harvest, Source};
use crate::walk::has_extension;

pub(super) fn recognise(path: &str, head: &str) -> bool {
    has_extension(path, &["json"])
        && head.contains("\"attack_version\"")
        && head.contains("\"tactics\"")
}

pub(super) fn expects(path: &str) -> bool {
    crate::walk::stem(path) == "attack_enterprise"
}

#[derive(Deserialize)]
struct Table {
    attack_version: String,
    #[serde(default)]
    tactics: BTreeMap<String, Tactic>,
    #[serde(default)]
    techniques: BTreeMap<String, Technique>,
}

#[derive(Deserialize)]
struct Tactic {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct Technique {
    name: String,
    #[serde(default)]
    tactics: Vec<String>,
    status: Option<String>,
    revoked_by: Option<String>,
}

pub(super) fn read(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    let table: Table = serde_json::from_str(source.text).map_err(|error| {
        Broken::new(Some(error.line()), format!("it is no table of ATT&CK: {error}"))
    })?;
    for (short_name, tactic) in &table.tactics {
        let facts = harvest.attack.tactics.entry(source.capped(&tactic.id).to_owned()).or_default();
        source.text(&mut facts.names, &tactic.name);
        source.text(&mut facts.short_names, short_name);
        source.value(&mut facts.statuses, Status::Active);
    }
    for (id, technique) in &table.techniques {
        let facts = harvest.attack.techniques.entry(source.capped(id).to_owned()).or_default();
        source.text(&mut facts.names, &technique.name);
        source.text(&mut facts.versions, &table.attack_version);
        for tactic in &technique.tactics {
            source.text(&mut facts.tactics, tactic);
        }
        source.maybe(&mut facts.successors, technique.revoked_by.as_deref());
        let status = match technique.status.as_deref() {
            None | Some("active") => Status::Active,
            Some("revoked") => Status::Revoked,
            Some("deprecated") => Status::Deprecated,
            Some(other) => {
                let message = format!("{id} has the unknown status `{other}`; see ATT&CK");
                source.warn(None, "pack/unknown-status", message);
                continue;
            }
        };
        source.value(&mut facts.statuses, status);
    }
    Ok(())
}
