//! Rows into the tables.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use rusqlite::{Connection, params};

use crate::Error;
use crate::prepare::Prepared;
use crate::slug;

/// Writes rules into a catalog and knows which names, values and slugs are there.
#[derive(Debug)]
pub struct Writer<'c> {
    connection: &'c Connection,
    fields: HashMap<String, i64>,
    values: HashMap<String, i64>,
    /// Slugs that are taken in the source being written.
    slugs: HashSet<String>,
    /// Slugs that rules had before, by path and place in the file.
    former: BTreeMap<(String, usize), String>,
    next_rule: i64,
}

/// The hash by which normal forms are looked up; their keys are compared too.
pub fn normal_hash(key: &str) -> i64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(key).cast_signed()
}

impl<'c> Writer<'c> {
    /// A writer for an open catalog, which must be in a transaction.
    pub(crate) fn new(connection: &'c Connection) -> Result<Writer<'c>, Error> {
        let load = |sql: &str| -> Result<HashMap<String, i64>, Error> {
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        let next_rule: i64 =
            connection.query_row("SELECT ifnull(max(id), 0) + 1 FROM rule", [], |r| r.get(0))?;
        Ok(Writer {
            connection,
            fields: load("SELECT name, id FROM field")?,
            values: load("SELECT text, id FROM value")?,
            slugs: HashSet::new(),
            former: BTreeMap::new(),
            next_rule,
        })
    }

    /// Turns to a source: its slugs, and those that its rules had before.
    pub(crate) fn source(
        &mut self,
        source: i64,
        former: BTreeMap<(String, usize), String>,
    ) -> Result<(), Error> {
        let mut statement =
            self.connection.prepare_cached("SELECT slug FROM rule WHERE source = ?")?;
        let rows = statement.query_map([source], |row| row.get(0))?;
        self.slugs = rows.collect::<Result<_, _>>()?;
        self.former = former;
        Ok(())
    }

    fn id(
        connection: &Connection,
        known: &mut HashMap<String, i64>,
        sql: &str,
        text: &str,
    ) -> Result<i64, Error> {
        if let Some(id) = known.get(text) {
            return Ok(*id);
        }
        let id = connection.prepare_cached(sql)?.insert([text])?;
        known.insert(text.to_owned(), id);
        Ok(id)
    }

    fn field(&mut self, name: &str) -> Result<i64, Error> {
        Self::id(self.connection, &mut self.fields, "INSERT INTO field (name) VALUES (?)", name)
    }

    fn value(&mut self, text: &str) -> Result<i64, Error> {
        Self::id(self.connection, &mut self.values, "INSERT INTO value (text) VALUES (?)", text)
    }

    fn slug(&mut self, path: &str, ordinal: usize, upstream_id: Option<&str>) -> String {
        let former = self.former.get(&(path.to_owned(), ordinal));
        slug::take(&mut self.slugs, former, path, ordinal, upstream_id)
    }

    /// Writes one rule of a file.
    pub(crate) fn rule(
        &mut self,
        source: i64,
        file: i64,
        path: &str,
        vendor: &str,
        ordinal: usize,
        prepared: &Prepared,
    ) -> Result<(), Error> {
        let rule = &prepared.rule;
        let metadata = &rule.metadata;
        let slug = self.slug(path, ordinal, metadata.upstream_id.as_deref());
        let connection = self.connection;
        let id = self.next_rule;
        self.next_rule += 1;
        connection
            .prepare_cached(
                "INSERT INTO rule (id, file, source, ordinal, slug, upstream_id, name, title, \
                 vendor, language, status, severity, author, date, modified, platform, \
                 deprecated, shape, fidelity, windows, opaque_stage, counted, description, \
                 metadata, scope, body, line, pattern, normal_hash, normal_key, losses, \
                 diagnostics, witness, no_witness) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            )?
            .execute(params![
                id,
                file,
                source,
                ordinal,
                slug,
                metadata.upstream_id,
                metadata.name,
                metadata.title,
                vendor,
                rule.body.language,
                metadata.status,
                metadata.severity,
                metadata.author,
                metadata.date,
                metadata.modified,
                prepared.platform,
                prepared.deprecated,
                prepared.shape.name(),
                rule.logic.fidelity.name(),
                prepared.windows,
                prepared.opaque_stage,
                prepared.counted,
                metadata.description,
                prepared.metadata,
                prepared.scope,
                rule.body.text,
                rule.line,
                prepared.pattern,
                normal_hash(&prepared.normal_key),
                prepared.normal_key,
                prepared.losses,
                prepared.diagnostics,
                prepared.witness.as_ref().ok(),
                prepared.witness.as_ref().err(),
            ])?;
        let mut stages = connection.prepare_cached("INSERT INTO stage VALUES (?,?,?,?,?,?,?)")?;
        let mut predicates =
            connection.prepare_cached("INSERT INTO predicate VALUES (?,?,?,?,?,?,?,?,?,?,?,?)")?;
        for (i, stage) in prepared.stages.iter().enumerate() {
            stages.execute(params![
                id,
                i,
                stage.label,
                stage.kind,
                stage.text,
                stage.span.start,
                stage.span.end
            ])?;
            for (j, p) in stage.predicates.iter().enumerate() {
                let field = self.field(&p.field)?;
                predicates.execute(params![
                    id,
                    i,
                    j,
                    field,
                    p.native_field,
                    p.kind,
                    p.quantifier,
                    p.negated,
                    p.case_sensitive,
                    p.values,
                    p.span.start,
                    p.span.end
                ])?;
            }
        }
        let mut indicators = connection.prepare_cached("INSERT INTO indicator VALUES (?,?,?,?)")?;
        for key in &prepared.keys {
            let (field, value) = (self.field(&key.field)?, self.value(&key.value)?);
            indicators.execute(params![id, field, key.kind.name(), value])?;
        }
        let mut techniques =
            connection.prepare_cached("INSERT OR IGNORE INTO rule_technique VALUES (?,?,?,?)")?;
        for (tactic, technique, was) in &prepared.techniques {
            techniques.execute(params![id, tactic, technique, was])?;
        }
        let mut only_counted =
            connection.prepare_cached("INSERT OR IGNORE INTO only_counted VALUES (?,?)")?;
        for name in &prepared.only_counted {
            only_counted.execute(params![id, name])?;
        }
        let mut events =
            connection.prepare_cached("INSERT INTO rule_event VALUES (?,?,?,?,?,?)")?;
        for (i, (provider, event_id, title, coverage)) in prepared.events.iter().enumerate() {
            events.execute(params![id, i, provider, event_id, title, coverage])?;
        }
        connection
            .prepare_cached("INSERT INTO rule_text (rowid, title, body, more) VALUES (?,?,?,?)")?
            .execute(params![id, metadata.title, rule.body.text, prepared.more])?;
        Ok(())
    }
}

/// Removes a file's rules.
pub(crate) fn forget_rules(connection: &Connection, file: i64) -> Result<(), Error> {
    let ids: Vec<i64> = connection
        .prepare_cached("SELECT id FROM rule WHERE file = ?")?
        .query_map([file], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in ids {
        for table in [
            "stage",
            "predicate",
            "indicator",
            "rule_technique",
            "rule_event",
            "only_counted",
            "evidence",
            "evidence_total",
        ] {
            let sql = format!("DELETE FROM {table} WHERE rule = ?");
            connection.prepare_cached(&sql)?.execute([id])?;
        }
        connection.prepare_cached("DELETE FROM rule_text WHERE rowid = ?")?.execute([id])?;
        connection.prepare_cached("DELETE FROM rule WHERE id = ?")?.execute([id])?;
    }
    Ok(())
}
