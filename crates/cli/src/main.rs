//! The command line: one thin file a command.
//!
//! A command reads its arguments, asks the catalog one question and prints the answer, for people or
//! as JSON. Exit codes: 0 fine, 1 partial failure (something was not read), 2 wrong use or nothing
//! could be done.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

mod commands;
mod level;
mod markdown;
mod output;
mod report;
mod table;

/// Rules are many small values: a third of a build's time went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Reads detection rules, understands their logic, and lets you browse and query it.
#[derive(Debug, Parser)]
#[command(name = "rulescope", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    /// Say less: only errors.
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Say more: every defect of every rule.
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    verbose: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read sources into a catalog, redoing only what changed.
    Build(commands::build::Args),
    /// Clone or update the sources that rulescope.toml names by git URL, then build.
    Sync(commands::sync::Args),
    /// Count what is in the catalog.
    Stats(commands::stats::Args),
    /// List rules, one a line.
    Rules(commands::rules::Args),
    /// Show everything that is known of a rule.
    Show(commands::show::Args),
    /// Search titles, texts and values.
    Search(commands::search::Args),
    /// Show who looks for a value.
    Indicator(commands::indicator::Args),
    /// Show what an event holds and which rules read it.
    Event(commands::event::Args),
    /// Show what the rules of an ATT&CK technique read, look for and leave out.
    Technique(commands::technique::Args),
    /// Show which rules can fire on what is logged, and what a change would gain or cost.
    Coverage(commands::coverage::Args),
    /// Run rules over logs.
    Scan(commands::scan::Args),
    /// Show why a rule fires on a record or does not.
    Explain(commands::explain::Args),
    /// Serve the catalog as a web site.
    Serve(commands::serve::Args),
    /// Write the web site as files.
    Export(commands::export::Args),
    /// Print a completion script for a shell.
    Completions(commands::completions::Args),
    /// Write manual pages into a folder.
    Man(commands::man::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let talk = output::Talk::new(cli.quiet, cli.verbose);
    let result = match cli.command {
        Command::Build(args) => commands::build::run(args, talk),
        Command::Sync(args) => commands::sync::run(args, talk),
        Command::Stats(args) => commands::stats::run(&args),
        Command::Rules(args) => commands::rules::run(args),
        Command::Show(args) => commands::show::run(&args),
        Command::Search(args) => commands::search::run(args),
        Command::Indicator(args) => commands::indicator::run(&args),
        Command::Event(args) => commands::event::run(&args),
        Command::Technique(args) => commands::technique::run(&args),
        Command::Coverage(args) => commands::coverage::run(&args, talk),
        Command::Scan(args) => commands::scan::run(args, talk),
        Command::Explain(args) => commands::explain::run(&args, talk),
        Command::Serve(args) => commands::serve::run(args, talk),
        Command::Export(args) => commands::export::run(&args, talk),
        Command::Completions(args) => commands::completions::run(&args, Cli::command()),
        Command::Man(args) => commands::man::run(&args, Cli::command()),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            talk.error(&error);
            ExitCode::from(2)
        }
    }
}
