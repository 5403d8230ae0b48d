//! `sigma-dump PATH…`: our reading of Sigma rules as JSON lines, in the form that
//! `scripts/oracle/README.md` defines, for the comparison with pySigma.

mod action;
mod item;
mod tree;

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use rulescope_dialects::sigma;
use rulescope_yaml::Node;
use serde_json::{Value, json};

use crate::files;

/// Prints the dump of the corpora at these paths.
pub(crate) fn run(paths: &[String]) -> Result<()> {
    ensure!(!paths.is_empty(), "sigma-dump needs the folders to read");
    let mut out = BufWriter::new(std::io::stdout().lock());
    for path in paths {
        dump(Path::new(path), &mut out)?;
    }
    Ok(out.flush()?)
}

/// Writes the dump of one corpus.
pub(crate) fn dump(root: &Path, out: &mut impl Write) -> Result<()> {
    let root = root.canonicalize().with_context(|| format!("no folder {}", root.display()))?;
    let corpus = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for file in rule_files(&root)? {
        let bytes = std::fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        let below = file.strip_prefix(&root).unwrap_or(&file);
        let name = format!("{corpus}/{}", below.to_string_lossy().replace('\\', "/"));
        for line in lines(&name, &text) {
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}

/// The rule files below a folder, sorted; hidden folders are left out.
pub(crate) fn rule_files(root: &Path) -> Result<Vec<PathBuf>> {
    files::below(root, &|name| !name.starts_with('.'), &|name| {
        let name = name.to_ascii_lowercase();
        name.ends_with(".yml") || name.ends_with(".yaml")
    })
}

/// One line for each rule document of a file.
fn lines(path: &str, text: &str) -> Vec<Value> {
    let parsed = rulescope_yaml::parse(text);
    let mut out = Vec::new();
    for (index, rule) in action::rules(&parsed.documents) {
        if let Some(detection) = rule.get("detection").filter(|d| d.as_mapping().is_some()) {
            out.push(line(path, index, text, detection));
        }
    }
    out
}

fn line(path: &str, document: usize, text: &str, node: &Node<'_>) -> Value {
    let mut cx = sigma::Context::new(text, 0);
    let detection = sigma::detection(node, &mut cx);
    let items: Vec<Value> = detection
        .selections
        .iter()
        .flat_map(|selection| {
            let body = node.get(&selection.name);
            item::items(&selection.name, &selection.block, body, text)
        })
        .collect();
    let conditions: Vec<Value> = detection
        .conditions
        .iter()
        .map(|condition| {
            let resolved = sigma::resolve(&condition.tree, &detection, &mut cx);
            tree::tree(&resolved, &detection).unwrap_or(Value::Null)
        })
        .collect();
    json!({ "path": path, "document": document, "items": items, "conditions": conditions })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Value {
        let mut lines = lines("c/r.yml", text);
        assert_eq!(lines.len(), 1);
        lines.remove(0)
    }

    #[test]
    fn a_rule_is_one_line() {
        let text = "title: x\n---\ndetection:\n  sel:\n    - Image|endswith|windash: 'a -b'\n      \
                    Id|gte: 4\n    - word\n  condition: 1 of sel* | count() > 3\n";
        let line = only(text);
        assert_eq!(line["document"], 1);
        assert_eq!(
            line["items"],
            json!([
                {
                    "selection": "sel", "path": [0, 0], "field": "Image",
                    "modifiers": ["endswith", "windash"], "linking": "any", "negated": false,
                    "values": [{ "type": "string", "cased": false,
                        "parts": [{ "wild": "*" }, "a ", { "wild": "dash" }, "b"] }],
                },
                {
                    "selection": "sel", "path": [0, 1], "field": "Id", "modifiers": ["gte"],
                    "linking": "any", "negated": false,
                    "values": [{ "type": "compare", "op": "gte", "value": 4 }],
                },
                {
                    "selection": "sel", "path": [1, 0], "field": null, "modifiers": [],
                    "linking": "any", "negated": false,
                    "values": [{ "type": "string", "cased": false, "parts": ["word"] }],
                },
            ])
        );
        assert_eq!(line["conditions"], json!([{ "or": [{ "ref": "sel" }] }]));
    }

    #[test]
    fn of_two_equal_keys_the_last_stands_at_the_place_of_the_first() {
        let line = only("detection:\n  s:\n    a: 1\n    b: 2\n    a: 3\n  condition: s and nix\n");
        let paths: Vec<_> =
            line["items"].as_array().expect("a list").iter().map(|i| &i["path"]).collect();
        assert_eq!(paths, [&json!([1]), &json!([0])]);
        assert_eq!(line["conditions"], json!([null]));
    }
}
