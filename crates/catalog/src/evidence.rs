//! Evidence: on which records of the user's logs rules fire.
//!
//! The catalog runs no rule. A build hands those that have to be run to whoever can ([`Prove`]), and
//! keeps what comes back: of each rule how often it fired, and where. A rule that is written anew
//! loses both; where the logs are others than before, every rule does.

use std::collections::HashMap;

use rulescope_knowledge::stamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use crate::Error;
use crate::known::Packs;
use crate::load::{RunRule, run_where};
use crate::store::Catalog;

/// How many records of a rule are kept.
pub const KEPT: usize = 20;

/// A record on which a rule fires, alone or with others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceRow {
    /// The log, as it was opened.
    pub log: String,
    /// The event's own record id.
    pub record_id: Option<u64>,
    /// When it happened, RFC 3339.
    pub timestamp: Option<String>,
    /// Provider's full name.
    pub provider: String,
    /// Event id.
    pub event_id: Option<u32>,
    /// Computer.
    pub computer: String,
    /// `certain` or `possible`.
    pub certainty: String,
}

/// How often a rule fires.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct EvidenceTotal {
    /// For certain.
    pub certain: u64,
    /// Possibly.
    pub possible: u64,
}

/// What running a rule came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The rule's id.
    pub rule: String,
    /// How often it fired.
    pub total: EvidenceTotal,
    /// Where, in the order in which they are shown; the first [`KEPT`] are kept.
    pub records: Vec<EvidenceRow>,
}

/// Runs rules over the logs that a build was given. A rule that does not come back did not fire.
pub type Prove<'p> = dyn FnMut(Vec<RunRule>) -> Vec<Proved> + 'p;

/// What evidence is in a catalog.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct EvidenceReport {
    /// Rules that were run by this build.
    pub run: usize,
    /// Rules that were run over these logs by this build or one before.
    pub rules: usize,
    /// Those of them that fire.
    pub fire: usize,
}

/// Brings the evidence up to date: runs the rules that have none yet.
pub(crate) fn refresh(
    connection: &Connection,
    packs: &Packs,
    prove: Option<&mut Prove<'_>>,
) -> Result<EvidenceReport, Error> {
    let key = "SELECT value FROM meta WHERE key = 'evidence'";
    let was: Option<String> = connection.query_row(key, [], |row| row.get(0)).optional()?;
    let prove = prove.filter(|_| !packs.events.is_empty());
    // Logs that can't all be looked at may be others than before.
    let now = stamp(&packs.events).filter(|_| prove.is_some());
    if now.is_none() || was != now {
        connection.execute_batch("DELETE FROM evidence; DELETE FROM evidence_total;")?;
    }
    connection.execute(
        "INSERT OR REPLACE INTO meta VALUES ('evidence', ?)",
        [now.as_deref().unwrap_or_default()],
    )?;
    let run = match prove {
        Some(prove) => run(connection, prove)?,
        None => 0,
    };
    let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, usize>(0));
    Ok(EvidenceReport {
        run,
        rules: one("SELECT count(*) FROM evidence_total")?,
        fire: one("SELECT count(*) FROM evidence_total WHERE certain + possible > 0")?,
    })
}

/// Runs the rules that were not run yet, and says how many they are.
fn run(connection: &Connection, prove: &mut Prove<'_>) -> Result<usize, Error> {
    let condition = "NOT rule.deprecated AND rule.fidelity IN ('exact', 'partial') \
                     AND rule.id NOT IN (SELECT rule FROM evidence_total)";
    let mut rules = run_where(connection, condition, Vec::new())?;
    // As in a scan, which lets the correlation speak for them.
    rules.retain(|rule| !rule.only_counted);
    if rules.is_empty() {
        return Ok(0);
    }
    let mut rows: HashMap<String, i64> = HashMap::new();
    let mut statement = connection.prepare(
        "SELECT source.name || '/' || rule.slug, rule.id FROM rule \
         JOIN source ON source.id = rule.source",
    )?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        rows.insert(row.get(0)?, row.get(1)?);
    }
    let mut total = connection.prepare("INSERT OR REPLACE INTO evidence_total VALUES (?,?,?)")?;
    for rule in &rules {
        total.execute(params![rows.get(&rule.id), 0, 0])?;
    }
    let count = rules.len();
    let mut insert = connection.prepare("INSERT INTO evidence VALUES (?,?,?,?,?,?,?,?,?)")?;
    for proved in prove(rules) {
        let Some(rule) = rows.get(&proved.rule) else { continue };
        total.execute(params![rule, proved.total.certain, proved.total.possible])?;
        for (i, row) in proved.records.iter().take(KEPT).enumerate() {
            insert.execute(params![
                rule,
                i,
                row.log,
                // SQLite's whole numbers end before; an id that large is nothing of Windows'.
                row.record_id.and_then(|id| i64::try_from(id).ok()),
                row.timestamp,
                row.provider,
                row.event_id,
                row.computer,
                row.certainty
            ])?;
        }
    }
    Ok(count)
}

impl Catalog {
    /// The records on which a rule fires, by its row ([`Catalog::find`]).
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn evidence(&self, rule: i64) -> Result<Vec<EvidenceRow>, Error> {
        let mut statement = self.connection.prepare_cached(
            "SELECT log, record_id, timestamp, provider, event_id, computer, certainty \
             FROM evidence WHERE rule = ? ORDER BY idx",
        )?;
        let rows = statement.query_map([rule], |row| {
            Ok(EvidenceRow {
                log: row.get(0)?,
                record_id: row.get(1)?,
                timestamp: row.get(2)?,
                provider: row.get(3)?,
                event_id: row.get(4)?,
                computer: row.get(5)?,
                certainty: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How often a rule fires; `None` where it was not run over any log.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn evidence_total(&self, rule: i64) -> Result<Option<EvidenceTotal>, Error> {
        let sql = "SELECT certain, possible FROM evidence_total WHERE rule = ?";
        let total = |row: &rusqlite::Row<'_>| {
            Ok(EvidenceTotal { certain: row.get(0)?, possible: row.get(1)? })
        };
        Ok(self.connection.prepare_cached(sql)?.query_row([rule], total).optional()?)
    }

    /// The rules that fire most often: id, title and how often.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn firing(&self, limit: usize) -> Result<Vec<(String, String, EvidenceTotal)>, Error> {
        let sql = "SELECT source.name || '/' || rule.slug, rule.title, e.certain, e.possible \
                   FROM evidence_total e JOIN rule ON rule.id = e.rule \
                   JOIN source ON source.id = rule.source WHERE e.certain > 0 \
                   ORDER BY e.certain DESC, e.rule LIMIT ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([limit], |row| {
            let total = EvidenceTotal { certain: row.get(2)?, possible: row.get(3)? };
            Ok((row.get(0)?, row.get(1)?, total))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether rules were run over logs when the catalog was built.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn has_evidence(&self) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM evidence_total)";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }
}
