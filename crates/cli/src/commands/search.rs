//! `search`: words, parts of values, facets.

use std::process::ExitCode;

use super::filter::{FilterArgs, open};
use super::rules::listed;
use crate::output::{CatalogArg, HEADING, print, print_json};
use crate::table::table;

/// Arguments of `search`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Words of titles and texts, or a part of a value; "…" keeps words together
    query: String,
    #[command(flatten)]
    filter: FilterArgs,
    /// How many rules are listed
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    catalog: CatalogArg,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let filter = args.filter.filter()?;
    let found = open(&args.catalog, &filter)?.search(&args.query, &filter, args.limit)?;
    if args.json {
        print_json(&found)?;
        return Ok(ExitCode::SUCCESS);
    }
    if found.total == 0 {
        print(&format!("nothing has `{}` in it\n", found.query))?;
        return Ok(ExitCode::SUCCESS);
    }
    let shown = found.rules.len();
    let mut text = format!("{HEADING}{} rules{HEADING:#}", found.total);
    if shown < found.total {
        text += &format!(", the first {shown}");
    }
    text += "\n\n";
    text += &listed(&found.rules);
    if !found.values.is_empty() {
        let rows = found
            .values
            .iter()
            .map(|v| vec![v.field.clone(), v.kind.clone(), v.value.clone(), v.corpus.to_string()])
            .collect();
        text += &format!("\n{HEADING}Values that have it{HEADING:#}\n\n");
        text += &table(&["Field", "Kind", "Value", "Rules"], rows);
    }
    text += "\n";
    for (facet, values) in &found.facets {
        let mut values: Vec<_> = values.iter().collect();
        values.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let values: Vec<String> = values.iter().map(|(name, n)| format!("{name} {n}")).collect();
        text += &format!("{HEADING}{facet}{HEADING:#}: {}\n", values.join(", "));
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}
