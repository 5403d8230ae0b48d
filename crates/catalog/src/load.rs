//! Rules to be run: from a catalog, or straight from files.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use rulescope_ir::{Fidelity, LineIndex, Loss, Pattern, Severity, Span, normalize};
use rulescope_rulefile::is_deprecated;
use rulescope_rulefile::sigma::rule_key;
use rulescope_rulefile::source::Vendor;
use rulescope_rulefile::walk;
use rulescope_taxonomy::attack::{self, Attack};
use rulescope_taxonomy::fields::Mappings;
use rusqlite::Connection;
use rusqlite::types::Value as SqlValue;

use crate::Error;
use crate::held::{self, Shelf};
use crate::list::Filter;
use crate::prepare::{StoredMetadata, only_counted};
use crate::rename::rename;
use crate::slug;
use crate::store::Catalog;

/// A rule to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRule {
    /// `<source>/<slug>`; the source of files outside a catalog is the folder that was named, or
    /// the one of a file that was.
    pub id: String,
    /// The path of its file: within the source, or as it was named.
    pub path: String,
    /// Its place in the file, from 0.
    pub ordinal: usize,
    /// The id that upstream gives it.
    pub upstream_id: Option<String>,
    /// Its title.
    pub title: String,
    /// Its vendor.
    pub vendor: String,
    /// Its severity.
    pub severity: Option<String>,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Whether it raises no alert of its own, because a correlation counts it. Sigma lets the rules
    /// of a correlation alert by themselves only where it says `generate: true`
    /// (<https://github.com/SigmaHQ/sigma-specification>, specification/sigma-correlation-rules-specification.md).
    pub only_counted: bool,
    /// What its tags say of ATT&CK.
    pub attack: Attack,
    /// What it says of itself.
    pub description: String,
    /// Its references.
    pub references: Vec<String>,
    /// How well it was understood.
    pub fidelity: Fidelity,
    /// What was lost first, with its line where it has one.
    pub lost: Option<String>,
    /// Its normal form.
    pub normal: Pattern,
}

/// Rules that were read from files, and what could not be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The rules, by path.
    pub rules: Vec<RunRule>,
    /// Files that could not be read, each with the reason.
    pub failed: Vec<(String, String)>,
    /// What is wrong with rules that were read, with file and line.
    pub errors: Vec<String>,
}

impl Catalog {
    /// The rules that a filter lets through, ready to be run, by source and slug.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn run_rules(&self, filter: &Filter) -> Result<Vec<RunRule>, Error> {
        let (condition, values) = filter.sql();
        run_where(&self.connection, &condition, values)
    }

    /// The text of a rule, by its row ([`Catalog::find`]), and its vendor's name.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn body(&self, rule: i64) -> Result<(String, String), Error> {
        let sql = "SELECT body, vendor FROM rule WHERE id = ?";
        Ok(self.connection.query_row(sql, [rule], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// One rule ready to be run, by its row ([`Catalog::find`]).
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn run_rule(&self, rule: i64) -> Result<RunRule, Error> {
        let found =
            run_where(&self.connection, "rule.id = ?", vec![SqlValue::Integer(rule)])?.pop();
        found.ok_or(Error::Sqlite(rusqlite::Error::QueryReturnedNoRows))
    }
}

/// The rules of a condition over the list's tables, ready to be run, by source and slug.
pub(crate) fn run_where(
    connection: &Connection,
    condition: &str,
    values: Vec<SqlValue>,
) -> Result<Vec<RunRule>, Error> {
    let sql = format!(
        "SELECT source.name || '/' || rule.slug, rule.title, rule.vendor, rule.severity, \
         rule.deprecated, rule.fidelity, rule.pattern, rule.upstream_id, rule.name, source.name, \
         file.path, rule.losses, rule.body, rule.line, rule.ordinal, \
         rule.description, rule.metadata \
         FROM {} WHERE {condition} ORDER BY source.name, rule.slug",
        crate::list::TABLES
    );
    let counted = counted(connection)?;
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let fidelity: String = row.get(5)?;
        let (upstream_id, name): (Option<String>, Option<String>) = (row.get(7)?, row.get(8)?);
        let counted = counted.get(&row.get::<_, String>(9)?);
        let metadata: StoredMetadata = serde_json::from_str(&row.get::<_, String>(16)?)?;
        out.push(RunRule {
            id: row.get(0)?,
            only_counted: counted.is_some_and(|c| c.has(&upstream_id, &name)),
            upstream_id,
            title: row.get(1)?,
            vendor: row.get(2)?,
            severity: row.get(3)?,
            deprecated: row.get(4)?,
            fidelity: Fidelity::ALL
                .into_iter()
                .find(|f| f.name() == fidelity)
                .unwrap_or(Fidelity::Opaque),
            path: row.get(10)?,
            ordinal: row.get(14)?,
            attack: attack_of(&metadata.tags),
            description: row.get(15)?,
            references: metadata.references,
            lost: if fidelity == Fidelity::Exact.name() {
                None
            } else {
                let losses: Vec<Loss> = serde_json::from_str(&row.get::<_, String>(11)?)?;
                lost(&losses, &row.get::<_, String>(12)?, row.get(13)?)
            },
            normal: serde_json::from_str(&row.get::<_, String>(6)?)?,
        });
    }
    Ok(out)
}

/// The rules that are only counted, by source.
fn counted(connection: &Connection) -> Result<BTreeMap<String, Counted>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT source.name, only_counted.name FROM only_counted \
         JOIN rule ON rule.id = only_counted.rule JOIN source ON source.id = rule.source \
         WHERE NOT rule.deprecated",
    )?;
    let mut rows = statement.query([])?;
    let mut out: BTreeMap<String, Counted> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        out.entry(row.get(0)?).or_default().0.insert(row.get(1)?);
    }
    Ok(out)
}

/// Names and ids of rules that correlations count without letting them alert by themselves.
#[derive(Debug, Default)]
struct Counted(BTreeSet<String>);

impl Counted {
    fn has(&self, upstream_id: &Option<String>, name: &Option<String>) -> bool {
        [upstream_id, name].into_iter().flatten().any(|n| self.0.contains(&rule_key(n)))
    }
}

fn attack_of(tags: &[String]) -> Attack {
    attack::coverage(tags.iter().map(String::as_str))
}

/// The first of losses, and the line of the file on which it stands.
fn lost(losses: &[Loss], body: &str, line: u32) -> Option<String> {
    let first = losses.first()?;
    if first.span == Span::NONE {
        return Some(first.what.clone());
    }
    let line = line + LineIndex::new(body).line(first.span.start) - 1;
    Some(format!("line {line}: {}", first.what))
}

/// A file of rules outside a catalog.
struct Text {
    /// The path as it was named, for people.
    name: String,
    /// The path within the source.
    path: String,
    source: String,
    text: String,
}

/// The name of the source that a path would be: the folder's, or that of the file's folder.
fn source_of(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = if path.is_file() { whole.parent() } else { Some(&*whole) };
    let name = folder.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "rules".to_owned())
}

fn texts(
    path: &Path,
    vendor: Vendor,
    failed: &mut Vec<(String, String)>,
) -> Result<Vec<Text>, Error> {
    let source = source_of(path);
    let shown = path.display().to_string();
    if path.is_file() {
        let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        let name = path.file_name().map_or(shown.clone(), |n| n.to_string_lossy().into_owned());
        return Ok(vec![Text { name: shown, path: name, source, text }]);
    }
    let listing = walk::walk(path, vendor)?;
    for refusal in listing.refusals.iter().filter(|r| r.reason.loses_rules()) {
        failed.push((refusal.path.clone(), refusal.reason.to_string()));
    }
    let mut out = Vec::new();
    for entry in &listing.entries {
        match walk::read(entry) {
            Ok(text) => out.push(Text {
                name: format!("{}/{}", shown.trim_end_matches('/'), entry.path),
                path: entry.path.clone(),
                source: source.clone(),
                text,
            }),
            Err(refusal) => failed.push((refusal.path, refusal.reason.to_string())),
        }
    }
    Ok(out)
}

/// Reads the rules of files and folders of a vendor, with what their documents say of each other.
///
/// # Errors
/// Where one of the paths itself can't be read. Files that can't be are in [`Loaded::failed`].
pub fn from_files<P: AsRef<Path>>(paths: &[P], vendor: Vendor) -> Result<Loaded, Error> {
    let mut out = Loaded::default();
    let mut all = Vec::new();
    for path in paths {
        let path = path.as_ref();
        if held::is_read(vendor) {
            all.extend(texts(path, vendor, &mut out.failed)?);
        } else {
            let why = format!("this version has no front end for {} yet", vendor.name());
            out.failed.push((path.display().to_string(), why));
        }
    }
    let mut known = BTreeSet::new();
    all.retain(|text| known.insert(text.name.clone()));
    let named: Vec<(&str, &str)> =
        all.iter().map(|text| (text.path.as_str(), text.text.as_str())).collect();
    // A file alone is read with the repository that it lies in.
    let alone = paths.iter().map(AsRef::as_ref).filter(|path| path.is_file());
    let around: Vec<_> = alone.flat_map(|path| held::around(vendor, path)).collect();
    let beside = around.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let shelf = Shelf::new(vendor, named.iter().copied().chain(beside));
    let files = held::read_linked(vendor, &named, &shelf);
    let mut counted = Counted::default();
    for (text, file) in all.iter().zip(&files) {
        for rule in &file.rules {
            if !is_deprecated(rule.rule.metadata.status.as_deref(), &text.path) {
                counted.0.extend(only_counted(rule.correlation.as_ref()));
            }
        }
    }
    let mut slugs: BTreeMap<&str, HashSet<String>> = BTreeMap::new();
    for (text, file) in all.iter().zip(files) {
        if file.failed > 0 {
            let why = file.diagnostics.first().map(|d| d.message.clone()).unwrap_or_default();
            out.failed.push((text.name.clone(), why));
        }
        let taken = slugs.entry(&text.source).or_default();
        for (i, rule) in file.rules.into_iter().enumerate() {
            let mut rule = rule.rule;
            let lines = LineIndex::new(&rule.body.text);
            for d in rule.logic.diagnostics.iter().filter(|d| d.severity == Severity::Error) {
                let line = rule.line + lines.line(d.span.start) - 1;
                out.errors.push(format!("{}:{line}: {}", text.name, d.message));
            }
            rename(&mut rule, vendor.name(), &Mappings::default());
            let upstream_id = rule.metadata.upstream_id;
            let slug = slug::take(taken, None, &text.path, i, upstream_id.as_deref());
            out.rules.push(RunRule {
                id: format!("{}/{slug}", text.source),
                path: text.name.clone(),
                ordinal: i,
                only_counted: counted.has(&upstream_id, &rule.metadata.name),
                upstream_id,
                title: rule.metadata.title,
                vendor: vendor.name().to_owned(),
                deprecated: is_deprecated(rule.metadata.status.as_deref(), &text.path),
                severity: rule.metadata.severity,
                fidelity: rule.logic.fidelity,
                lost: lost(&rule.logic.losses, &rule.body.text, rule.line),
                normal: normalize(&rule.logic.pattern),
                attack: attack_of(&rule.metadata.tags),
                description: rule.metadata.description,
                references: rule.metadata.references,
            });
        }
    }
    Ok(out)
}
