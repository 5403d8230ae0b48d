//! Every ES|QL query of Elastic's rules and hunting queries: how much of it is read.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use rulescope_dialects::esql::{self, Source};

use crate::spl::shape::unplaced;

/// A query with the file that it stands in, and the index patterns that the file sets.
pub(crate) struct Text {
    pub(crate) file: String,
    pub(crate) query: String,
    pub(crate) index: Vec<String>,
}

/// The queries, where the corpus is at hand.
pub(crate) fn queries() -> Option<Vec<Text>> {
    let root = std::env::var_os("RULESCOPE_CORPORA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let root = root.join("corpora/elastic");
    if !root.is_dir() {
        return None;
    }
    let mut out = Vec::new();
    for file in files(&root) {
        let text = std::fs::read_to_string(&file).expect("a readable file");
        let Ok(table) = text.parse::<toml::Table>() else { continue };
        let name = file.strip_prefix(&root).expect("it is below").display().to_string();
        let strings = |value: Option<&toml::Value>| -> Vec<String> {
            let list = value.and_then(toml::Value::as_array).into_iter().flatten();
            list.filter_map(|v| v.as_str().map(str::to_owned)).collect()
        };
        if let Some(rule) = table.get("rule")
            && rule.get("language").and_then(toml::Value::as_str) == Some("esql")
            && let Some(query) = rule.get("query").and_then(toml::Value::as_str)
        {
            let index = strings(rule.get("index"));
            out.push(Text { file: name.clone(), query: query.to_owned(), index });
        }
        if let Some(hunt) = table.get("hunt")
            && strings(hunt.get("language")).iter().any(|l| l == "ES|QL")
        {
            for (i, query) in strings(hunt.get("query")).into_iter().enumerate() {
                // Some begin with the label of a fence of Markdown.
                let query = query.strip_prefix("sql\n").unwrap_or(&query).to_owned();
                // Hunts ask machines by SQL too.
                let first = query.trim_start().to_ascii_lowercase();
                if !(first.starts_with("from") || first.starts_with("//")) {
                    continue;
                }
                out.push(Text { file: format!("{name}#{i}"), query, index: Vec::new() });
            }
        }
    }
    Some(out)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of the corpus") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "toml") {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

/// The queries that Elasticsearch refuses by its grammar (`EsqlBaseParser.g4` and
/// `parser/Expression.g4`), and why.
const REFUSED: [(&str, &str); 4] = [
    (
        "hunting/aws/queries/servicequotas_discovery_multi_region_get_service_quota_calls.toml#0",
        "`=` compares in a condition, where only `==` does",
    ),
    (
        "hunting/azure/queries/entra_authentication_attempts_behind_rare_user_agents.toml#0",
        "nothing stands after the last `or`",
    ),
    (
        "hunting/okta/queries/credential_access_rapid_reset_password_requests_for_different_users.toml#0",
        "an aggregate has a name and no value",
    ),
    (
        "hunting/windows/queries/execution_via_windows_scheduled_task_with_low_occurrence_frequency.toml#0",
        "a sign is the argument of `now()`",
    ),
];

#[test]
fn every_query_is_read_whole() {
    let Some(queries) = queries() else {
        println!("skipped: no corpora");
        return;
    };
    assert!(queries.len() > 250, "{}", queries.len());
    let mut codes: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut opaque = Vec::new();
    for Text { file, query, .. } in &queries {
        let read = esql::parse(&Source::at(query, 0));
        for diagnostic in &read.diagnostics {
            let files = codes.entry(diagnostic.code.to_string()).or_default();
            files.push(file);
        }
        if unplaced(&read.statement).contains("Opaque") {
            opaque.push(file);
        }
        let text = esql::emit(&read.statement);
        let again = esql::parse(&Source::at(&text, 0));
        assert_eq!(unplaced(&read.statement), unplaced(&again.statement), "{file}: {text}");
        assert_eq!(esql::emit(&again.statement), text, "{file}");
    }
    let mut out = format!("queries: {}\nopaque: {}\n", queries.len(), opaque.len());
    opaque.iter().for_each(|file| writeln!(out, "  {file}").expect("a string"));
    for (code, files) in &codes {
        let _ = writeln!(out, "{code}: {}", files.len());
        files.iter().for_each(|file| writeln!(out, "  {file}").expect("a string"));
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("esql_corpus", out);
    });
    // All that Elasticsearch reads.
    let refused: Vec<&str> = REFUSED.iter().map(|(file, _)| *file).collect();
    assert_eq!(opaque, refused);
}

#[test]
fn stages_lie_in_the_text() {
    let Some(queries) = queries() else {
        println!("skipped: no corpora");
        return;
    };
    for Text { file, query, .. } in &queries {
        let read = esql::parse(&Source::at(query, 1000));
        for stage in esql::stages(&read) {
            let (start, end) = (stage.span.start as usize, stage.span.end as usize);
            assert_eq!(query.get(start - 1000..end - 1000), Some(stage.text.as_str()), "{file}");
        }
    }
}
