//! Counts.

use std::collections::BTreeMap;

use rusqlite::Row;
use serde::Serialize;

use crate::Error;
use crate::events::EventLine;
use crate::store::Catalog;

/// Rules by fidelity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Fidelities {
    /// Every construct has its documented meaning.
    pub exact: i64,
    /// Something was approximated.
    pub partial: i64,
    /// Parsed as text only.
    pub opaque: i64,
    /// Needs what no log holds.
    pub not_evaluable: i64,
}

/// Counts over active rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Active {
    /// Active rules.
    pub rules: i64,
    /// By fidelity.
    #[serde(flatten)]
    pub fidelities: Fidelities,
}

/// Counts of a vendor or a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Files that may hold rules.
    pub files: i64,
    /// Rules, active and deprecated.
    pub rules: i64,
    /// Deprecated rules.
    pub deprecated: i64,
    /// All rules by fidelity.
    #[serde(flatten)]
    pub fidelities: Fidelities,
    /// Files that hold a rule which could not be read at all.
    pub failed: i64,
    /// The same over active rules.
    pub active: Active,
    /// Active rules that can be run: events are known that they match for certain.
    pub runnable: i64,
    /// Active rules that can fire on a Windows event.
    pub windows: i64,
    /// Those of them that can be run.
    pub runnable_windows: i64,
    /// Rules with a part that was not understood.
    pub with_opaque_stage: i64,
    /// Whether this version has a front end for the vendor.
    pub readable: bool,
}

/// Counts of a catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Rules, active and deprecated.
    pub rules: i64,
    /// By vendor.
    pub vendors: BTreeMap<String, Counts>,
    /// By source.
    pub sources: BTreeMap<String, Counts>,
    /// Predicates of all stages.
    pub predicates: i64,
    /// Distinct indicators of active rules: field, kind and value.
    pub indicators: i64,
    /// Distinct events that an active rule can fire on.
    pub events: i64,
    /// Those of them of which the built-in table or a knowledge pack has a title.
    pub events_with_title: i64,
    /// Those of them of which a knowledge pack or the user's own logs have an example.
    pub events_with_example: i64,
    /// Distinct techniques of active rules.
    pub techniques: i64,
    /// Knowledge packs, the user's own logs among them.
    pub packs: i64,
    /// Facts that packs state, each counted once for every pack that states it.
    pub facts: i64,
}

const COUNTS: &str = "count(rule.id), ifnull(sum(deprecated), 0), \
    ifnull(sum(fidelity = 'exact'), 0), ifnull(sum(fidelity = 'partial'), 0), \
    ifnull(sum(fidelity = 'opaque'), 0), ifnull(sum(fidelity = 'not_evaluable'), 0), \
    ifnull(sum(NOT deprecated), 0), \
    ifnull(sum(NOT deprecated AND fidelity = 'exact'), 0), \
    ifnull(sum(NOT deprecated AND fidelity = 'partial'), 0), \
    ifnull(sum(NOT deprecated AND fidelity = 'opaque'), 0), \
    ifnull(sum(NOT deprecated AND fidelity = 'not_evaluable'), 0), \
    ifnull(sum(NOT deprecated AND windows), 0), ifnull(sum(opaque_stage), 0), \
    ifnull(sum(NOT deprecated AND witness IS NOT NULL), 0), \
    ifnull(sum(NOT deprecated AND windows AND witness IS NOT NULL), 0)";

fn counts(row: &Row<'_>) -> Result<Counts, rusqlite::Error> {
    let at = |i: usize| row.get::<_, i64>(i);
    let fidelities = |i: usize| -> Result<Fidelities, rusqlite::Error> {
        Ok(Fidelities {
            exact: at(i)?,
            partial: at(i + 1)?,
            opaque: at(i + 2)?,
            not_evaluable: at(i + 3)?,
        })
    };
    Ok(Counts {
        rules: at(1)?,
        deprecated: at(2)?,
        fidelities: fidelities(3)?,
        active: Active { rules: at(7)?, fidelities: fidelities(8)? },
        windows: at(12)?,
        with_opaque_stage: at(13)?,
        runnable: at(14)?,
        runnable_windows: at(15)?,
        ..Counts::default()
    })
}

impl Catalog {
    /// Counts what is in the catalog.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn stats(&self) -> Result<Stats, Error> {
        let connection = &self.connection;
        let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let events = self.events()?;
        let count = |of: fn(&EventLine) -> bool| {
            i64::try_from(events.iter().filter(|line| of(line)).count()).unwrap_or(i64::MAX)
        };
        let mut out = Stats {
            rules: one("SELECT count(*) FROM rule")?,
            predicates: one("SELECT count(*) FROM predicate")?,
            indicators: one(
                "SELECT count(*) FROM (SELECT DISTINCT value, field, kind FROM indicator \
                 JOIN rule ON rule.id = indicator.rule WHERE NOT rule.deprecated)",
            )?,
            events: count(|_| true),
            techniques: one("SELECT count(DISTINCT technique) FROM rule_technique \
                 JOIN rule ON rule.id = rule_technique.rule WHERE NOT rule.deprecated")?,
            events_with_title: count(|line| !line.title.is_empty()),
            events_with_example: count(|line| line.has_example),
            packs: one("SELECT count(*) FROM pack")?,
            facts: one("SELECT ifnull(sum(facts), 0) FROM pack")?,
            ..Stats::default()
        };
        for (column, into) in [("vendor", &mut out.vendors), ("name", &mut out.sources)] {
            let sql = format!(
                "SELECT source.{column}, {COUNTS} FROM source \
                 LEFT JOIN rule ON rule.source = source.id GROUP BY source.{column}"
            );
            let mut statement = connection.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                into.insert(row.get(0)?, counts(row)?);
            }
            let sql = format!(
                "SELECT {column}, sum(files), sum(failed), min(readable) FROM source GROUP BY {column}"
            );
            let mut statement = connection.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let counts = into.entry(row.get(0)?).or_default();
                counts.files = row.get(1)?;
                counts.failed = row.get(2)?;
                counts.readable = row.get(3)?;
            }
        }
        Ok(out)
    }
}
