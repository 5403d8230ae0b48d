//! Who looks for a value: corpus counts, and the rules behind them.

use std::collections::BTreeMap;

use rulescope_ir::{Kind, fold};
use rusqlite::params;
use serde::Serialize;

use crate::Error;
use crate::list::{COLUMNS, RuleLine, TABLES, line};
use crate::store::Catalog;

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
}

const MATCHES: &str = "indicator JOIN field ON field.id = indicator.field \
    JOIN value ON value.id = indicator.value JOIN rule ON rule.id = indicator.rule";
const CONDITION: &str =
    "value.text = ?1 AND field.name = ?2 AND indicator.kind = ?3 AND NOT rule.deprecated";

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
        Ok(IndicatorPage {
            field,
            kind: kind.name().to_owned(),
            value: value.to_owned(),
            corpus,
            rules,
        })
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
