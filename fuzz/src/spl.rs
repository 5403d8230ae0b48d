//! Searches of Splunk: read, printed, lowered.

use rulescope_dialects::spl::{self, LookupTable, Lookups, Macro, Macros, Source};
use rulescope_ir::{Fate, Span, Stage, account, normalize};

/// A text gives a search whose places lie in it, which is printed and read back as it was, and whose
/// meaning accounts for every literal and has a normal form. A line `name=definition` before the first
/// empty line is a macro.
pub fn spl(bytes: &[u8]) {
    let whole = String::from_utf8_lossy(bytes);
    let (head, text) = whole.split_once("\n\n").unwrap_or(("", &whole));
    let mut macros = Macros::new();
    for line in head.lines() {
        if let Some((name, definition)) = line.split_once('=') {
            let args = name.matches('$').map(|_| "a".to_owned()).collect();
            let name = name.trim_end_matches('$');
            macros.insert(name, Macro { args, definition: Some(definition.to_owned()) });
        }
    }
    let query = spl::parse(&Source::at(text, 0), &macros);
    let emitted = spl::emit(&query.pipeline);
    let again = spl::parse(&Source::at(&emitted, 0), &macros);
    if query.diagnostics.is_empty() && macros.is_empty() {
        assert_eq!(spl::emit(&again.pipeline), emitted, "{text}");
    }
    let logic = spl::lower(&query, &lookups());
    let within = |span: Span| {
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
    };
    logic.losses.iter().for_each(|loss| within(loss.span));
    logic.diagnostics.iter().for_each(|diagnostic| within(diagnostic.span));
    logic.stages.iter().for_each(|s| stage(s, &within));
    for (span, fate) in account(&logic) {
        within(span);
        assert_ne!(fate, Fate::Vanished, "{} in {text}", span.slice(text));
    }
    let once = normalize(&logic.pattern);
    assert_eq!(normalize(&once), once, "the normal form of a normal form is itself");
}

/// A table `t` of the columns `a` and `b`.
fn lookups() -> Lookups {
    let row = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
    let table = LookupTable {
        columns: row("a", "b"),
        rows: vec![row("x", "true"), row("*y", ""), row("z*", "no")],
        wildcards: ["a".to_owned()].into(),
        case_sensitive: false,
        default: Some("false".to_owned()),
    };
    let mut out = Lookups::new();
    out.insert("t", table);
    out
}

fn stage(of: &Stage, within: &impl Fn(Span)) {
    within(of.span);
    of.stages.iter().for_each(|s| stage(s, within));
}
