//! Every search of Splunk's security content: how much of it is read.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use rulescope_dialects::spl::ast::{Command, ExprKind, SearchExpr};
use rulescope_dialects::spl::{self, Macro, Macros, Outcome, Query, Source};
use rulescope_ir::{Stage, StageKind};

use super::shape::{texts, unplaced};

/// A detection's file name and search.
pub(crate) struct Search {
    pub(crate) file: String,
    pub(crate) text: String,
}

/// The searches and macros of the security content, where it is at hand.
pub(crate) fn content() -> Option<(Vec<Search>, Macros)> {
    let root = std::env::var_os("RULESCOPE_CORPORA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let root = root.join("corpora/splunk");
    if !root.is_dir() {
        return None;
    }
    let mut searches = Vec::new();
    for file in files(&root.join("detections")) {
        let name = file.strip_prefix(&root).expect("it is below").display().to_string();
        if let Some(text) = field(&file, "search") {
            searches.push(Search { file: name, text });
        }
    }
    let mut macros = Macros::new();
    for file in files(&root.join("macros")) {
        let Some(name) = field(&file, "name") else { continue };
        let definition = field(&file, "definition");
        macros.insert(name, Macro { args: list(&file, "arguments"), definition });
    }
    Some((searches, macros))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of the content") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "yml") {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

fn field(file: &Path, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).expect("a readable file");
    let parsed = rulescope_yaml::parse(&text);
    let root = parsed.documents.first()?.root.as_ref()?;
    Some(root.get(key)?.as_scalar()?.text.to_string())
}

fn list(file: &Path, key: &str) -> Vec<String> {
    let text = std::fs::read_to_string(file).expect("a readable file");
    let parsed = rulescope_yaml::parse(&text);
    let root = parsed.documents.first().and_then(|d| d.root.as_ref());
    let list = root.and_then(|r| r.get(key)).and_then(|n| n.as_sequence());
    list.into_iter().flatten().filter_map(|n| Some(n.as_scalar()?.text.to_string())).collect()
}

#[test]
fn texts_of_the_content_stand_where_they_are_said_to() {
    let Some((searches, macros)) = content() else {
        println!("skipped: no corpora");
        return;
    };
    let mut checked = 0;
    for search in &searches {
        let query = spl::parse(&Source::at(&search.text, 0), &macros);
        // A search within the text of a `map` counts in a text of its own.
        if format!("{:?}", query.pipeline).contains("Query {") {
            continue;
        }
        for (raw, start, end) in texts(&query.pipeline) {
            let part = &query.expansion.text()[start..end];
            let quoted = raw != format!("{part:?}");
            let inner = if quoted { &part[1..part.len() - 1] } else { part };
            assert_eq!(raw, format!("{inner:?}"), "{}", search.file);
            checked += 1;
        }
    }
    assert!(checked > 50_000, "{checked}");
}

/// How many commands of a name there are, subsearches included, and what is opaque.
#[derive(Default)]
struct Census {
    commands: BTreeMap<String, usize>,
    unread: BTreeMap<String, Vec<String>>,
    parts: Vec<String>,
}

impl Census {
    fn query(&mut self, query: &Query, file: &str) {
        self.pipeline(&query.pipeline, file);
        let tree = unplaced(&query.pipeline);
        let span = rulescope_ir::Span::NONE;
        let search = stem(&SearchExpr::Opaque { text: String::new(), span });
        let eval = stem(&ExprKind::Opaque(String::new()));
        let parts = tree.matches(&search).count() + tree.matches(&eval).count();
        if parts > 0 {
            self.parts.push(format!("{parts} {file}"));
        }
    }

    fn pipeline(&mut self, pipeline: &spl::Pipeline, file: &str) {
        for step in &pipeline.steps {
            let name = match &step.command {
                Command::Macro(_) => "(macro)".to_owned(),
                Command::Opaque { .. } => "(opaque)".to_owned(),
                _ => step.name.clone(),
            };
            *self.commands.entry(name).or_default() += 1;
            if let Command::Opaque { .. } = &step.command {
                self.unread.entry(step.name.clone()).or_default().push(file.to_owned());
            }
            step.command.subsearches().into_iter().for_each(|p| self.pipeline(p, file));
            if let Command::Map(map) = &step.command {
                map.query.iter().for_each(|q| self.pipeline(&q.pipeline, file));
            }
        }
    }
}

/// How a node's text begins.
fn stem(node: &impl std::fmt::Debug) -> String {
    let text = unplaced(node);
    text[..text.find('"').expect("a text in it")].to_owned()
}

#[test]
fn the_security_content_is_read() {
    let Some((searches, macros)) = content() else {
        println!("skipped: no corpora");
        return;
    };
    let mut census = Census::default();
    let (mut codes, mut outcomes) = (BTreeMap::new(), BTreeMap::new());
    let mut missing = BTreeMap::new();
    for search in &searches {
        let query = spl::parse(&Source::at(&search.text, 0), &macros);
        census.query(&query, &search.file);
        for diagnostic in &query.diagnostics {
            let files: &mut Vec<&str> = codes.entry(diagnostic.code.to_string()).or_default();
            files.push(&search.file);
        }
        for call in &query.expansion.calls {
            *outcomes.entry(format!("{:?}", call.outcome)).or_insert(0) += 1;
            if call.outcome == Outcome::Missing {
                *missing.entry(call.name.clone()).or_insert(0) += 1;
            }
        }
    }
    let mut out = String::new();
    let _ = writeln!(out, "searches: {}\nmacros: {}", searches.len(), macros.len());
    let mut opaque: Vec<&String> = census.unread.values().flatten().collect();
    opaque.dedup();
    let _ = writeln!(out, "searches with an opaque command: {}", opaque.len());
    let _ = writeln!(out, "\ncommands:");
    let mut commands: Vec<_> = census.commands.iter().collect();
    commands.sort_by_key(|(name, n)| (std::cmp::Reverse(**n), *name));
    commands.iter().for_each(|(name, n)| writeln!(out, "  {n} {name}").expect("a string"));
    let _ = writeln!(out, "\nopaque commands:");
    for (name, files) in &census.unread {
        let _ = writeln!(out, "  {name}: {}", files.join(", "));
    }
    let _ = writeln!(out, "\nopaque parts of commands:");
    census.parts.iter().for_each(|part| writeln!(out, "  {part}").expect("a string"));
    let _ = writeln!(out, "\nmacro calls:");
    outcomes.iter().for_each(|(name, n)| writeln!(out, "  {n} {name}").expect("a string"));
    let _ = writeln!(out, "\nmissing macros:");
    missing.iter().for_each(|(name, n)| writeln!(out, "  {n} {name}").expect("a string"));
    let _ = writeln!(out, "\ndiagnostics:");
    for (code, files) in &codes {
        let _ = writeln!(out, "  {} {code}", files.len());
        if files.len() <= 12 {
            files.iter().for_each(|file| writeln!(out, "    {file}").expect("a string"));
        }
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("spl_corpus", out);
    });
    assert!(opaque.len() * 200 <= searches.len(), "{} with an opaque command", opaque.len());
}

#[test]
fn emitted_searches_of_the_content_are_read_back() {
    let Some((searches, macros)) = content() else {
        println!("skipped: no corpora");
        return;
    };
    for search in &searches {
        let query = spl::parse(&Source::at(&search.text, 0), &macros);
        let text = spl::emit(&query.pipeline);
        let again = spl::parse(&Source::at(&text, 0), &macros);
        assert_eq!(unplaced(&query.pipeline), unplaced(&again.pipeline), "{}: {text}", search.file);
        assert_eq!(spl::emit(&again.pipeline), text, "{}", search.file);
    }
}

#[test]
fn stages_and_diagnostics_of_the_content_lie_in_its_text() {
    let Some((searches, macros)) = content() else {
        println!("skipped: no corpora");
        return;
    };
    let base = 1000;
    for search in &searches {
        let query = spl::parse(&Source::at(&search.text, base), &macros);
        let end = base + search.text.len();
        let inside = |span: rulescope_ir::Span| {
            base <= span.start as usize && span.end as usize <= end && !span.is_empty()
        };
        let stages = spl::stages(&query);
        let mut all: Vec<&Stage> = stages.iter().collect();
        while let Some(stage) = all.pop() {
            assert!(inside(stage.span), "{}: {stage:?}", search.file);
            assert!(!stage.text.is_empty(), "{}: {stage:?}", search.file);
            // What no macro gave stands in the text as it is.
            let given = query.expansion.calls.iter().any(|call| {
                matches!(call.outcome, Outcome::Expanded | Outcome::BuiltIn)
                    && stage.span.start < call.span.end
                    && call.span.start < stage.span.end
            });
            if !given {
                let start = stage.span.start as usize - base;
                let written = &search.text[start..stage.span.end as usize - base];
                assert_eq!(stage.text, written, "{}", search.file);
            }
            // A search within the text of a `map` has its own escapes and calls.
            if stage.label == "map" {
                continue;
            }
            all.extend(&stage.stages);
        }
        for diagnostic in &query.diagnostics {
            assert!(inside(diagnostic.span), "{}: {diagnostic:?}", search.file);
        }
        assert_eq!(between_steps(&query), "", "{}", search.file);
    }
}

/// What of a text stands in no command, without pipes, spaces and comments.
fn between_steps(query: &Query) -> String {
    let text = query.expansion.text();
    let (mut out, mut at) = (String::new(), 0);
    for step in &query.pipeline.steps {
        out.push_str(&text[at..step.span.start as usize]);
        at = step.span.end as usize;
    }
    out.push_str(&text[at..]);
    let outside: String = out.split("```").step_by(2).collect();
    outside.chars().filter(|c| !c.is_whitespace() && *c != '|').collect()
}

#[test]
fn the_place_of_a_filter_is_a_stage_of_its_own() {
    let Some((searches, macros)) = content() else {
        println!("skipped: no corpora");
        return;
    };
    let mut filters = 0;
    for search in &searches {
        let query = spl::parse(&Source::at(&search.text, 0), &macros);
        let stages = spl::stages(&query);
        filters += stages.iter().filter(|s| s.kind == StageKind::Filter).count();
    }
    assert!(filters * 100 >= searches.len() * 95, "{filters} of {}", searches.len());
}
