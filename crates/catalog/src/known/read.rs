//! Facts as pages show them: each with the packs that state it.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Row;
use serde::Serialize;

use crate::Error;
use crate::store::Catalog;

/// A value and the packs that state it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stated {
    /// What is stated.
    pub value: String,
    /// Names of the packs that do.
    pub origins: Vec<String>,
}

/// A pack of which something is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// Its name.
    pub name: String,
    /// What it is: `evtxecmd`, `microsoft-auditing`, …
    pub kind: String,
    /// The file of its licence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// The line of its licence that names the holder of the rights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

/// A fact as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    pub(super) about: String,
    pub(super) field: String,
    pub(super) value: String,
    pub(super) detail: String,
    pub(super) origins: Vec<String>,
}

impl Fact {
    pub(super) fn stated(&self) -> Stated {
        Stated { value: self.value.clone(), origins: self.origins.clone() }
    }
}

/// All that is stated of a subject, in the order to show it.
#[derive(Debug, Default)]
pub(super) struct Told(pub(super) Vec<Fact>);

impl Told {
    /// Facts of one kind.
    pub(super) fn of<'a>(&'a self, about: &'a str) -> impl Iterator<Item = &'a Fact> {
        self.0.iter().filter(move |fact| fact.about == about)
    }

    /// Facts of one kind that are a value and nothing else.
    pub(super) fn texts(&self, about: &str) -> Vec<Stated> {
        self.of(about).map(Fact::stated).collect()
    }

    /// The first value of a kind.
    pub(super) fn first(&self, about: &str) -> Option<&str> {
        let found = self.0.iter().find(|fact| fact.about == about);
        found.map(|fact| fact.value.as_str())
    }

    /// The packs that state any of it.
    pub(super) fn origins(&self) -> BTreeSet<String> {
        self.0.iter().flat_map(|fact| fact.origins.iter().cloned()).collect()
    }
}

/// The packs of a catalog, asked for once a page.
#[derive(Debug)]
pub(super) struct Shelf<'c> {
    catalog: &'c Catalog,
    packs: BTreeMap<usize, Origin>,
}

impl<'c> Shelf<'c> {
    pub(super) fn of(catalog: &'c Catalog) -> Result<Shelf<'c>, Error> {
        let sql = "SELECT id, name, kind, licence, notice FROM pack";
        let mut statement = catalog.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            let origin = Origin {
                name: row.get(1)?,
                kind: row.get(2)?,
                licence: row.get(3)?,
                notice: row.get(4)?,
            };
            Ok((row.get(0)?, origin))
        })?;
        Ok(Shelf { catalog, packs: rows.collect::<Result<_, _>>()? })
    }

    /// What is stated of a subject by its row.
    pub(super) fn told(&self, subject: i64) -> Result<Told, Error> {
        let sql = "SELECT about, field, value, detail, packs FROM fact WHERE subject = ? \
                   ORDER BY rowid";
        let mut statement = self.catalog.connection.prepare_cached(sql)?;
        let mut rows = statement.query([subject])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push(self.fact(row)?);
        }
        Ok(Told(out))
    }

    /// What is stated of a subject by its kind and name; nothing where no pack speaks of it.
    pub(super) fn named(&self, kind: &str, name: &str) -> Result<Told, Error> {
        let sql = "SELECT id FROM subject WHERE kind = ? AND name = ?";
        let mut statement = self.catalog.connection.prepare_cached(sql)?;
        let mut rows = statement.query([kind, name])?;
        match rows.next()? {
            Some(row) => self.told(row.get(0)?),
            None => Ok(Told::default()),
        }
    }

    fn fact(&self, row: &Row<'_>) -> Result<Fact, Error> {
        let packs: Vec<usize> = serde_json::from_str(&row.get::<_, String>(4)?)?;
        let name = |pack| self.packs.get(&pack).map(|origin| origin.name.clone());
        Ok(Fact {
            about: row.get(0)?,
            field: row.get(1)?,
            value: row.get(2)?,
            detail: row.get(3)?,
            origins: packs.into_iter().filter_map(name).collect(),
        })
    }

    /// The packs of these names, in the order of the catalog.
    pub(super) fn origins(&self, names: &BTreeSet<String>) -> Vec<Origin> {
        self.packs.values().filter(|origin| names.contains(&origin.name)).cloned().collect()
    }
}
