//! `cargo xtask bench`: what a build of the Sigma corpora costs beside merely parsing the same
//! files as YAML. The bounds are the project's promise: four times the CPU time of parsing the files
//! into values with serde-saphyr (`bench/`), and 300 MiB. The events of its parser, which is ours
//! too, are measured beside it: nobody can use a file with less.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::step::{Outcome, run};
use crate::{project, sigma_dump};

const MOST_TIMES: f64 = 4.0;
const MOST_KIB: u64 = 300 * 1024;

/// What a process cost.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cost {
    /// CPU seconds of all its threads, user and system.
    cpu: f64,
    /// Seconds by the clock.
    wall: f64,
    /// The largest resident memory seen, in KiB.
    peak: u64,
}

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

/// The run of five that took the least CPU time: the others were disturbed.
fn least(mut run: impl FnMut() -> Result<Cost>) -> Result<Cost> {
    let mut best = run()?;
    for _ in 1..5 {
        let cost = run()?;
        if cost.cpu < best.cpu {
            best = cost;
        }
    }
    Ok(best)
}

/// Runs a command to its end and says what it cost. Exit 1 means that a file could not be read,
/// which the corpora are known for.
fn measured(command: &mut Command) -> Result<Cost> {
    let before = children()?;
    let start = Instant::now();
    let mut child =
        command.stdout(Stdio::null()).spawn().context("starting the measured program")?;
    let mut peak = 0;
    let status = loop {
        peak = peak.max(high_water(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    ensure!(matches!(status.code(), Some(0 | 1)), "the measured program failed: {status}");
    Ok(Cost { cpu: children()? - before, wall: start.elapsed().as_secs_f64(), peak })
}

/// CPU seconds of the children that have ended, in steps of a hundredth (proc_pid_stat(5), fields
/// 16 and 17).
fn children() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat").context("reading /proc/self/stat")?;
    cpu_of_children(&stat).context("/proc/self/stat has no fields 16 and 17")
}

fn cpu_of_children(stat: &str) -> Option<f64> {
    // The name may hold spaces; the fields after it do not.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(13);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / 100.0)
}

/// The largest resident memory of a process so far, in KiB (proc_pid_status(5), `VmHWM`).
fn high_water(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_children_s_time_is_found_behind_any_name() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4 100 200 0 0 11 12 150 50 20 0 1 0 9";
        assert_eq!(cpu_of_children(stat), Some(2.0));
        assert_eq!(cpu_of_children("7 (a"), None);
    }
}
