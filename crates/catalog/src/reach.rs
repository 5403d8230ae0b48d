//! What the rules of an event or a technique have in common: fields, values, exclusions, events.

use std::collections::{BTreeMap, HashMap};

use rusqlite::params;
use serde::Serialize;

use crate::Error;
use crate::list::{COLUMNS, Filter, RuleLine, TABLES, line};
use crate::store::Catalog;

/// A field and how the rules test it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldUse {
    /// The canonical name; empty for keywords.
    pub field: String,
    /// How many rules test it.
    pub rules: i64,
    /// The kinds of tests, each with its number of rules, most first.
    pub kinds: Vec<(String, i64)>,
    /// Values that most rules look for in it.
    pub samples: Vec<String>,
}

/// A value that rules look for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValueUse {
    /// The field's canonical name; empty for keywords.
    pub field: String,
    /// The kind.
    pub kind: String,
    /// The folded effective value.
    pub value: String,
    /// How many of these rules look for it.
    pub rules: i64,
    /// How many active rules of the catalog do.
    pub corpus: i64,
    /// These rules by vendor.
    pub vendors: BTreeMap<String, i64>,
}

/// A test that stands under an odd number of negations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExclusionUse {
    /// The field's canonical name; empty for keywords.
    pub field: String,
    /// The kind.
    pub kind: String,
    /// The values as authored.
    pub values: Vec<String>,
    /// How many of these rules exclude it.
    pub rules: i64,
}

/// An event with its number of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventUse {
    /// The provider as people write it.
    pub provider: String,
    /// Event id.
    pub event_id: u32,
    /// What happened.
    pub title: String,
    /// How many of these rules it can decide in full.
    pub full: i64,
    /// How many it can decide in part.
    pub part: i64,
}

/// A technique with its number of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TechniqueUse {
    /// The tactic's name.
    pub tactic: String,
    /// The technique's id today.
    pub technique: String,
    /// Its name.
    pub name: String,
    /// How many of these rules are tagged with it.
    pub rules: i64,
}

/// How many fields, values and exclusions are given.
const MOST: i64 = 50;
/// How many sample values a field has.
const SAMPLES: usize = 5;

/// A set of rules, put into a table of its own so that many questions can be asked of it.
#[derive(Debug)]
pub(crate) struct Reach<'c> {
    catalog: &'c Catalog,
}

impl Catalog {
    /// The rules that a filter lets through; one set at a time.
    pub(crate) fn reach(&self, filter: &Filter) -> Result<Reach<'_>, Error> {
        self.connection.execute_batch(
            "CREATE TEMP TABLE IF NOT EXISTS chosen (rule INTEGER PRIMARY KEY); DELETE FROM chosen;",
        )?;
        let (condition, values) = filter.sql();
        let sql = format!("INSERT INTO chosen SELECT rule.id FROM {TABLES} WHERE {condition}");
        self.connection.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(values))?;
        Ok(Reach { catalog: self })
    }
}

impl Reach<'_> {
    /// They, by source and slug.
    pub(crate) fn rules(&self) -> Result<Vec<RuleLine>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE rule.id IN (SELECT rule FROM chosen) \
             ORDER BY source.name, rule.slug"
        );
        let mut statement = self.catalog.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([], line)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The fields that they test, most used first.
    pub(crate) fn fields(&self) -> Result<Vec<FieldUse>, Error> {
        let connection = &self.catalog.connection;
        // The set is small beside the tables: it goes first, whatever SQLite thinks.
        let mut statement = connection.prepare_cached(
            "SELECT field.id, field.name, count(DISTINCT p.rule) AS n FROM chosen \
             CROSS JOIN predicate p ON p.rule = chosen.rule JOIN field ON field.id = p.field \
             GROUP BY field.id ORDER BY n DESC, field.name LIMIT ?",
        )?;
        let rows =
            statement.query_map([MOST], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let fields: Vec<(i64, String, i64)> = rows.collect::<Result<_, _>>()?;
        let mut kinds = self.counted(
            "SELECT p.field, p.kind, count(DISTINCT p.rule) FROM chosen \
             CROSS JOIN predicate p ON p.rule = chosen.rule GROUP BY p.field, p.kind",
        )?;
        let mut samples = self.counted(
            "SELECT i.field, value.text, count(DISTINCT i.rule) FROM chosen \
             CROSS JOIN indicator i ON i.rule = chosen.rule JOIN value ON value.id = i.value \
             WHERE value.text <> '' GROUP BY i.field, i.value",
        )?;
        let of = |(id, field, rules)| {
            let mut samples = samples.remove(&id).unwrap_or_default();
            samples.truncate(SAMPLES);
            FieldUse {
                field,
                rules,
                kinds: kinds.remove(&id).unwrap_or_default(),
                samples: samples.into_iter().map(|(text, _)| text).collect(),
            }
        };
        Ok(fields.into_iter().map(of).collect())
    }

    /// Texts with counts by field, those of most rules first.
    fn counted(&self, sql: &str) -> Result<HashMap<i64, Vec<(String, i64)>>, Error> {
        let mut statement = self.catalog.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut out: HashMap<i64, Vec<(String, i64)>> = HashMap::new();
        while let Some(row) = rows.next()? {
            out.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
        }
        for counts in out.values_mut() {
            counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        }
        Ok(out)
    }

    /// The values that they look for, those of most rules first.
    pub(crate) fn values(&self) -> Result<Vec<ValueUse>, Error> {
        let connection = &self.catalog.connection;
        let mut statement = connection.prepare_cached(
            "SELECT i.field, i.value, field.name, i.kind, value.text, count(DISTINCT i.rule) AS n \
             FROM chosen CROSS JOIN indicator i ON i.rule = chosen.rule \
             JOIN field ON field.id = i.field JOIN value ON value.id = i.value \
             GROUP BY i.field, i.kind, i.value \
             ORDER BY n DESC, field.name, i.kind, value.text LIMIT ?",
        )?;
        let mut vendors = connection.prepare_cached(
            "SELECT rule.vendor, count(DISTINCT i.rule), \
             count(DISTINCT CASE WHEN i.rule IN (SELECT rule FROM chosen) THEN i.rule END) \
             FROM indicator i JOIN rule ON rule.id = i.rule \
             WHERE i.field = ? AND i.value = ? AND i.kind = ? AND NOT rule.deprecated \
             GROUP BY rule.vendor",
        )?;
        let mut rows = statement.query([MOST])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let (field, value): (i64, i64) = (row.get(0)?, row.get(1)?);
            let kind: String = row.get(3)?;
            let (mut corpus, mut here) = (0, BTreeMap::new());
            let mut of_vendor = vendors.query(params![field, value, kind])?;
            while let Some(row) = of_vendor.next()? {
                corpus += row.get::<_, i64>(1)?;
                let rules: i64 = row.get(2)?;
                if rules > 0 {
                    here.insert(row.get(0)?, rules);
                }
            }
            out.push(ValueUse {
                field: row.get(2)?,
                kind,
                value: row.get(4)?,
                rules: row.get(5)?,
                corpus,
                vendors: here,
            });
        }
        Ok(out)
    }

    /// What they exclude, what most rules do first.
    pub(crate) fn exclusions(&self) -> Result<Vec<ExclusionUse>, Error> {
        let mut statement = self.catalog.connection.prepare_cached(
            "SELECT field.name, p.kind, p.value_list, count(DISTINCT p.rule) AS n FROM chosen \
             CROSS JOIN predicate p ON p.rule = chosen.rule \
             JOIN field ON field.id = p.field WHERE p.negated \
             GROUP BY p.field, p.kind, p.value_list \
             ORDER BY n DESC, field.name, p.kind, p.value_list LIMIT ?",
        )?;
        let mut rows = statement.query([MOST])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push(ExclusionUse {
                field: row.get(0)?,
                kind: row.get(1)?,
                values: serde_json::from_str(&row.get::<_, String>(2)?)?,
                rules: row.get(3)?,
            });
        }
        Ok(out)
    }

    /// The events on which they can fire, those of most rules first.
    pub(crate) fn events(&self) -> Result<Vec<EventUse>, Error> {
        let mut statement = self.catalog.connection.prepare_cached(
            "SELECT e.provider, e.event_id, max(e.title), \
             count(DISTINCT CASE WHEN e.coverage = 'full' THEN e.rule END) AS full, \
             count(DISTINCT CASE WHEN e.coverage = 'part' THEN e.rule END) AS part \
             FROM rule_event e JOIN chosen USING (rule) GROUP BY e.provider, e.event_id \
             ORDER BY full DESC, part DESC, e.provider, e.event_id",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(EventUse {
                provider: row.get(0)?,
                event_id: row.get(1)?,
                title: row.get(2)?,
                full: row.get(3)?,
                part: row.get(4)?,
            })
        })?;
        let mut events: Vec<EventUse> = rows.collect::<Result<_, _>>()?;
        for event in events.iter_mut().filter(|event| event.title.is_empty()) {
            event.title = self.catalog.stated_title(&event.provider, event.event_id)?;
        }
        Ok(events)
    }

    /// How many of them are tagged with each technique, whatever the tactic.
    pub(crate) fn by_technique(&self) -> Result<BTreeMap<String, i64>, Error> {
        let mut statement = self.catalog.connection.prepare_cached(
            "SELECT t.technique, count(DISTINCT t.rule) FROM rule_technique t \
             JOIN chosen USING (rule) GROUP BY t.technique",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The techniques that they are tagged with, those of most rules first.
    pub(crate) fn techniques(&self) -> Result<Vec<TechniqueUse>, Error> {
        let mut statement = self.catalog.connection.prepare_cached(
            "SELECT t.tactic, t.technique, count(DISTINCT t.rule) AS n FROM rule_technique t \
             JOIN chosen USING (rule) GROUP BY t.tactic, t.technique \
             ORDER BY n DESC, t.technique, t.tactic",
        )?;
        let rows = statement.query_map([], |row| {
            let technique: String = row.get(1)?;
            let known = rulescope_taxonomy::attack::technique(&technique);
            Ok(TechniqueUse {
                tactic: row.get(0)?,
                name: known.map(|t| t.name.to_owned()).unwrap_or_default(),
                technique,
                rules: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// How many rules each vendor has.
pub(crate) fn by_vendor(rules: &[RuleLine]) -> BTreeMap<String, i64> {
    let mut out = BTreeMap::new();
    for rule in rules {
        *out.entry(rule.vendor.clone()).or_insert(0) += 1;
    }
    out
}
