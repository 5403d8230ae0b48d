//! All that a search by words and facets needs of every rule, for one that has no database.

use std::collections::{BTreeMap, HashMap};

use rulescope_taxonomy::events::slug;

use crate::Error;
use crate::list::{COLUMNS, RuleLine, TABLES, line};
use crate::store::Catalog;

/// A rule as a search knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchedRule {
    /// Its line.
    pub line: RuleLine,
    /// Names of its tactics.
    pub tactics: Vec<String>,
    /// Ids of its techniques.
    pub techniques: Vec<String>,
    /// Addresses of its events.
    pub events: Vec<String>,
    /// Canonical names of the fields that it tests.
    pub fields: Vec<String>,
    /// Terms of its log source.
    pub log_source: Vec<String>,
}

impl Catalog {
    /// Every rule as a search knows it, by source and slug.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn searched(&self) -> Result<Vec<SearchedRule>, Error> {
        let mut tactics = self.lists("SELECT DISTINCT rule, tactic FROM rule_technique")?;
        let mut techniques = self.lists("SELECT DISTINCT rule, technique FROM rule_technique")?;
        let mut fields = self.lists(
            "SELECT DISTINCT p.rule, field.name FROM predicate p \
             JOIN field ON field.id = p.field WHERE field.name <> ''",
        )?;
        let mut events: HashMap<i64, Vec<String>> = HashMap::new();
        let mut statement =
            self.connection.prepare("SELECT rule, provider, event_id FROM rule_event")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (provider, id): (String, u32) = (row.get(1)?, row.get(2)?);
            events.entry(row.get(0)?).or_default().push(format!("{}/{id}", slug(&provider)));
        }
        let sql = format!(
            "SELECT {COLUMNS}, rule.id, rule.scope FROM {TABLES} ORDER BY source.name, rule.slug"
        );
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(13)?;
            let scope: BTreeMap<String, Vec<String>> =
                serde_json::from_str(&row.get::<_, String>(14)?)?;
            out.push(SearchedRule {
                line: line(row)?,
                tactics: tactics.remove(&id).unwrap_or_default(),
                techniques: techniques.remove(&id).unwrap_or_default(),
                events: events.remove(&id).unwrap_or_default(),
                fields: fields.remove(&id).unwrap_or_default(),
                log_source: scope.into_values().flatten().collect(),
            });
        }
        Ok(out)
    }

    /// Texts by rule.
    fn lists(&self, sql: &str) -> Result<HashMap<i64, Vec<String>>, Error> {
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut out: HashMap<i64, Vec<String>> = HashMap::new();
        while let Some(row) = rows.next()? {
            out.entry(row.get(0)?).or_default().push(row.get(1)?);
        }
        Ok(out)
    }

    /// The indicators that more than one active rule looks for: field, kind and folded value.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn shared(&self) -> Result<Vec<(String, String, String)>, Error> {
        let sql = "SELECT field.name, i.kind, value.text FROM indicator i \
                   JOIN rule ON rule.id = i.rule JOIN field ON field.id = i.field \
                   JOIN value ON value.id = i.value WHERE NOT rule.deprecated \
                   GROUP BY i.field, i.kind, i.value HAVING count(DISTINCT i.rule) > 1 \
                   ORDER BY 1, 2, 3";
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The ids of rules that look for at least so many values, those of the most first.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn wide(&self, least: i64) -> Result<Vec<String>, Error> {
        let sql = "SELECT source.name || '/' || rule.slug FROM indicator i \
                   JOIN rule ON rule.id = i.rule JOIN source ON source.id = rule.source \
                   GROUP BY i.rule HAVING count(*) >= ?1 ORDER BY count(*) DESC, 1";
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([least], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The techniques that at least so many active rules are tagged with, by the ids of today.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn techniques_of_many(&self, least: i64) -> Result<Vec<String>, Error> {
        let sql = "SELECT t.technique FROM rule_technique t JOIN rule ON rule.id = t.rule \
                   WHERE NOT rule.deprecated GROUP BY t.technique \
                   HAVING count(DISTINCT t.rule) >= ?1 ORDER BY count(DISTINCT t.rule) DESC, 1";
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([least], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
