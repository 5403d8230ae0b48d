//! `rules`: one line a rule.

use std::process::ExitCode;

use rulescope_catalog::list::RuleLine;

use super::filter::{FilterArgs, open};
use crate::output::{CatalogArg, Format, print, print_json, print_jsonl};
use crate::table::table;

/// Arguments of `rules`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    catalog: CatalogArg,
    /// How the list is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// One JSON document
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

pub(crate) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let filter = args.filter.filter()?;
    let rules = open(&args.catalog, &filter)?.rules(&filter)?;
    match args.format {
        _ if args.json => print_json(&rules)?,
        Format::Json => print_json(&rules)?,
        Format::Jsonl => print_jsonl(&rules)?,
        Format::Table => print(&listed(&rules))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Rules as a table.
pub(crate) fn listed(rules: &[RuleLine]) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let rows = rules
        .iter()
        .map(|r| {
            let status = if r.deprecated { "deprecated".to_owned() } else { text(&r.status) };
            let severity = text(&r.severity);
            vec![
                r.id.clone(),
                severity,
                status,
                r.shape.clone(),
                r.fidelity.clone(),
                r.title.clone(),
            ]
        })
        .collect();
    table(&["Rule", "Severity", "Status", "Shape", "Fidelity", "Title"], rows)
}
