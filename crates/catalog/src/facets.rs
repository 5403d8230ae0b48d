//! What rules are counted by in a search, held in memory: a search counts all that it finds.

use std::collections::{BTreeMap, HashMap, HashSet};

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
    /// Those that are deprecated.
    deprecated: HashSet<i64>,
}

/// Counts by facet and value.
pub type FacetCounts = BTreeMap<&'static str, BTreeMap<String, usize>>;

/// What a filter asks of each of [`FACETS`].
fn asked(filter: &Filter) -> [Option<&str>; FACETS.len()] {
    let Filter { vendor, source, tactic, severity, status, fidelity, shape, platform, .. } = filter;
    [vendor, source, tactic, severity, status, fidelity, shape, platform, &filter.language]
        .map(Option::as_deref)
}

/// What a filter asks besides.
fn others(filter: &Filter) -> Filter {
    Filter {
        technique: filter.technique.clone(),
        event: filter.event.clone(),
        field: filter.field.clone(),
        author: filter.author.clone(),
        logsource: filter.logsource.clone(),
        evidence: filter.evidence,
        deprecated: filter.deprecated,
        ..Filter::default()
    }
}

impl Facets {
    /// The numbers of what a filter asks of facets; `None` where no rule has one of them.
    fn wanted(&self, filter: &Filter) -> Option<Vec<u16>> {
        let mut out = Vec::new();
        for (facet, value) in asked(filter).into_iter().enumerate() {
            let Some(value) = value else { continue };
            let same =
                |(of, name): &(usize, String)| *of == facet && name.eq_ignore_ascii_case(value);
            out.push(u16::try_from(self.names.iter().position(same)?).ok()?);
        }
        Some(out)
    }

    fn has(&self, rule: i64, wanted: &[u16]) -> bool {
        let held = self.rules.get(&rule).map(Vec::as_slice).unwrap_or_default();
        wanted.iter().all(|number| held.contains(number))
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
                   rule.fidelity, rule.shape, rule.platform, rule.language, rule.deprecated FROM rule \
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
            if row.get(FACETS.len() + 1)? {
                out.deprecated.insert(rule);
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

    /// The rows of the rules that words find, best first as in [`Catalog::search`]; `of_values` are
    /// those that have the query in a value. Without words that is every rule.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn ranked(
        &self,
        facets: &Facets,
        query: &str,
        of_values: &[i64],
    ) -> Result<Vec<i64>, Error> {
        let query = query.trim();
        if query.is_empty() {
            return Ok(facets.order.clone());
        }
        let last = |rule: &i64| facets.deprecated.contains(rule);
        let mut found: Vec<(f64, bool, i64)> = Vec::new();
        if let Some(text) = match_expression(query) {
            let sql = "SELECT rowid, bm25(rule_text, 10.0, 1.0, 4.0) FROM rule_text \
                       WHERE rule_text MATCH ?";
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query([text])?;
            while let Some(row) = rows.next()? {
                let rule: i64 = row.get(0)?;
                found.push((row.get(1)?, last(&rule), rule));
            }
        }
        found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut out: Vec<i64> = found.into_iter().map(|(_, _, rule)| rule).collect();
        let seen: HashSet<i64> = out.iter().copied().collect();
        let others = of_values.iter().filter(|rule| !seen.contains(rule));
        let mut others: Vec<(bool, i64)> = others.map(|rule| (last(rule), *rule)).collect();
        others.sort_unstable();
        out.extend(others.into_iter().map(|(_, rule)| rule));
        Ok(out)
    }

    /// Those of the rules that a filter lets through, in their order.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn let_through(
        &self,
        facets: &Facets,
        filter: &Filter,
        rules: &[i64],
    ) -> Result<Vec<i64>, Error> {
        let Some(wanted) = facets.wanted(filter) else { return Ok(Vec::new()) };
        let others = others(filter);
        let mut others_pass: Option<HashSet<i64>> = None;
        if others != Filter::default() {
            let (condition, values) = others.sql();
            let sql = format!("SELECT rule.id FROM {TABLES} WHERE {condition}");
            let mut statement = self.connection.prepare_cached(&sql)?;
            let rows = statement.query_map(rusqlite::params_from_iter(values), |r| r.get(0))?;
            others_pass = Some(rows.collect::<Result<_, _>>()?);
        }
        let passes = |rule: &i64| {
            facets.has(*rule, &wanted)
                && others_pass.as_ref().is_none_or(|rules| rules.contains(rule))
        };
        Ok(rules.iter().copied().filter(passes).collect())
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
