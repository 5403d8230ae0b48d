//! Hostile texts: each is read in time that grows with its length, and says what is wrong.

use std::time::{Duration, Instant};

use rulescope_dialects::spl::{self, Macro, Macros, Query, Source};

const MEGABYTE: usize = 1 << 20;

/// Reads a text; unoptimised builds and busy machines are slower than what is promised of a
/// release (100 ms), so the limit here tells growth from time.
fn read(name: &str, text: &str, macros: &Macros) -> Query {
    let start = Instant::now();
    let query = spl::parse(&Source::at(text, 0), macros);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(5), "{name}: {took:?}");
    assert!(query.diagnostics.len() <= 1000, "{name}: {}", query.diagnostics.len());
    query
}

fn codes(query: &Query) -> Vec<&str> {
    let mut codes: Vec<&str> = query.diagnostics.iter().map(|d| d.code.as_ref()).collect();
    codes.dedup();
    codes
}

fn nested(size: usize, open: &str, close: &str) -> String {
    let times = size / (open.len() + close.len());
    format!("{}a{}", open.repeat(times), close.repeat(times))
}

#[test]
fn nesting_without_end_is_told_of_once() {
    let none = Macros::new();
    for (size, code) in [(100_000, "spl/too-deep"), (MEGABYTE, "spl/too-long")] {
        for (name, text) in [
            ("parentheses", nested(size, "(", ")")),
            ("parentheses of where", format!("| where {}", nested(size, "(", ")"))),
            ("parentheses of arguments", format!("| addtotals {}", nested(size, "(", ")"))),
            ("calls", format!("| eval x={}", nested(size, "f(", ")"))),
            ("subsearches", nested(size, "[search ", "]")),
            ("negations", "NOT ".repeat(size / 4) + "a"),
            ("signs", format!("| where {}1", "-".repeat(size))),
        ] {
            let query = read(name, &text, &none);
            assert!(codes(&query).contains(&code), "{name}: {:?}", codes(&query));
            assert!(codes(&query).len() <= 2, "{name}");
        }
    }
    for size in [100_000, MEGABYTE] {
        for (name, text) in [
            ("open parentheses", "(".repeat(size)),
            ("open calls", format!("| where {}", "f(".repeat(size / 2))),
            ("open brackets", "[".repeat(size)),
            ("open lists", "a IN (".repeat(size / 6)),
        ] {
            assert!(!read(name, &text, &none).diagnostics.is_empty(), "{name}");
        }
    }
}

#[test]
fn garbage_is_read_in_time() {
    let none = Macros::new();
    let pieces = ["(", ")", "[", "]", "|", "\"", "`", "a", "=", ",", ".", "\\", "'", "NOT ", "<"];
    let mut state = 1u64;
    let mut random = String::new();
    while random.len() < MEGABYTE {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        random.push_str(pieces[usize::try_from(state % 15).expect("it is small")]);
    }
    read("random", &random, &none);
    read("random", &random[..100_000], &none);
    read("random where", &format!("| where {}", &random[..100_000]), &none);
    for piece in pieces {
        for head in ["", "| where ", "| eval x=", "| stats ", "| tstats where ", "| rex "] {
            read(
                &format!("{head}{piece}"),
                &format!("{head}{}", piece.repeat(MEGABYTE / 8)),
                &none,
            );
        }
    }
}

#[test]
fn what_is_too_much_stays_as_text() {
    let none = Macros::new();
    let query = read("commands", &"| head ".repeat(20_000), &none);
    assert_eq!(codes(&query), ["spl/too-long"]);
    assert!(query.pipeline.steps.len() < 6_000);
    let query = read("calls", &"`a` ".repeat(20_000), &none);
    assert!(codes(&query).contains(&"spl/macro-size"));
    let mut bomb = Macros::new();
    for i in 0..40 {
        let definition = format!("`m{}` `m{}` (", i + 1, i + 1);
        let of = Macro { args: Vec::new(), definition: Some(definition) };
        bomb.insert(format!("m{i}"), of);
    }
    let query = read("bomb", "`m0`", &bomb);
    assert!(codes(&query).contains(&"spl/macro-size"));
    assert!(query.expansion.text().len() < MEGABYTE);
}

#[test]
fn a_map_within_maps_ends() {
    let mut text = "search a".to_owned();
    for _ in 0..12 {
        let inner = text.replace('\\', "\\\\").replace('"', "\\\"");
        text = format!("search b | map search=\"{inner}\"");
    }
    read("maps", &text, &Macros::new());
}
