//! A file of Splunk's content as a detection.

use std::collections::BTreeSet;

use rulescope_dialects::spl::{self, Command, Outcome, Pipeline};
use rulescope_ir::{Body, Diagnostic, Effect, Fidelity, Loss, Severity, Span};
use rulescope_yaml::{Node, parse};

use super::data_source::contradictions;
use super::metadata::{metadata, stories};
use super::place::source;
use super::platform::declare;
use super::repository::Repository;
use crate::rule::{FileRule, whole_scope};
use crate::texts::text_of;

/// What a file of Splunk's content holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SplunkFile {
    /// Detections, in the file's order.
    pub rules: Vec<FileRule>,
    /// Defects that belong to no rule.
    pub diagnostics: Vec<Diagnostic>,
    /// How many documents look like a detection and could not be read.
    pub failed: u32,
    /// Whether anything in the file is meant as a detection.
    pub is_rule_file: bool,
}

/// Types of searches that are no detections.
const NO_DETECTIONS: [&str; 2] = ["baseline", "investigation"];

/// Reads a file's text, with what its repository holds.
pub fn read(text: &str, repository: &Repository) -> SplunkFile {
    let parsed = parse(text);
    let mut out = SplunkFile::default();
    let single = parsed.documents.len() == 1;
    let mut defects = parsed.diagnostics;
    for document in &parsed.documents {
        let own = |d: &Diagnostic| single || document.span.contains(d.span);
        let (mine, rest) = std::mem::take(&mut defects).into_iter().partition(own);
        defects = rest;
        match document.root.as_ref().filter(|root| is_detection(root)) {
            Some(root) => {
                out.is_rule_file = true;
                match detection(root, mine, text, repository) {
                    Ok(rule) => out.rules.push(rule),
                    Err(diagnostic) => {
                        out.failed += 1;
                        out.diagnostics.push(diagnostic);
                    }
                }
            }
            None => defects.extend(mine),
        }
    }
    out.diagnostics.extend(defects);
    let broken = out.diagnostics.iter().any(|d| d.severity == Severity::Error);
    if out.rules.is_empty() && out.failed == 0 && broken {
        let named = text.lines().any(|line| line.starts_with("search:"));
        if named {
            out.failed = 1;
            out.is_rule_file = true;
        }
    }
    out
}

/// Whether a document is meant as a detection: it has a search and is of no other type.
fn is_detection(root: &Node<'_>) -> bool {
    let kind = root.get("type").and_then(text_of).unwrap_or_default().to_ascii_lowercase();
    let alone = root.get("definition").is_none() && !NO_DETECTIONS.contains(&kind.as_str());
    root.get("search").is_some() && root.get("name").is_some() && alone
}

fn detection(
    root: &Node<'_>,
    mut diagnostics: Vec<Diagnostic>,
    text: &str,
    repository: &Repository,
) -> Result<FileRule, Diagnostic> {
    let (Some(mapping), Some(node)) = (root.as_mapping(), root.get("search")) else {
        return Err(Diagnostic::error("splunk/search", "the detection has no search", root.span));
    };
    let Some(scalar) = node.as_scalar().filter(|s| !s.is_null() && !s.text.trim().is_empty())
    else {
        return Err(Diagnostic::error("splunk/search", "the search is no text", node.span));
    };
    let mut metadata = metadata(mapping, &mut diagnostics);
    stories(&mut metadata, |name| repository.stories.get(name));
    let query = spl::parse(&source(node, scalar, text), &repository.macros);
    let mut logic = spl::lower(&query, &repository.lookups);
    for defect in diagnostics.iter().filter(|d| mended(d)) {
        logic.losses.push(Loss {
            span: defect.span,
            what: format!("the YAML had to be mended: {}", defect.message),
            effect: Effect::Unknown,
        });
        logic.fidelity = logic.fidelity.max(Fidelity::Partial);
    }
    let mut tables = Vec::new();
    named_tables(&query.pipeline, &mut |name, span| {
        tables.push((name.to_owned(), query.expansion.place(span)));
    });
    let declared = metadata.extra.get("data source").cloned().unwrap_or_default();
    let declared_at = root.get("data_source").map_or(node.span, |n| n.span);
    diagnostics.extend(contradictions(&declared, &logic, declared_at));
    declare(&declared, &mut logic.pattern);
    let told = metadata.extra.get("analytic story").cloned().unwrap_or_default();
    diagnostics.extend(repository.missing(&told, &tables));
    let names: BTreeSet<String> = tables.into_iter().map(|(name, _)| name).collect();
    if !names.is_empty() {
        metadata.extra.insert("lookup".to_owned(), names.into_iter().collect());
    }
    let missing: BTreeSet<String> = query
        .expansion
        .calls
        .iter()
        .filter(|c| c.outcome == Outcome::Missing)
        .map(|c| c.name.clone())
        .collect();
    if !missing.is_empty() {
        metadata.extra.insert("missing macro".to_owned(), missing.into_iter().collect());
    }
    logic.diagnostics.splice(0..0, diagnostics);
    let scope = whole_scope(&logic.pattern);
    Ok(FileRule {
        metadata,
        // The file, whose other documents say nothing of rules.
        body: Body { language: "spl".to_owned(), text: text.to_owned() },
        line: 1,
        scope,
        logic,
    })
}

/// Whether a defect of the YAML was mended by a guess at what its author meant.
fn mended(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity >= Severity::Warning
        && diagnostic.code.starts_with("yaml/")
        && diagnostic.code != "yaml/duplicate-key"
}

/// The tables that a search names.
fn named_tables(of: &Pipeline, f: &mut impl FnMut(&str, Span)) {
    for step in &of.steps {
        match &step.command {
            Command::Lookup(lookup) => f(&lookup.table.raw, lookup.table.span),
            Command::InputLookup { table, .. } => f(&table.raw, table.span),
            _ => {}
        }
        if !matches!(step.command, Command::Map(_)) {
            step.command.subsearches().into_iter().for_each(|p| named_tables(p, f));
        }
    }
}
