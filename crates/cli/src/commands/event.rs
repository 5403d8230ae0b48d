//! `event`: what an event holds, and which rules read it how.

use std::process::ExitCode;

use anyhow::bail;

use super::filter::event;
use super::known;
use super::reach::{exclusions, section, values, vendors};
use super::rules::listed;
use crate::output::{CatalogArg, DIM, HEADING, clean, print, print_json};

/// Arguments of `event`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The event by its provider or channel: `sysmon/1`, `security-auditing/4688`
    event: String,
    #[command(flatten)]
    catalog: CatalogArg,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (provider, id) = event(&args.event)?;
    let Some(page) = args.catalog.open()?.event(&provider, id)? else {
        bail!("no table, no knowledge pack and no rule knows the event `{}`", args.event);
    };
    if args.json {
        print_json(&page)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = format!(
        "{HEADING}{} {}{HEADING:#} {}\n{DIM}{}  {}{DIM:#}\n",
        clean(&page.provider),
        page.event_id,
        clean(&page.title),
        clean(&page.provider_name),
        clean(&page.channel)
    );
    for (kind, name) in &page.log_sources {
        text += &format!("{kind}: {name}\n");
    }
    for want in &page.wants {
        text += &format!("wants besides: {want}\n");
    }
    if let Some(known) = &page.known {
        text += &known::summary(known);
        text += &known::texts(known);
    }
    text += &known::fields(&page.fields, page.known.is_some());
    if let Some(known) = &page.known {
        text += &known::labels(known);
        text += &known::example(known);
        text += &known::rest(known);
    }
    let techniques = page.techniques.iter().map(|t| {
        vec![t.tactic.clone(), format!("{} {}", t.technique, t.name), t.rules.to_string()]
    });
    text += &section("Detected", &["Tactic", "Technique", "Rules"], techniques.collect());
    text += &values(&page.indicators);
    text += &exclusions(&page.exclusions);
    text += &format!("\n{HEADING}Rules{HEADING:#} {}\n", page.rules.len());
    if !page.rules.is_empty() {
        text += &format!("{}\n\n{}", vendors(&page.vendors), listed(&page.rules));
    }
    if let Some(known) = &page.known {
        text += &known::origins(&known.origins);
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}
