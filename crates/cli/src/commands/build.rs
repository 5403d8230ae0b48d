//! `build`: sources into a catalog.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use rulescope_catalog::build::Problem;
use rulescope_catalog::{Event, build};
use rulescope_rulefile::config::Config;
use rulescope_rulefile::source::SourceSpec;

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
    /// A folder of knowledge packs; this version knows its own tables only
    #[arg(long, value_name = "DIR")]
    knowledge: Vec<PathBuf>,
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
        sources.push(SourceSpec::from_flag(flag)?);
    }
    if sources.is_empty() {
        bail!(
            "there is nothing to build from; name a source with --source VENDOR=PATH or in rulescope.toml"
        );
    }
    let knowledge: Vec<PathBuf> = args.knowledge.into_iter().chain(config.knowledge).collect();
    for pack in &knowledge {
        std::fs::read_dir(pack).with_context(|| format!("can't read {}", pack.display()))?;
    }
    if !knowledge.is_empty() {
        talk.warn("knowledge packs are not read by this version; its own tables are used");
    }
    let catalog =
        args.catalog.given().or(config.catalog).unwrap_or_else(|| PathBuf::from("rulescope.db"));
    into(&catalog, &sources, &cache, args.json, talk)
}

/// Builds and tells of it.
pub(crate) fn into(
    catalog: &Path,
    sources: &[SourceSpec],
    cache: &Path,
    json: bool,
    talk: Talk,
) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let bar = if talk.shows_progress() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} files") {
        bar.set_style(style);
    }
    let report = build(catalog, sources, cache, &mut |event| match event {
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
    })?;
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
