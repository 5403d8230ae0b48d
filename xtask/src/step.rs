//! Steps of a task: a heading, an outcome, and what is told of them at the end.

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How a step ended, if it did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was done; with a figure worth keeping, or an empty text.
    Done(String),
    /// It could not be done here, and why; no failure.
    Skipped(String),
}

impl Outcome {
    /// Done, without a figure.
    pub(crate) fn done() -> Outcome {
        Outcome::Done(String::new())
    }

    /// Skipped, and why.
    pub(crate) fn skipped(why: impl Into<String>) -> Outcome {
        Outcome::Skipped(why.into())
    }
}

/// Runs a command and fails if it does; its output is seen as it comes.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    eprintln!("$ {shown}");
    let status = command.status().with_context(|| format!("starting `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed: {status}");
    }
    Ok(())
}

/// Whether a command can be started and says that all is well; its output is dropped.
pub(crate) fn works(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn shown(command: &Command) -> String {
    let mut out = command.get_program().to_string_lossy().into_owned();
    for arg in command.get_args() {
        let _ = write!(out, " {}", arg.to_string_lossy());
    }
    out
}

/// Several steps, one after another; one that fails does not keep the next from being run.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    taken: Vec<(&'static str, Duration, Result<Outcome, String>)>,
}

impl Steps {
    /// Runs a step under a heading.
    pub(crate) fn take(&mut self, name: &'static str, step: impl FnOnce() -> Result<Outcome>) {
        eprintln!("\n== {name}");
        let start = Instant::now();
        let outcome = step().map_err(|error| format!("{error:#}"));
        if let Err(why) = &outcome {
            eprintln!("{why}");
        }
        self.taken.push((name, start.elapsed(), outcome));
    }

    /// Prints the summary; an error if a step failed.
    pub(crate) fn finish(self) -> Result<()> {
        eprintln!("\n== summary\n{}", self.summary());
        let failed = self.taken.iter().filter(|(_, _, outcome)| outcome.is_err()).count();
        if failed > 0 {
            bail!("{failed} of {} steps failed", self.taken.len());
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let mut out = String::new();
        for (name, time, outcome) in &self.taken {
            let (word, note) = match outcome {
                Ok(Outcome::Done(note)) => ("ok", note.as_str()),
                Ok(Outcome::Skipped(why)) => ("skipped", why.as_str()),
                Err(why) => ("FAILED", why.lines().next().unwrap_or_default()),
            };
            let line = format!("{word:<8} {name:<10} {:>6.1} s  {note}", time.as_secs_f64());
            let _ = writeln!(out, "{}", line.trim_end());
        }
        out.truncate(out.trim_end().len());
        out
    }
}

/// A step that is a task of its own.
pub(crate) fn alone(outcome: Result<Outcome>) -> Result<()> {
    match outcome? {
        Outcome::Done(note) if note.is_empty() => {}
        Outcome::Done(note) => eprintln!("{note}"),
        Outcome::Skipped(why) => eprintln!("skipped: {why}"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_told_and_the_rest_is_run() {
        let mut steps = Steps::default();
        steps.take("one", || bail!("broken\nin detail"));
        steps.take("two", || Ok(Outcome::skipped("no network")));
        steps.take("three", || Ok(Outcome::Done("7 things".to_owned())));
        let summary: Vec<String> = steps
            .summary()
            .lines()
            .map(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                // Without the seconds, which are what they are.
                [&words[..2], &words[4..]].concat().join(" ")
            })
            .collect();
        assert_eq!(summary, ["FAILED one broken", "skipped two no network", "ok three 7 things"]);
        assert!(steps.finish().is_err());
    }
}
