//! Hits as text: a table, JSON, CSV, HTML; to standard output or into a file that is there in whole
//! or not at all.

mod html;

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use rulescope_engine::{Hit, Summary};
use rulescope_taxonomy::attack::Attack;

use crate::output::clean;
use crate::table::table;

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
    /// One JSON document.
    #[value(skip)]
    Json,
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

/// Where hits go.
#[derive(Debug)]
pub(crate) struct Sink {
    report: Report,
    /// The file to become, and the one that is written.
    file: Option<(PathBuf, PathBuf)>,
    /// Lines that are given out as they come; `None` where nobody reads them any more.
    stream: Option<Stream>,
    /// Hits that are given out together.
    kept: Vec<Hit>,
}

enum Stream {
    File(BufWriter<File>),
    /// A device or a pipe: there is nothing to be replaced.
    Device(BufWriter<File>),
    Stdout(BufWriter<std::io::Stdout>),
    Closed,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stream")
    }
}

impl Stream {
    fn write(&mut self, text: &str) -> anyhow::Result<()> {
        let written = match self {
            Stream::File(file) | Stream::Device(file) => file.write_all(text.as_bytes()),
            Stream::Stdout(out) => out.write_all(text.as_bytes()),
            Stream::Closed => Ok(()),
        };
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                *self = Stream::Closed;
                Ok(())
            }
            other => other.context("can't write the report"),
        }
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        let flushed = match self {
            Stream::File(file) => file.flush().and_then(|()| file.get_ref().sync_all()),
            Stream::Device(file) => file.flush(),
            Stream::Stdout(out) => out.flush(),
            Stream::Closed => Ok(()),
        };
        match flushed {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other.context("can't write the report"),
        }
    }
}

impl Sink {
    pub(crate) fn new(report: Report, out: Option<&Path>) -> anyhow::Result<Sink> {
        let (file, stream) = match out {
            None => (None, Stream::Stdout(BufWriter::new(std::io::stdout()))),
            Some(path) => {
                let failed = || format!("can't write {}", path.display());
                // A link leads to the file that is meant.
                let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
                let there = std::fs::metadata(path).ok();
                if path.is_symlink() || there.as_ref().is_some_and(|m| !m.is_file()) {
                    let device = File::options()
                        .write(true)
                        .create(path.is_symlink())
                        .truncate(false)
                        .open(path);
                    let stream = Stream::Device(BufWriter::new(device.with_context(failed)?));
                    return Sink::start(report, None, stream);
                }
                let mut name = path.file_name().unwrap_or_default().to_owned();
                name.push(".writing");
                let part = path.with_file_name(name);
                let file = File::create(&part).with_context(failed)?;
                if let Some(there) = there {
                    file.set_permissions(there.permissions()).with_context(failed)?;
                }
                (Some((path.to_owned(), part)), Stream::File(BufWriter::new(file)))
            }
        };
        Sink::start(report, file, stream)
    }

    fn start(
        report: Report,
        file: Option<(PathBuf, PathBuf)>,
        stream: Stream,
    ) -> anyhow::Result<Sink> {
        let mut sink = Sink { report, file, stream: Some(stream), kept: Vec::new() };
        if report == Report::Csv {
            sink.write(CSV_HEADER)?;
        }
        Ok(sink)
    }

    fn write(&mut self, text: &str) -> anyhow::Result<()> {
        self.stream.as_mut().map_or(Ok(()), |s| s.write(text))
    }

    /// Takes a hit.
    pub(crate) fn hit(&mut self, hit: Hit) -> anyhow::Result<()> {
        match self.report {
            Report::Jsonl => {
                let line = serde_json::to_string(&hit)? + "\n";
                self.write(&line)
            }
            Report::Csv => {
                let lines = csv_lines(&hit)?;
                self.write(&lines)
            }
            Report::Table | Report::Html | Report::Json => {
                self.kept.push(hit);
                Ok(())
            }
        }
    }

    /// Gives out what was kept, and puts a file in its place.
    pub(crate) fn finish(mut self, summary: &Summary, rules: usize) -> anyhow::Result<()> {
        let kept = std::mem::take(&mut self.kept);
        match self.report {
            Report::Table => self.write(&listed(&kept))?,
            Report::Html => self.write(&html::page(&kept, summary, rules))?,
            Report::Json => {
                let document = serde_json::json!({
                    "matches": kept,
                    "summary": {
                        "logs": summary.logs,
                        "events": summary.events,
                        "unreadable": summary.unreadable.iter().map(ToString::to_string).collect::<Vec<_>>(),
                        "rules": rules,
                        "headless": summary.headless,
                        "untimed": summary.untimed,
                        "left_out": summary.left_out,
                        "unread_rules": summary.unread_rules,
                        "missing_fields": summary.gaps.missing_fields.iter()
                            .map(|(field, n)| serde_json::json!({"field": field, "rules": n}))
                            .collect::<Vec<_>>(),
                        "unread_sources": summary.gaps.unread_sources.iter()
                            .map(|(k, n)| serde_json::json!({"provider": k.provider,
                                "channel": k.channel, "event_id": k.event_id, "events": n}))
                            .collect::<Vec<_>>(),
                    },
                });
                self.write(&(serde_json::to_string_pretty(&document)? + "\n"))?;
            }
            Report::Jsonl | Report::Csv => {}
        }
        if let Some(mut stream) = self.stream.take() {
            stream.flush()?;
        }
        if let Some((path, part)) = self.file.take() {
            std::fs::rename(&part, &path)
                .with_context(|| format!("can't write {}", path.display()))?;
        }
        Ok(())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some((_, part)) = &self.file {
            // Nothing depends on it.
            let _ = std::fs::remove_file(part);
        }
    }
}

const CSV_HEADER: &str = "timestamp,severity,rule,title,vendor,certainty,computer,provider,channel,event_id,record_id,log,matched,events_total\n";

/// One line a record that the hit lists. A cell that a spreadsheet would take for a formula begins with `'`.
fn csv_lines(hit: &Hit) -> anyhow::Result<String> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    let matched: Vec<String> =
        hit.matched.iter().map(|m| format!("{} {} {}", m.field, m.kind, m.value)).collect();
    let text = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
    for event in &hit.events {
        let cells = [
            event.timestamp.clone().unwrap_or_default(),
            hit.severity.clone().unwrap_or_default(),
            hit.rule.clone(),
            hit.title.clone(),
            hit.vendor.clone(),
            hit.certainty.to_owned(),
            event.computer.to_string(),
            event.provider.to_string(),
            event.channel.to_string(),
            text(event.event_id.map(u64::from)),
            text(event.record_id),
            event.log.to_string(),
            matched.join("; "),
            hit.events_total.to_string(),
        ];
        writer.write_record(cells.map(|cell| {
            if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
                format!("'{cell}")
            } else {
                cell
            }
        }))?;
    }
    Ok(String::from_utf8_lossy(&writer.into_inner()?).into_owned())
}

fn listed(hits: &[Hit]) -> String {
    if hits.is_empty() {
        return "no rule fired\n".to_owned();
    }
    let rows = hits
        .iter()
        .map(|hit| {
            let first = hit.events.first();
            let more = hit.events_total.saturating_sub(1);
            let record = first.and_then(|e| e.record_id).map(|n| n.to_string()).unwrap_or_default();
            let record = if more > 0 { format!("{record} +{more}") } else { record };
            let certainty = if hit.certainty == "certain" { "" } else { hit.certainty };
            vec![
                first.and_then(|e| e.timestamp.clone()).unwrap_or_default(),
                hit.severity.clone().unwrap_or_default(),
                clean(&hit.title).into_owned(),
                hit.rule.clone(),
                first.map(|e| e.computer.to_string()).unwrap_or_default(),
                first.map(|e| e.log.to_string()).unwrap_or_default(),
                record,
                certainty.to_owned(),
            ]
        })
        .collect();
    table(&["Time", "Severity", "Title", "Rule", "Computer", "Log", "Record", ""], rows)
}
