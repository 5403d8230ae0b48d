//! `indicator`: who looks for a value.

use std::process::ExitCode;

use anyhow::bail;
use rulescope_ir::Kind;

use super::rules::listed;
use super::show::counted;
use crate::output::{CatalogArg, print, print_json};
use crate::table::table;

/// Arguments of `indicator`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The field; empty for keywords
    #[arg(long, allow_hyphen_values = true)]
    field: String,
    /// The kind of test, as pages print it: eq, match, starts_with, ends_with, …
    #[arg(long)]
    kind: String,
    /// The value as it is effective after its language's escapes, in any case
    #[arg(long, allow_hyphen_values = true, default_value = "")]
    value: String,
    #[command(flatten)]
    catalog: CatalogArg,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let Some(kind) = Kind::from_name(&args.kind) else {
        let known: Vec<&str> = Kind::ALL.iter().map(|k| k.name()).collect();
        bail!("`{}` is no kind; the kinds are {}", args.kind, known.join(", "));
    };
    let page = args.catalog.open()?.indicator(&args.field, kind, &args.value)?;
    if args.json {
        print_json(&page)?;
        return Ok(ExitCode::SUCCESS);
    }
    let field = if page.field.is_empty() { "keyword" } else { &page.field };
    let mut text = format!("{field} {} {}\n{}\n", page.kind, page.value, counted(&page.corpus));
    if !page.rules.is_empty() {
        text += "\n";
        text += &listed(&page.rules);
    }
    if !page.overlaps.is_empty() {
        let rows = page
            .overlaps
            .iter()
            .map(|o| {
                vec![o.relation.clone(), o.kind.clone(), o.value.clone(), o.corpus.to_string()]
            })
            .collect();
        text += "\nValues that overlap it\n\n";
        text += &table(&["Relation", "Kind", "Value", "Rules"], rows);
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}
