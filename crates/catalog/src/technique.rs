//! A technique's page: what its rules read, look for and leave out.

use std::collections::BTreeMap;

use rulescope_taxonomy::attack;
use serde::Serialize;

use crate::Error;
use crate::known::TechniqueKnowledge;
use crate::list::{Filter, RuleLine};
use crate::reach::{EventUse, ExclusionUse, FieldUse, ValueUse, by_vendor};
use crate::store::Catalog;

/// Everything that is known of a technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TechniquePage {
    /// Its id today.
    pub technique: String,
    /// The id that was asked for, where ATT&CK has replaced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Its name.
    pub name: String,
    /// `active` or `deprecated`.
    pub status: String,
    /// Its tactics, in the order of the matrix.
    pub tactics: Vec<String>,
    /// What knowledge packs state of it; absent where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<TechniqueKnowledge>,
    /// Its sub-techniques with their numbers of active rules.
    pub sub_techniques: Vec<SubTechnique>,
    /// The events on which its rules can fire.
    pub events: Vec<EventUse>,
    /// The fields that its rules test most.
    pub fields: Vec<FieldUse>,
    /// What they look for most.
    pub indicators: Vec<ValueUse>,
    /// What they exclude most.
    pub exclusions: Vec<ExclusionUse>,
    /// How many active rules are tagged with it or a sub-technique, by vendor.
    pub vendors: BTreeMap<String, i64>,
    /// They.
    pub rules: Vec<RuleLine>,
}

/// A sub-technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubTechnique {
    /// Its id.
    pub technique: String,
    /// Its name.
    pub name: String,
    /// How many active rules are tagged with it.
    pub rules: i64,
}

impl Catalog {
    /// The page of a technique by today's id or an older one; `None` where ATT&CK knows no such id.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn technique(&self, id: &str) -> Result<Option<TechniquePage>, Error> {
        let id = id.trim().to_uppercase();
        let (technique, was) = match attack::today(&id) {
            Some(current) => (current.technique, current.was),
            None => match attack::technique(&id) {
                Some(retired) => (retired, None),
                None => return Ok(None),
            },
        };
        let filter = Filter {
            technique: Some(technique.id.to_owned()),
            deprecated: Some(false),
            ..Filter::default()
        };
        let reach = self.reach(&filter)?;
        let rules = reach.rules()?;
        let tagged = reach.by_technique()?;
        let sub_techniques = attack::techniques()
            .iter()
            .filter(|sub| sub.status == attack::Status::Active)
            .filter(|sub| sub.parent().is_some_and(|p| p.id == technique.id))
            .map(|sub| SubTechnique {
                technique: sub.id.to_owned(),
                name: sub.name.to_owned(),
                rules: tagged.get(sub.id).copied().unwrap_or(0),
            })
            .collect();
        Ok(Some(TechniquePage {
            technique: technique.id.to_owned(),
            was: was.map(str::to_owned),
            name: technique.name.to_owned(),
            status: match technique.status {
                attack::Status::Active => "active",
                attack::Status::Deprecated => "deprecated",
                attack::Status::Revoked => "revoked",
            }
            .to_owned(),
            tactics: technique.tactics.iter().map(|t| t.name.to_owned()).collect(),
            known: self.technique_knowledge(technique.id)?,
            sub_techniques,
            events: reach.events()?,
            fields: reach.fields()?,
            indicators: reach.values()?,
            exclusions: reach.exclusions()?,
            vendors: by_vendor(&rules),
            rules,
        }))
    }
}
