//! The parts of STIX objects that are read. What an object's type does not have is empty.

use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
pub(super) struct Bundle {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) objects: Vec<Object>,
}

#[derive(Deserialize)]
pub(super) struct Object {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) revoked: bool,
    #[serde(default, rename = "x_mitre_deprecated", deserialize_with = "or_default")]
    pub(super) deprecated: bool,
    #[serde(default, deserialize_with = "or_default")]
    external_references: Vec<Reference>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) kill_chain_phases: Vec<Phase>,
    #[serde(default, rename = "x_mitre_platforms", deserialize_with = "or_default")]
    pub(super) platforms: Vec<String>,
    #[serde(rename = "x_mitre_detection")]
    pub(super) detection: Option<String>,
    #[serde(rename = "x_mitre_shortname")]
    pub(super) short_name: Option<String>,
    #[serde(default, rename = "x_mitre_log_sources", deserialize_with = "or_default")]
    pub(super) log_sources: Vec<Log>,
    #[serde(default, rename = "x_mitre_log_source_references", deserialize_with = "or_default")]
    pub(super) log_source_references: Vec<Log>,
    #[serde(default, rename = "x_mitre_mutable_elements", deserialize_with = "or_default")]
    pub(super) mutable_elements: Vec<Mutable>,
    #[serde(default, rename = "x_mitre_analytic_refs", deserialize_with = "or_default")]
    pub(super) analytic_refs: Vec<String>,
    pub(super) relationship_type: Option<String>,
    pub(super) source_ref: Option<String>,
    pub(super) target_ref: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    source_name: String,
    external_id: Option<String>,
    url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Phase {
    #[serde(default)]
    pub(super) kill_chain_name: String,
    #[serde(default)]
    pub(super) phase_name: String,
}

#[derive(Deserialize)]
pub(super) struct Log {
    #[serde(default)]
    pub(super) name: String,
    channel: Option<String>,
    #[serde(rename = "x_mitre_data_component_ref")]
    pub(super) component: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Mutable {
    #[serde(default)]
    pub(super) field: String,
    description: Option<String>,
}

/// A null where a list or a truth should be is the same as nothing.
fn or_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl Object {
    /// ATT&CK's id of it and its page.
    pub(super) fn reference(&self) -> Option<(&str, Option<&str>)> {
        let own = self.external_references.iter().find(|r| r.source_name.starts_with("mitre-"))?;
        Some((own.external_id.as_deref()?, own.url.as_deref()))
    }
}

impl Log {
    pub(super) fn channel(&self) -> &str {
        self.channel.as_deref().unwrap_or_default()
    }
}

impl Mutable {
    pub(super) fn description(&self) -> &str {
        self.description.as_deref().unwrap_or_default()
    }
}
