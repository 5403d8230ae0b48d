//! Knowledge packs into the catalog.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rulescope_ir::Severity;
use rulescope_knowledge::{Finding, Knowledge, recorded, stamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use crate::Error;
use crate::build::{Event, PackProblem};
use crate::known::rows::{Subject, subjects};

/// Folders of knowledge that a catalog is built with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packs {
    /// Folders of knowledge packs.
    pub knowledge: Vec<PathBuf>,
    /// Logs, or folders of logs, whose first event of a kind is its example.
    pub events: Vec<PathBuf>,
}

/// What of knowledge packs is in a catalog.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct KnowledgeReport {
    /// Packs, the user's own logs among them.
    pub packs: usize,
    /// Files and logs that were read.
    pub files: usize,
    /// Files and logs that could not be read in full, and folders that hold no pack.
    pub failed: usize,
    /// Facts, each counted once for every pack that states it.
    pub facts: usize,
    /// Windows events of which a pack states anything.
    pub events: usize,
    /// Whether packs were read; otherwise none has changed since the last build.
    pub read: bool,
}

/// The name under which the user's own logs are an origin.
const RECORDED: &str = "recorded events";

/// Brings the facts up to date: reads the packs where one has changed since the last build.
pub(crate) fn refresh(
    connection: &Connection,
    packs: &Packs,
    report: &mut dyn FnMut(Event),
) -> Result<KnowledgeReport, Error> {
    let stamps = [stamp(&packs.knowledge), stamp(&packs.events)];
    let [Some(knowledge), Some(events)] = &stamps else {
        return fill(connection, packs, "", report);
    };
    let now = format!("{knowledge} {events}");
    let was: Option<String> = connection
        .query_row("SELECT value FROM meta WHERE key = 'knowledge'", [], |row| row.get(0))
        .optional()?;
    if was.as_deref() == Some(now.as_str()) {
        return stored(connection);
    }
    fill(connection, packs, &now, report)
}

fn fill(
    connection: &Connection,
    packs: &Packs,
    stamp: &str,
    report: &mut dyn FnMut(Event),
) -> Result<KnowledgeReport, Error> {
    connection.execute_batch(
        "DELETE FROM fact; DELETE FROM subject; DELETE FROM pack_problem; DELETE FROM pack;",
    )?;
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('knowledge', ?)", [stamp])?;
    let mut known = rulescope_knowledge::read(&packs.knowledge);
    if !packs.events.is_empty() {
        known.add_recorded(RECORDED, recorded(&packs.events));
    }
    let names = write_packs(connection, &known)?;
    write_problems(connection, &known, &names, report)?;
    let mut subject_row = connection.prepare_cached(
        "INSERT INTO subject (kind, name, provider, channel, event_id, title, facts) \
         VALUES (?,?,?,?,?,?,?)",
    )?;
    let mut fact_row = connection.prepare_cached("INSERT INTO fact VALUES (?,?,?,?,?,?)")?;
    for Subject { kind, name, event, title, rows } in subjects(&known) {
        let provider = event.as_ref().and_then(|key| key.provider.as_deref());
        let channel = event.as_ref().and_then(|key| key.channel.as_deref());
        let id = event.as_ref().map(|key| key.id);
        let subject =
            subject_row.insert(params![kind, name, provider, channel, id, title, rows.len()])?;
        for row in rows {
            let packs = serde_json::to_string(&row.packs)?;
            fact_row
                .execute(params![subject, row.about, row.field, row.value, row.detail, packs])?;
        }
    }
    Ok(KnowledgeReport { read: !known.packs.is_empty(), ..stored(connection)? })
}

/// Writes the packs; gives their names, each another.
fn write_packs(connection: &Connection, known: &Knowledge) -> Result<Vec<String>, Error> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names = Vec::with_capacity(known.packs.len());
    let mut insert = connection.prepare_cached("INSERT INTO pack VALUES (?,?,?,?,?,?,?,?,?)")?;
    for (id, pack) in known.packs.iter().enumerate() {
        let mut name = pack.name.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{} ({number})", pack.name);
            number += 1;
        }
        let licence = pack.licence.as_deref().map(|path| path.to_string_lossy().into_owned());
        insert.execute(params![
            id,
            name,
            pack.kind.name(),
            pack.path.to_string_lossy(),
            licence,
            pack.notice(),
            pack.files,
            pack.failed,
            pack.facts
        ])?;
        names.push(name);
    }
    Ok(names)
}

fn write_problems(
    connection: &Connection,
    known: &Knowledge,
    names: &[String],
    report: &mut dyn FnMut(Event),
) -> Result<(), Error> {
    let mut insert = connection.prepare_cached("INSERT INTO pack_problem VALUES (?,?,?,?,?,?)")?;
    for finding in &known.findings {
        let Finding { pack, path, line, severity, code, message } = finding;
        insert.execute(params![pack, path, line, code, severity.name(), message])?;
        report(Event::Pack(PackProblem {
            pack: pack.and_then(|pack| names.get(pack).cloned()),
            path: path.clone(),
            line: *line,
            code: (*code).to_owned(),
            severity: *severity,
            message: message.clone(),
            loses_facts: *severity == Severity::Error
                || pack.is_none()
                || *code == "pack/unread-log",
        }));
    }
    Ok(())
}

/// What the catalog holds.
fn stored(connection: &Connection) -> Result<KnowledgeReport, Error> {
    let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, usize>(0));
    Ok(KnowledgeReport {
        packs: one("SELECT count(*) FROM pack")?,
        files: one("SELECT ifnull(sum(files), 0) FROM pack")?,
        failed: one("SELECT ifnull((SELECT sum(failed) FROM pack), 0) + \
             (SELECT count(*) FROM pack_problem WHERE pack IS NULL)")?,
        facts: one("SELECT ifnull(sum(facts), 0) FROM pack")?,
        events: one("SELECT count(*) FROM subject WHERE kind = 'event'")?,
        read: false,
    })
}
