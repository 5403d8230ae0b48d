//! A whole file: documents one after another, where one broken document loses only itself.

use rulescope_ir::{LineIndex, Span};

use crate::builder::{Outcome, build};
use crate::finding::{Finding, MOST_FINDINGS, What};
use crate::line::{is_printable, line_at};
use crate::repair::{Budget, repair, unrepaired};
use crate::tree::{Document, Parsed};

/// Reads all documents of a YAML text. Never fails: what can't be read is a diagnostic.
///
/// Time is linear in the text; a broken document is read again a bounded number of times.
///
/// ```
/// let parsed = rulescope_yaml::parse("title: x\nid: 7\n");
/// let root = parsed.documents[0].root.as_ref().expect("not empty");
/// assert_eq!(root.get("id").and_then(|id| id.as_str()), Some("7"));
/// assert!(parsed.diagnostics.is_empty());
/// ```
pub fn parse(text: &str) -> Parsed<'_> {
    let mut documents = Vec::new();
    let mut findings = Vec::new();
    let mut budget = Budget::new();
    let mut at = 0;
    while at < text.len() {
        let Outcome { documents: read, findings: seen, failure } = build(&text[at..], at);
        documents.extend(read);
        let Some(failure) = failure else {
            findings.extend(seen);
            break;
        };
        let start = failure.document_start;
        // Findings of the broken document are made again when it is read around its errors.
        findings.extend(seen.into_iter().filter(|f| (f.span.start as usize) < start));
        let end = next_marker(text, failure.offset.max(start), at);
        match repair(&text[start..end], start, &failure, &mut budget) {
            Some(repaired) => {
                let span = Span::new(start, end);
                if repaired.documents.is_empty() {
                    documents.push(Document { root: None, span, complete: false });
                }
                documents.extend(repaired.documents);
                findings.extend(repaired.findings);
            }
            None => {
                findings.push(unrepaired(&failure));
                let span = Span::new(start, end);
                documents.push(Document { root: failure.partial, span, complete: false });
            }
        }
        at = end;
    }
    findings.extend(non_printable(text));
    let mut diagnostics = Vec::new();
    if !findings.is_empty() {
        let lines = LineIndex::new(text);
        diagnostics.extend(findings.into_iter().map(|f| f.into_diagnostic(&lines)));
        diagnostics.sort_by(|a, b| (a.span, &a.code).cmp(&(b.span, &b.code)));
    }
    Parsed { documents, diagnostics }
}

/// The next line that starts a document, at or after the line of `from` and behind `at`; the
/// text's end if there is none.
fn next_marker(text: &str, from: usize, at: usize) -> usize {
    let mut line = line_at(text, from);
    loop {
        let shown = &text[line.start..line.end];
        let marks = shown
            .strip_prefix("---")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r']));
        if marks && line.start > at && line.start >= from {
            return line.start;
        }
        match text[line.end..].find('\n') {
            Some(n) => line = line_at(text, line.end + n + 1),
            None => return text.len(),
        }
    }
}

/// Characters that YAML does not allow and PyYAML refuses.
fn non_printable(text: &str) -> Vec<Finding> {
    // Nearly every file is clean ASCII; one pass over its bytes says so.
    let suspicious = |b: &u8| (*b < 0x20 && !matches!(b, 9 | 10 | 13)) || *b >= 0x7F;
    if !text.as_bytes().iter().any(suspicious) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut omitted = 0;
    for (i, character) in text.char_indices().filter(|(_, c)| !is_printable(*c)) {
        if found.len() < MOST_FINDINGS {
            let span = Span::new(i, i + character.len_utf8());
            found.push(Finding::new(span, What::NonPrintable { character }));
        } else {
            omitted += 1;
        }
    }
    if omitted > 0 {
        let span = found.last().map_or(Span::NONE, |f| f.span);
        found.push(Finding::new(span, What::MoreOmitted { omitted }));
    }
    found
}
