//! Where the answer goes (standard output) and what is said beside it (standard error).

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use serde::Serialize;

/// Style of a heading.
pub(crate) const HEADING: Style = Style::new().bold();
/// Style of what matters less.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Style of a warning.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// Style of an error.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();

/// How much is said on standard error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Talk {
    quiet: bool,
    verbose: bool,
}

impl Talk {
    pub(crate) fn new(quiet: bool, verbose: bool) -> Talk {
        Talk { quiet, verbose }
    }

    pub(crate) fn is_verbose(self) -> bool {
        self.verbose
    }

    /// Whether a progress bar has somebody to look at it.
    pub(crate) fn shows_progress(self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    pub(crate) fn say(self, text: impl Display) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{text}");
        }
    }

    pub(crate) fn warn(self, text: impl Display) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{WARNING}warning{WARNING:#}: {text}");
        }
    }

    pub(crate) fn error(self, error: &anyhow::Error) {
        let _ = writeln!(anstream::stderr(), "{ERROR}error{ERROR:#}: {error:#}");
    }
}

/// Writes to standard output. A reader that has seen enough (`| head`) is no failure.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other.context("can't write to standard output"),
    }
}

/// Writes one JSON document.
pub(crate) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))
}

/// Writes one JSON document a line.
pub(crate) fn print_jsonl<T: Serialize>(values: &[T]) -> anyhow::Result<()> {
    let mut text = String::new();
    for value in values {
        text.push_str(&serde_json::to_string(value)?);
        text.push('\n');
    }
    print(&text)
}

/// Where the catalog is.
#[derive(Debug, clap::Args)]
pub(crate) struct CatalogArg {
    /// The catalog's file [default: ./rulescope.db]
    #[arg(long, value_name = "FILE")]
    catalog: Option<PathBuf>,
}

impl CatalogArg {
    pub(crate) fn path(&self) -> PathBuf {
        self.catalog.clone().unwrap_or_else(|| PathBuf::from("rulescope.db"))
    }

    pub(crate) fn given(&self) -> Option<PathBuf> {
        self.catalog.clone()
    }

    pub(crate) fn open(&self) -> anyhow::Result<rulescope_catalog::Catalog> {
        Ok(rulescope_catalog::Catalog::open(&self.path())?)
    }
}

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// A table for people.
    Table,
    /// One JSON document.
    Json,
    /// One JSON document a line.
    Jsonl,
}

/// The exit code for a result that is whole, or in part.
pub(crate) fn complete(whole: bool) -> ExitCode {
    if whole { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
