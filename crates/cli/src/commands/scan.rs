//! `scan`: rules over logs.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::bail;
use rulescope_catalog::list::Filter;
use rulescope_catalog::load::{RunRule, from_files};
use rulescope_engine::scan::KEPT;
use rulescope_engine::{Hit, Rule, Skipped, Summary, scan};
use rulescope_events::Logs;
use rulescope_ir::Fidelity;
use rulescope_rulefile::source::Vendor;

use crate::output::{CatalogArg, Talk, complete};
use crate::report::{Report, Sink};

/// Arguments of `scan`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Logs and folders of logs (.evtx .json .jsonl .ndjson .csv .xml, .gz and .zst of them); - for
    /// standard input
    #[arg(required = true)]
    logs: Vec<PathBuf>,
    #[command(flatten)]
    catalog: CatalogArg,
    /// Rule files or folders of rules instead of a catalog; of the vendor of --vendor, or Sigma's
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "catalog")]
    rules: Vec<PathBuf>,
    /// Only rules of these vendors
    #[arg(long)]
    vendor: Vec<String>,
    /// Only rules of these severities
    #[arg(long)]
    severity: Vec<String>,
    /// Deprecated rules too
    #[arg(long)]
    deprecated: bool,
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

/// Rules as the engine takes them, and those that are left out.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) rules: Vec<Rule>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) failed: Vec<(String, String)>,
    /// What is wrong with rules that are run all the same.
    pub(crate) errors: Vec<String>,
}

impl Selection {
    fn add(&mut self, rule: RunRule, args: &Args) {
        let skip = |why: &str| Skipped { id: rule.id.clone(), why: why.to_owned(), lost: None };
        let wanted = args.severity.is_empty()
            || rule
                .severity
                .as_ref()
                .is_some_and(|s| args.severity.iter().any(|w| w.eq_ignore_ascii_case(s)));
        if !wanted {
            return;
        }
        if rule.deprecated && !args.deprecated {
            self.skipped.push(skip("deprecated (--deprecated runs it)"));
        } else if rule.only_counted {
            self.skipped.push(skip("only counted by a correlation"));
        } else if let Some(why) = not_run(&rule) {
            let lost = rule.lost.as_ref().map(|lost| format!("{}: {lost}", rule.path));
            self.skipped.push(Skipped { lost, ..skip(why) });
        } else {
            self.rules.push(runnable(rule));
        }
    }
}

/// Why a rule can't be run; `None` where it can.
pub(crate) fn not_run(rule: &RunRule) -> Option<&'static str> {
    match rule.fidelity {
        Fidelity::Opaque => Some("nothing of it was understood"),
        Fidelity::NotEvaluable => Some("it needs what no log holds"),
        Fidelity::Exact | Fidelity::Partial => None,
    }
}

/// A rule as the engine takes it.
pub(crate) fn runnable(rule: RunRule) -> Rule {
    Rule {
        id: rule.id,
        title: rule.title,
        vendor: rule.vendor,
        severity: rule.severity,
        normal: rule.normal,
    }
}

fn select(args: &Args) -> anyhow::Result<Selection> {
    let mut selection = Selection::default();
    if args.rules.is_empty() {
        let catalog = args.catalog.open()?;
        let filters: Vec<Filter> = if args.vendor.is_empty() {
            vec![Filter::default()]
        } else {
            let of = |vendor: &String| Filter { vendor: Some(vendor.clone()), ..Filter::default() };
            args.vendor.iter().map(of).collect()
        };
        for filter in &filters {
            for rule in catalog.run_rules(filter)? {
                selection.add(rule, args);
            }
        }
        return Ok(selection);
    }
    let vendor = match args.vendor.as_slice() {
        [] => Vendor::Sigma,
        [one] => one.parse()?,
        _ => bail!("rule files are of one vendor; give --vendor once"),
    };
    let loaded = from_files(&args.rules, vendor)?;
    selection.failed.extend(loaded.failed);
    selection.errors = loaded.errors;
    for rule in loaded.rules {
        // A catalog's build has told of these.
        if rule.fidelity == Fidelity::Opaque {
            let why = "nothing of it was understood";
            let why = rule.lost.as_ref().map_or(why.to_owned(), |lost| format!("{why}: {lost}"));
            selection.failed.push((rule.path.clone(), why));
        }
        selection.add(rule, args);
    }
    Ok(selection)
}

pub(crate) fn run(args: Args, talk: Talk) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let selection = select(&args)?;
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
    let mut sink = Sink::new(format, args.out.as_deref())?;
    let mut failure = None;
    let summary = scan(&selection.rules, &logs, &mut |hit: Hit| {
        if failure.is_none() {
            failure = sink.hit(hit).err();
        }
    });
    if let Some(error) = failure {
        return Err(error);
    }
    sink.finish(&summary, selection.rules.len())?;
    for error in &summary.unreadable {
        talk.warn(error);
    }
    unreadable += summary.unreadable.len();
    tell(&summary, &selection, talk);
    talk.say(format!(
        "{} logs, {} events, {unreadable} unreadable, {} rules loaded, {} skipped{}, {} matches, {:.2} s",
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

/// ` (25 deprecated …, 3 …)`.
fn reasons(skipped: &[Skipped]) -> String {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for rule in skipped {
        *counts.entry(&rule.why).or_default() += 1;
    }
    if counts.is_empty() {
        return String::new();
    }
    let parts: Vec<String> = counts.iter().map(|(why, n)| format!("{n} {why}")).collect();
    format!(" ({})", parts.join(", "))
}

/// How many gaps are told of without `-v`.
const TOLD: usize = 10;

fn tell(summary: &Summary, selection: &Selection, talk: Talk) {
    let most = if talk.is_verbose() { usize::MAX } else { TOLD };
    let gaps = &summary.gaps;
    if !gaps.missing_fields.is_empty() {
        talk.say("Fields that rules wanted and no event of theirs had (rules):");
        for (field, rules) in gaps.missing_fields.iter().take(most) {
            talk.say(format!("  {field} {rules}"));
        }
        rest(gaps.missing_fields.len(), most, talk);
    }
    if !gaps.unread_sources.is_empty() {
        talk.say("Event sources that no rule reads (events):");
        for (kind, events) in gaps.unread_sources.iter().take(most) {
            talk.say(format!("  {} {} {}: {events}", kind.provider, kind.channel, kind.event_id));
        }
        rest(gaps.unread_sources.len(), most, talk);
    }
    if summary.headless > 0 {
        talk.warn(format!(
            "{} records have no provider, channel or event id by a name that is known; no rule for \
             Windows reads them",
            summary.headless
        ));
    }
    if summary.untimed > 0 {
        talk.warn(format!(
            "{} records do not say when they happened; rules over time left them out",
            summary.untimed
        ));
    }
    for (rule, records) in &summary.left_out {
        talk.warn(format!(
            "{rule}: {records} records were left out, as a rule over several events keeps {KEPT} at \
             most; run it on fewer logs"
        ));
    }
    if !summary.unread_rules.is_empty() {
        talk.say(format!(
            "{} rules name a log source without a Windows event that is known; they can't fire{}",
            summary.unread_rules.len(),
            if talk.is_verbose() { ":" } else { " (-v lists them)" }
        ));
    }
    if talk.is_verbose() {
        for rule in &summary.unread_rules {
            talk.say(format!("  {rule}"));
        }
        for rule in &selection.skipped {
            let lost = rule.lost.as_ref().map(|lost| format!(": {lost}")).unwrap_or_default();
            talk.say(format!("skipped {}: {}{lost}", rule.id, rule.why));
        }
    }
}

fn rest(all: usize, shown: usize, talk: Talk) {
    if all > shown {
        talk.say(format!("  and {} more (-v lists them)", all - shown));
    }
}
