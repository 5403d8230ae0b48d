//! The export: files that lead to files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rulescope_site::export::{ExportOptions, export};

use crate::support::{Small, small, some_rules};

fn files(folder: &Path, out: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, out);
        } else {
            out.insert(path);
        }
    }
}

fn exported(small: &Small, all_bodies: bool) -> (PathBuf, rulescope_site::export::Exported) {
    let folder = small.folder.path().join(format!("out-{all_bodies}"));
    let done = export(&small.site, &folder, ExportOptions { all_bodies }).expect("it is written");
    (folder, done)
}

#[test]
fn every_link_leads_to_a_file() {
    let small = small(&some_rules());
    let (folder, done) = exported(&small, true);
    let mut all = BTreeSet::new();
    files(&folder, &mut all);
    assert!(done.pages > 500, "{} pages", done.pages);
    let mut links = 0;
    for path in all.iter().filter(|path| path.extension().is_some_and(|e| e == "html")) {
        let html = std::fs::read_to_string(path).expect("a page");
        for attribute in [" href=\"", " src=\"", " action=\""] {
            for part in html.split(attribute).skip(1) {
                let address = part.split('"').next().expect("it is closed");
                let away = ["https://", "http://", "#", "data:"];
                if away.iter().any(|start| address.starts_with(start)) {
                    continue;
                }
                assert!(!address.starts_with('/'), "{}: {address}", path.display());
                let file = address.split(['?', '#']).next().expect("a part");
                let target = path.parent().expect("a folder").join(file);
                assert!(target.is_file(), "{}: {address}", path.display());
                links += 1;
            }
        }
        assert!(!html.contains("<form method=\"post\""), "{}", path.display());
    }
    assert!(links > 5000, "{links} links");
}

#[test]
fn a_text_without_a_licence_is_left_out() {
    let small = small(&some_rules());
    let page = |folder: &Path| {
        let file = folder.join("rules/sigma-one/whoami/index.html");
        std::fs::read_to_string(file).expect("a page")
    };
    let lines =
        |folder: &Path| std::fs::read_to_string(folder.join("catalog.jsonl")).expect("the catalog");
    let (folder, done) = exported(&small, false);
    assert_eq!(done.without_body.len(), 4);
    assert!(!page(&folder).contains("selection and not filter"));
    assert!(!lines(&folder).contains("selection and not filter"));
    assert!(page(&folder).contains("The licence of this source"));
    let (folder, done) = exported(&small, true);
    assert_eq!(done.without_body.len(), 0);
    assert!(page(&folder).contains("selection and not filter"));
    assert_eq!(lines(&folder).lines().count(), 4);
    let list = std::fs::read_to_string(folder.join("assets/rules.js")).expect("the list");
    let json = list.strip_prefix("window.RULES = ").and_then(|l| l.strip_suffix(";\n"));
    let rules: Vec<serde_json::Value> =
        serde_json::from_str(json.expect("one list")).expect("JSON");
    assert_eq!(rules.len(), 4);
    for rule in rules {
        let file = rule["f"].as_str().expect("a file");
        assert!(folder.join(file).is_file(), "{file}");
    }
}
