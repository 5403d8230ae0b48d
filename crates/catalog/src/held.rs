//! What a file of a source holds, whatever the vendor: the one place that knows which vendors are
//! read, and how.

use std::path::Path;

use rayon::prelude::*;
use rulescope_ir::Diagnostic;
use rulescope_rulefile::FileRule;
use rulescope_rulefile::elastic::{self, ElasticFile};
use rulescope_rulefile::sigma::{self, Correlation, Links, SigmaFile, SigmaRule};
use rulescope_rulefile::source::Vendor;
use rulescope_rulefile::splunk::{self, Repository, SplunkFile};
use rulescope_rulefile::walk;

/// How a file speaks of rules of other files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Linked {
    /// Not at all.
    No,
    /// It correlates them.
    Correlates,
    /// It puts filters on them, or what it holds is part of them.
    Filters,
}

impl Linked {
    pub(crate) fn from_column(n: i64) -> Linked {
        match n {
            0 => Linked::No,
            1 => Linked::Correlates,
            _ => Linked::Filters,
        }
    }
}

/// A rule and what it correlates.
#[derive(Debug)]
pub(crate) struct HeldRule {
    pub(crate) rule: FileRule,
    pub(crate) correlation: Option<Correlation>,
}

/// What a file holds.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) rules: Vec<HeldRule>,
    /// Defects that belong to no rule.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// How many rules could not be read at all.
    pub(crate) failed: u32,
    /// Whether anything in the file is meant as a rule.
    pub(crate) is_rule_file: bool,
    pub(crate) linked: Linked,
}

/// Whether this version reads rules of a vendor.
pub(crate) fn is_read(vendor: Vendor) -> bool {
    match vendor {
        Vendor::Sigma | Vendor::Splunk | Vendor::Elastic => true,
        Vendor::Kusto | Vendor::Chronicle | Vendor::Panther | Vendor::Sublime => false,
    }
}

/// What the files of a source count on, beside each other.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    splunk: Repository,
}

impl Shelf {
    /// The shelf of a source's files, by path.
    pub(crate) fn new<'t>(
        vendor: Vendor,
        files: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Shelf {
        match vendor {
            Vendor::Splunk => Shelf { splunk: Repository::new(files) },
            Vendor::Sigma
            | Vendor::Elastic
            | Vendor::Kusto
            | Vendor::Chronicle
            | Vendor::Panther
            | Vendor::Sublime => Shelf::default(),
        }
    }

    /// Whether a file's content is part of the rules of other files.
    pub(crate) fn holds(vendor: Vendor, path: &str) -> bool {
        vendor == Vendor::Splunk && Repository::holds(path)
    }
}

/// The files of the repository that a file lies in on which its rules count, by path and text: of the
/// nearest folder above it that has any. What can't be read is as good as not there.
pub(crate) fn around(vendor: Vendor, file: &Path) -> Vec<(String, String)> {
    if vendor != Vendor::Splunk {
        return Vec::new();
    }
    let Ok(file) = file.canonicalize() else { return Vec::new() };
    let shelf = |folder: &Path| folder.join("macros").is_dir().then(|| folder.to_owned());
    let Some(root) = file.ancestors().skip(1).find_map(shelf) else { return Vec::new() };
    let Ok(listing) = walk::walk(&root, vendor) else { return Vec::new() };
    let on_shelf = listing.entries.iter().filter(|e| Shelf::holds(vendor, &e.path));
    on_shelf.filter_map(|e| Some((e.path.clone(), walk::read(e).ok()?))).collect()
}

/// Reads a file by itself.
pub(crate) fn read(vendor: Vendor, path: &str, text: &str, shelf: &Shelf) -> Held {
    match vendor {
        Vendor::Sigma => Held::from(sigma::read(text)),
        Vendor::Splunk if Repository::holds(path) => {
            Held { linked: Linked::Filters, ..Held::from(SplunkFile::default()) }
        }
        Vendor::Splunk => Held::from(splunk::read(text, &shelf.splunk)),
        Vendor::Elastic => Held::from(elastic::read(text)),
        Vendor::Kusto | Vendor::Chronicle | Vendor::Panther | Vendor::Sublime => {
            Held::from(SplunkFile::default())
        }
    }
}

/// Reads files that speak of each other's rules, by path and text.
pub(crate) fn read_linked(vendor: Vendor, files: &[(&str, &str)], shelf: &Shelf) -> Vec<Held> {
    if vendor != Vendor::Sigma {
        return files.par_iter().map(|(path, text)| read(vendor, path, text, shelf)).collect();
    }
    let mut read: Vec<SigmaFile> = files.par_iter().map(|(_, text)| sigma::read(text)).collect();
    let mut links: Vec<Links<'_>> =
        files.iter().zip(&mut read).map(|((_, text), file)| Links { text, file }).collect();
    sigma::link(&mut links);
    read.into_iter().map(Held::from).collect()
}

impl From<SigmaFile> for Held {
    fn from(file: SigmaFile) -> Held {
        let correlates = file.rules.iter().any(|r| r.correlation.is_some());
        let linked = match (file.filters.is_empty(), correlates) {
            (false, _) => Linked::Filters,
            (true, true) => Linked::Correlates,
            (true, false) => Linked::No,
        };
        let held = |SigmaRule { rule, correlation }| HeldRule { rule, correlation };
        Held {
            rules: file.rules.into_iter().map(held).collect(),
            diagnostics: file.diagnostics,
            failed: file.failed,
            is_rule_file: file.is_rule_file,
            linked,
        }
    }
}

impl From<SplunkFile> for Held {
    fn from(file: SplunkFile) -> Held {
        let held = |rule| HeldRule { rule, correlation: None };
        Held {
            rules: file.rules.into_iter().map(held).collect(),
            diagnostics: file.diagnostics,
            failed: file.failed,
            is_rule_file: file.is_rule_file,
            linked: Linked::No,
        }
    }
}

impl From<ElasticFile> for Held {
    fn from(file: ElasticFile) -> Held {
        let held = |rule| HeldRule { rule, correlation: None };
        Held {
            rules: file.rules.into_iter().map(held).collect(),
            diagnostics: file.diagnostics,
            failed: file.failed,
            is_rule_file: file.is_rule_file,
            linked: Linked::No,
        }
    }
}
