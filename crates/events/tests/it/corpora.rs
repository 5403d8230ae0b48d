//! The sample logs: how many events each folder holds, and how many records lie in several files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rulescope_events::{Log, Logs};

use crate::read::corpus;

#[derive(Default)]
struct Counts {
    files: u32,
    events: u32,
    errors: u32,
    without_time: u32,
    without_record_id: u32,
    without_channel: u32,
}

#[test]
fn every_sample_is_read() {
    let Some(root) = corpus("events") else { return };
    let mut folders: BTreeMap<String, Counts> = BTreeMap::new();
    let mut seen: BTreeMap<(String, String, u64), BTreeSet<String>> = BTreeMap::new();
    for log in Logs::new([&root]) {
        let log: Log = log.expect("the corpora can be walked");
        if !log.name.ends_with(".evtx") {
            continue;
        }
        let path = log.name.strip_prefix(&*root.to_string_lossy()).unwrap_or(&log.name);
        let folder: Vec<&str> =
            path.split(['/', '\\']).filter(|part| !part.is_empty()).take(2).collect();
        let counts = folders.entry(folder.join("/")).or_default();
        counts.files += 1;
        for event in log.open() {
            let Ok(event) = event else {
                counts.errors += 1;
                continue;
            };
            counts.events += 1;
            counts.without_time += u32::from(event.time.is_none());
            counts.without_record_id += u32::from(event.record_id.is_none());
            counts.without_channel += u32::from(event.channel().is_empty());
            assert!(event.event_id.is_some() && !event.computer().is_empty(), "{path}");
            if let Some((computer, channel, id)) = event.identity() {
                let identity = (computer.to_owned(), channel.to_owned(), id);
                seen.entry(identity).or_default().insert(path.to_owned());
            }
        }
    }
    let several = seen.values().filter(|files| files.len() > 1).count();
    let mut out = String::from("files events errors without(time id channel) folder\n");
    for (folder, c) in &folders {
        writeln!(
            out,
            "{:5} {:6} {:6} {:6} {:2} {:7} {folder}",
            c.files, c.events, c.errors, c.without_time, c.without_record_id, c.without_channel
        )
        .expect("a string takes it");
    }
    writeln!(out, "records: {}, in more than one file: {several}", seen.len())
        .expect("a string takes it");
    insta::assert_snapshot!(out);
}
