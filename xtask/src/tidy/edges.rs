//! Which crate may use which: the direction of the house, held against each `Cargo.toml`.

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::{Finding, Source};

/// Every crate of `crates/` with those of ours that it may use. A new edge is its own commit with a
/// reason, and a line here.
const EDGES: [(&str, &[&str]); 15] = [
    ("ir", &[]),
    ("files", &[]),
    ("events", &[]),
    ("yaml", &["ir"]),
    ("taxonomy", &["ir"]),
    ("dialects", &["ir", "yaml"]),
    ("eval", &["ir"]),
    ("rulefile", &["ir", "files", "yaml", "dialects", "taxonomy"]),
    ("analysis", &["ir", "taxonomy"]),
    ("policy", &["ir", "taxonomy"]),
    ("knowledge", &["ir", "files", "yaml", "taxonomy", "events"]),
    ("engine", &["ir", "eval", "events", "taxonomy"]),
    ("catalog", &["ir", "taxonomy", "rulefile", "analysis", "eval", "policy", "knowledge"]),
    ("site", &["catalog", "engine", "eval", "events", "ir", "rulefile", "taxonomy"]),
    (
        "cli",
        &[
            "catalog", "engine", "events", "rulefile", "ir", "analysis", "taxonomy", "eval",
            "policy", "site",
        ],
    ),
];

/// The prefix of our crates' names.
const OURS: &str = "rulescope-";

/// Edges that the table does not allow, and crates that it does not know.
pub(super) fn wrong(sources: &[Source]) -> Result<Vec<Finding>> {
    let mut out = Vec::new();
    for source in sources {
        let inner = source.path.strip_prefix("crates/");
        let Some(name) = inner.and_then(|p| p.strip_suffix("/Cargo.toml")) else { continue };
        let manifest: Table =
            source.text.parse().with_context(|| format!("reading {}", source.path))?;
        let Some((_, allowed)) = EDGES.iter().find(|(known, _)| *known == name) else {
            out.push(Finding::new(source, 0, "the table of edges does not know this crate"));
            continue;
        };
        for used in used(&manifest) {
            if !allowed.contains(&used.as_str()) {
                let message =
                    format!("{name} must not use {used} (allowed: {})", allowed.join(", "));
                out.push(Finding::new(source, 0, message));
            }
        }
    }
    Ok(out)
}

/// The crates of ours that a manifest's code is built with; tests may look around.
fn used(manifest: &Table) -> Vec<String> {
    let mut tables = vec![manifest];
    let platforms = manifest.get("target").and_then(Value::as_table);
    tables.extend(platforms.into_iter().flat_map(Table::values).filter_map(Value::as_table));
    let kinds = ["dependencies", "build-dependencies"];
    let sections = tables
        .into_iter()
        .flat_map(|table| kinds.iter().filter_map(|kind| table.get(*kind)?.as_table()));
    sections
        .flat_map(|section| section.iter())
        .filter_map(|(name, value)| {
            let package = value.get("package").and_then(Value::as_str).unwrap_or(name);
            package.strip_prefix(OURS).map(str::to_owned)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source;

    fn messages(path: &str, text: &str) -> Vec<String> {
        let found = wrong(&[source(path, text)]).expect("well-formed");
        found.into_iter().map(|f| f.message).collect()
    }

    #[test]
    fn an_edge_upwards_is_found() {
        let text = "[dependencies]\nrulescope-ir.workspace = true\nserde = \"1\"\n\
                    [dev-dependencies]\nrulescope-eval.workspace = true\n";
        assert_eq!(messages("crates/yaml/Cargo.toml", text), [""; 0]);
        assert_eq!(messages("crates/ir/Cargo.toml", text), ["ir must not use ir (allowed: )"]);
        let renamed = "[target.'cfg(unix)'.dependencies]\nfields = { package = \
                       \"rulescope-taxonomy\", path = \"../taxonomy\" }\n";
        assert_eq!(
            messages("crates/dialects/Cargo.toml", renamed),
            ["dialects must not use taxonomy (allowed: ir, yaml)"]
        );
    }

    #[test]
    fn a_crate_that_the_table_does_not_know_is_found() {
        assert_eq!(messages("crates/new/Cargo.toml", "").len(), 1);
        assert_eq!(messages("xtask/Cargo.toml", "[dependencies]\nrulescope-ir = \"1\"\n").len(), 0);
    }
}
