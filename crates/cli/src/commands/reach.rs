//! Tables of what a set of rules has in common, as the pages of events and techniques show them.

use std::collections::BTreeMap;

use rulescope_catalog::reach::{ExclusionUse, FieldUse, ValueUse};

use crate::output::heading;
use crate::table::table;

/// A heading and a table below it; nothing where there are no rows.
pub(crate) fn section(title: &str, columns: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut out = String::new();
    if !rows.is_empty() {
        heading(&mut out, title);
        out += &table(columns, rows);
    }
    out
}

/// The fields that rules test.
pub(crate) fn fields(fields: &[FieldUse]) -> String {
    let rows = fields.iter().map(|f| {
        let kinds: Vec<String> = f.kinds.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
        vec![field(&f.field), f.rules.to_string(), kinds.join(", "), f.samples.join("\n")]
    });
    section("Fields tested most", &["Field", "Rules", "How", "Sample values"], rows.collect())
}

/// The values that rules look for.
pub(crate) fn values(values: &[ValueUse]) -> String {
    let rows = values.iter().map(|v| {
        vec![
            field(&v.field),
            v.kind.clone(),
            v.value.clone(),
            v.rules.to_string(),
            v.corpus.to_string(),
            vendors(&v.vendors),
        ]
    });
    let columns = ["Field", "Kind", "Value", "Rules here", "Corpus", "Vendors"];
    section("Values looked for most", &columns, rows.collect())
}

/// What rules exclude.
pub(crate) fn exclusions(exclusions: &[ExclusionUse]) -> String {
    let rows = exclusions
        .iter()
        .map(|e| vec![field(&e.field), e.kind.clone(), e.values.join("\n"), e.rules.to_string()]);
    section("Excluded most", &["Field", "Kind", "Values", "Rules"], rows.collect())
}

/// `sigma 3, splunk 1`.
pub(crate) fn vendors(vendors: &BTreeMap<String, i64>) -> String {
    let parts: Vec<String> = vendors.iter().map(|(name, n)| format!("{name} {n}")).collect();
    parts.join(", ")
}

fn field(name: &str) -> String {
    if name.is_empty() { "keyword".to_owned() } else { name.to_owned() }
}
