//! Where rules come from: the sources of a catalog, as they were read.

use serde::Serialize;

use crate::Error;
use crate::store::Catalog;

/// A source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceLine {
    /// Its name.
    pub name: String,
    /// Its vendor.
    pub vendor: String,
    /// The commit, where it is a git checkout.
    pub commit: Option<String>,
    /// Its address upstream.
    pub url: Option<String>,
    /// Its licence, as an SPDX id where it is known.
    pub licence: Option<String>,
    /// Whether it is the user's own.
    pub private: bool,
}

/// A knowledge pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackLine {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// The notice that goes where its text goes.
    pub notice: Option<String>,
    /// How many facts it states.
    pub facts: i64,
}

impl Catalog {
    /// The sources by name.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn sources(&self) -> Result<Vec<SourceLine>, Error> {
        let sql = "SELECT name, vendor, commit_id, url, licence, private FROM source ORDER BY name";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(SourceLine {
                name: row.get(0)?,
                vendor: row.get(1)?,
                commit: row.get(2)?,
                url: row.get(3)?,
                licence: row.get(4)?,
                private: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The knowledge packs by name.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn packs(&self) -> Result<Vec<PackLine>, Error> {
        let sql = "SELECT name, kind, notice, facts FROM pack ORDER BY name";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(PackLine {
                name: row.get(0)?,
                kind: row.get(1)?,
                notice: row.get(2)?,
                facts: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
