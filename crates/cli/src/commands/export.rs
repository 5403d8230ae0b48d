//! `export`: the web site as files.

use std::path::PathBuf;
use std::process::ExitCode;

use rulescope_site::Site;
use rulescope_site::export::{ExportOptions, export};

use crate::output::{CatalogArg, Talk};

/// Arguments of `export`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder to write into
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Write the text of every rule, also of sources whose licence does not let it be published again
    #[arg(long)]
    all_bodies: bool,
    #[command(flatten)]
    catalog: CatalogArg,
}

pub(crate) fn run(args: &Args, talk: Talk) -> anyhow::Result<ExitCode> {
    let site = Site::open(&args.catalog.path())?;
    let options = ExportOptions { all_bodies: args.all_bodies };
    let done = export(&site, &args.folder, options)?;
    for (source, licence) in &done.without_body {
        talk.warn(format!(
            "the rules of {source} are without their text ({licence}); --all-bodies writes it"
        ));
    }
    talk.say(format!("{} pages in {}", done.pages, args.folder.display()));
    Ok(ExitCode::SUCCESS)
}
