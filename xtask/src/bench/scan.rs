//! What a scan costs: events a CPU second with the Windows rules of SigmaHQ, beside rsigma on the same
//! rules and events where it is installed, with one thread and two, with the rules of every vendor,
//! and on EVTX beside merely reading the records with the `evtx` crate. Nothing here is a bound: the
//! figures are printed, as ratios of runs in turn.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use rulescope_events::Logs;

use super::events;
use super::measure::{Cost, measured};
use crate::step::{Outcome, run};
use crate::{files, project};

/// Events where the command line does not say.
const EVENTS: usize = 200_000;
/// Runs of each command, in turn; the one that took the least CPU time counts.
const RUNS: usize = 3;
/// Copies of the EVTX files, so that what a start costs does not count.
const COPIES: usize = 20;

/// What is measured, by what it is called.
struct Runner {
    name: &'static str,
    command: Command,
    /// What it handles: events, or records.
    events: usize,
}

/// Makes the data and measures: `[EVENTS]`.
pub(crate) fn step(args: &[String]) -> Result<Outcome> {
    let events = match args {
        [] => EVENTS,
        [one] => one.parse().context("the number of events")?,
        _ => bail!("bench-scan [EVENTS]"),
    };
    let Some(corpora) = project::corpora() else { return Ok(Outcome::skipped("no corpora")) };
    let mut build = Command::new("cargo");
    build.args(["build", "--release", "--package", "rulescope", "--package", "xtask"]);
    run(build.current_dir(project::root()))?;
    let release = project::target().join("release");
    let made = project::target().join("bench-scan");
    fs::create_dir_all(&made).context("making a folder for the data")?;
    let logs = corpora.with_file_name("events");
    let [plain, tagged] = ["events.jsonl", "tagged.jsonl"].map(|name| made.join(name));
    // Whole copies of the samples are made.
    let events = events::write(&plain, events, std::slice::from_ref(&logs), false)?;
    let rules = corpora.join("sigmahq/rules/windows");
    let ours = |catalog: &Path, logs: &Path, threads: &str| {
        let mut scan = Command::new(release.join("rulescope"));
        scan.args(["scan", "--quiet", "--format", "jsonl", "--threads", threads, "--catalog"]);
        scan.arg(catalog).arg(logs);
        scan
    };
    let sigma = catalog(&release, &made.join("sigma.db"), &[("sigma", rules.clone())])?;
    let vendors = ["splunk", "elastic"].map(|vendor| (vendor, corpora.join(vendor)));
    let every: Vec<_> = vendors.into_iter().chain([("sigma", rules.clone())]).collect();
    let every = catalog(&release, &made.join("every.db"), &every)?;
    let mut runners = vec![
        Runner { name: "rulescope", command: ours(&sigma, &plain, "1"), events },
        Runner { name: "two threads", command: ours(&sigma, &plain, "2"), events },
        Runner { name: "every vendor", command: ours(&every, &plain, "1"), events },
    ];
    if is_installed("rsigma") {
        events::write(&tagged, events, std::slice::from_ref(&logs), true)?;
        let mut rsigma = Command::new("rsigma");
        rsigma.args(["engine", "eval", "--input-format", "json", "--logsource-routing", "-r"]);
        rsigma.arg(&rules).arg("-e").arg(format!("@{}", tagged.display()));
        runners.push(Runner { name: "rsigma", command: rsigma, events });
    }
    let (evtx, records) = copies(&logs, &made.join("evtx"))?;
    let mut read = Command::new(release.join("xtask"));
    read.arg("parse-evtx").arg(&evtx);
    runners.push(Runner { name: "EVTX", command: ours(&sigma, &evtx, "1"), events: records });
    runners.push(Runner { name: "EVTX read", command: read, events: records });
    let costs = in_turn(&mut runners)?;
    for (runner, cost) in runners.iter().zip(&costs) {
        eprintln!(
            "{:<13} {:>8} events  cpu {:>6.2} s  wall {:>6.2} s  peak {:>4} MiB  {:>7.0} events a CPU second",
            runner.name,
            runner.events,
            cost.cpu,
            cost.wall,
            cost.peak / 1024,
            runner.events as f64 / cost.cpu.max(0.01),
        );
    }
    let cost = |name: &str| runners.iter().position(|r| r.name == name).map(|at| costs[at]);
    let ratio = |a: &str, b: &str, of: fn(&Cost) -> f64| {
        let (a, b) = (cost(a)?, cost(b)?);
        Some(of(&a) / of(&b).max(0.01))
    };
    let mut said = Vec::new();
    if let Some(times) = ratio("rsigma", "rulescope", |c| c.cpu) {
        said.push(format!("rsigma takes {times:.1} times the CPU time"));
    }
    for (what, a, b, of) in [
        (
            "every vendor's rules take {} times the CPU time",
            "every vendor",
            "rulescope",
            cpu as fn(&Cost) -> f64,
        ),
        ("two threads are {} times as fast", "rulescope", "two threads", wall),
        ("EVTX takes {} times the CPU time of reading it", "EVTX", "EVTX read", cpu),
    ] {
        if let Some(times) = ratio(a, b, of) {
            said.push(what.replace("{}", &format!("{times:.2}")));
        }
    }
    Ok(Outcome::Done(said.join("; ")))
}

fn cpu(cost: &Cost) -> f64 {
    cost.cpu
}

fn wall(cost: &Cost) -> f64 {
    cost.wall
}

/// Runs all in turn, and of each keeps the run that took the least CPU time.
fn in_turn(runners: &mut [Runner]) -> Result<Vec<Cost>> {
    let mut best: Vec<Option<Cost>> = vec![None; runners.len()];
    for _ in 0..RUNS {
        for (runner, best) in runners.iter_mut().zip(&mut best) {
            let cost = measured(&mut runner.command).context(runner.name)?;
            if best.is_none_or(|best| cost.cpu < best.cpu) {
                *best = Some(cost);
            }
        }
    }
    best.into_iter().map(|cost| cost.context("nothing was run")).collect()
}

/// A catalog of these sources.
fn catalog(release: &Path, file: &Path, sources: &[(&str, PathBuf)]) -> Result<PathBuf> {
    let mut build = Command::new(release.join("rulescope"));
    build.args(["build", "--quiet", "--catalog"]).arg(file);
    for (vendor, folder) in sources {
        build.arg("--source").arg(format!("{vendor}={}", folder.display()));
    }
    measured(&mut build)?;
    Ok(file.to_owned())
}

fn is_installed(program: &str) -> bool {
    let asked = Command::new(program).arg("--version").stdout(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// The EVTX files of a folder, several times over, and how many records they have together.
fn copies(logs: &Path, out: &Path) -> Result<(PathBuf, usize)> {
    let files: Vec<PathBuf> = evtx_files(logs)?;
    for copy in 0..COPIES {
        let folder = out.join(copy.to_string());
        fs::create_dir_all(&folder).context("making a folder for the logs")?;
        for (number, file) in files.iter().enumerate() {
            fs::copy(file, folder.join(format!("{number}.evtx"))).context("copying a log")?;
        }
    }
    let records: usize =
        Logs::new(&files).flatten().map(|log| log.open().filter(Result::is_ok).count()).sum();
    Ok((out.to_owned(), records * COPIES))
}

fn evtx_files(root: &Path) -> Result<Vec<PathBuf>> {
    files::below(root, &|_| true, &|name| name.to_ascii_lowercase().ends_with(".evtx"))
}

/// Reads the records of EVTX files below a folder with the `evtx` crate and nothing else.
pub(crate) fn parse_evtx(paths: &[String]) -> Result<()> {
    let (mut records, mut failed) = (0_usize, 0_usize);
    for path in paths {
        for file in evtx_files(Path::new(path))? {
            let Ok(mut parser) = evtx::EvtxParser::from_path(&file) else {
                failed += 1;
                continue;
            };
            for record in parser.records() {
                match record {
                    Ok(_) => records += 1,
                    Err(_) => failed += 1,
                }
            }
        }
    }
    eprintln!("{records} records, {failed} unreadable");
    Ok(())
}
