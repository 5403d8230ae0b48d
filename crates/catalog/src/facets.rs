//! What rules are counted by in a search, held in memory: a search counts all that it finds.

use std::collections::{BTreeMap, HashMap};

use rulescope_ir::fold;
use rusqlite::types::Value as SqlValue;

use crate::Error;
use crate::list::{COLUMNS, Filter, RuleLine, TABLES, line};
use crate::search::match_expression;
use crate::store::Catalog;

/// The facets by name, in the order in which they are shown.
pub const FACETS: [&str; 9] = [
    "vendor", "source", "tactic", "severity", "status", "fidelity", "shape", "platform", "language",
];

/// The facet values of every rule.
#[derive(Debug, Default)]
pub struct Facets {
    /// By row of the rule: a number a facet and value.
    rules: HashMap<i64, Vec<u16>>,
    /// Facet and value by number.
    names: Vec<(usize, String)>,
    /// All rules by source and slug.
    order: Vec<i64>,
}

/// Counts by facet and value.
pub type FacetCounts = BTreeMap<&'static str, BTreeMap<String, usize>>;

impl Facets {
    /// The rules in the order of source and slug.
    pub fn all(&self) -> &[i64] {
        &self.order
    }

    /// How many of these rules have each value of each facet.
    pub fn count(&self, rules: &[i64]) -> FacetCounts {
        let mut counts = vec![0usize; self.names.len()];
        for number in rules.iter().filter_map(|rule| self.rules.get(rule)).flatten() {
            if let Some(count) = counts.get_mut(usize::from(*number)) {
                *count += 1;
            }
        }
        let mut out = FacetCounts::new();
        for ((facet, value), count) in self.names.iter().zip(counts) {
            if count > 0 {
                out.entry(FACETS[*facet]).or_default().insert(value.clone(), count);
            }
        }
        out
    }
}

impl Catalog {
    /// Loads what rules are counted by.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn facets(&self) -> Result<Facets, Error> {
        let mut out = Facets::default();
        let mut numbers: HashMap<(usize, String), u16> = HashMap::new();
        let mut number = |names: &mut Vec<(usize, String)>, facet: usize, value: String| {
            *numbers.entry((facet, value)).or_insert_with_key(|(facet, value)| {
                names.push((*facet, value.clone()));
                // A catalog has some dozens; further ones would share the last number.
                u16::try_from(names.len() - 1).unwrap_or(u16::MAX)
            })
        };
        let sql = "SELECT rule.id, rule.vendor, source.name, NULL, rule.severity, rule.status, \
                   rule.fidelity, rule.shape, rule.platform, rule.language FROM rule \
                   JOIN source ON source.id = rule.source ORDER BY source.name, rule.slug";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let rule: i64 = row.get(0)?;
            let mut of_rule = Vec::with_capacity(FACETS.len());
            for facet in 0..FACETS.len() {
                if let Some(value) = row.get::<_, Option<String>>(facet + 1)? {
                    of_rule.push(number(&mut out.names, facet, value));
                }
            }
            out.order.push(rule);
            out.rules.insert(rule, of_rule);
        }
        let sql = "SELECT DISTINCT rule, tactic FROM rule_technique";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let tactic = number(&mut out.names, 2, row.get(1)?);
            out.rules.entry(row.get(0)?).or_default().push(tactic);
        }
        Ok(out)
    }

    /// The rows of the rules that a search finds, best first as in [`Catalog::search`]; `None` where
    /// neither a query nor a filter is given, which is all of them.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn find_rows(&self, query: &str, filter: &Filter) -> Result<Option<Vec<i64>>, Error> {
        let query = query.trim();
        if query.is_empty() && *filter == Filter::default() {
            return Ok(None);
        }
        let (condition, values) = filter.sql();
        let ask = |sql: &str, first: Option<String>| -> Result<Vec<i64>, Error> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let all = first.into_iter().map(SqlValue::Text).chain(values.iter().cloned());
            let rows = statement.query_map(rusqlite::params_from_iter(all), |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        if query.is_empty() {
            let order = "ORDER BY source.name, rule.slug";
            let sql = format!("SELECT rule.id FROM {TABLES} WHERE {condition} {order}");
            return Ok(Some(ask(&sql, None)?));
        }
        let mut out = Vec::new();
        if let Some(text) = match_expression(query) {
            let sql = format!(
                "SELECT rule.id FROM {TABLES} JOIN rule_text ON rule_text.rowid = rule.id \
                 WHERE rule_text MATCH ? AND {condition} \
                 ORDER BY bm25(rule_text, 10.0, 1.0, 4.0), rule.deprecated, rule.id"
            );
            out = ask(&sql, Some(text))?;
        }
        let sql = format!(
            "SELECT rule.id FROM {TABLES} WHERE rule.id IN \
             (SELECT indicator.rule FROM indicator JOIN value ON value.id = indicator.value \
              WHERE instr(value.text, ?) > 0) AND {condition} ORDER BY rule.deprecated, rule.id"
        );
        let seen: std::collections::HashSet<i64> = out.iter().copied().collect();
        out.extend(ask(&sql, Some(fold(query)))?.into_iter().filter(|rule| !seen.contains(rule)));
        Ok(Some(out))
    }

    /// The lines of rules by their rows, in that order.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn lines(&self, rules: &[i64]) -> Result<Vec<RuleLine>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE rule.id = ?");
        let mut statement = self.connection.prepare_cached(&sql)?;
        rules.iter().map(|rule| Ok(statement.query_row([rule], line)?)).collect()
    }
}
