//! `sync`: clone or update sources, then build.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use rulescope_catalog::Packs;
use rulescope_rulefile::config::Config;
use rulescope_rulefile::sync::{Change, sync};

use super::build;
use crate::output::{CatalogArg, Talk};

/// Arguments of `sync`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Sources and settings [default: ./rulescope.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    catalog: CatalogArg,
    /// One JSON document of what was done
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args, talk: Talk) -> anyhow::Result<ExitCode> {
    let Some((path, config)) = build::config(args.config.as_deref())? else {
        bail!(
            "there is no rulescope.toml here that names sources; write one or name it with --config"
        );
    };
    let cache = Config::cache(&path);
    let mut failed = false;
    for spec in &config.sources {
        match sync(spec, &cache) {
            Ok(None) => {}
            Ok(Some(synced)) => {
                let what = match &synced.change {
                    Change::Cloned => format!("cloned at {}", synced.commit),
                    Change::Unchanged => format!("unchanged at {}", synced.commit),
                    Change::Updated { from } => format!("updated from {from} to {}", synced.commit),
                };
                talk.say(format!("{}: {what}", spec.name));
            }
            Err(error) => {
                failed = true;
                talk.warn(format!("{} was not updated: {error}", spec.name));
            }
        }
    }
    let catalog =
        args.catalog.given().or(config.catalog).unwrap_or_else(|| PathBuf::from("rulescope.db"));
    let packs = Packs { knowledge: config.knowledge, events: config.events };
    let code = build::into(&catalog, &config.sources, &cache, &packs, args.json, talk)?;
    Ok(if failed { ExitCode::from(1) } else { code })
}
