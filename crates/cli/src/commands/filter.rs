//! Facets that narrow a list of rules.

use anyhow::bail;
use rulescope_catalog::Catalog;
use rulescope_catalog::list::Filter;
use rulescope_ir::{Fidelity, Shape};
use rulescope_rulefile::source::Vendor;

use crate::output::CatalogArg;

/// Facets; all that are given must hold.
#[derive(Debug, clap::Args)]
pub(crate) struct FilterArgs {
    /// Only rules of this vendor
    #[arg(long)]
    vendor: Option<String>,
    /// Only rules of this source
    #[arg(long)]
    source: Option<String>,
    /// Only rules for this ATT&CK technique, its sub-techniques included
    #[arg(long, value_name = "T1047")]
    technique: Option<String>,
    /// Only rules for this ATT&CK tactic
    #[arg(long)]
    tactic: Option<String>,
    /// Only rules that can fire on this event
    #[arg(long, value_name = "sysmon/1")]
    event: Option<String>,
    /// Only rules that test this field
    #[arg(long)]
    field: Option<String>,
    /// Only rules of this severity
    #[arg(long)]
    severity: Option<String>,
    /// Only rules of this status
    #[arg(long)]
    status: Option<String>,
    /// Only rules of this fidelity: exact, partial, opaque, not_evaluable
    #[arg(long)]
    fidelity: Option<String>,
    /// Only rules of this shape: single_event, sequence, aggregate, temporal, new_terms, union, join
    #[arg(long)]
    shape: Option<String>,
    /// Only rules for this platform
    #[arg(long)]
    platform: Option<String>,
    /// Only rules with this in their author's name
    #[arg(long)]
    author: Option<String>,
    /// Only rules with this product, category or service in their log source
    #[arg(long)]
    log_source: Option<String>,
    /// Only rules that fire on the logs that the catalog was built with
    #[arg(long, conflicts_with = "without_evidence")]
    with_evidence: bool,
    /// Only rules that do not
    #[arg(long)]
    without_evidence: bool,
    /// Only deprecated rules
    #[arg(long, conflicts_with = "active")]
    deprecated: bool,
    /// No deprecated rules
    #[arg(long)]
    active: bool,
}

impl FilterArgs {
    pub(crate) fn filter(self) -> anyhow::Result<Filter> {
        let event = match &self.event {
            None => None,
            Some(address) => Some(event(address)?),
        };
        let known = |what: &str, value: &Option<String>, names: &[&str]| match value {
            Some(v) if !names.iter().any(|n| n.eq_ignore_ascii_case(v)) => {
                bail!("`{v}` is no {what}; they are {}", names.join(", "))
            }
            _ => Ok(()),
        };
        let vendors: Vec<&str> = Vendor::ALL.iter().map(|v| v.name()).collect();
        known("vendor", &self.vendor, &vendors)?;
        known("fidelity", &self.fidelity, &Fidelity::ALL.map(Fidelity::name))?;
        known("shape", &self.shape, &Shape::ALL.map(Shape::name))?;
        let tactic = match self.tactic {
            None => None,
            Some(text) => match rulescope_taxonomy::attack::tactic(&text) {
                Some(tactic) => Some(tactic.name.to_owned()),
                None => bail!("`{text}` is no ATT&CK tactic"),
            },
        };
        Ok(Filter {
            vendor: self.vendor,
            source: self.source,
            technique: self.technique,
            tactic,
            event,
            field: self.field,
            severity: self.severity,
            status: self.status,
            fidelity: self.fidelity,
            shape: self.shape,
            platform: self.platform,
            language: None,
            author: self.author,
            logsource: self.log_source,
            evidence: (self.with_evidence || self.without_evidence).then_some(self.with_evidence),
            deprecated: match (self.deprecated, self.active) {
                (true, _) => Some(true),
                (false, true) => Some(false),
                (false, false) => None,
            },
        })
    }
}

/// A catalog of which a filter can be asked: one that was built without logs says nothing of evidence.
pub(crate) fn open(catalog: &CatalogArg, filter: &Filter) -> anyhow::Result<Catalog> {
    let catalog = catalog.open()?;
    if filter.evidence.is_some() && !catalog.has_evidence()? {
        bail!(
            "the catalog has no evidence; `rulescope build --events DIR` runs the rules over logs"
        );
    }
    Ok(catalog)
}

/// Reads an event's address (`sysmon/1`): the provider as it is written in the catalog, and the id.
pub(crate) fn event(address: &str) -> anyhow::Result<(String, u32)> {
    let read =
        address.rsplit_once('/').and_then(|(provider, id)| Some((provider, id.parse().ok()?)));
    let Some((provider, id)) = read else {
        bail!("`{address}` is no event; write a provider and an id, such as sysmon/1");
    };
    let name = match rulescope_taxonomy::events::event(provider, id) {
        Some(event) => event.provider_short().to_owned(),
        None => rulescope_taxonomy::events::short_name(provider).to_owned(),
    };
    Ok((name, id))
}
