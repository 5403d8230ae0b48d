//! `build`: sources and knowledge packs into a catalog.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use rulescope_catalog::build::{PackProblem, Problem};
use rulescope_catalog::load::RunRule;
use rulescope_catalog::{Event, Packs, build_proved};
use rulescope_rulefile::config::Config;
use rulescope_rulefile::source::SourceSpec;

use super::evidence;
use crate::output::{CatalogArg, Talk, complete, print_json};

/// Arguments of `build`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Sources and settings [default: ./rulescope.toml where it is there]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A folder of rules of a vendor; may be given several times
    #[arg(long = "source", value_name = "VENDOR=PATH")]
    sources: Vec<String>,
    /// A folder of knowledge packs; may be given several times
    #[arg(long, value_name = "DIR")]
    knowledge: Vec<PathBuf>,
    /// A log, or a folder of logs, to take example events from and run the rules over; may be given
    /// several times
    #[arg(long, value_name = "DIR")]
    events: Vec<PathBuf>,
    #[command(flatten)]
    catalog: CatalogArg,
    /// One JSON document of what was done
    #[arg(long)]
    json: bool,
}

/// The configuration that counts: the named one, or `./rulescope.toml` where it is there.
pub(crate) fn config(named: Option<&Path>) -> anyhow::Result<Option<(PathBuf, Config)>> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => PathBuf::from("rulescope.toml"),
    };
    if named.is_none() && !path.exists() {
        return Ok(None);
    }
    let config = Config::load(&path)?;
    Ok(Some((path, config)))
}

pub(crate) fn run(args: Args, talk: Talk) -> anyhow::Result<ExitCode> {
    let config = config(args.config.as_deref())?;
    let cache = config.as_ref().map(|(path, _)| Config::cache(path)).unwrap_or_default();
    let config = config.map(|(_, config)| config).unwrap_or_default();
    let mut sources = config.sources;
    for flag in &args.sources {
        let mut spec = SourceSpec::from_flag(flag)?;
        spec.fields = config.fields.get(&spec.vendor).cloned().unwrap_or_default();
        sources.push(spec);
    }
    if sources.is_empty() {
        bail!(
            "there is nothing to build from; name a source with --source VENDOR=PATH or in rulescope.toml"
        );
    }
    let mut packs = Packs { knowledge: args.knowledge, events: args.events };
    for path in packs.knowledge.iter().chain(&packs.events) {
        std::fs::metadata(path).with_context(|| format!("can't read {}", path.display()))?;
    }
    packs.knowledge.extend(config.knowledge);
    packs.events.extend(config.events);
    let catalog =
        args.catalog.given().or(config.catalog).unwrap_or_else(|| PathBuf::from("rulescope.db"));
    into(&catalog, &sources, &cache, &packs, args.json, talk)
}

/// Builds and tells of it.
pub(crate) fn into(
    catalog: &Path,
    sources: &[SourceSpec],
    cache: &Path,
    packs: &Packs,
    json: bool,
    talk: Talk,
) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let bar = if talk.shows_progress() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} files") {
        bar.set_style(style);
    }
    let mut prove = |rules: Vec<RunRule>| {
        bar.finish_and_clear();
        evidence::prove(rules, &packs.events, talk.shows_progress())
    };
    let mut told = |event: Event| match event {
        Event::Source { name, changed, .. } => {
            bar.set_message(name);
            bar.set_position(0);
            bar.set_length(changed as u64);
        }
        Event::Written(files) => bar.inc(files as u64),
        Event::Warning(text) => bar.suspend(|| talk.warn(text)),
        Event::Problem(problem) => {
            if problem.loses_rules || talk.is_verbose() {
                bar.suspend(|| talk.say(problem_line(&problem)));
            }
        }
        Event::Pack(problem) => {
            if problem.loses_facts || talk.is_verbose() {
                bar.suspend(|| talk.warn(pack_line(&problem)));
            }
        }
    };
    let report = build_proved(catalog, sources, cache, packs, Some(&mut prove), &mut told)?;
    bar.finish_and_clear();
    if json {
        print_json(&report)?;
    }
    let (errors, warnings) = report.defects;
    let mut line = format!(
        "{} rules in {}: {} files, {} read anew, {} gone, {} failed",
        report.rules,
        catalog.display(),
        report.files,
        report.written,
        report.removed,
        report.failed,
    );
    line += &format!("; in what was read: {errors} errors, {warnings} warnings");
    if errors + warnings > 0 && !talk.is_verbose() {
        line += " (-v lists them)";
    }
    let known = report.knowledge;
    if known.packs > 0 || known.failed > 0 {
        line += &format!(
            "; {} facts of {} packs{}, {} of their files failed",
            known.facts,
            known.packs,
            if known.read { "" } else { " (unchanged)" },
            known.failed
        );
    }
    let proved = report.evidence;
    if proved.rules > 0 {
        line += &format!(
            "; {} of {} rules fire on the logs ({} run anew)",
            proved.fire, proved.rules, proved.run
        );
    }
    talk.say(format!("{line}; {:.2} s", started.elapsed().as_secs_f64()));
    Ok(complete(report.is_complete()))
}

fn problem_line(problem: &Problem) -> String {
    let place = match problem.place {
        Some((line, column)) => format!(":{line}:{column}"),
        None => String::new(),
    };
    let word = problem.severity.name();
    format!(
        "{}/{}{place}: {word}[{}]: {}",
        problem.source, problem.path, problem.code, problem.message
    )
}

fn pack_line(problem: &PackProblem) -> String {
    let mut place: Vec<String> = problem.pack.iter().cloned().collect();
    place.extend((!problem.path.is_empty()).then(|| problem.path.clone()));
    let line = problem.line.map_or(String::new(), |line| format!(":{line}"));
    format!("{}{line}: {} [{}]", place.join("/"), problem.message, problem.code)
}
