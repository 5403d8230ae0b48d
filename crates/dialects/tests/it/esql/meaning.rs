//! What queries mean: every literal accounted for, and rules that run.

use std::collections::BTreeMap;
use std::fmt::Write;

use rulescope_dialects::esql::{self, Source};
use rulescope_eval::{Certainty, run, witness};
use rulescope_ir::{Fate, Scope, account, normalize};

use super::corpus::{Text, queries};

fn scope(text: &Text) -> Scope {
    text.index.iter().fold(Scope::default(), |scope, term| scope.with("index", term))
}

#[test]
fn every_literal_is_accounted_for() {
    let Some(queries) = queries() else {
        println!("skipped: no corpora");
        return;
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut losses: BTreeMap<String, usize> = BTreeMap::new();
    let mut effects: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unknown = Vec::new();
    for text in &queries {
        let logic = esql::lower(&esql::parse(&Source::at(&text.query, 0)), &scope(text));
        *counts.entry(logic.fidelity.name().to_owned()).or_default() += 1;
        for (span, fate) in account(&logic) {
            assert_ne!(fate, Fate::Vanished, "{} of {}", span.slice(&text.query), text.file);
        }
        for loss in &logic.losses {
            *losses.entry(format!("{} ({})", loss.what, loss.effect.name())).or_default() += 1;
            *effects.entry(loss.effect.name()).or_default() += 1;
            if loss.effect.name() == "unknown" {
                unknown.push(format!("{}: {}", text.file, loss.span.slice(&text.query)));
            }
        }
        let once = normalize(&logic.pattern);
        assert_eq!(normalize(&once), once, "{}", text.file);
    }
    let mut out = String::new();
    counts.iter().for_each(|(name, n)| writeln!(out, "{name}: {n}").expect("a string"));
    losses.iter().for_each(|(name, n)| writeln!(out, "  {n} {name}").expect("a string"));
    unknown.iter().for_each(|text| writeln!(out, "  unknown {text}").expect("a string"));
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("esql_meaning", out);
    });
}

#[test]
fn rules_are_runnable() {
    let Some(queries) = queries() else {
        println!("skipped: no corpora");
        return;
    };
    let (mut with, mut all, mut windows, mut with_windows) = (0, 0, 0, 0);
    let mut none = String::new();
    for text in &queries {
        let logic = esql::lower(&esql::parse(&Source::at(&text.query, 0)), &scope(text));
        let of_windows = text.file.contains("windows/");
        all += 1;
        windows += usize::from(of_windows);
        // What no condition reads (a key that is not understood) changes no match, and is not in the
        // normal form.
        let normal = normalize(&logic.pattern);
        match witness(&normal) {
            Ok(found) => {
                let certain = run(&normal, &found.events, None)
                    .iter()
                    .any(|m| m.certainty == Certainty::Certain);
                assert!(certain, "{}", text.file);
                assert!(run(&normal, &found.near_miss, None).is_empty(), "{}", text.file);
                with += 1;
                with_windows += usize::from(of_windows);
            }
            Err(no) => writeln!(none, "{}: {no}", text.file).expect("a string"),
        }
    }
    let out = format!("windows: {with_windows} of {windows}\nall: {with} of {all}\n{none}");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("esql_witnesses", out);
    });
    assert!(with_windows * 100 >= windows * 70, "{with_windows} of {windows}");
}
