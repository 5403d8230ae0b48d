//! `technique`: what the rules of an ATT&CK technique read, look for and leave out.

use std::process::ExitCode;

use anyhow::bail;

use super::known;
use super::reach::{exclusions, fields, section, values, vendors};
use super::rules::listed;
use crate::output::{CatalogArg, DIM, HEADING, clean, print, print_json};

/// Arguments of `technique`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The technique by today's id or an older one: `T1047`
    technique: String,
    #[command(flatten)]
    catalog: CatalogArg,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let Some(page) = args.catalog.open()?.technique(&args.technique)? else {
        bail!("ATT&CK has no technique `{}`", args.technique);
    };
    if args.json {
        print_json(&page)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = format!("{HEADING}{} {}{HEADING:#}\n", page.technique, page.name);
    if let Some(was) = &page.was {
        text += &format!("{was} in older versions of ATT&CK\n");
    }
    if page.status != "active" {
        text += &format!("{} in ATT&CK\n", page.status);
    }
    text += &format!("{}\n", page.tactics.join(", "));
    if let Some(known) = &page.known {
        text += &known::technique(known);
    }
    let subs = page.sub_techniques.iter();
    let subs = subs.map(|s| vec![s.technique.clone(), s.name.clone(), s.rules.to_string()]);
    text += &section("Sub-techniques", &["Technique", "Name", "Rules"], subs.collect());
    text += &page.known.as_ref().map(known::strategies).unwrap_or_default();
    let events = page.events.iter().map(|e| {
        vec![
            e.provider.clone(),
            e.event_id.to_string(),
            e.title.clone(),
            e.full.to_string(),
            e.part.to_string(),
        ]
    });
    let columns = ["Provider", "Event", "Title", "Rules in full", "In part"];
    text += &section("Events", &columns, events.collect());
    text += &fields(&page.fields);
    text += &values(&page.indicators);
    text += &exclusions(&page.exclusions);
    text += &format!("\n{HEADING}Rules{HEADING:#} {}\n", page.rules.len());
    if !page.rules.is_empty() {
        text += &format!("{}\n\n{}", vendors(&page.vendors), listed(&page.rules));
    }
    if let Some(known) = &page.known {
        text += &known::origins(&known.origins);
        text += &format!("\n{DIM}{}{DIM:#}\n", clean(&known.notice));
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}
