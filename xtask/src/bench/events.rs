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
    write(Path::new(out), count, logs, false).map(drop)
}

/// Writes at least so many events of the logs as flat JSON lines, and says how many; `routed` with
/// the log source that each is of, for engines that do not know events by themselves.
pub(super) fn write(
    out: &Path,
    count: usize,
    logs: &[impl AsRef<Path>],
    routed: bool,
) -> Result<usize> {
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
            let mut line = flat(event, copy, copy * samples.len() + place);
            if let (true, Json::Object(members)) = (routed, &mut line) {
                route(event, members);
            }
            serde_json::to_writer(&mut file, &line)?;
            file.write_all(b"\n")?;
        }
    }
    file.into_inner().context("writing the log")?.sync_all()?;
    fs::rename(&part, out).context("writing the log")?;
    Ok(copies * samples.len())
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

/// The categories of Sysmon's events
/// (<https://github.com/SigmaHQ/sigma-specification>, appendix "taxonomy"), by event id.
const SYSMON: [(u32, &str); 22] = [
    (1, "process_creation"),
    (2, "file_change"),
    (3, "network_connection"),
    (4, "sysmon_status"),
    (5, "process_termination"),
    (6, "driver_load"),
    (7, "image_load"),
    (8, "create_remote_thread"),
    (9, "raw_access_thread"),
    (10, "process_access"),
    (11, "file_event"),
    (12, "registry_event"),
    (13, "registry_set"),
    (14, "registry_rename"),
    (15, "create_stream_hash"),
    (17, "pipe_created"),
    (18, "pipe_created"),
    (19, "wmi_event"),
    (20, "wmi_event"),
    (21, "wmi_event"),
    (22, "dns_query"),
    (23, "file_delete"),
];

/// Adds the log source of an event.
fn route(event: &Event, members: &mut Map<String, Json>) {
    members.insert("product".to_owned(), "windows".into());
    let id = event.event_id.unwrap_or(0);
    let category = match event.channel() {
        "Microsoft-Windows-Sysmon/Operational" => {
            SYSMON.iter().find(|(of, _)| *of == id).map(|(_, category)| *category)
        }
        "Security" if id == 4688 => Some("process_creation"),
        "Microsoft-Windows-PowerShell/Operational" if id == 4104 => Some("ps_script"),
        "Microsoft-Windows-PowerShell/Operational" if id == 4103 => Some("ps_module"),
        _ => None,
    };
    let name = event.channel().trim_end_matches("/Operational").to_ascii_lowercase();
    let service = name.strip_prefix("microsoft-windows-").unwrap_or(&name).replace("windows ", "");
    members.insert("service".to_owned(), service.into());
    if let Some(category) = category {
        members.insert("category".to_owned(), category.into());
    }
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
