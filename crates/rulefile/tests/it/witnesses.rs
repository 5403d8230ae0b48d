//! Real rules can run: each has events that it certainly matches, and a near miss.

use std::fmt::Write;
use std::path::Path;

use rulescope_eval::{Certainty, run, witness};
use rulescope_ir::normalize;
use rulescope_rulefile::sigma::{self, Links, SigmaFile};
use rulescope_rulefile::source::Vendor;
use rulescope_rulefile::walk::{read, walk};
use rulescope_rulefile::{FileRule, is_deprecated};

use crate::corpora::shared;

/// The active rules of a repository with their paths, linked.
fn active(root: &Path) -> Vec<(String, FileRule)> {
    let listing = walk(root, Vendor::Sigma).expect("a folder");
    let texts: Vec<(String, String)> =
        listing.entries.iter().filter_map(|e| Some((e.path.clone(), read(e).ok()?))).collect();
    let mut files: Vec<SigmaFile> = texts.iter().map(|(_, text)| sigma::read(text)).collect();
    let mut links: Vec<Links<'_>> =
        texts.iter().zip(&mut files).map(|((_, text), file)| Links { text, file }).collect();
    sigma::link(&mut links);
    let mut out = Vec::new();
    for ((path, _), file) in texts.into_iter().zip(files) {
        for rule in file.rules {
            if !is_deprecated(rule.rule.metadata.status.as_deref(), &path) {
                out.push((path.clone(), rule.rule));
            }
        }
    }
    out
}

/// What became of the rules: how many there are, how many have a witness, and why the others have
/// none.
fn report(rules: &[(String, FileRule)]) -> (usize, usize, String) {
    let mut text = String::new();
    let mut with = 0;
    for (path, rule) in rules {
        let normal = normalize(&rule.logic.pattern);
        match witness(&normal) {
            Ok(found) => {
                with += 1;
                let certain = |events: &[_]| {
                    run(&rule.logic.pattern, events, None)
                        .iter()
                        .any(|m| m.certainty == Certainty::Certain)
                };
                // Of the pattern itself as of its normal form.
                assert!(certain(&found.events), "{path}");
                assert!(run(&rule.logic.pattern, &found.near_miss, None).is_empty(), "{path}");
            }
            Err(no) => {
                let _ = writeln!(text, "{path}: {no}");
            }
        }
    }
    (rules.len(), with, format!("{with} of {} have a witness\n{text}", rules.len()))
}

#[test]
fn active_rules_of_windows_are_runnable() {
    let Some(root) = shared() else {
        println!("skipped: no corpora");
        return;
    };
    let mut rules = active(&root.join("corpora/sigmahq"));
    let (all, with, text) = report(&rules);
    rules.retain(|(_, rule)| rule.scope.term("product") == Some("windows"));
    let (windows, with_windows, _) = report(&rules);
    assert!(windows > 2000 && with_windows * 100 >= windows * 99, "{with_windows} of {windows}");
    assert!(with * 100 >= all * 99, "{with} of {all}");
    insta::assert_snapshot!(
        "sigmahq",
        format!("windows: {with_windows} of {windows} have a witness\nall: {text}")
    );
}

#[test]
fn rules_with_aggregations_are_runnable() {
    let Some(root) = shared() else {
        println!("skipped: no corpora");
        return;
    };
    let (_, _, text) = report(&active(&root.join("corpora/mdecrevoisier")));
    insta::assert_snapshot!("mdecrevoisier", text);
}
