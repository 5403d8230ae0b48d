//! Small catalogs, and requests to their sites.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rulescope_catalog::{Packs, build};
use rulescope_rulefile::source::SourceSpec;
use rulescope_site::{Request, Site};
use tempfile::TempDir;

/// The folder of the corpora, or `None` (and a line that says so) where there is none.
pub(crate) fn corpora() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = match std::env::var_os("RULESCOPE_CORPORA") {
        Some(path) => root.join(path),
        None => root.join("../shared"),
    };
    let there = folder.join("corpora/mdecrevoisier").is_dir();
    if !there {
        eprintln!("skipped: no corpora at {}", folder.display());
    }
    there.then_some(folder.join("corpora"))
}

/// A site whose catalog and sources go with it.
pub(crate) struct Small {
    pub(crate) folder: TempDir,
    pub(crate) site: Arc<Site>,
}

/// Writes the files (`<source>/<path>`, text) and builds them; a source is of the vendor that its
/// name begins with.
pub(crate) fn built(folder: &Path, files: &[(&str, String)]) {
    let mut sources = BTreeSet::new();
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, text).expect("written");
    }
    for (path, _) in files {
        sources.insert(path.split('/').next().expect("a source"));
    }
    let specs: Vec<SourceSpec> = sources
        .into_iter()
        .map(|source| {
            let vendor = source.split('-').next().expect("a vendor");
            let flag = format!("{vendor}={}", folder.join(source).display());
            SourceSpec::from_flag(&flag).expect("a source")
        })
        .collect();
    let catalog = folder.join("rules.db");
    build(&catalog, &specs, Path::new(""), &Packs::default(), &mut |_| ()).expect("it builds");
}

pub(crate) fn small(files: &[(&str, String)]) -> Small {
    let folder = tempfile::tempdir().expect("a folder");
    built(folder.path(), files);
    let site = Site::open(&folder.path().join("rules.db")).expect("a catalog");
    Small { folder, site: Arc::new(site) }
}

/// A few rules of three vendors; two of them mean the same.
pub(crate) fn some_rules() -> Vec<(&'static str, String)> {
    vec![
        (
            "sigma-one/proc/whoami.yml",
            "title: Whoami\nid: 11111111-1111-4111-8111-111111111111\nstatus: test\n\
             description: Looks for whoami.\nreferences:\n  - https://example.org/a\n\
             author: Somebody\ntags:\n  - attack.discovery\n  - attack.t1033\n\
             logsource:\n  product: windows\n  category: process_creation\ndetection:\n  \
             selection:\n    Image|endswith: '\\whoami.exe'\n  filter:\n    \
             ParentImage|endswith: '\\good.exe'\n  condition: selection and not filter\n\
             falsepositives:\n  - Admins\nlevel: high\n"
                .to_owned(),
        ),
        (
            "sigma-two/same.yml",
            "title: Also whoami\nid: 22222222-2222-4222-8222-222222222222\n\
             tags:\n  - attack.t1033\nlogsource:\n  \
             product: windows\n  category: process_creation\ndetection:\n  ok:\n    \
             ParentImage|endswith: '\\good.exe'\n  sel:\n    Image|endswith: '\\WHOAMI.exe'\n  \
             condition: not ok and sel\nlevel: low\n"
                .to_owned(),
        ),
        (
            "splunk-one/detections/a.yml",
            "name: Cmd\nid: 33333333-3333-4333-8333-333333333333\nversion: 1\nstatus: production\n\
             type: TTP\ndescription: d\nsearch: EventCode=4688 New_Process_Name=\"*\\\\cmd.exe\" \
             | stats count by host\ntags:\n  mitre_attack_id:\n  - T1059\n"
                .to_owned(),
        ),
        (
            "elastic-one/rules/a.toml",
            "[metadata]\ncreation_date = \"2024/01/01\"\nmaturity = \"production\"\n\n[rule]\n\
             author = [\"E\"]\ndescription = \"d\"\nname = \"Eql\"\nlanguage = \"eql\"\n\
             type = \"eql\"\nrule_id = \"44444444-4444-4444-8444-444444444444\"\n\
             severity = \"low\"\nrisk_score = 21\nquery = '''\nprocess where host.os.type == \
             \"windows\" and process.name : \"whoami.exe\"\n'''\n"
                .to_owned(),
        ),
    ]
}

/// Status, body, and where it leads.
pub(crate) fn get(site: &Site, address: &str) -> (u16, String, Option<String>) {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let request = Request { path: path.to_owned(), query: query.to_owned(), ..Request::default() };
    let answer = site.answer(&request);
    let body = String::from_utf8(answer.body.to_vec()).expect("UTF-8");
    (answer.status, body, answer.location)
}

/// The addresses of the site that a page leads to.
pub(crate) fn links(html: &str) -> BTreeSet<String> {
    let parts = html.split(" href=\"/").skip(1);
    let address = |part: &str| {
        let end = part.find('"').expect("it is closed");
        format!("/{}", part[..end].replace("&amp;", "&").replace("&#38;", "&"))
    };
    parts.map(|part| address(part).split('#').next().expect("a part").to_owned()).collect()
}

/// Every page that can be reached from the first, by address.
pub(crate) fn crawl(site: &Site) -> BTreeMap<String, String> {
    let mut open = vec!["/".to_owned()];
    let mut seen = BTreeMap::new();
    while let Some(address) = open.pop() {
        if seen.contains_key(&address) || address.starts_with("/assets/") {
            continue;
        }
        let (status, body, location) = get(site, &address);
        assert!(status == 200 || location.is_some(), "{address}: {status}");
        // A search that is narrowed twice leads to ever more of its kind.
        if !address.starts_with("/api/") && address.matches('=').count() < 3 {
            open.extend(links(&body));
        }
        open.extend(location);
        seen.insert(address, body);
        assert!(seen.len() < 20_000, "the pages have no end");
    }
    seen
}
