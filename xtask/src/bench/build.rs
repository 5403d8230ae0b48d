//! What a build of the Sigma corpora costs beside merely parsing the same
//! files as YAML. The bounds are the project's promise: four times the CPU time of parsing the files
//! into values with serde-saphyr (`bench/`), and 300 MiB. The events of its parser, which is ours
//! too, are measured beside it: nobody can use a file with less.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::measure::{least, measured};
use crate::step::{Outcome, run};
use crate::{project, sigma_dump};

const MOST_TIMES: f64 = 4.0;
const MOST_KIB: u64 = 300 * 1024;

/// Builds with optimisation and measures both.
pub(crate) fn step() -> Result<Outcome> {
    let Some(corpora) = project::sigma_corpora() else { return Ok(Outcome::skipped("no corpora")) };
    if !Path::new("/proc/self/stat").exists() {
        return Ok(Outcome::skipped("CPU time is read from /proc, which is not here"));
    }
    let root = project::root();
    let mut build = Command::new("cargo");
    build.args(["build", "--release", "--package", "rulescope", "--package", "xtask"]);
    run(build.current_dir(&root))?;
    let release = project::target().join("release");
    let mut build = Command::new("cargo");
    build.args(["build", "--release", "--manifest-path", "bench/Cargo.toml", "--target-dir"]);
    run(build.arg(project::target().join("bench")).current_dir(&root))?;
    let mut values = Command::new(project::target().join("bench/release/rulescope-bench"));
    values.args(&corpora);
    let catalog = project::target().join("bench.db");
    let mut yaml = Command::new(release.join("xtask"));
    yaml.arg("parse-yaml").args(&corpora);
    let mut first = Command::new(release.join("rulescope"));
    first.arg("build").arg("--catalog").arg(&catalog);
    for corpus in &corpora {
        first.arg("--source").arg(format!("sigma={}", corpus.display()));
    }
    let events = least(|| measured(&mut yaml))?;
    let parse = least(|| measured(&mut values))?;
    let whole = least(|| {
        // What is not there is as good as removed.
        let _ = fs::remove_file(&catalog);
        measured(&mut first)
    })?;
    let again = least(|| measured(&mut first))?;
    for (name, cost) in
        [("YAML events", events), ("YAML values", parse), ("build", whole), ("build again", again)]
    {
        let mib = cost.peak as f64 / 1024.0;
        eprintln!("{name:<12} cpu {:.2} s  wall {:.2} s  peak {mib:.0} MiB", cost.cpu, cost.wall);
    }
    let times = whole.cpu / parse.cpu.max(0.01);
    ensure!(
        times <= MOST_TIMES,
        "a build takes {times:.1} times the CPU time of the YAML values alone"
    );
    ensure!(whole.peak <= MOST_KIB, "a build needs {} KiB of memory", whole.peak);
    let mib = whole.peak / 1024;
    Ok(Outcome::Done(format!("{times:.1} times the YAML's CPU time, {mib} MiB at the peak")))
}

/// Parses the rule files below the paths with the YAML library and nothing else.
pub(crate) fn parse_yaml(paths: &[String]) -> Result<()> {
    let mut events = 0_usize;
    for path in paths {
        for file in sigma_dump::rule_files(Path::new(path))? {
            let text = String::from_utf8_lossy(&read(&file)?).into_owned();
            let parser = granit_parser::Parser::new_from_str(&text);
            // A file with an error ends there, as it would for any user of the library.
            events += parser.take_while(Result::is_ok).count();
        }
    }
    eprintln!("{events} YAML events");
    Ok(())
}

fn read(file: &PathBuf) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("reading {}", file.display()))
}
