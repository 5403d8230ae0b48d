//! `scan`: rules over logs.

mod look;
mod progress;
mod select;
mod tell;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use rulescope_engine::{Hit, Step, Watch, scan_watched};
use rulescope_events::{Event, Logs};

use self::look::LookArgs;
pub(crate) use self::progress::Progress;
use self::select::SelectArgs;
pub(crate) use self::select::{not_run, split};
use self::tell::{reasons, tell};
use crate::output::{Talk, complete};
use crate::report::{Book, Report, Sink};

/// Arguments of `scan`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Logs and folders of logs (.evtx .json .jsonl .ndjson .csv .xml, .gz and .zst of them); - for
    /// standard input
    #[arg(required = true)]
    logs: Vec<PathBuf>,
    #[command(flatten)]
    rules: SelectArgs,
    #[command(flatten)]
    records: LookArgs,
    /// How many logs are read at once [default: one a processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// How hits are printed
    #[arg(long, value_enum, default_value_t = Report::Table)]
    format: Report,
    /// One JSON document of all hits and the summary
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write to this file, which is there in whole or not at all
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: Args, talk: Talk) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let look = args.records.look()?;
    if let Some(threads) = args.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads.into())
            .build_global()
            .context("can't start so many threads")?;
    }
    let selection = args.rules.select()?;
    for (path, why) in &selection.failed {
        talk.warn(format!("{path}: {why}"));
    }
    for error in &selection.errors {
        talk.warn(error);
    }
    if selection.rules.is_empty() {
        bail!("there is no rule to run");
    }
    let mut logs = Vec::new();
    let mut unreadable = 0;
    for log in Logs::new(&args.logs) {
        match log {
            Ok(log) => logs.push(log),
            Err(error) => {
                unreadable += 1;
                talk.warn(error);
            }
        }
    }
    if logs.is_empty() {
        bail!("there is no log to read");
    }
    let format = if args.json { Report::Json } else { args.format };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(now.as_nanos()).unwrap_or(i64::MAX);
    let book = Book::new(&selection.rules, &selection.about, now);
    let mut sink = Sink::new(format, args.out.as_deref(), book)?;
    let mut failure = None;
    let takes = look.as_ref().map(|look| move |event: &Event| look.takes(event));
    // A bar between lines that come as they are found would be in their way.
    let alone = args.out.is_some() || !format.streams() || !std::io::stdout().is_terminal();
    let progress = Progress::new(&logs, talk.shows_progress() && alone);
    let told = |step: Step<'_>| progress.step(step);
    let watch = Watch {
        takes: takes.as_ref().map(|takes| takes as &(dyn Fn(&Event) -> bool + Sync)),
        told: Some(&told),
        records: format.shows_records(),
    };
    let summary = scan_watched(&selection.rules, &logs, &watch, &mut |hit: Hit| {
        if failure.is_none() {
            failure = sink.hit(hit).err();
        }
    });
    progress.end();
    if let Some(error) = failure {
        return Err(error);
    }
    sink.finish(&summary)?;
    for error in &summary.unreadable {
        talk.warn(error);
    }
    unreadable += summary.unreadable.len();
    tell(&summary, &selection, talk);
    if let Some(look) = &look {
        look.tell(talk);
    }
    let passed_over = match summary.passed_over {
        0 => String::new(),
        n => format!(" ({n} of them not asked for)"),
    };
    talk.say(format!(
        "{} logs, {} events{passed_over}, {unreadable} unreadable, {} rules loaded, {} skipped{}, {} matches, {:.2} s",
        summary.logs,
        summary.events,
        selection.rules.len(),
        selection.skipped.len(),
        reasons(&selection.skipped),
        summary.hits,
        started.elapsed().as_secs_f64()
    ));
    if summary.events == 0 && unreadable > 0 {
        return Ok(ExitCode::from(2));
    }
    let whole = unreadable == 0 && selection.failed.is_empty() && summary.left_out.is_empty();
    Ok(complete(whole))
}
