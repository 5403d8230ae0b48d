//! What changed from one build to the next: rules that are new, changed or gone.
//!
//! A build that replaces a catalog notes what is other in it. The first build of a catalog notes
//! nothing, nor does one that replaces a catalog of other tables.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OpenFlags, params};
use serde::Serialize;

use crate::Error;
use crate::store::Catalog;

/// Changes that a catalog keeps, the newest.
const MOST: usize = 500;

/// A rule that a build found changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// When the build was, in seconds since 1970 UTC.
    pub at: i64,
    /// The rule's id, `<source>/<slug>`.
    pub id: String,
    /// Its title; of one that is gone the last.
    pub title: String,
    /// `added`, `changed`, `removed`.
    pub what: String,
}

/// A rule as builds are compared by it.
struct Known {
    row: i64,
    title: String,
    /// Path, size and time of change of its file.
    file: (String, i64, i64),
}

fn known(connection: &Connection) -> Result<BTreeMap<(String, String), Known>, rusqlite::Error> {
    let mut statement = connection.prepare(
        "SELECT source.name, rule.slug, rule.id, rule.title, file.path, file.size, \
         file.modified_ns FROM rule JOIN file ON file.id = rule.file \
         JOIN source ON source.id = rule.source",
    )?;
    let rows = statement.query_map([], |row| {
        let file = (row.get(4)?, row.get(5)?, row.get(6)?);
        let known = Known { row: row.get(2)?, title: row.get(3)?, file };
        Ok(((row.get(0)?, row.get(1)?), known))
    })?;
    rows.collect()
}

/// What a rule says and means.
fn content(connection: &Connection, row: i64) -> Result<(String, String), rusqlite::Error> {
    connection
        .prepare_cached("SELECT body, normal_key FROM rule WHERE id = ?")?
        .query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// The changes of an old catalog, and what is other in the new one.
fn compared(old: &Connection, new: &Connection, at: i64) -> Result<Vec<Change>, rusqlite::Error> {
    let (before, now) = (known(old)?, known(new)?);
    let mut out = Vec::new();
    let mut add = |(source, slug): &(String, String), rule: &Known, what: &str| {
        let id = format!("{source}/{slug}");
        out.push(Change { at, id, title: rule.title.clone(), what: what.to_owned() });
    };
    for (id, rule) in &now {
        match before.get(id) {
            None => add(id, rule, "added"),
            // A file of the same size and time was not read again.
            Some(was) if was.file == rule.file => {}
            Some(was) => {
                if content(old, was.row)? != content(new, rule.row)? {
                    add(id, rule, "changed");
                }
            }
        }
    }
    for (id, rule) in before.iter().filter(|(id, _)| !now.contains_key(*id)) {
        add(id, rule, "removed");
    }
    out.extend(noted(old)?);
    out.truncate(MOST);
    Ok(out)
}

fn noted(connection: &Connection) -> Result<Vec<Change>, rusqlite::Error> {
    let mut statement =
        connection.prepare("SELECT at, id, title, what FROM change ORDER BY at DESC, id")?;
    let rows = statement.query_map([], |row| {
        Ok(Change { at: row.get(0)?, id: row.get(1)?, title: row.get(2)?, what: row.get(3)? })
    })?;
    rows.collect()
}

/// Notes in a catalog that is being built what is other than in the one that it will replace.
pub(crate) fn note(new: &Connection, catalog: &Path) -> Result<(), Error> {
    if !catalog.exists() {
        return Ok(());
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let at = i64::try_from(now).unwrap_or(i64::MAX);
    // A catalog of other tables can't be compared with.
    let Ok(changes) = Connection::open_with_flags(catalog, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|old| compared(&old, new, at))
    else {
        return Ok(());
    };
    new.execute("DELETE FROM change", [])?;
    let mut insert = new.prepare("INSERT INTO change VALUES (?,?,?,?)")?;
    for change in changes {
        insert.execute(params![change.at, change.id, change.title, change.what])?;
    }
    Ok(())
}

impl Catalog {
    /// What builds found changed, the newest first, by id.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn changes(&self) -> Result<Vec<Change>, Error> {
        Ok(noted(&self.connection)?)
    }
}
