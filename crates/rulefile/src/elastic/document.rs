//! A file of Elastic's repository as rules.

use rulescope_ir::{Body, Diagnostic, Effect, Fidelity, Loss, Span};
use toml::de::DeTable;

use super::hunt;
use super::metadata::metadata;
use super::rule_type;
use super::tree::{get, span_of, table};
use crate::rule::FileRule;

/// What a file of Elastic's repository holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ElasticFile {
    /// Rules, or the queries of a hunt, in the file's order.
    pub rules: Vec<FileRule>,
    /// Defects that belong to no rule.
    pub diagnostics: Vec<Diagnostic>,
    /// How many rules could not be read at all.
    pub failed: u32,
    /// Whether anything in the file is meant as a rule.
    pub is_rule_file: bool,
}

/// So many defects of the TOML are told of one file.
const MAX_DEFECTS: usize = 20;

/// Reads a file's text.
pub fn read(text: &str) -> ElasticFile {
    let (root, errors) = DeTable::parse_recoverable(text);
    let root = root.get_ref();
    let defects: Vec<Diagnostic> =
        errors.iter().take(MAX_DEFECTS).map(|e| defect(e, text)).collect();
    let mut out = ElasticFile::default();
    if let Some(of) = table(root, "hunt") {
        out.is_rule_file = true;
        hunt::read(of, text, &mut out);
    } else if get(root, "rule").is_some() {
        out.is_rule_file = true;
        match rule(root, text) {
            Ok(rule) => out.rules.push(rule),
            Err(diagnostic) => {
                out.failed = 1;
                out.diagnostics.push(diagnostic);
            }
        }
    } else if !defects.is_empty() && text.lines().any(is_rule_head) {
        out.is_rule_file = true;
        out.failed = 1;
    }
    match out.rules.as_mut_slice() {
        // A rule has its file for a body, in which the defects stand.
        [rule] if rule.body.text.len() == text.len() => mend(rule, &defects),
        rules => {
            for rule in rules {
                let broken = defects.first().map(|d| d.message.as_str());
                broken.into_iter().for_each(|message| guessed(rule, Span::NONE, message));
            }
            out.diagnostics.extend(defects);
        }
    }
    out
}

fn is_rule_head(line: &str) -> bool {
    matches!(line.trim(), "[rule]" | "[hunt]")
}

fn defect(error: &toml::de::Error, text: &str) -> Diagnostic {
    let span = error.span().map_or(Span::NONE, |range| Span::new(range.start, range.end));
    let message = error.message().lines().collect::<Vec<_>>().join("; ");
    // A span may end past the text, where something is missing at its end.
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let span = Span { start: span.start.min(end), end: span.end.min(end) };
    Diagnostic::error("toml/syntax", message, span)
}

/// Elastic reads no file with such a defect; what is read of it is a guess at its author's mind.
fn mend(rule: &mut FileRule, defects: &[Diagnostic]) {
    defects.iter().for_each(|defect| guessed(rule, defect.span, &defect.message));
    rule.logic.diagnostics.splice(0..0, defects.iter().cloned());
}

fn guessed(rule: &mut FileRule, span: Span, message: &str) {
    let what = format!("the TOML is broken: {message}");
    rule.logic.losses.push(Loss { span, what, effect: Effect::Unknown });
    rule.logic.fidelity = rule.logic.fidelity.max(Fidelity::Partial);
}

fn rule(root: &DeTable<'_>, text: &str) -> Result<FileRule, Diagnostic> {
    let Some(of) = table(root, "rule") else {
        let span = get(root, "rule").map_or(Span::NONE, span_of);
        return Err(Diagnostic::error("elastic/rule", "`rule` is no table", span));
    };
    let mut diagnostics = Vec::new();
    let mut metadata = metadata(root, &mut diagnostics);
    let read = rule_type::read(of, text)?;
    metadata.extra.entry("type".to_owned()).or_insert_with(|| vec!["query".to_owned()]);
    let mut logic = read.logic;
    logic.diagnostics.splice(0..0, diagnostics);
    Ok(FileRule {
        metadata,
        body: Body { language: read.language.to_owned(), text: text.to_owned() },
        line: 1,
        scope: read.scope,
        logic,
    })
}
