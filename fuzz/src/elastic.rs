//! Elastic's conditions and rule files: read, printed, lowered.

use rulescope_dialects::{Source, kuery, lucene};
use rulescope_ir::{Fate, Logic, Scope, Span, account, normalize};
use rulescope_rulefile::elastic as file;

/// A text gives a KQL and a Lucene query whose places lie in it, which is printed and read back as it
/// was, and whose meaning accounts for every literal and has a normal form.
pub fn conditions(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (source, scope) = (Source::at(&text, 0), Scope::of("index", "logs-*"));
    let query = kuery::parse(&source);
    holds(&kuery::lower(&query, &scope), &text);
    if query.diagnostics.is_empty() {
        let emitted = query.expr.map(|e| kuery::emit(&e, &text)).unwrap_or_default();
        let again = kuery::parse(&Source::at(&emitted, 0));
        let twice = again.expr.map(|e| kuery::emit(&e, &emitted)).unwrap_or_default();
        assert_eq!((again.diagnostics.len(), twice), (0, emitted), "{text}");
    }
    let query = lucene::parse(&source);
    holds(&lucene::lower(&query, &scope), &text);
    if query.diagnostics.is_empty() {
        let emitted = lucene::emit(&query.clauses, &text);
        let again = lucene::parse(&Source::at(&emitted, 0));
        let twice = lucene::emit(&again.clauses, &emitted);
        assert_eq!((again.diagnostics.len(), twice), (0, emitted), "{text}");
    }
}

/// A TOML file gives rules whose places lie in their bodies.
pub fn elastic(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let read = file::read(&text);
    read.diagnostics.iter().for_each(|d| within(d.span, &text));
    for rule in &read.rules {
        assert!(text.contains(rule.body.text.as_str()), "a body is verbatim");
        holds(&rule.logic, &rule.body.text);
    }
}

fn within(span: Span, text: &str) {
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} in {text}");
}

fn holds(logic: &Logic, text: &str) {
    logic.losses.iter().for_each(|loss| within(loss.span, text));
    logic.diagnostics.iter().for_each(|diagnostic| within(diagnostic.span, text));
    logic.stages.iter().for_each(|stage| within(stage.span, text));
    for (span, fate) in account(logic) {
        within(span, text);
        assert_ne!(fate, Fate::Vanished, "{} in {text}", span.slice(text));
    }
    let once = normalize(&logic.pattern);
    assert_eq!(normalize(&once), once, "the normal form of a normal form is itself");
}
