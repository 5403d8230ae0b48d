//! Who looks for a value: corpus counts, and the rules behind them.

use std::collections::BTreeMap;

use rulescope_ir::{Kind, fold};
use rusqlite::params;
use serde::Serialize;

use crate::Error;
use crate::list::{COLUMNS, RuleLine, TABLES, line};
use crate::store::Catalog;
use crate::values::Values;

/// A corpus count: distinct active rules that look for a value, by vendor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Corpus {
    /// How many rules.
    pub corpus: i64,
    /// By vendor.
    pub vendors: BTreeMap<String, i64>,
}

/// Everything that looks for a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndicatorPage {
    /// The field's canonical name; empty for keywords.
    pub field: String,
    /// The kind.
    pub kind: String,
    /// The value as asked for.
    pub value: String,
    /// The count.
    #[serde(flatten)]
    pub corpus: Corpus,
    /// The rules.
    pub rules: Vec<RuleLine>,
    /// Other indicators of the field whose values overlap this one, most used first.
    pub overlaps: Vec<Overlap>,
}

/// An indicator of the same field whose value overlaps another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overlap {
    /// The kind.
    pub kind: String,
    /// The folded effective value.
    pub value: String,
    /// `equal` (by another kind), `contained` in the asked value, or `containing` it.
    pub relation: String,
    /// How many active rules look for it.
    pub corpus: i64,
}

/// How many overlapping values are given.
pub(crate) const OVERLAPS: usize = 50;

const MATCHES: &str = "value CROSS JOIN indicator ON indicator.value = value.id \
    JOIN rule ON rule.id = indicator.rule";
const CONDITION: &str = "value.text = ?1 AND indicator.field = (SELECT id FROM field WHERE name = ?2) AND indicator.kind = ?3 AND NOT rule.deprecated";

impl Catalog {
    /// Counts the active rules that look for a value (effective and folded) in a field.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn corpus(&self, field: &str, kind: Kind, value: &str) -> Result<Corpus, Error> {
        let sql = format!(
            "SELECT rule.vendor, count(DISTINCT rule.id) FROM {MATCHES} WHERE {CONDITION} \
             GROUP BY rule.vendor"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement
            .query_map(params![value, field, kind.name()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let vendors: BTreeMap<String, i64> = rows.collect::<Result<_, _>>()?;
        Ok(Corpus { corpus: vendors.values().sum(), vendors })
    }

    /// Everything that looks for a value. Field names are read in any case and spelling of the
    /// taxonomy's; `in` is `eq`, `ne` has no indicators.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn indicator(&self, field: &str, kind: Kind, value: &str) -> Result<IndicatorPage, Error> {
        self.indicator_among(None, field, kind, value)
    }

    /// The same, where the values may be held in memory.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn indicator_among(
        &self,
        values: Option<&Values>,
        field: &str,
        kind: Kind,
        value: &str,
    ) -> Result<IndicatorPage, Error> {
        let kind = if kind == Kind::In { Kind::Eq } else { kind };
        let field = self.field_name(field)?;
        let folded = fold(value);
        let corpus = self.corpus(&field, kind, &folded)?;
        let sql = format!(
            "SELECT DISTINCT {COLUMNS} FROM {TABLES} JOIN indicator ON indicator.rule = rule.id \
             JOIN field ON field.id = indicator.field JOIN value ON value.id = indicator.value \
             WHERE {CONDITION} ORDER BY source.name, rule.slug"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![folded, field, kind.name()], line)?;
        let rules = rows.collect::<Result<_, _>>()?;
        let overlaps = match values {
            Some(values) => values.overlaps(&field, kind.name(), &folded),
            None => self.overlaps(&field, kind, &folded)?,
        };
        Ok(IndicatorPage {
            overlaps,
            field,
            kind: kind.name().to_owned(),
            value: value.to_owned(),
            corpus,
            rules,
        })
    }

    /// Expressions are left out: what they match does not show in their text.
    fn overlaps(&self, field: &str, kind: Kind, value: &str) -> Result<Vec<Overlap>, Error> {
        if value.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT indicator.kind, value.text, count(DISTINCT rule.id) AS n, \
                   instr(value.text, ?1) > 0, instr(?1, value.text) > 0 \
                   FROM value CROSS JOIN indicator ON indicator.value = value.id \
                   JOIN field ON field.id = indicator.field JOIN rule ON rule.id = indicator.rule \
                   WHERE (instr(value.text, ?1) > 0 OR instr(?1, value.text) > 0) \
                   AND indicator.field = (SELECT id FROM field WHERE name = ?2) AND NOT rule.deprecated AND value.text <> '' \
                   AND indicator.kind <> 'regex_match' \
                   AND NOT (value.text = ?1 AND indicator.kind = ?3) \
                   GROUP BY indicator.kind, value.id \
                   ORDER BY n DESC, length(value.text), value.text, indicator.kind";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![value, field, kind.name()])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()?
            && out.len() < OVERLAPS
        {
            let (kind, text): (String, String) = (row.get(0)?, row.get(1)?);
            let relation = match (row.get(3)?, row.get(4)?) {
                (true, true) => "equal",
                (true, false) => "containing",
                (false, true) => "contained",
                (false, false) => continue,
            };
            let relation = relation.to_owned();
            out.push(Overlap { kind, value: text, relation, corpus: row.get(2)? });
        }
        Ok(out)
    }

    /// A field's name as the catalog has it: as given, by the taxonomy, or in another case.
    fn field_name(&self, field: &str) -> Result<String, Error> {
        let has = |name: &str| {
            self.connection
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM field WHERE name = ?)")?
                .query_row([name], |row| row.get::<_, bool>(0))
        };
        if has(field)? {
            return Ok(field.to_owned());
        }
        let canonical = rulescope_taxonomy::fields::canonical("sigma", field);
        if has(&canonical)? {
            return Ok(canonical.into_owned());
        }
        let sql = "SELECT name FROM field WHERE name = ? COLLATE NOCASE LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([field])?;
        Ok(match rows.next()? {
            Some(row) => row.get(0)?,
            None => field.to_owned(),
        })
    }
}
