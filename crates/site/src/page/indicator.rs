//! An indicator's page.

use rulescope_catalog::Catalog;
use rulescope_catalog::indicator::IndicatorPage;
use rulescope_catalog::values::Values;
use rulescope_ir::Kind;

use crate::Error;

/// Everything that looks for a value; `None` where the kind is none, or nobody looks for it.
pub(crate) fn indicator(
    values: &Values,
    catalog: &Catalog,
    field: &str,
    kind: &str,
    value: &str,
) -> Result<Option<IndicatorPage>, Error> {
    let Some(kind) = Kind::from_name(kind) else { return Ok(None) };
    let page = catalog.indicator_among(Some(values), field, kind, value)?;
    Ok((!page.rules.is_empty() || !page.overlaps.is_empty()).then_some(page))
}
