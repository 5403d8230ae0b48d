//! Hostile texts: each is read in time that grows with its length, and says what is wrong.

use std::time::{Duration, Instant};

use rulescope_dialects::eql::{self, Query, Source};
use rulescope_ir::{Fate, Scope, account};

use crate::spl::shape::unplaced;

const MEGABYTE: usize = 1 << 20;

/// Reads a text; a busy machine is slower than what is promised of a release (100 ms), so the limit
/// here tells growth from time.
fn read(name: &str, text: &str) -> Query {
    let start = Instant::now();
    let query = eql::parse(&Source::at(text, 0));
    let logic = eql::lower(&query, &Scope::default());
    let normal = rulescope_ir::normalize(&logic.pattern);
    drop(normal);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(2), "{name}: {took:?}");
    assert!(logic.diagnostics.len() <= 500 && logic.losses.len() <= 200, "{name}");
    for (span, fate) in account(&logic) {
        assert_ne!(fate, Fate::Vanished, "{name}: {}", span.slice(text));
    }
    let emitted = eql::emit(&query.statement);
    drop(eql::parse(&Source::at(&emitted, 0)));
    query
}

fn codes(query: &Query) -> Vec<&str> {
    let mut codes: Vec<&str> = query.diagnostics.iter().map(|d| d.code.as_ref()).collect();
    codes.dedup();
    codes
}

#[test]
fn a_literal_beside_what_is_decided_is_accounted_for() {
    for text in [
        "any where a == \"k\" in (&\"s\", \"t\")",
        "any where \"k\" in (b, \"t\") and c == \"d\"",
        "any where (\"k\" == \"t\" and c == \"d\") or e == \"f\"",
    ] {
        read("decided", text);
    }
}

/// Only so many losses are told; what is not understood past them is in the conditions all the same.
#[test]
fn what_is_lost_past_the_told_losses_is_accounted_for() {
    let text = format!("any where a in ({} \"b\", & \"c\")", "&, ".repeat(400));
    read("many losses", &text);
    let text = format!("any where a in ({} & \"b\", d == \"", ", ".repeat(400));
    read("many losses and no end", &text);
}

#[test]
fn nesting_without_end_is_told_of_once() {
    for (size, code) in [(100_000, "eql/too-deep"), (MEGABYTE, "eql/too-long")] {
        for (name, open, close) in [
            ("parentheses", "(", ")"),
            ("calls", "f(", ")"),
            ("negations", "not ", ""),
            ("signs", "- ", ""),
            ("lists", "x in (", ")"),
            ("relations", "child of [a where ", "]"),
        ] {
            let times = size / (open.len() + close.len());
            for close in [close, ""] {
                let text = format!("a where {}x{}", open.repeat(times), close.repeat(times));
                let query = read(name, &text);
                assert!(codes(&query).contains(&code), "{name}: {:?}", codes(&query));
                assert!(codes(&query).len() <= 3, "{name}: {:?}", codes(&query));
            }
        }
    }
}

#[test]
fn garbage_is_read_in_time() {
    let pieces = [
        "(",
        ")",
        "[",
        "]",
        "|",
        "\"",
        "`",
        "a",
        "==",
        ",",
        ".",
        "\\",
        "'",
        "not ",
        "<",
        "![",
        " by ",
        " where ",
        "sequence ",
        "?",
        "\"\"\"",
        "/*",
        " and ",
        "~",
        "1",
    ];
    let mut state = 1u64;
    let mut random = String::new();
    while random.len() < 200_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        random.push_str(pieces[usize::try_from(state % 25).expect("it is small")]);
    }
    for head in
        ["", "a where ", "sequence [", "sequence by a [a where b] [a where ", "a where b | "]
    {
        read("random", &format!("{head}{random}"));
        for piece in pieces {
            read(&format!("{head}{piece}"), &format!("{head}{}", piece.repeat(20_000)));
        }
    }
    // Every level fails by itself.
    let failing = format!("a where {}x y{}", "(".repeat(60), " z)".repeat(60));
    read("failing", &format!("{failing} and {}", "x == 1 and ".repeat(10_000)));
}

#[test]
fn what_can_not_be_read_stays_small() {
    let text = "process where a == 1 and (b ~~ 2) and c : \"x\" | head 3";
    let query = eql::parse(&Source::at(text, 0));
    assert_eq!(codes(&query), ["eql/syntax"]);
    assert_eq!(eql::emit(&query.statement), text);
    let logic = eql::lower(&query, &Scope::default());
    assert_eq!(logic.losses.len(), 1);
    assert_eq!(logic.losses[0].span.slice(text), "b ~~ 2");
    for text in ["", "a", "a where", "sequence", "sequence [", "a where b c", "a where b)", "|"] {
        assert!(!eql::parse(&Source::at(text, 0)).diagnostics.is_empty(), "{text}");
    }
}

/// Queries of real words in any order: what is read without a defect is emitted and read back.
#[test]
fn any_row_of_words_is_read_back() {
    let words = [
        "process",
        "where",
        "a.b",
        "?c",
        "`d-e`",
        "==",
        "!=",
        "<",
        ":",
        "like~",
        "regex",
        "in",
        "in~",
        "not",
        "and",
        "or",
        "(",
        ")",
        ",",
        "\"x*\"",
        "\"\"\"y\\\"\"\"",
        "1",
        "2.5",
        "null",
        "true",
        "+",
        "-",
        "*",
        "/",
        "length(f)",
        "startsWith~(a, \"b\")",
        "sequence",
        "by",
        "with maxspan=5m",
        "[",
        "]",
        "![",
        "with runs=2",
        "until",
        "|",
        "head 3",
        "sample",
        "any where",
    ];
    let mut state = 7u64;
    let (mut read_whole, mut with_and) = (0, 0);
    for _ in 0..200_000 {
        let mut text = String::from("any where ");
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        for i in 0..3 + state % 7 {
            let at = (state >> (i * 7)) % words.len() as u64;
            text.push_str(words[usize::try_from(at).expect("it is small")]);
            text.push(' ');
        }
        let query = eql::parse(&Source::at(&text, 0));
        let logic = eql::lower(&query, &Scope::default());
        for (span, fate) in account(&logic) {
            assert_ne!(fate, Fate::Vanished, "{} of {text}", span.slice(&text));
        }
        if query.diagnostics.is_empty() {
            read_whole += 1;
            with_and += usize::from(text.contains("and"));
            let emitted = eql::emit(&query.statement);
            let again = eql::parse(&Source::at(&emitted, 0));
            assert_eq!(unplaced(&again.statement), unplaced(&query.statement), "{text}: {emitted}");
        }
    }
    assert!(read_whole > 300 && with_and > 10, "{read_whole} {with_and}");
}
