//! The sources, and the rules of one.

use rulescope_catalog::Catalog;
use rulescope_catalog::list::{Filter, RuleLine};
use rulescope_catalog::origin::SourceLine;
use rulescope_catalog::stats::Counts;
use serde::Serialize;

use crate::Error;
use crate::state::Shelf;

/// All sources with their counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourcesView {
    /// They.
    pub sources: Vec<(SourceLine, Counts)>,
}

/// A source with its rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceView {
    /// The source.
    pub source: SourceLine,
    /// Its counts.
    pub counts: Counts,
    /// Its rules by folder.
    pub folders: Vec<Folder>,
}

/// A folder of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Folder {
    /// Its path; empty for the source's own.
    pub path: String,
    /// The rules in it.
    pub rules: Vec<RuleLine>,
}

pub(crate) fn sources(shelf: &Shelf, catalog: &Catalog) -> Result<SourcesView, Error> {
    let with_counts = |source: SourceLine| {
        let counts = shelf.stats.sources.get(&source.name).copied().unwrap_or_default();
        (source, counts)
    };
    Ok(SourcesView { sources: catalog.sources()?.into_iter().map(with_counts).collect() })
}

pub(crate) fn source(
    shelf: &Shelf,
    catalog: &Catalog,
    name: &str,
) -> Result<Option<SourceView>, Error> {
    let Some(source) = catalog.sources()?.into_iter().find(|source| source.name == name) else {
        return Ok(None);
    };
    let filter = Filter { source: Some(source.name.clone()), ..Filter::default() };
    let mut folders: std::collections::BTreeMap<String, Vec<RuleLine>> = Default::default();
    for rule in catalog.rules(&filter)? {
        let folder = rule.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        folders.entry(folder.to_owned()).or_default().push(rule);
    }
    let folder = |(path, rules)| Folder { path, rules };
    Ok(Some(SourceView {
        counts: shelf.stats.sources.get(name).copied().unwrap_or_default(),
        folders: folders.into_iter().map(folder).collect(),
        source,
    }))
}
