//! Hostile texts: each is read in time that grows with its length, and says what is wrong.

use std::time::{Duration, Instant};

use rulescope_dialects::esql::{self, Query, Source};
use rulescope_ir::{Fate, Scope, account};

const MEGABYTE: usize = 1 << 20;

/// Reads a text; a busy machine is slower than what is promised of a release (100 ms), so the limit
/// here tells growth from time.
fn read(name: &str, text: &str) -> Query {
    let start = Instant::now();
    let query = esql::parse(&Source::at(text, 0));
    let logic = esql::lower(&query, &Scope::default());
    let normal = rulescope_ir::normalize(&logic.pattern);
    drop(normal);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(2), "{name}: {took:?}");
    assert!(query.diagnostics.len() <= 500, "{name}");
    for (span, fate) in account(&logic) {
        assert_ne!(fate, Fate::Vanished, "{name}: {}", span.slice(text));
    }
    let emitted = esql::emit(&query.statement);
    drop(esql::parse(&Source::at(&emitted, 0)));
    query
}

#[test]
fn a_literal_beside_what_is_decided_is_accounted_for() {
    for text in [
        "from a | where \"k\" in (b, \"t\") and c == \"d\"",
        "from a | where \"k\" == \"t\" and c == \"d\"",
        "from a | where (\"k\" == \"t\" and c == \"d\") or e == \"f\"",
    ] {
        read("decided", text);
    }
}

/// Rows come from the first command; a later one would throw away what was asked of them.
#[test]
fn a_second_source_is_refused() {
    let query = read("two sources", "from a | where b == \"c\" | from d");
    let codes: Vec<&str> = query.diagnostics.iter().map(|d| d.code.as_ref()).collect();
    assert_eq!(codes, ["esql/syntax"]);
}

#[test]
fn nesting_without_end_is_told_of_once() {
    for (size, code) in [(100_000, "esql/too-deep"), (MEGABYTE, "esql/too-long")] {
        for (name, open, close) in [
            ("parentheses", "(", ")"),
            ("calls", "f(", ")"),
            ("negations", "not ", ""),
            ("signs", "- ", ""),
            ("lists", "x in (", ")"),
            ("brackets", "[", "]"),
            ("maps", "{\"a\": ", "}"),
        ] {
            let times = size / (open.len() + close.len());
            for close in [close, ""] {
                let text = format!("from a | where {}x{}", open.repeat(times), close.repeat(times));
                let query = read(name, &text);
                let codes: Vec<&str> = query.diagnostics.iter().map(|d| d.code.as_ref()).collect();
                assert!(codes.contains(&code), "{name}: {codes:?}");
                assert!(codes.len() <= 3, "{name}: {codes:?}");
            }
        }
    }
}

#[test]
fn long_rows_are_read_in_time() {
    for piece in ["| where a ", "| eval a = a + a ", "| keep a*", "::b", "a or ", "\"", "/*", "`"] {
        let text = format!("from a | where a {}", piece.repeat(60_000 / piece.len()));
        read(piece, &text);
    }
    let doubling = format!("from a {}", "| eval a = concat(a, a) ".repeat(200));
    read("doubling", &format!("{doubling} | where a == \"x\""));
}
