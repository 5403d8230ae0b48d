//! The first page: what there is.

use rulescope_catalog::Catalog;
use rulescope_catalog::evidence::EvidenceTotal;
use rulescope_catalog::origin::SourceLine;
use rulescope_catalog::stats::Counts;
use serde::Serialize;

use crate::Error;
use crate::state::Shelf;

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HomeView {
    /// All counts.
    pub stats: rulescope_catalog::stats::Stats,
    /// The sources with their counts.
    pub sources: Vec<(SourceLine, Counts)>,
    /// Whether rules were run over logs when the catalog was built.
    pub has_evidence: bool,
    /// Rules that the user's logs fire most, each with how often.
    pub firing: Vec<(String, String, EvidenceTotal)>,
    /// The events that most rules read.
    pub events: Vec<rulescope_catalog::events::EventLine>,
}

/// How many lines a list of the first page has.
const LINES: usize = 8;

pub(crate) fn home(shelf: &Shelf, catalog: &Catalog) -> Result<HomeView, Error> {
    let sources = catalog.sources()?.into_iter().map(|source| {
        let counts = shelf.stats.sources.get(&source.name).copied().unwrap_or_default();
        (source, counts)
    });
    let mut events = shelf.events.clone();
    events.sort_by_key(|event| std::cmp::Reverse(event.rules));
    events.truncate(LINES);
    Ok(HomeView {
        sources: sources.collect(),
        stats: shelf.stats.clone(),
        has_evidence: catalog.has_evidence()?,
        firing: catalog.firing(LINES)?,
        events,
    })
}

impl HomeView {
    /// Active rules.
    pub fn active(&self) -> i64 {
        self.stats.vendors.values().map(|counts| counts.active.rules).sum()
    }

    /// Active rules that can be run.
    pub fn runnable(&self) -> i64 {
        self.stats.vendors.values().map(|counts| counts.runnable).sum()
    }
}
