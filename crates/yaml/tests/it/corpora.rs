//! The real Sigma repositories.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rulescope_yaml::parse;

fn corpora() -> Option<PathBuf> {
    let root = std::env::var_os("RULESCOPE_CORPORA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let corpora = root.join("corpora");
    corpora.join("sigmahq").is_dir().then_some(corpora)
}

fn yaml_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            yaml_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
            out.push(path);
        }
    }
}

#[test]
fn sigma_repositories_give_whole_trees() {
    let Some(root) = corpora() else {
        println!("skipped: no corpora");
        return;
    };
    let mut files = Vec::new();
    for source in ["sigmahq", "mdecrevoisier"] {
        yaml_files(&root.join(source), &mut files);
    }
    files.sort();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for file in &files {
        let text = std::fs::read_to_string(file).expect("valid UTF-8");
        let parsed = parse(&text);
        let mut count = |what: &str| *counts.entry(what.to_owned()).or_default() += 1;
        count("files");
        for document in &parsed.documents {
            count("documents");
            if !document.complete || document.root.is_none() {
                count("incomplete documents");
            }
        }
        for diagnostic in &parsed.diagnostics {
            count(&diagnostic.code);
        }
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("corpora", format!("{counts:#?}"));
    });
}
