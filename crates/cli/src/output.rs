//! Where the answer goes (standard output) and what is said beside it (standard error).

use std::borrow::Cow;
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
            let _ = writeln!(anstream::stderr(), "{}", clean(&text.to_string()));
        }
    }

    pub(crate) fn warn(self, text: impl Display) {
        if !self.quiet {
            let text = text.to_string();
            let _ = writeln!(anstream::stderr(), "{WARNING}warning{WARNING:#}: {}", clean(&text));
        }
    }

    pub(crate) fn error(self, error: &anyhow::Error) {
        // Some errors tell their cause themselves.
        let mut text = error.to_string();
        for cause in error.chain().skip(1).map(ToString::to_string) {
            if !text.contains(&cause) {
                text += &format!(": {cause}");
            }
        }
        let _ = writeln!(anstream::stderr(), "{ERROR}error{ERROR:#}: {}", clean(&text));
    }
}

/// A text of somebody else's without what a terminal would obey: control characters, and marks that
/// turn the direction of reading. Each is shown by its code.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let obeyed = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(obeyed) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.replace("\r\n", "\n").chars() {
        if obeyed(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    Cow::Owned(out)
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

/// Begins a section of a page.
pub(crate) fn heading(out: &mut String, text: &str) {
    *out += &format!("\n{HEADING}{text}{HEADING:#}\n\n");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(clean("plain\n\ttext é"), "plain\n\ttext é");
        assert_eq!(clean("a\x1b[2Jb\u{9b}c\u{202e}d\0"), "a\\u{1b}[2Jb\\u{9b}c\\u{202e}d\\u{0}");
        assert_eq!(clean("a\r\nb\u{202c}"), "a\nb\\u{202c}");
    }
}
