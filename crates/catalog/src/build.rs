//! Sources to a catalog, redoing only what changed.
//!
//! The catalog is written into `<catalog>.building` beside it, flushed, and renamed over it: at every
//! moment the old one or the new one is there, whole. A file whose size and time of writing are the
//! same as in the old catalog keeps its rows and is not even read, unless a document of its source
//! speaks of rules of other files (a Sigma correlation or filter): then the source is read as a
//! whole, and what these documents touch is written anew. Where the user's mappings of a vendor's
//! fields are others than before, all of its sources are read again.

use std::collections::BTreeMap;
use std::path::Path;

use rulescope_ir::Severity;
use rulescope_rulefile::source::{SourceSpec, check_names};
use rusqlite::{Connection, OpenFlags, params};
use serde::Serialize;

use crate::Error;
use crate::changes;
use crate::evidence::{self, EvidenceReport, Prove};
use crate::ingest::Ingest;
use crate::known::{self, KnowledgeReport, Packs};
use crate::part::{LOGIC, Part};
use crate::schema;
use crate::write::{Writer, forget_rules};

/// What a build tells while it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A source is begun.
    Source {
        /// Its name.
        name: String,
        /// Files that may hold rules.
        files: usize,
        /// Files that are new or changed.
        changed: usize,
    },
    /// So many more files were written.
    Written(usize),
    /// Something is wrong with a source as a whole, and the rest goes on.
    Warning(String),
    /// Something is wrong with a file, and the rest goes on.
    Problem(Problem),
    /// Something is wrong with a knowledge pack or a log, and the rest goes on.
    Pack(PackProblem),
}

/// Something wrong with a knowledge pack or a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackProblem {
    /// The pack's name; `None` where the path is in none.
    pub pack: Option<String>,
    /// Path below the pack's folder, or the folder; empty where the message names it.
    pub path: String,
    /// 1-based line, where one is at fault.
    pub line: Option<usize>,
    /// Stable code.
    pub code: String,
    /// How bad.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Whether facts are missing because of it.
    pub loses_facts: bool,
}

/// Something wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The source's name.
    pub source: String,
    /// Path below the source.
    pub path: String,
    /// 1-based line and column, where there is one.
    pub place: Option<(u32, u32)>,
    /// Stable code.
    pub code: String,
    /// How bad.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Whether rules are missing because of it.
    pub loses_rules: bool,
}

/// What a build did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct BuildReport {
    /// Files that may hold rules.
    pub files: usize,
    /// Files whose rules were written anew.
    pub written: usize,
    /// Files of the old catalog that are gone.
    pub removed: usize,
    /// Rules in the catalog now.
    pub rules: usize,
    /// Files that hold a rule which could not be read at all, or could not be read themselves.
    pub failed: usize,
    /// Sources that could not be read: missing, or of a vendor without a front end yet.
    pub unread_sources: usize,
    /// Errors and warnings of rules that were read.
    pub defects: (usize, usize),
    /// What of knowledge packs is in the catalog now.
    pub knowledge: KnowledgeReport,
    /// What evidence is in the catalog now.
    pub evidence: EvidenceReport,
}

impl BuildReport {
    /// Whether every rule, pack and log was read.
    pub fn is_complete(&self) -> bool {
        self.failed == 0 && self.unread_sources == 0 && self.knowledge.failed == 0
    }
}

/// Builds the catalog from the sources; `cache` holds synced repositories. Sources that the old
/// catalog has and the list does not are dropped.
///
/// # Errors
/// Where the catalog can't be written or two sources have one name; the old catalog stays. What of
/// the sources can't be read is reported and left out.
pub fn build(
    catalog: &Path,
    sources: &[SourceSpec],
    cache: &Path,
    packs: &Packs,
    report: &mut dyn FnMut(Event),
) -> Result<BuildReport, Error> {
    build_proved(catalog, sources, cache, packs, None, report)
}

/// [`build`], with evidence: `prove` runs rules over the logs of `packs`. It is asked for those rules
/// alone that are new or changed since, unless the logs themselves are others.
///
/// # Errors
/// As [`build`].
pub fn build_proved(
    catalog: &Path,
    sources: &[SourceSpec],
    cache: &Path,
    packs: &Packs,
    prove: Option<&mut Prove<'_>>,
    report: &mut dyn FnMut(Event),
) -> Result<BuildReport, Error> {
    check_names(sources)?;
    if let [first, ..] = sources
        && sources.iter().all(|s| !s.folder(cache).is_dir())
    {
        return Err(Error::NoSource { path: first.folder(cache) });
    }
    let part = Part::open(catalog)?;
    let seeded = part.seed(catalog)?;
    let mut former = if seeded { BTreeMap::new() } else { former_slugs(catalog) };
    let connection = part.connection()?;
    connection.execute_batch("BEGIN")?;
    if !seeded {
        schema::create(&connection)?;
    }
    let mut out = BuildReport::default();
    drop_sources(&connection, sources, cache)?;
    {
        let mut writer = Writer::new(&connection)?;
        for spec in sources {
            let slugs = former.remove(&spec.name).unwrap_or_default();
            let ingest = Ingest {
                connection: &connection,
                spec,
                cache,
                report,
                out: &mut out,
                former: slugs,
            };
            ingest.run(&mut writer)?;
        }
    }
    out.knowledge = known::refresh(&connection, packs, report)?;
    schema::index(&connection)?;
    out.evidence = evidence::refresh(&connection, packs, prove)?;
    if seeded {
        connection.execute_batch(
            "DELETE FROM value WHERE id NOT IN (SELECT value FROM indicator);
             DELETE FROM field WHERE id NOT IN (SELECT field FROM indicator)
               AND id NOT IN (SELECT field FROM predicate);",
        )?;
    }
    changes::note(&connection, catalog)?;
    let count = connection.query_row("SELECT count(*) FROM rule", [], |r| r.get::<_, i64>(0))?;
    out.rules = usize::try_from(count).unwrap_or(0);
    for (key, value) in
        [("logic", LOGIC), ("product", concat!("rulescope ", env!("CARGO_PKG_VERSION")))]
    {
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, value])?;
    }
    connection.execute_batch("COMMIT")?;
    connection.close().map_err(|(_, error)| error)?;
    part.finish(catalog)?;
    Ok(out)
}

/// Slugs by path and place in the file, by source.
type Slugs = BTreeMap<String, BTreeMap<(String, usize), String>>;

/// The slugs of an old catalog that is not added to, so that a new version renames nobody. An old
/// one of other tables has none to give.
fn former_slugs(catalog: &Path) -> Slugs {
    let read = || -> Result<Slugs, rusqlite::Error> {
        let old = Connection::open_with_flags(catalog, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut statement = old.prepare(
            "SELECT source.name, file.path, rule.ordinal, rule.slug FROM rule \
             JOIN file ON file.id = rule.file JOIN source ON source.id = rule.source",
        )?;
        let mut out = Slugs::new();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let place = (row.get(1)?, row.get::<_, usize>(2)?);
            out.entry(row.get(0)?).or_default().insert(place, row.get(3)?);
        }
        Ok(out)
    };
    if catalog.exists() { read().unwrap_or_default() } else { Slugs::new() }
}

/// Forgets sources that are not asked for any more, or now lie elsewhere.
fn drop_sources(
    connection: &Connection,
    sources: &[SourceSpec],
    cache: &Path,
) -> Result<(), Error> {
    let old: Vec<(i64, String, String, String)> = connection
        .prepare("SELECT id, name, vendor, root FROM source")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    for (id, name, vendor, root) in old {
        let same = sources.iter().any(|spec| {
            spec.name == name
                && spec.vendor.name() == vendor
                && (crate::ingest::root(&spec.folder(cache)) == root
                    // What can't be read now may be there again tomorrow: its rules stay.
                    || !spec.folder(cache).is_dir())
        });
        if same {
            continue;
        }
        let files: Vec<i64> = connection
            .prepare("SELECT id FROM file WHERE source = ?")?
            .query_map([id], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for file in files {
            forget_rules(connection, file)?;
        }
        for sql in [
            "DELETE FROM file WHERE source = ?",
            "DELETE FROM problem WHERE source = ?",
            "DELETE FROM source WHERE id = ?",
        ] {
            connection.execute(sql, params![id])?;
        }
        let key = crate::ingest::mappings_key(&name);
        connection.execute("DELETE FROM meta WHERE key = ?", [key])?;
    }
    Ok(())
}
