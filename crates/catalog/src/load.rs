//! Rules to be run: from a catalog, or straight from files.

use std::path::Path;

use rayon::prelude::*;
use rulescope_ir::{Fidelity, Pattern, normalize};
use rulescope_rulefile::is_deprecated;
use rulescope_rulefile::sigma::{self, Links};
use rulescope_rulefile::source::Vendor;
use rulescope_rulefile::walk;

use crate::Error;
use crate::list::Filter;
use crate::store::Catalog;

/// A rule to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRule {
    /// `<source>/<slug>`, or the file's path and, from the second rule on, its place in it.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its vendor.
    pub vendor: String,
    /// Its severity.
    pub severity: Option<String>,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// How well it was understood.
    pub fidelity: Fidelity,
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
}

impl Catalog {
    /// The rules that a filter lets through, ready to be run, by source and slug.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn run_rules(&self, filter: &Filter) -> Result<Vec<RunRule>, Error> {
        let (condition, values) = filter.sql();
        let sql = format!(
            "SELECT source.name || '/' || rule.slug, rule.title, rule.vendor, rule.severity, \
             rule.deprecated, rule.fidelity, rule.pattern FROM {} WHERE {condition} \
             ORDER BY source.name, rule.slug",
            crate::list::TABLES
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(values))?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let fidelity: String = row.get(5)?;
            out.push(RunRule {
                id: row.get(0)?,
                title: row.get(1)?,
                vendor: row.get(2)?,
                severity: row.get(3)?,
                deprecated: row.get(4)?,
                fidelity: Fidelity::ALL
                    .into_iter()
                    .find(|f| f.name() == fidelity)
                    .unwrap_or(Fidelity::Opaque),
                normal: serde_json::from_str(&row.get::<_, String>(6)?)?,
            });
        }
        Ok(out)
    }

    /// One rule ready to be run, by its row ([`Catalog::find`]).
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn run_rule(&self, rule: i64) -> Result<RunRule, Error> {
        let id = self.address(rule)?;
        let (source, slug) = id.split_once('/').unwrap_or_default();
        let filter = Filter { source: Some(source.to_owned()), ..Filter::default() };
        let rules = self.run_rules(&filter)?;
        let found =
            rules.into_iter().find(|r| r.id.split_once('/').is_some_and(|(_, s)| s == slug));
        found.ok_or(Error::Sqlite(rusqlite::Error::QueryReturnedNoRows))
    }
}

/// Reads the rules of a file or folder of a vendor, with what its documents say of each other.
///
/// # Errors
/// Where the path itself can't be read. Files that can't be are in [`Loaded::failed`].
pub fn from_files(path: &Path, vendor: Vendor) -> Result<Loaded, Error> {
    let mut out = Loaded::default();
    if vendor != Vendor::Sigma {
        out.failed.push((
            path.display().to_string(),
            format!("this version has no front end for {} yet", vendor.name()),
        ));
        return Ok(out);
    }
    let (texts, prefix): (Vec<(String, String)>, String) = if path.is_file() {
        let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        (vec![(path.display().to_string(), text)], String::new())
    } else {
        let listing = walk::walk(path, vendor)?;
        for refusal in listing.refusals.iter().filter(|r| r.reason.loses_rules()) {
            out.failed.push((refusal.path.clone(), refusal.reason.to_string()));
        }
        let mut texts = Vec::new();
        for entry in &listing.entries {
            match walk::read(entry) {
                Ok(text) => texts.push((entry.path.clone(), text)),
                Err(refusal) => out.failed.push((refusal.path, refusal.reason.to_string())),
            }
        }
        (texts, format!("{}/", path.display().to_string().trim_end_matches('/')))
    };
    let mut files: Vec<_> = texts.par_iter().map(|(_, text)| sigma::read(text)).collect();
    let mut links: Vec<Links<'_>> =
        texts.iter().zip(&mut files).map(|((_, text), file)| Links { text, file }).collect();
    sigma::link(&mut links);
    for ((name, _), file) in texts.iter().zip(files) {
        if file.failed > 0 {
            let why = file.diagnostics.first().map(|d| d.message.clone()).unwrap_or_default();
            out.failed.push((format!("{prefix}{name}"), why));
        }
        for (i, rule) in file.rules.into_iter().enumerate() {
            let mut rule = rule.rule;
            crate::prepare::rename(&mut rule, vendor.name());
            let place = if i == 0 { String::new() } else { format!("#{}", i + 1) };
            out.rules.push(RunRule {
                id: format!("{prefix}{name}{place}"),
                title: rule.metadata.title,
                vendor: vendor.name().to_owned(),
                deprecated: is_deprecated(rule.metadata.status.as_deref(), name),
                severity: rule.metadata.severity,
                fidelity: rule.logic.fidelity,
                normal: normalize(&rule.logic.pattern),
            });
        }
    }
    Ok(out)
}
