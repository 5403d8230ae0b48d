//! Real repositories: their files and licences.

use std::path::{Path, PathBuf};

use rulescope_rulefile::licence;
use rulescope_rulefile::source::Vendor;
use rulescope_rulefile::walk::{read, walk};

pub(crate) fn shared() -> Option<PathBuf> {
    let root = std::env::var_os("RULESCOPE_CORPORA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    root.join("corpora").is_dir().then_some(root)
}

#[test]
fn sigma_repositories_are_listed_whole() {
    let Some(root) = shared() else {
        println!("skipped: no corpora");
        return;
    };
    for (source, files) in [("sigmahq", 4039), ("mdecrevoisier", 352)] {
        let listing = walk(&root.join("corpora").join(source), Vendor::Sigma).expect("a folder");
        assert_eq!((listing.entries.len(), listing.refusals.len()), (files, 0), "{source}");
        let refused = listing.entries.iter().filter_map(|e| read(e).err()).count();
        assert_eq!(refused, 0, "{source}");
    }
}

#[test]
fn licences_are_known() {
    let Some(root) = shared() else {
        println!("skipped: no corpora");
        return;
    };
    for (folder, name) in [
        ("corpora/sigmahq", Some("DRL-1.1")),
        ("corpora/mdecrevoisier", Some("CC0-1.0")),
        ("corpora/splunk", Some("Apache-2.0")),
        ("corpora/elastic", Some("Elastic-2.0")),
        ("corpora/sentinel", Some("MIT")),
        ("corpora/kql-bertjanp", Some("BSD-3-Clause")),
        ("corpora/chronicle", Some("Apache-2.0")),
        ("corpora/sublime", Some("MIT")),
        ("events/EVTX-ATTACK-SAMPLES", Some("GPL-3.0")),
        ("events/EVTX-to-MITRE-Attack", Some("CC0-1.0")),
        ("events/sigma-regression", Some("DRL-1.1")),
        ("knowledge/hayabusa-config", Some("DRL-1.1")),
        ("knowledge/ms-security-auditing-docs", Some("CC-BY-4.0")),
        ("knowledge/ossem-dm", Some("MIT")),
        ("knowledge/attack-v18.1", None),
    ] {
        let found = licence::find(&root.join(folder), None).expect(folder);
        assert_eq!(found.name, name, "{folder}: {}", found.file.display());
    }
    let below = root.join("corpora/sigmahq/rules/windows");
    assert_eq!(licence::find(&below, None), None);
    let found = licence::find(&below, Some(&root.join("corpora/sigmahq"))).expect("a licence");
    assert_eq!(found.name, Some("DRL-1.1"));
}
