//! What detections of a repository share: macros, lookups, stories, data sources.

use std::collections::BTreeMap;

use rulescope_dialects::spl::{Lookups, Macro, Macros};
use rulescope_ir::{Diagnostic, Span};
use rulescope_yaml::{Node, parse};

use super::table::Rows;
use crate::texts::{text_of, texts};

/// A lookup table as its file describes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// `csv`, `kvstore` or `mlmodel`, where it is said.
    pub kind: Option<String>,
    /// The description.
    pub description: String,
    /// The fields, where they are said.
    pub fields: Vec<String>,
}

/// An analytic story: detections against one threat.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Story {
    /// The description.
    pub description: String,
    /// Its categories, such as `Malware`.
    pub categories: Vec<String>,
}

/// A kind of log as detections declare it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DataSource {
    /// Splunk's `source`.
    pub source: Option<String>,
    /// Splunk's `sourcetype`.
    pub sourcetype: Option<String>,
}

/// The files of a repository beside its detections, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repository {
    /// Macros.
    pub macros: Macros,
    /// Lookups.
    pub tables: BTreeMap<String, Table>,
    /// The rows of those whose rows stand here too.
    pub lookups: Lookups,
    /// Stories.
    pub stories: BTreeMap<String, Story>,
    /// Data sources.
    pub data_sources: BTreeMap<String, DataSource>,
}

impl Repository {
    /// The repository of these files: paths (relative to the source, with `/`) and texts, in the
    /// order of the paths. A file's folder says what it is.
    pub fn new<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Repository {
        let mut out = Repository::default();
        let mut rows = Rows::default();
        for (path, text) in files {
            if is_table(path) {
                rows.read(path, text);
            } else {
                out.add(path, text, &mut rows);
            }
        }
        out.lookups = rows.tables();
        out
    }

    /// Whether a file at this path is none of a detection's own.
    pub fn holds(path: &str) -> bool {
        is_table(path) || shelf(path).is_some()
    }

    fn add(&mut self, path: &str, text: &str, rows: &mut Rows) {
        let Some(shelf) = shelf(path) else { return };
        let parsed = parse(text);
        let roots = parsed.documents.iter().filter_map(|d| d.root.as_ref());
        for root in roots {
            let Some(name) = root.get("name").and_then(text_of) else { continue };
            match shelf {
                Shelf::Macros => {
                    let definition = root.get("definition").and_then(text_of);
                    self.macros
                        .insert(name, Macro { args: texts_at(root, "arguments"), definition });
                }
                Shelf::Lookups => {
                    let table = Table {
                        kind: root.get("lookup_type").and_then(text_of),
                        description: root.get("description").and_then(text_of).unwrap_or_default(),
                        fields: texts_at(root, "fields_list")
                            .iter()
                            .flat_map(|list| list.split(','))
                            .map(|field| field.trim().to_owned())
                            .collect(),
                    };
                    rows.define(&name, path, root);
                    self.tables.insert(name, table);
                }
                Shelf::Stories => {
                    let tags = root.get("tags");
                    let story = Story {
                        description: root.get("description").and_then(text_of).unwrap_or_default(),
                        categories: tags.map(|t| texts_at(t, "category")).unwrap_or_default(),
                    };
                    self.stories.insert(name, story);
                }
                Shelf::DataSources => {
                    let source = DataSource {
                        source: root.get("source").and_then(text_of),
                        sourcetype: root.get("sourcetype").and_then(text_of),
                    };
                    self.data_sources.insert(name, source);
                }
                Shelf::Other => {}
            }
        }
    }

    /// Names that a detection uses and the repository does not have, of a kind that it has files of.
    pub(super) fn missing(&self, stories: &[String], tables: &[(String, Span)]) -> Vec<Diagnostic> {
        let mut out = Vec::new();
        for story in stories {
            if !self.stories.is_empty() && !self.stories.contains_key(story) {
                let message = format!("the repository has no story `{story}`");
                out.push(Diagnostic::note("splunk/story", message, Span::NONE));
            }
        }
        for (table, span) in tables {
            if !self.tables.is_empty() && !self.tables.contains_key(table) {
                let message =
                    format!("the repository has no lookup `{table}`; it comes from elsewhere");
                out.push(Diagnostic::note("splunk/lookup", message, *span));
            }
        }
        out
    }
}

/// The kinds of files beside detections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shelf {
    Macros,
    Lookups,
    Stories,
    DataSources,
    /// Baselines, investigations and what else holds no detection.
    Other,
}

/// Whether a file holds the rows of a table.
fn is_table(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ext)| ext.eq_ignore_ascii_case("csv"))
}

fn shelf(path: &str) -> Option<Shelf> {
    path.split('/').rev().skip(1).find_map(|folder| match folder.to_ascii_lowercase().as_str() {
        "macros" => Some(Shelf::Macros),
        "lookups" => Some(Shelf::Lookups),
        "stories" => Some(Shelf::Stories),
        "data_sources" => Some(Shelf::DataSources),
        "baselines" | "investigations" | "playbooks" | "dashboards" => Some(Shelf::Other),
        _ => None,
    })
}

/// The texts of a key: of a list or of a single text.
pub(super) fn texts_at(root: &Node<'_>, key: &str) -> Vec<String> {
    root.get(key).map(texts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_says_what_a_file_is() {
        let repository = Repository::new([
            ("macros/a.yml", "name: a\ndefinition: index=x\n"),
            ("content/macros/b.yml", "name: b\narguments:\n- f\ndefinition: eval y=$f$\n"),
            ("lookups/t.yml", "name: t\nlookup_type: kvstore\nfields_list: _key, host\n"),
            (
                "stories/s.yml",
                "name: Some Story\ndescription: d\ntags:\n  category:\n  - Malware\n",
            ),
            ("data_sources/d.yml", "name: Sysmon EventID 1\nsource: s\nsourcetype: t\n"),
            ("detections/macros.yml", "name: c\ndefinition: index=y\n"),
        ]);
        assert_eq!(repository.macros.len(), 2);
        assert_eq!(repository.macros.get("b", 1).map(|m| m.args.len()), Some(1));
        assert_eq!(repository.tables["t"].fields, ["_key", "host"]);
        assert_eq!(repository.stories["Some Story"].categories, ["Malware"]);
        let source = &repository.data_sources["Sysmon EventID 1"];
        assert_eq!(source.source.as_deref(), Some("s"));
    }

    #[test]
    fn the_rows_of_a_table_stand_in_a_file_of_its_name() {
        let definition = "name: tools\nlookup_type: csv\ndefault_match: none\nmin_matches: 1\n\
                          match_type:\n- WILDCARD(tool)\ncase_sensitive_match: false\n";
        let repository = Repository::new([
            ("lookups/Tools.csv", "tool, bad\nnc*,\"yes, it is\"\n"),
            ("lookups/tools.yml", definition),
            ("lookups/nets.csv", "net\n10.0.0.0/8\n"),
            ("lookups/nets.yml", "name: nets\nlookup_type: csv\nmatch_type: CIDR(net)\n"),
            ("lookups/own.csv", "a,b\n"),
            ("lookups/own.yml", "name: own\nlookup_type: csv\n"),
        ]);
        let tools = repository.lookups.get("tools").expect("the table has rows");
        assert_eq!(tools.columns, ["tool", "bad"]);
        assert_eq!(tools.rows, [["nc*", "yes, it is"]]);
        assert_eq!(tools.wildcards, ["tool".to_owned()].into());
        assert_eq!((tools.case_sensitive, tools.default.as_deref()), (false, Some("none")));
        assert_eq!(repository.lookups.get("nets"), None, "networks are not compared as texts");
        assert_eq!(repository.lookups.get("own"), None, "a place for the user's rows");
        assert!(repository.lookups.get("tools.csv").is_some_and(|t| t.case_sensitive));
    }
}
