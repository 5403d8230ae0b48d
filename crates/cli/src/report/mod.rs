//! Hits as text: a table, JSON, CSV, a page, alerts in the shapes of ECS and OCSF; to standard output
//! or into a file that is there in whole or not at all.

mod csv;
mod ecs;
mod html;
mod listed;
mod ocsf;
mod record;
mod stream;

use std::collections::BTreeMap;
use std::path::Path;

use rulescope_engine::{Hit, Rule, Summary};
use rulescope_taxonomy::attack::Attack;

use self::stream::Target;

/// A form of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Report {
    /// For people, in a terminal.
    Table,
    /// One JSON document a hit, a line each.
    Jsonl,
    /// One line a record of a hit.
    Csv,
    /// A page that stands alone.
    Html,
    /// Alerts of the Elastic Common Schema, a line each.
    Ecs,
    /// Detection Findings of the Open Cybersecurity Schema Framework, a line each.
    Ocsf,
    /// One JSON document.
    #[value(skip)]
    Json,
}

impl Report {
    /// Whether it shows the records themselves.
    pub(crate) fn shows_records(self) -> bool {
        match self {
            Report::Html | Report::Ecs | Report::Ocsf => true,
            Report::Table | Report::Jsonl | Report::Csv | Report::Json => false,
        }
    }

    /// Whether hits are given out as they come.
    pub(crate) fn streams(self) -> bool {
        match self {
            Report::Jsonl | Report::Csv | Report::Ecs | Report::Ocsf => true,
            Report::Table | Report::Html | Report::Json => false,
        }
    }
}

/// What is known of a rule besides what the engine needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct About {
    /// The id that upstream gives it.
    pub(crate) upstream_id: Option<String>,
    /// What its tags say of ATT&CK.
    pub(crate) attack: Attack,
    /// What it says of itself.
    pub(crate) description: String,
    /// Its references.
    pub(crate) references: Vec<String>,
}

/// The rules of a scan by their ids.
#[derive(Debug, Clone)]
pub(crate) struct Book<'r> {
    rules: BTreeMap<&'r str, (&'r Rule, &'r About)>,
    /// When the scan began, in nanoseconds since 1970: the time of an alert whose records have none.
    began: i64,
}

impl<'r> Book<'r> {
    /// Rules with what is known of each, in the same order.
    pub(crate) fn new(rules: &'r [Rule], about: &'r [About], began: i64) -> Book<'r> {
        let rules = rules.iter().zip(about);
        Book { rules: rules.map(|(rule, about)| (&*rule.id, (rule, about))).collect(), began }
    }

    fn about(&self, id: &str) -> Option<&'r About> {
        self.rules.get(id).map(|(_, about)| *about)
    }
}

/// Where hits go.
#[derive(Debug)]
pub(crate) struct Sink<'r> {
    report: Report,
    target: Target,
    book: Book<'r>,
    /// Hits that are given out together.
    kept: Vec<Hit>,
    /// How many of each rule are.
    counts: BTreeMap<String, usize>,
}

/// Hits of a rule that the page lists and are kept with their records: more than that nobody reads one
/// by one.
const RECORDS: usize = 200;

impl<'r> Sink<'r> {
    pub(crate) fn new(
        report: Report,
        out: Option<&Path>,
        book: Book<'r>,
    ) -> anyhow::Result<Sink<'r>> {
        let target = Target::open(out)?;
        let mut sink = Sink { report, target, book, kept: Vec::new(), counts: BTreeMap::new() };
        if report == Report::Csv {
            sink.target.write(csv::HEADER)?;
        }
        Ok(sink)
    }

    /// Takes a hit.
    pub(crate) fn hit(&mut self, hit: Hit) -> anyhow::Result<()> {
        let lines = match self.report {
            Report::Jsonl => serde_json::to_string(&hit)? + "\n",
            Report::Csv => csv::lines(&hit)?,
            Report::Ecs => ecs::alert(&hit, &self.book).to_string() + "\n",
            Report::Ocsf => ocsf::finding(&hit, &self.book).to_string() + "\n",
            Report::Html => {
                self.keep(hit);
                return Ok(());
            }
            Report::Table | Report::Json => {
                self.kept.push(hit);
                return Ok(());
            }
        };
        self.target.write(&lines)
    }

    /// Keeps a hit of the page, with its record where few of the rule's have come before.
    fn keep(&mut self, mut hit: Hit) {
        let before = self.counts.entry(hit.rule.clone()).or_default();
        *before += 1;
        if *before > RECORDS {
            hit.record = None;
        }
        self.kept.push(hit);
    }

    /// Gives out what was kept, and puts a file in its place.
    pub(crate) fn finish(mut self, summary: &Summary) -> anyhow::Result<()> {
        let kept = std::mem::take(&mut self.kept);
        let rules = self.book.rules.len();
        match self.report {
            Report::Table => self.target.write(&listed::listed(&kept))?,
            Report::Html => self.target.write(&html::page(&kept, summary, &self.book))?,
            Report::Json => {
                let document = document(&kept, summary, rules);
                self.target.write(&(serde_json::to_string_pretty(&document)? + "\n"))?;
            }
            Report::Jsonl | Report::Csv | Report::Ecs | Report::Ocsf => {}
        }
        self.target.finish()
    }
}

/// One document of all hits and the summary.
fn document(hits: &[Hit], summary: &Summary, rules: usize) -> serde_json::Value {
    let gaps = &summary.gaps;
    serde_json::json!({
        "matches": hits,
        "summary": {
            "logs": summary.logs,
            "events": summary.events,
            "passed_over": summary.passed_over,
            "unreadable": summary.unreadable.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "rules": rules,
            "headless": summary.headless,
            "untimed": summary.untimed,
            "left_out": summary.left_out,
            "unread_rules": summary.unread_rules,
            "missing_fields": gaps.missing_fields.iter()
                .map(|(field, n)| serde_json::json!({"field": field, "rules": n}))
                .collect::<Vec<_>>(),
            "unread_sources": gaps.unread_sources.iter()
                .map(|(k, n)| serde_json::json!({"provider": k.provider,
                    "channel": k.channel, "event_id": k.event_id, "events": n}))
                .collect::<Vec<_>>(),
        },
    })
}
