//! Search: full text, parts of values, and facets.

use std::collections::BTreeMap;

use rulescope_ir::fold;
use rusqlite::types::Value as SqlValue;
use serde::Serialize;

use crate::Error;
use crate::list::{COLUMNS, Filter, RuleLine, TABLES, line};
use crate::store::Catalog;

/// A value that holds the searched text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValueHit {
    /// The field's canonical name.
    pub field: String,
    /// The kind.
    pub kind: String,
    /// The folded effective value.
    pub value: String,
    /// How many active rules look for it.
    pub corpus: i64,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The query as given.
    pub query: String,
    /// How many rules there are in all.
    pub total: usize,
    /// The first of them, best first: by title and text, then those that only have it in a value.
    pub rules: Vec<RuleLine>,
    /// Values that hold the text, most used first.
    pub values: Vec<ValueHit>,
    /// How many of the rules have each value of a facet.
    pub facets: BTreeMap<&'static str, BTreeMap<String, usize>>,
}

/// How many words of a query are looked for.
const MOST_WORDS: usize = 32;

/// How many values are listed.
pub(crate) const VALUES: usize = 20;

impl Catalog {
    /// Searches for words in titles and texts (all of them, the last by its beginning; `"…"` keeps
    /// words together) and for the query as a part of an indicator's value. An empty query finds
    /// every rule that the filter lets through.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn search(&self, query: &str, filter: &Filter, limit: usize) -> Result<Found, Error> {
        let query = query.trim();
        let (condition, values) = filter.sql();
        let mut ids: Vec<(RuleLine, i64)> = Vec::new();
        let row = |row: &rusqlite::Row<'_>| Ok((line(row)?, row.get(13)?));
        let text = match_expression(query);
        if query.is_empty() {
            let sql = format!(
                "SELECT {COLUMNS}, rule.id FROM {TABLES} WHERE {condition} \
                 ORDER BY source.name, rule.slug"
            );
            let mut statement = self.connection.prepare(&sql)?;
            let rows = statement.query_map(rusqlite::params_from_iter(values.clone()), row)?;
            ids.extend(rows.collect::<Result<Vec<_>, _>>()?);
        } else if let Some(text) = text {
            let sql = format!(
                "SELECT {COLUMNS}, rule.id FROM {TABLES} JOIN rule_text \
                 ON rule_text.rowid = rule.id WHERE rule_text MATCH ? AND {condition} \
                 ORDER BY bm25(rule_text, 10.0, 1.0, 4.0), rule.deprecated, rule.id"
            );
            let mut statement = self.connection.prepare(&sql)?;
            let all = std::iter::once(SqlValue::Text(text)).chain(values.clone());
            let rows = statement.query_map(rusqlite::params_from_iter(all), row)?;
            ids.extend(rows.collect::<Result<Vec<_>, _>>()?);
        }
        let hits = if query.is_empty() { Vec::new() } else { self.values_holding(query)? };
        if !query.is_empty() {
            let seen: std::collections::BTreeSet<i64> = ids.iter().map(|(_, id)| *id).collect();
            let sql = format!(
                "SELECT {COLUMNS}, rule.id FROM {TABLES} WHERE rule.id IN \
                 (SELECT indicator.rule FROM indicator JOIN value ON value.id = indicator.value \
                  WHERE instr(value.text, ?) > 0) AND {condition} ORDER BY rule.deprecated, rule.id"
            );
            let mut statement = self.connection.prepare(&sql)?;
            let all = std::iter::once(SqlValue::Text(fold(query))).chain(values);
            let rows = statement.query_map(rusqlite::params_from_iter(all), row)?;
            for found in rows {
                let found = found?;
                if !seen.contains(&found.1) {
                    ids.push(found);
                }
            }
        }
        let mut facets: BTreeMap<&'static str, BTreeMap<String, usize>> = BTreeMap::new();
        for (rule, _) in &ids {
            let named = [
                ("vendor", Some(&rule.vendor)),
                ("source", Some(&rule.source)),
                ("severity", rule.severity.as_ref()),
                ("status", rule.status.as_ref()),
                ("fidelity", Some(&rule.fidelity)),
                ("shape", Some(&rule.shape)),
            ];
            for (facet, value) in named {
                if let Some(value) = value {
                    *facets.entry(facet).or_default().entry(value.clone()).or_default() += 1;
                }
            }
        }
        Ok(Found {
            query: query.to_owned(),
            total: ids.len(),
            rules: ids.into_iter().take(limit).map(|(rule, _)| rule).collect(),
            values: hits,
            facets,
        })
    }

    /// Indicators whose value holds a text, most used first.
    fn values_holding(&self, query: &str) -> Result<Vec<ValueHit>, Error> {
        let sql = "SELECT field.name, indicator.kind, value.text, count(DISTINCT rule.id) AS n \
                   FROM value CROSS JOIN indicator ON indicator.value = value.id \
                   JOIN field ON field.id = indicator.field \
                   JOIN rule ON rule.id = indicator.rule \
                   WHERE instr(value.text, ?1) > 0 AND NOT rule.deprecated \
                   GROUP BY indicator.field, indicator.kind, value.id \
                   ORDER BY n DESC, length(value.text), value.text, field.name LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(rusqlite::params![fold(query), VALUES], |row| {
            Ok(ValueHit {
                field: row.get(0)?,
                kind: row.get(1)?,
                value: row.get(2)?,
                corpus: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A query's words for the full-text index, each quoted so that nothing in it is an operator, the
/// last one taken by its beginning. `None` where it has no word.
pub(crate) fn match_expression(query: &str) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for (i, piece) in query.split('"').enumerate() {
        let quoted = i % 2 == 1;
        let units: Vec<&str> =
            if quoted { vec![piece.trim()] } else { piece.split_whitespace().collect() };
        for unit in units {
            if unit.chars().any(|c| c.is_alphanumeric() || c == '_') {
                parts.push(format!("\"{unit}\""));
            }
        }
    }
    // The index takes time with every word, and nobody means more than these.
    parts.truncate(MOST_WORDS);
    if !query.ends_with(['"', ' '])
        && let Some(last) = parts.last_mut()
    {
        last.push('*');
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_query_is_an_operator() {
        assert_eq!(match_expression("a OR b*"), Some("\"a\" \"OR\" \"b*\"*".to_owned()));
        assert_eq!(match_expression("\"wmi exec\" -x"), Some("\"wmi exec\" \"-x\"*".to_owned()));
        assert_eq!(match_expression("  \" "), None);
        assert_eq!(match_expression("NEAR(a"), Some("\"NEAR(a\"*".to_owned()));
    }
}
