//! Hostile texts: each is read in time that grows with its length, and says what is wrong.

use std::time::{Duration, Instant};

use rulescope_dialects::spl::{self, Lookups, Macro, Macros, Query, Source};

const MEGABYTE: usize = 1 << 20;

/// Reads a text; unoptimised builds and busy machines are slower than what is promised of a
/// release (100 ms), so the limit here tells growth from time.
fn read(name: &str, text: &str, macros: &Macros) -> Query {
    let start = Instant::now();
    let query = spl::parse(&Source::at(text, 0), macros);
    let logic = spl::lower(&query, &Lookups::new());
    let normal = rulescope_ir::normalize(&logic.pattern);
    drop(normal);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(5), "{name}: {took:?}");
    assert!(logic.diagnostics.len() <= 1000, "{name}: {}", logic.diagnostics.len());
    assert!(logic.losses.len() <= 200, "{name}: {}", logic.losses.len());
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

/// Texts that grow when they are lowered: values put into values, conditions into conditions.
#[test]
fn what_would_grow_is_bounded() {
    let none = Macros::new();
    let doubling = "| eval a=a.a ".repeat(60);
    read("values in values", &format!("x=1 {doubling}| where a=\"1\""), &none);
    let sums: String = (0..60).map(|i| format!("| eval a{}=a{i}+a{i} ", i + 1)).collect();
    read("sums of sums", &format!("x=1 {sums}| where a60>1"), &none);
    let choices = "if(a=1,".repeat(90) + "1" + &",2)".repeat(90);
    read("choices in choices", &format!("x=1 | eval b={choices} | where b=1"), &none);
    let conditions = "if(".repeat(90) + "a=1" + &",b=2,c=3)".repeat(90);
    read("conditions in conditions", &format!("x=1 | where {conditions}"), &none);
    let fallbacks = "coalesce(a,lower(".repeat(45) + "b" + &"))".repeat(45);
    read("fallbacks in fallbacks", &format!("x=1 | where {fallbacks}=\"1\""), &none);
    let either = vec!["a=1"; 2000].join(" XOR ");
    read("one or the other", &format!("x=1 | where {either}"), &none);
    let sources = (0..40).map(|i| format!("(index=a{i} OR index=b{i} x={i})")).collect::<Vec<_>>();
    read("sources beside sources", &sources.join(" "), &none);
    let fields = (0..3000).map(|i| format!("f{i}")).collect::<Vec<_>>().join(", ");
    read(
        "keys",
        &format!("x=1 | stats count by {fields} | search f1=1 | stats values(*) as * by f2"),
        &none,
    );
    let groups = "| stats count by a, b | where count>1 AND a=1 ".repeat(400);
    read("groups of groups", &format!("x=1 {groups}"), &none);
    let renames = "| rename a* AS b*, b* AS a* ".repeat(400);
    read("names of names", &format!("x=1 {renames}| where a1=1"), &none);
    let joins = "| join a [search b=1 | stats count by a] ".repeat(400);
    read("joins", &format!("x=1 {joins}"), &none);
    let appended = "| append [search b=1 | table a, b] ".repeat(400);
    read("rows beside rows", &format!("x=1 {appended}| stats count by a"), &none);
    let each = "foreach f* [eval <<FIELD>>='<<FIELD>>'.'<<FIELD>>'] | ".repeat(200);
    read("each of each", &format!("x=1 | table f1, f2, f3 | {each}where f1=1"), &none);
    let parsed = "| spath input=a ".repeat(400);
    read("texts in texts", &format!("x=1 {parsed}| where b=1 AND c=2"), &none);
    let filled = "| fillnull value=x a ".repeat(2000);
    read("filled", &format!("x=1 {filled}| where a=1"), &none);
    let expanded = "| mvexpand a ".repeat(2000);
    read("expanded", &format!("x=1 {expanded}| where a=1"), &none);
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
