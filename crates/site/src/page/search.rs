//! What a search finds, with facets.

use rulescope_catalog::Catalog;
use rulescope_catalog::facets::{FACETS, FacetCounts};
use rulescope_catalog::list::{Filter, RuleLine};
use rulescope_catalog::search::ValueHit;
use rulescope_taxonomy::events::short_name;
use serde::Serialize;

use crate::Error;
use crate::query::Pairs;
use crate::route::encode;
use crate::state::Shelf;

/// Rules on a page.
pub const PAGE: usize = 40;

/// What a search finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SearchView {
    /// The words.
    pub query: String,
    /// What narrows it: name and value.
    pub filters: Vec<(String, String)>,
    /// Rules in all.
    pub total: usize,
    /// Which page this is, from 1.
    pub page: usize,
    /// How many there are.
    pub pages: usize,
    /// Its rules.
    pub rules: Vec<RuleLine>,
    /// Values that hold the query.
    pub values: Vec<ValueHit>,
    /// Counts of all that was found.
    pub facets: FacetCounts,
}

/// Names that narrow a search besides the facets.
const OTHERS: [&str; 7] =
    ["technique", "event", "field", "author", "logsource", "evidence", "deprecated"];

pub(crate) fn search(shelf: &Shelf, catalog: &Catalog, pairs: &Pairs) -> Result<SearchView, Error> {
    let query = pairs.get("q").unwrap_or_default().to_owned();
    let owned = |name: &str| pairs.get(name).map(str::to_owned);
    let yes = |name: &str| match pairs.get(name) {
        Some("yes") => Some(true),
        Some("no") => Some(false),
        _ => None,
    };
    let event = pairs.get("event").and_then(|event| {
        let (provider, id) = event.rsplit_once('/')?;
        let id: u32 = id.parse().ok()?;
        let known = shelf.events.iter().find(|line| line.address == event);
        let provider = known.map_or(provider, |line| line.provider.as_str());
        Some((short_name(provider).to_owned(), id))
    });
    let filter = Filter {
        vendor: owned("vendor"),
        source: owned("source"),
        technique: owned("technique"),
        tactic: owned("tactic"),
        event,
        field: owned("field"),
        severity: owned("severity"),
        status: owned("status"),
        fidelity: owned("fidelity"),
        shape: owned("shape"),
        platform: owned("platform"),
        language: owned("language"),
        author: owned("author"),
        logsource: owned("logsource"),
        evidence: yes("evidence"),
        deprecated: yes("deprecated"),
    };
    let found = shelf.found(catalog, query.trim())?;
    let rows = catalog.let_through(&shelf.facets, &filter, &found.rows)?;
    let pages = rows.len().div_ceil(PAGE).max(1);
    let page = pairs.get("page").and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, pages);
    let shown = rows.iter().copied().skip((page - 1) * PAGE).take(PAGE).collect::<Vec<_>>();
    let names = FACETS.into_iter().chain(OTHERS);
    let filters = names.filter_map(|name| Some((name.to_owned(), owned(name)?))).collect();
    Ok(SearchView {
        total: rows.len(),
        rules: catalog.lines(&shown)?,
        facets: shelf.facets.count(&rows),
        values: found.values.clone(),
        query,
        filters,
        page,
        pages,
    })
}

impl SearchView {
    /// The address of this search with one name set or (empty) taken away, on its first page.
    fn address(&self, name: &str, value: &str) -> String {
        let mut out = format!("/search?q={}", encode(&self.query));
        for (of, set) in self.filters.iter().filter(|(of, _)| of != name) {
            out += &format!("&{of}={}", encode(set));
        }
        if !value.is_empty() {
            out += &format!("&{name}={}", encode(value));
        }
        out
    }

    /// The address with a facet set.
    pub fn with(&self, name: &str, value: &str) -> String {
        self.address(name, value)
    }

    /// The address without a facet.
    pub fn without(&self, name: &str) -> String {
        self.address(name, "")
    }

    /// The address of another page.
    pub fn at(&self, page: usize) -> String {
        self.address("page", &page.to_string())
    }

    /// What a facet is set to.
    pub fn set(&self, name: &str) -> Option<&str> {
        self.filters.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    /// The facets in order, each with its values, the most first.
    pub fn listed(&self) -> Vec<(&'static str, Vec<(&str, usize)>)> {
        let of = |facet: &'static str| {
            let counts = self.facets.get(facet)?;
            let mut values: Vec<(&str, usize)> =
                counts.iter().map(|(value, n)| (value.as_str(), *n)).collect();
            values.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
            Some((facet, values))
        };
        FACETS.into_iter().filter_map(of).collect()
    }
}
