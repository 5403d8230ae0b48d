//! `stats`: counts.

use std::process::ExitCode;

use rulescope_catalog::stats::Counts;

use crate::output::{CatalogArg, print, print_json};
use crate::table::table;

/// Arguments of `stats`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    catalog: CatalogArg,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let stats = args.catalog.open()?.stats()?;
    if args.json {
        print_json(&stats)?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows = stats.sources.iter().map(|(name, counts)| row(name, counts)).collect();
    let headings = [
        "Source",
        "Files",
        "Rules",
        "Deprecated",
        "Active",
        "Exact",
        "Partial",
        "Opaque",
        "Not evaluable",
        "Windows",
        "Runnable",
        "Failed",
    ];
    let mut text = table(&headings, rows);
    text += &format!(
        "\n{} rules, {} predicates, {} indicators, {} events, {} techniques\n",
        stats.rules, stats.predicates, stats.indicators, stats.events, stats.techniques
    );
    text += &format!(
        "Of the events {} have a title, {} an example",
        stats.events_with_title, stats.events_with_example
    );
    text += &match stats.packs {
        0 => "; no knowledge packs\n".to_owned(),
        packs => format!("; {} facts of {packs} knowledge packs\n", stats.facts),
    };
    text +=
        "Exact to Runnable count active rules; runnable are those on Windows that can be run.\n";
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn row(name: &str, counts: &Counts) -> Vec<String> {
    let name = if counts.readable { name.to_owned() } else { format!("{name} (not read)") };
    let active = counts.active;
    let numbers = [
        counts.files,
        counts.rules,
        counts.deprecated,
        active.rules,
        active.fidelities.exact,
        active.fidelities.partial,
        active.fidelities.opaque,
        active.fidelities.not_evaluable,
        counts.windows,
        counts.runnable_windows,
        counts.failed,
    ];
    std::iter::once(name).chain(numbers.iter().map(i64::to_string)).collect()
}
