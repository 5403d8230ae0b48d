//! Logs to measure scans on: the sample logs over and over, every copy with record ids and times of
//! its own.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use rulescope_events::{Event, Logs, Number, Value};
use serde_json::{Map, Value as Json};

/// How much later each copy of the samples happened, in nanoseconds: a day.
const LATER: i64 = 86_400_000_000_000;

/// Writes at least so many events as flat JSON lines: `FILE EVENTS LOGS…`.
pub(crate) fn make(args: &[String]) -> Result<()> {
    let [out, count, logs @ ..] = args else { bail!("bench-events FILE EVENTS LOGS…") };
    let count: usize = count.parse().context("the number of events")?;
    write(Path::new(out), count, logs)
}

/// Writes at least so many events of the logs as flat JSON lines.
pub(super) fn write(out: &Path, count: usize, logs: &[impl AsRef<Path>]) -> Result<()> {
    let mut samples = Vec::new();
    for log in Logs::new(logs).flatten() {
        samples.extend(log.open().flatten().filter(|event| event.time.is_some()));
    }
    if samples.is_empty() {
        bail!("the logs hold no event with a time");
    }
    let part = out.with_extension("part");
    let mut file = BufWriter::new(File::create(&part).context("making the log")?);
    let copies = count.div_ceil(samples.len());
    for copy in 0..copies {
        for (place, event) in samples.iter().enumerate() {
            let line = flat(event, copy, copy * samples.len() + place);
            serde_json::to_writer(&mut file, &line)?;
            file.write_all(b"\n")?;
        }
    }
    file.into_inner().context("writing the log")?.sync_all()?;
    fs::rename(&part, out).context("writing the log")
}

/// An event as one object of its header's and its own values.
fn flat(event: &Event, copy: usize, id: usize) -> Json {
    let mut members = Map::new();
    let header = event.header.iter().map(|(name, value)| (*name, value));
    let data = event.data.iter().map(|(name, value)| (&**name, value));
    for (name, value) in header.chain(data) {
        members.entry(name).or_insert_with(|| json(value));
    }
    members.insert("EventRecordID".to_owned(), (id + 1).into());
    if let Some(time) = event.time {
        let copied = Event { time: Some(time + LATER * copy as i64), ..event.clone() };
        if let Some(time) = copied.timestamp() {
            members.insert("TimeCreated".to_owned(), time.into());
        }
    }
    Json::Object(members)
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => (*b).into(),
        Value::Number(Number::Int(n)) => (*n).into(),
        Value::Number(Number::Large(n)) => (*n).into(),
        Value::Number(Number::Float(n)) => (*n).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Object(members) => {
            Json::Object(members.iter().map(|(n, v)| (n.to_string(), json(v))).collect())
        }
    }
}
