//! `man`: manual pages.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder, made where it is not there
    dir: PathBuf,
}

pub(crate) fn run(args: &Args, command: clap::Command) -> anyhow::Result<ExitCode> {
    let context = || format!("can't write manual pages into {}", args.dir.display());
    std::fs::create_dir_all(&args.dir).with_context(context)?;
    clap_mangen::generate_to(command, &args.dir).with_context(context)?;
    Ok(ExitCode::SUCCESS)
}
