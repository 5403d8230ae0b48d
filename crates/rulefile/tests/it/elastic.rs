//! Elastic's repository: every rule and hunt is read, its literals accounted for, and most can run.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use rulescope_eval::{Certainty, run, witness};
use rulescope_ir::{
    Effect, Expr, Fate, Fidelity, Logic, Pattern, account, normalize, shape, visit,
};
use rulescope_rulefile::elastic;
use rulescope_rulefile::source::Vendor;
use rulescope_rulefile::walk::{read, walk};
use rulescope_rulefile::{FileRule, is_deprecated};

use crate::corpora::shared;

/// Every rule of the repository with its path.
fn rules(root: &Path) -> Vec<(String, FileRule)> {
    let listing = walk(root, Vendor::Elastic).expect("a folder");
    let mut out = Vec::new();
    for entry in &listing.entries {
        let text = read(entry).expect("a text");
        let file = elastic::read(&text);
        assert_eq!(file.failed, 0, "{}: {:?}", entry.path, file.diagnostics);
        assert!(file.is_rule_file && !file.rules.is_empty(), "{}", entry.path);
        out.extend(file.rules.into_iter().map(|rule| (entry.path.clone(), rule)));
    }
    out
}

fn is_opaque(logic: &Logic) -> bool {
    let mut opaque = false;
    visit::exprs(&logic.pattern, &mut |e| opaque |= matches!(e, Expr::Opaque { .. }));
    visit::patterns(&logic.pattern, &mut |p| opaque |= matches!(p, Pattern::Opaque { .. }));
    opaque
}

/// Whether a rule's query is in one of the languages of conditions.
fn is_condition(rule: &FileRule) -> bool {
    matches!(rule.body.language.as_str(), "kuery" | "lucene")
}

#[test]
fn every_rule_is_read_and_its_losses_are_said() {
    let Some(root) = shared() else {
        println!("skipped: no corpora");
        return;
    };
    let all = rules(&root.join("corpora/elastic"));
    let mut languages: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut shapes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut fates: BTreeMap<Fate, usize> = BTreeMap::new();
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    let (mut opaque, mut unknown, mut conditions) = (0, 0, 0);
    let mut lossy = String::new();
    let mut vanished: Vec<String> = Vec::new();
    for (path, rule) in &all {
        let logic = &rule.logic;
        let kind = (rule.body.language.as_str(), logic.fidelity.name());
        *languages.entry(kind).or_default() += 1;
        for (span, fate) in account(logic) {
            if fate == Fate::Vanished {
                vanished.push(format!("{path}: {}", span.slice(&rule.body.text)));
            }
            *fates.entry(fate).or_default() += 1;
        }
        *shapes.entry(shape(&normalize(&logic.pattern)).name()).or_default() += 1;
        for diagnostic in &logic.diagnostics {
            *codes.entry(diagnostic.code.to_string()).or_default() += 1;
        }
        unknown += usize::from(logic.losses.iter().any(|l| l.effect == Effect::Unknown));
        if !is_condition(rule) {
            continue;
        }
        conditions += 1;
        opaque += usize::from(is_opaque(logic));
        if logic.fidelity == Fidelity::Exact {
            continue;
        }
        let _ = writeln!(lossy, "{path} {}", logic.fidelity.name());
        for loss in &logic.losses {
            let _ = writeln!(lossy, "  {} {}", loss.effect.name(), loss.what);
        }
    }
    let counts = format!(
        "rules: {}\nlanguage and fidelity: {languages:#?}\nshape: {shapes:?}\nliterals: {fates:?}\n\
         diagnostics: {codes:#?}\nof {conditions} conditions with an opaque part: {opaque}\nrules with a \
         loss of unknown effect: {unknown}\n\n{lossy}",
        all.len(),
    );
    insta::assert_snapshot!("elastic", counts);
    assert!(vanished.is_empty(), "{}", vanished.join("\n"));
    assert_eq!(opaque, 0);
    assert!(unknown * 100 <= all.len() * 3, "{unknown} of unknown effect");
}

#[test]
fn active_rules_of_windows_are_runnable() {
    let Some(root) = shared() else {
        println!("skipped: no corpora");
        return;
    };
    let mut all = rules(&root.join("corpora/elastic"));
    all.retain(|(path, rule)| {
        !is_deprecated(rule.metadata.status.as_deref(), path) && is_condition(rule)
    });
    let mut text = String::new();
    let (mut windows, mut runnable_windows, mut runnable) = (0, 0, 0);
    for (path, rule) in &all {
        let of_windows = rule.metadata.tags.iter().any(|tag| tag == "OS: Windows");
        windows += usize::from(of_windows);
        match witness(&normalize(&rule.logic.pattern)) {
            Ok(found) => {
                let certain = |events: &[_]| {
                    let found = run(&rule.logic.pattern, events, None);
                    found.iter().any(|m| m.certainty == Certainty::Certain)
                };
                // Of the pattern itself as of its normal form.
                assert!(certain(&found.events), "{path}");
                assert!(run(&rule.logic.pattern, &found.near_miss, None).is_empty(), "{path}");
                runnable += 1;
                runnable_windows += usize::from(of_windows);
            }
            Err(no) => {
                let _ = writeln!(text, "{path}: {no}");
            }
        }
    }
    let count = all.len();
    let text = format!(
        "windows: {runnable_windows} of {windows} have a witness\nall: {runnable} of {count}\n{text}"
    );
    insta::assert_snapshot!("elastic_runnable", text);
    assert!(windows > 60 && runnable_windows * 100 >= windows * 95, "{text}");
    assert!(runnable * 100 >= count * 95, "{text}");
}
