//! An event's page.

use rulescope_catalog::Catalog;
use rulescope_catalog::event::EventPage;
use rulescope_catalog::list::RuleLine;

use crate::Error;

pub(crate) fn event(
    catalog: &Catalog,
    provider: &str,
    id: u32,
) -> Result<Option<EventPage>, Error> {
    // An address has the provider's spaces as `-`; packs and rules have it as it is written.
    if let Some(page) = catalog.event(provider, id)? {
        return Ok(Some(page));
    }
    Ok(catalog.event(&provider.replace('-', " "), id)?)
}

/// Rules by vendor, those of most first.
pub(crate) fn by_vendor(rules: &[RuleLine]) -> Vec<(&str, Vec<&RuleLine>)> {
    let mut out: Vec<(&str, Vec<&RuleLine>)> = Vec::new();
    for rule in rules {
        match out.iter_mut().find(|(vendor, _)| *vendor == rule.vendor) {
            Some((_, list)) => list.push(rule),
            None => out.push((&rule.vendor, vec![rule])),
        }
    }
    out.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(b.0)));
    out
}
