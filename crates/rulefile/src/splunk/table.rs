//! Lookup tables: their definitions and the rows that stand beside them.
//!
//! A definition is a YAML file (<https://github.com/splunk/contentctl>, `contentctl/objects/lookup.py`),
//! its rows a CSV file of the same name in the same folder, or of the name that `filename` gives. The
//! keys are those of transforms.conf
//! (<https://docs.splunk.com/Documentation/Splunk/9.4.0/Admin/Transformsconf>, "Lookup tables").

use std::collections::{BTreeMap, BTreeSet};

use rulescope_dialects::spl::{LookupTable, Lookups};
use rulescope_yaml::Node;

use super::repository::texts_at;
use crate::texts::text_of;

/// Rows by the file's name without folder, in lower case.
#[derive(Debug, Default)]
pub(super) struct Rows {
    by_file: BTreeMap<String, (Vec<String>, Vec<Vec<String>>)>,
    definitions: Vec<Definition>,
}

/// How a definition says that rows are found.
#[derive(Debug)]
struct Definition {
    name: String,
    file: String,
    wildcards: BTreeSet<String>,
    case_sensitive: bool,
    default: Option<String>,
}

impl Rows {
    /// Takes the definition in a file of this path. One that compares in a way that is not followed
    /// has no rows here.
    pub(super) fn define(&mut self, name: &str, path: &str, root: &Node<'_>) {
        let text = |key: &str| root.get(key).and_then(text_of);
        let mut wildcards = BTreeSet::new();
        for kind in texts_at(root, "match_type").iter().flat_map(|list| list.split(',')) {
            let (how, column) = kind.split_once('(').unwrap_or((kind, ""));
            let column = column.trim_end().trim_end_matches(')').trim();
            match how.trim().to_ascii_uppercase().as_str() {
                "WILDCARD" => wildcards.insert(column.to_owned()),
                "EXACT" | "" => false,
                _ => return,
            };
        }
        let is = |key: &str, word: &str| text(key).is_some_and(|t| t.eq_ignore_ascii_case(word));
        let least = text("min_matches").and_then(|n| n.parse::<u32>().ok()).unwrap_or(0);
        let stem = path.rsplit('/').next().and_then(|file| file.rsplit_once('.'));
        let own = stem.map_or_else(String::new, |(stem, _)| format!("{stem}.csv"));
        self.definitions.push(Definition {
            name: name.to_owned(),
            file: text("filename").unwrap_or(own).to_ascii_lowercase(),
            wildcards,
            case_sensitive: !is("case_sensitive_match", "false"),
            default: text("default_match").filter(|_| least > 0),
        });
    }

    /// Takes a CSV file. One that is no table has no rows.
    pub(super) fn read(&mut self, path: &str, text: &str) {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let Ok(header) = reader.headers() else { return };
        let columns: Vec<String> = header.iter().map(|c| c.trim().to_owned()).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let Ok(record) = record else { return };
            rows.push(record.iter().map(str::to_owned).collect());
            // More than anyone holds; the table says so by its size.
            if rows.len() > Lookups::MAX_ROWS {
                break;
            }
        }
        let file = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        self.by_file.insert(file, (columns, rows));
    }

    /// The tables that have rows.
    pub(super) fn tables(self) -> Lookups {
        let mut out = Lookups::new();
        for (file, (columns, rows)) in &self.by_file {
            // A search may name the file itself.
            let (columns, rows) = (columns.clone(), rows.clone());
            let table =
                LookupTable { columns, rows, case_sensitive: true, ..LookupTable::default() };
            out.insert(file.clone(), table);
        }
        for of in self.definitions {
            let Some((columns, rows)) = self.by_file.get(&of.file) else { continue };
            out.insert(
                of.name,
                LookupTable {
                    columns: columns.clone(),
                    rows: rows.clone(),
                    wildcards: of.wildcards,
                    case_sensitive: of.case_sensitive,
                    default: of.default,
                },
            );
        }
        out
    }
}
