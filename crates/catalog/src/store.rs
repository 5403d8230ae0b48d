//! An open catalog.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::Error;
use crate::schema;

/// A catalog that is read.
#[derive(Debug)]
pub struct Catalog {
    pub(crate) connection: Connection,
}

/// Pages of a catalog that a connection keeps, as SQLite counts them: here in KiB, below zero.
const CACHED: i64 = -16 << 10;

/// What a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// One rule, by its row.
    One(i64),
    /// None.
    None,
    /// Several, by their ids.
    Several(Vec<String>),
}

impl Catalog {
    /// Opens a catalog to read it.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Foreign`] where the file is no catalog, [`Error::Version`] where
    /// another version wrote it.
    pub fn open(path: &Path) -> Result<Catalog, Error> {
        if !path.exists() {
            return Err(Error::Missing { path: path.to_owned() });
        }
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        match schema::identity(&connection) {
            Ok((schema::APPLICATION_ID, schema::VERSION)) => {}
            Ok((schema::APPLICATION_ID, version)) => {
                return Err(Error::Version {
                    path: path.to_owned(),
                    found: format!("its version is {version}, this one's {}", schema::VERSION),
                });
            }
            Ok(_) | Err(_) => return Err(Error::Foreign { path: path.to_owned() }),
        }
        connection.set_prepared_statement_cache_capacity(64);
        connection.pragma_update(None, "cache_size", CACHED)?;
        Ok(Catalog { connection })
    }

    /// Finds the rule that a text names: `<source>/<slug>`, an upstream id, a title (in any case, and
    /// whole), or a slug alone.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn find(&self, name: &str) -> Result<Named, Error> {
        let mut by = Vec::new();
        if let Some((source, slug)) = name.split_once('/') {
            let sql = "SELECT rule.id FROM rule JOIN source ON source.id = rule.source \
                       WHERE source.name = ? AND rule.slug = ?";
            let id =
                self.connection.query_row(sql, params![source, slug], |r| r.get(0)).optional()?;
            if let Some(id) = id {
                return Ok(Named::One(id));
            }
        }
        for condition in [
            "upstream_id = ?1 COLLATE NOCASE",
            "title = ?1 COLLATE NOCASE",
            "slug = ?1 COLLATE NOCASE",
        ] {
            let sql = format!("SELECT id FROM rule WHERE {condition} ORDER BY id");
            by = self
                .connection
                .prepare_cached(&sql)?
                .query_map([name], |row| row.get::<_, i64>(0))?
                .collect::<Result<Vec<_>, _>>()?;
            if !by.is_empty() {
                break;
            }
        }
        Ok(match by.as_slice() {
            [] => Named::None,
            [one] => Named::One(*one),
            several => {
                let ids = several.iter().map(|id| self.address(*id)).collect::<Result<_, _>>()?;
                Named::Several(ids)
            }
        })
    }

    /// `<source>/<slug>` of a rule's row.
    pub(crate) fn address(&self, rule: i64) -> Result<String, Error> {
        let sql = "SELECT source.name || '/' || rule.slug FROM rule \
                   JOIN source ON source.id = rule.source WHERE rule.id = ?";
        Ok(self.connection.prepare_cached(sql)?.query_row([rule], |row| row.get(0))?)
    }

    /// Rules whose id, slug or title is like a text, for "did you mean".
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn similar(&self, name: &str) -> Result<Vec<String>, Error> {
        let text = name.rsplit_once('/').map_or(name, |(_, slug)| slug).to_lowercase();
        let sql = "SELECT source.name || '/' || rule.slug FROM rule \
                   JOIN source ON source.id = rule.source \
                   WHERE instr(lower(rule.slug), ?1) OR instr(lower(rule.title), ?1) \
                   ORDER BY length(rule.slug), rule.id LIMIT 5";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([text], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
