//! What packs state of a technique.

use std::collections::BTreeSet;

use rulescope_taxonomy::attack;
use serde::Serialize;

use crate::Error;
use crate::known::read::{Fact, Origin, Shelf, Stated, Told};
use crate::store::Catalog;

/// What packs state of a technique, each with its origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TechniqueKnowledge {
    /// The id that packs have it by, where that is an older one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_as: Option<String>,
    /// Descriptions, markdown with ATT&CK's citations.
    pub descriptions: Vec<Stated>,
    /// Its page.
    pub urls: Vec<Stated>,
    /// `Windows`, `Linux`, …
    pub platforms: Vec<Stated>,
    /// Versions of ATT&CK that have it, where a pack says so.
    pub versions: Vec<Stated>,
    /// How to detect it, in the words of versions before detection strategies.
    pub detections: Vec<Stated>,
    /// Detection strategies.
    pub strategies: Vec<Strategy>,
    /// Behaviours in which it is said to show: id and name.
    pub relations: Vec<Stated>,
    /// The packs.
    pub origins: Vec<Origin>,
    /// MITRE's notice, which goes where its text goes.
    pub notice: String,
}

/// A detection strategy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Strategy {
    /// `DET0455`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its page.
    pub url: String,
    /// Its analytics.
    pub analytics: Vec<Analytic>,
    /// Names of the packs that state it.
    pub origins: Vec<String>,
}

/// An analytic of a detection strategy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Analytic {
    /// `AN0110`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it looks for.
    pub description: String,
    /// `Windows`, `Linux`, …
    pub platforms: Vec<String>,
    /// Log sources that it reads.
    pub log_sources: Vec<LogSource>,
    /// What an operator has to set, and what it is for.
    pub tunables: Vec<(String, String)>,
    /// Names of the packs that state it.
    pub origins: Vec<String>,
}

/// A log source as ATT&CK names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogSource {
    /// `WinEventLog:Sysmon`.
    pub name: String,
    /// What of it: `EventCode=1`.
    pub channel: String,
    /// The data component that it gives: id, and name where a pack has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<(String, String)>,
}

/// MITRE's designation where a pack's licence has none of its own
/// (<https://attack.mitre.org/resources/legal-and-branding/terms-of-use/>).
const NOTICE: &str = "© The MITRE Corporation. This work is reproduced and distributed with the \
                      permission of The MITRE Corporation.";

impl Catalog {
    /// What packs state of a technique of today's ATT&CK; `None` where none does.
    pub(crate) fn technique_knowledge(
        &self,
        id: &str,
    ) -> Result<Option<TechniqueKnowledge>, Error> {
        let shelf = Shelf::of(self)?;
        let (told, known_as) = told(&shelf, id)?;
        if told.0.is_empty() {
            return Ok(None);
        }
        let mut names = told.origins();
        let mut strategies = Vec::new();
        let mut named = self.strategies_named_after(&shelf, known_as.as_deref().unwrap_or(id))?;
        named.retain(|named| !told.of("strategy").any(|fact| fact.value == named.value));
        let linked = told.of("strategy").map(Fact::stated);
        for fact in linked.chain(named) {
            let of = shelf.named("strategy", &fact.value)?;
            names.extend(of.origins());
            let mut analytics = Vec::new();
            for analytic in of.of("analytic") {
                let of = shelf.named("analytic", &analytic.value)?;
                names.extend(of.origins());
                analytics.push(analytic_of(&shelf, &analytic.value, &of)?);
            }
            strategies.push(Strategy {
                id: fact.value,
                name: of.first("name").unwrap_or_default().to_owned(),
                url: of.first("url").unwrap_or_default().to_owned(),
                analytics,
                origins: fact.origins,
            });
        }
        let relations = self.relations_of_technique(&shelf, known_as.as_deref().unwrap_or(id))?;
        names.extend(relations.iter().flat_map(|relation| relation.origins.iter().cloned()));
        let origins = shelf.origins(&names);
        Ok(Some(TechniqueKnowledge {
            known_as,
            descriptions: told.texts("description"),
            urls: told.texts("url"),
            platforms: told.texts("platform"),
            versions: told.texts("version"),
            detections: told.texts("detection"),
            strategies,
            relations,
            notice: notice(&origins),
            origins,
        }))
    }

    /// Strategies whose names hold the technique's id: all that a pack says that has ATT&CK's
    /// objects without their relationships.
    fn strategies_named_after(&self, shelf: &Shelf<'_>, id: &str) -> Result<Vec<Stated>, Error> {
        let sql = "SELECT id, name, title FROM subject \
                   WHERE kind = 'strategy' AND instr(title, ?1) ORDER BY name";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([id])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let title: String = row.get(2)?;
            let mut ids = title.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
            if !ids.any(|word| word.trim_end_matches('.') == id) {
                continue;
            }
            let told = shelf.told(row.get(0)?)?;
            let origins = told.of("name").next().map(|name| name.origins.clone());
            out.push(Stated { value: row.get(1)?, origins: origins.unwrap_or_default() });
        }
        Ok(out)
    }

    fn relations_of_technique(&self, shelf: &Shelf<'_>, id: &str) -> Result<Vec<Stated>, Error> {
        let sql = "SELECT subject.id, subject.name FROM fact JOIN subject ON subject.id = \
                   fact.subject WHERE subject.kind = 'relation' AND fact.about = 'technique' \
                   AND fact.value = ? ORDER BY subject.name";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([id])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let (told, id) = (shelf.told(row.get(0)?)?, row.get::<_, String>(1)?);
            let Some(name) = told.of("name").next() else { continue };
            let value = format!("{id} {}", name.value);
            out.push(Stated { value, origins: name.origins.clone() });
        }
        Ok(out)
    }
}

/// What is stated of a technique, by today's id or else by the last one that packs know it by.
fn told(shelf: &Shelf<'_>, id: &str) -> Result<(Told, Option<String>), Error> {
    let told = shelf.named("technique", id)?;
    if told.of("description").next().is_some() {
        return Ok((told, None));
    }
    let is_former = |old: &&attack::Technique| {
        old.id != id && attack::today(old.id).is_some_and(|current| current.technique.id == id)
    };
    let name = attack::technique(id).map_or("", |t| t.name);
    let mut former: Vec<_> = attack::techniques().iter().filter(is_former).collect();
    // Of several the one that kept its name says what it is, else the newest.
    former.sort_by_key(|old| std::cmp::Reverse((old.name == name, old.id)));
    for old in former {
        let of = shelf.named("technique", old.id)?;
        if of.of("description").next().is_some() {
            return Ok((of, Some(old.id.to_owned())));
        }
    }
    Ok((told, None))
}

fn analytic_of(shelf: &Shelf<'_>, id: &str, told: &Told) -> Result<Analytic, Error> {
    let mut log_sources = Vec::new();
    for fact in told.of("log_source") {
        let component = if fact.detail.is_empty() {
            None
        } else {
            let of = shelf.named("component", &fact.detail)?;
            let name = of.first("name").unwrap_or_default().to_owned();
            Some((fact.detail.clone(), name))
        };
        let (name, channel) = (fact.value.clone(), fact.field.clone());
        log_sources.push(LogSource { name, channel, component });
    }
    let origins: BTreeSet<String> = told.origins();
    Ok(Analytic {
        id: id.to_owned(),
        name: told.first("name").unwrap_or_default().to_owned(),
        description: told.first("description").unwrap_or_default().to_owned(),
        platforms: told.of("platform").map(|fact| fact.value.clone()).collect(),
        log_sources,
        tunables: told.of("tunable").map(|f| (f.value.clone(), f.detail.clone())).collect(),
        origins: origins.into_iter().collect(),
    })
}

/// The notices of the packs that hold ATT&CK's own text.
fn notice(origins: &[Origin]) -> String {
    let of_mitre = origins.iter().filter_map(|origin| origin.notice.as_deref());
    let mut found: Vec<&str> = of_mitre.filter(|notice| notice.contains("MITRE")).collect();
    found.sort_unstable();
    found.dedup();
    if found.is_empty() { NOTICE.to_owned() } else { found.join("\n") }
}
