//! A technique's page.

use rulescope_catalog::Catalog;
use rulescope_catalog::technique::TechniquePage;

use crate::Error;

pub(crate) fn technique(catalog: &Catalog, id: &str) -> Result<Option<TechniquePage>, Error> {
    Ok(catalog.technique(id)?)
}
