//! Small catalogs for tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rulescope_catalog::{BuildReport, Catalog, Event, Packs, build};
use rulescope_rulefile::source::SourceSpec;

/// The folder of the corpora, or `None` (and a line that says so) where there is none.
pub(crate) fn corpora() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = match std::env::var_os("RULESCOPE_CORPORA") {
        Some(path) => root.join(path),
        None => root.join("../shared"),
    };
    let there = folder.join("corpora/sigmahq").is_dir();
    if !there {
        eprintln!("skipped: no corpora at {}", folder.display());
    }
    there.then_some(folder.join("corpora"))
}

/// Builds a catalog from folders of Sigma rules and keeps what the build told.
pub(crate) fn built(catalog: &Path, folders: &[&Path]) -> (BuildReport, Vec<Event>) {
    built_with(catalog, folders, &Packs::default())
}

/// The same with knowledge packs and logs.
pub(crate) fn built_with(
    catalog: &Path,
    folders: &[&Path],
    packs: &Packs,
) -> (BuildReport, Vec<Event>) {
    let specs: Vec<SourceSpec> = folders
        .iter()
        .map(|f| SourceSpec::from_flag(&format!("sigma={}", f.display())).expect("a folder"))
        .collect();
    let mut events = Vec::new();
    let report = build(catalog, &specs, Path::new(""), packs, &mut |e| events.push(e));
    let report = report.expect("it builds");
    (report, events)
}

/// Every rule's page by id, as JSON text: all that a catalog says.
pub(crate) fn pages(catalog: &Path) -> BTreeMap<String, String> {
    let catalog = Catalog::open(catalog).expect("a catalog");
    let rules = catalog.rules(&Default::default()).expect("rules");
    rules
        .into_iter()
        .map(|rule| {
            let found = catalog.find(&rule.id).expect("found");
            let rulescope_catalog::store::Named::One(row) = found else {
                panic!("{} names {found:?}", rule.id)
            };
            let page = catalog.show(row).expect("a page");
            (rule.id, serde_json::to_string_pretty(&page).expect("JSON"))
        })
        .collect()
}

/// A small rule.
pub(crate) fn rule(title: &str, id: &str, detection: &str) -> String {
    format!(
        "title: {title}\nid: {id}\nstatus: test\nlogsource:\n  product: windows\n  \
         category: process_creation\ndetection:\n{detection}level: low\n"
    )
}
