//! Which rules there are: the line that stands for a rule wherever rules are listed, and facets.

use rulescope_taxonomy::attack;
use rusqlite::Row;
use rusqlite::types::Value as SqlValue;
use serde::Serialize;

use crate::Error;
use crate::store::Catalog;

/// A rule on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleLine {
    /// `<source>/<slug>`.
    pub id: String,
    /// Its vendor.
    pub vendor: String,
    /// Its source.
    pub source: String,
    /// Its slug.
    pub slug: String,
    /// The id that upstream gives it.
    pub upstream_id: Option<String>,
    /// Its title.
    pub title: String,
    /// Its status.
    pub status: Option<String>,
    /// Its severity.
    pub severity: Option<String>,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Its language.
    pub language: String,
    /// The shape of its logic.
    pub shape: String,
    /// How well it was understood.
    pub fidelity: String,
    /// Path below its source.
    pub path: String,
}

/// What rules are wanted. Several facets must all hold; an empty one holds for every rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// A vendor.
    pub vendor: Option<String>,
    /// A source.
    pub source: Option<String>,
    /// A technique by today's id or the one it was tagged with; `T1059` takes its sub-techniques in.
    pub technique: Option<String>,
    /// A tactic's name.
    pub tactic: Option<String>,
    /// An event: provider and id.
    pub event: Option<(String, u32)>,
    /// A field that a predicate tests, canonical or native.
    pub field: Option<String>,
    /// A severity.
    pub severity: Option<String>,
    /// A status.
    pub status: Option<String>,
    /// A fidelity.
    pub fidelity: Option<String>,
    /// A shape.
    pub shape: Option<String>,
    /// A platform.
    pub platform: Option<String>,
    /// A language.
    pub language: Option<String>,
    /// Part of an author's name.
    pub author: Option<String>,
    /// A term of the log source, of any kind.
    pub logsource: Option<String>,
    /// Whether it fires on a log of the user's.
    pub evidence: Option<bool>,
    /// Whether deprecated rules are wanted: all rules where `None`.
    pub deprecated: Option<bool>,
}

/// The columns of a [`RuleLine`], from `rule`, `source` and `file`.
pub(crate) const COLUMNS: &str = "source.name || '/' || rule.slug, rule.vendor, source.name, \
    rule.slug, rule.upstream_id, rule.title, rule.status, rule.severity, rule.deprecated, \
    rule.language, rule.shape, rule.fidelity, file.path";

/// The tables that the columns are from.
pub(crate) const TABLES: &str =
    "rule JOIN source ON source.id = rule.source JOIN file ON file.id = rule.file";

pub(crate) fn line(row: &Row<'_>) -> Result<RuleLine, rusqlite::Error> {
    Ok(RuleLine {
        id: row.get(0)?,
        vendor: row.get(1)?,
        source: row.get(2)?,
        slug: row.get(3)?,
        upstream_id: row.get(4)?,
        title: row.get(5)?,
        status: row.get(6)?,
        severity: row.get(7)?,
        deprecated: row.get(8)?,
        language: row.get(9)?,
        shape: row.get(10)?,
        fidelity: row.get(11)?,
        path: row.get(12)?,
    })
}

impl Filter {
    /// The filter as an SQL condition over [`TABLES`] with its parameters.
    pub(crate) fn sql(&self) -> (String, Vec<SqlValue>) {
        let mut sql = String::from("1");
        let mut values = Vec::new();
        let mut add = |condition: &str, value: String| {
            sql.push_str(" AND ");
            sql.push_str(condition);
            values.push(SqlValue::Text(value));
        };
        let same = [
            ("rule.vendor", &self.vendor),
            ("source.name", &self.source),
            ("rule.severity", &self.severity),
            ("rule.status", &self.status),
            ("rule.fidelity", &self.fidelity),
            ("rule.shape", &self.shape),
            ("rule.platform", &self.platform),
            ("rule.language", &self.language),
        ];
        for (column, value) in same {
            if let Some(value) = value {
                add(&format!("{column} = ? COLLATE NOCASE"), value.clone());
            }
        }
        if let Some(author) = &self.author {
            add("instr(lower(rule.author), ?) > 0", author.to_lowercase());
        }
        if let Some(term) = &self.logsource {
            add(
                "EXISTS (SELECT 1 FROM json_tree(rule.scope) t WHERE t.atom = ? COLLATE NOCASE)",
                term.clone(),
            );
        }
        if let Some(tactic) = &self.tactic {
            add(
                "rule.id IN (SELECT rule FROM rule_technique WHERE tactic = ? COLLATE NOCASE)",
                tactic.clone(),
            );
        }
        if let Some(technique) = &self.technique {
            // An older id means what it is today, and the rules that still carry it.
            let id = technique.trim().to_uppercase();
            let today = attack::today(&id).map_or(id.as_str(), |current| current.technique.id);
            let asked = id.replace(['"', '\\'], "");
            let ids = match asked == today {
                true => format!("[\"{today}\"]"),
                false => format!("[\"{today}\",\"{asked}\"]"),
            };
            add(
                "rule.id IN (SELECT t.rule FROM json_each(?) j JOIN rule_technique t \
                 ON j.value IN (technique, substr(technique, 1, 5), was, substr(was, 1, 5)))",
                ids,
            );
        }
        if let Some(field) = &self.field {
            add(
                "rule.id IN (SELECT p.rule FROM predicate p JOIN field f ON f.id = p.field \
                 WHERE ? COLLATE NOCASE IN (f.name, p.native_field))",
                field.clone(),
            );
        }
        if let Some((provider, id)) = &self.event {
            add(
                "rule.id IN (SELECT rule FROM rule_event WHERE provider = ? AND event_id = ",
                provider.clone(),
            );
            sql.push_str(&format!("{id})"));
        }
        if let Some(there) = self.evidence {
            let word = if there { "IN" } else { "NOT IN" };
            sql.push_str(&format!(
                " AND rule.id {word} (SELECT rule FROM evidence_total WHERE certain + possible > 0)"
            ));
        }
        match self.deprecated {
            Some(true) => sql.push_str(" AND rule.deprecated"),
            Some(false) => sql.push_str(" AND NOT rule.deprecated"),
            None => {}
        }
        (sql, values)
    }
}

impl Catalog {
    /// The rules that a filter lets through, by source and slug.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn rules(&self, filter: &Filter) -> Result<Vec<RuleLine>, Error> {
        let (condition, values) = filter.sql();
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE {condition} ORDER BY source.name, rule.slug"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(rusqlite::params_from_iter(values), line)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
