//! How each number is computed, and what the catalog was built from.

use rulescope_catalog::Catalog;
use rulescope_catalog::origin::{PackLine, SourceLine};
use serde::Serialize;

use crate::Error;

/// What the catalog was built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AboutView {
    /// The program's version.
    pub version: &'static str,
    /// The sources.
    pub sources: Vec<SourceLine>,
    /// The knowledge packs.
    pub packs: Vec<PackLine>,
}

pub(crate) fn about(catalog: &Catalog) -> Result<AboutView, Error> {
    Ok(AboutView {
        version: env!("CARGO_PKG_VERSION"),
        sources: catalog.sources()?,
        packs: catalog.packs()?,
    })
}
