//! Each golden pattern's text, normal form, shape and the standing of its predicates.

use std::fmt::Write;

use rulescope_ir::polarity::standings;
use rulescope_ir::{Level, Pattern, normalize, print, shape};

use crate::golden;

fn report(pattern: &Pattern) -> String {
    let normal = normalize(pattern);
    let mut out = print::pattern(pattern);
    let _ = write!(out, "\nnormal form, {}\n{}", shape(&normal).name(), print::pattern(&normal));
    out.push_str("\nstandings\n");
    for standing in standings(&normal) {
        let word = match (standing.level, standing.negative) {
            (Level::Group, _) => "threshold",
            (Level::Event, false) => "indicator",
            (Level::Event, true) => "exclusion",
        };
        let _ = writeln!(out, "{word}: {}", print::predicate(standing.predicate));
    }
    out
}

#[test]
fn texts_and_normal_forms() {
    for golden in golden::all() {
        insta::assert_snapshot!(golden.name, report(&golden.pattern));
    }
}

#[test]
fn json_gives_the_pattern_back() {
    for golden in golden::all() {
        for pattern in [normalize(&golden.pattern), golden.pattern] {
            let json = serde_json::to_string(&pattern).expect("a pattern is JSON");
            let back: Pattern = serde_json::from_str(&json).expect("its own JSON");
            assert_eq!(back, pattern, "{}", golden.name);
        }
    }
}

#[test]
fn normalising_again_changes_nothing() {
    for golden in golden::all() {
        let once = normalize(&golden.pattern);
        assert_eq!(normalize(&once), once, "{}", golden.name);
    }
}

#[test]
fn the_names_of_the_golden_patterns_differ() {
    let mut names: Vec<_> = golden::all().iter().map(|g| g.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), golden::all().len());
}
