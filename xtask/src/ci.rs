//! `cargo xtask ci`: everything that has to hold, the same in CI and on a laptop.

use std::process::Command;

use anyhow::Result;

use crate::step::{Outcome, Steps, run, works};
use crate::{browser, fuzz, oracle, project, tidy};

/// Runs every step and sums up.
pub(crate) fn run_everything() -> Result<()> {
    let mut steps = Steps::default();
    steps.take("fmt", || done(cargo(&["fmt", "--all", "--check"])));
    steps.take("tidy", tidy::step);
    steps.take("clippy", || {
        done(cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    });
    steps.take("tests", || {
        if works(Command::new("cargo").args(["nextest", "--version"])) {
            done(cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]))
        } else {
            done(cargo(&["test", "--workspace", "--all-targets", "--no-fail-fast"]))
        }
    });
    steps.take("doc tests", || done(cargo(&["test", "--workspace", "--doc"])));
    steps.take("docs", || {
        let mut command = cargo(&["doc", "--workspace", "--no-deps"]);
        command.env("RUSTDOCFLAGS", "-D warnings");
        done(command)
    });
    steps.take("browser", browser::step);
    steps.take("oracle", oracle::step);
    steps.take("fuzz", || fuzz::step(&fuzz::Options { seconds: 10, targets: Vec::new() }));
    steps.finish()
}

fn done(mut command: Command) -> Result<Outcome> {
    run(&mut command)?;
    Ok(Outcome::done())
}

fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(project::root()).args(args);
    command
}
