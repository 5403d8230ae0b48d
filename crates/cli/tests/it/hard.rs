//! Scans that come to a hard end, and records that are too much: what was found is kept.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::process::{Command, Stdio};

use serde_json::Value as Json;

use crate::scanning::{bench, places, scanned, started};

/// The command for a scan of the folder's logs.
fn scan(folder: &tempfile::TempDir, format: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rulescope"));
    command
        .args(["scan", "--rules", "rules", "--format", format, "logs"])
        .current_dir(folder.path())
        .stderr(Stdio::piped());
    command
}

/// Linux has a disk that is always full.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_in_every_format() {
    let folder = bench();
    for format in ["table", "jsonl", "csv", "ecs", "ocsf", "html"] {
        let full = OpenOptions::new().write(true).open("/dev/full").expect("there");
        let out = scan(&folder, format).stdout(full).output().expect("it runs");
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(2), "{format}: {said}");
        assert!(said.contains("can't write the report: No space left"), "{format}: {said}");
    }
}

/// A line of 5 GiB, most of it a hole that takes no room on the disk. It is passed over in pieces.
#[test]
fn a_line_of_gigabytes_is_one_unreadable_record() {
    let folder = bench();
    let path = folder.path().join("logs/a.jsonl");
    let before = fs::read(&path).expect("read");
    let mut log = File::create(&path).expect("made");
    log.write_all(&before).expect("written");
    log.write_all(b"{\"Image\":\"").expect("written");
    log.seek(SeekFrom::Current(5 << 30)).expect("there is room");
    log.write_all(b"\"}\n").expect("written");
    log.write_all(started(9, "u", "cmd /c copy c d").as_bytes()).expect("written");
    drop(log);
    let (code, hits, said) = scanned(folder.path(), &["logs"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("a.jsonl: line 4"), "{said}");
    let found = places(&hits);
    assert_eq!(found.iter().map(|(_, id)| *id).collect::<Vec<_>>(), [1, 9], "{said}");
}

/// What a killed scan has printed are whole documents, and what it found early is among them.
#[test]
fn a_killed_scan_leaves_whole_lines() {
    let folder = bench();
    let mut log = File::create(folder.path().join("logs/a.jsonl")).expect("made");
    for record in 0..40_000 {
        log.write_all(started(record % 60, "u", "cmd /c copy a b").as_bytes()).expect("written");
    }
    drop(log);
    let mut child = scan(&folder, "jsonl").stdout(Stdio::piped()).spawn().expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut first = String::new();
    out.read_line(&mut first).expect("a hit before the end");
    child.kill().expect("killed");
    child.wait().expect("ended");
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("text");
    let lines: Vec<Json> = [first.as_str(), &rest]
        .concat()
        .lines()
        .map(|line| serde_json::from_str(line).expect("a whole document"))
        .collect();
    assert!((1..40_000).contains(&lines.len()), "{}", lines.len());
}
