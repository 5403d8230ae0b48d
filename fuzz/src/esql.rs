//! Queries of Elastic in ES|QL: read, printed, lowered.

use rulescope_dialects::esql::{self, Source};
use rulescope_ir::{Fate, Scope, Span, account, normalize};

/// A text gives a query whose places lie in it, which is printed and read back as it was, and whose
/// meaning accounts for every literal and has a normal form.
pub fn esql(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let query = esql::parse(&Source::at(&text, 0));
    let emitted = esql::emit(&query.statement);
    let again = esql::parse(&Source::at(&emitted, 0));
    if query.diagnostics.is_empty() {
        assert_eq!(esql::emit(&again.statement), emitted, "{text}");
        assert_eq!(again.diagnostics, [], "{emitted}");
    }
    let logic = esql::lower(&query, &Scope::default());
    let within = |span: Span| {
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
    };
    logic.losses.iter().for_each(|loss| within(loss.span));
    logic.diagnostics.iter().for_each(|diagnostic| within(diagnostic.span));
    logic.stages.iter().for_each(|stage| within(stage.span));
    for (span, fate) in account(&logic) {
        within(span);
        assert_ne!(fate, Fate::Vanished, "{} in {text}", span.slice(&text));
    }
    let once = normalize(&logic.pattern);
    assert_eq!(normalize(&once), once, "the normal form of a normal form is itself");
}
