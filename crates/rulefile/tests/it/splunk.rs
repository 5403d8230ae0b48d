//! Splunk's security content: every detection is read, its literals accounted for, and most can run.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use rulescope_eval::{Certainty, run, witness};
use rulescope_ir::{
    Effect, Expr, Fate, Fidelity, Logic, Pattern, account, normalize, shape, visit,
};
use rulescope_rulefile::source::Vendor;
use rulescope_rulefile::splunk::{Repository, read as read_detection};
use rulescope_rulefile::walk::{read, walk};
use rulescope_rulefile::{FileRule, is_deprecated};

use crate::corpora::shared;

/// Every detection of the content with its path.
fn detections(root: &Path) -> Vec<(String, FileRule)> {
    let listing = walk(root, Vendor::Splunk).expect("a folder");
    let texts: Vec<(String, String)> =
        listing.entries.iter().filter_map(|e| Some((e.path.clone(), read(e).ok()?))).collect();
    let named = texts.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let repository = Repository::new(named);
    let mut out = Vec::new();
    for (path, text) in &texts {
        if Repository::holds(path) {
            continue;
        }
        let file = read_detection(text, &repository);
        assert_eq!(file.failed, 0, "{path}: {:?}", file.diagnostics);
        assert!(!file.is_rule_file || file.rules.len() == 1, "{path}");
        out.extend(file.rules.into_iter().map(|rule| (path.clone(), rule)));
    }
    out
}

/// Whether a detection declares a log of Windows.
fn is_windows(rule: &FileRule) -> bool {
    let declared = rule.metadata.extra.get("data source").cloned().unwrap_or_default();
    let windows = ["Sysmon EventID", "Windows ", "Powershell ", "PowerShell "];
    declared.iter().any(|source| windows.iter().any(|w| source.starts_with(w)))
}

fn is_opaque(logic: &Logic) -> bool {
    let mut opaque = false;
    visit::exprs(&logic.pattern, &mut |e| opaque |= matches!(e, Expr::Opaque { .. }));
    visit::patterns(&logic.pattern, &mut |p| opaque |= matches!(p, Pattern::Opaque { .. }));
    opaque
}

/// Whether all that a rule loses is a table.
fn only_tables(logic: &Logic) -> bool {
    logic.losses.iter().all(|l| l.what.contains("the table `"))
}

#[test]
fn every_detection_is_read_and_its_losses_are_said() {
    let Some(root) = shared() else {
        println!("skipped: no corpora");
        return;
    };
    let all = detections(&root.join("corpora/splunk"));
    assert_eq!(all.len(), 1814);
    let mut fidelities: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shapes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut fates: BTreeMap<Fate, usize> = BTreeMap::new();
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    let (mut opaque, mut unknown) = (0, 0);
    let mut lossy = String::new();
    let mut vanished: Vec<String> = Vec::new();
    for (path, rule) in &all {
        let logic = &rule.logic;
        for (span, fate) in account(logic) {
            if fate == Fate::Vanished {
                vanished.push(format!("{path}: {}", span.slice(&rule.body.text)));
            }
            *fates.entry(fate).or_default() += 1;
        }
        *fidelities.entry(logic.fidelity.name()).or_default() += 1;
        *shapes.entry(shape(&normalize(&logic.pattern)).name()).or_default() += 1;
        for diagnostic in &logic.diagnostics {
            *codes.entry(diagnostic.code.to_string()).or_default() += 1;
        }
        opaque += usize::from(is_opaque(logic));
        unknown += usize::from(logic.losses.iter().any(|l| l.effect == Effect::Unknown));
        if logic.fidelity == Fidelity::Exact {
            continue;
        }
        let _ = writeln!(lossy, "{path} {}", logic.fidelity.name());
        for loss in &logic.losses {
            let _ = writeln!(lossy, "  {} {}", loss.effect.name(), loss.what);
        }
    }
    let counts = format!(
        "detections: {}\nfidelity: {fidelities:?}\nshape: {shapes:?}\nliterals: {fates:?}\n\
         diagnostics: {codes:#?}\nwith an opaque part: {opaque}\nwith a loss of unknown effect: \
         {unknown}\n\n{lossy}",
        all.len(),
    );
    insta::assert_snapshot!("splunk", counts);
    assert!(vanished.is_empty(), "{}", vanished.join("\n"));
    assert!(unknown * 100 <= all.len() * 3, "{unknown} of unknown effect");
}

#[test]
fn active_detections_of_windows_are_runnable() {
    let Some(root) = shared() else {
        println!("skipped: no corpora");
        return;
    };
    let mut all = detections(&root.join("corpora/splunk"));
    all.retain(|(path, rule)| {
        !is_deprecated(rule.metadata.status.as_deref(), path) && is_windows(rule)
    });
    let (mut runnable, mut exact) = (0, 0);
    let mut text = String::new();
    for (path, rule) in &all {
        exact += usize::from(rule.logic.fidelity == Fidelity::Exact || only_tables(&rule.logic));
        let normal = normalize(&rule.logic.pattern);
        match witness(&normal) {
            Ok(found) => {
                let certain = |events: &[_]| {
                    run(&rule.logic.pattern, events, None)
                        .iter()
                        .any(|m| m.certainty == Certainty::Certain)
                };
                // Of the pattern itself as of its normal form.
                assert!(certain(&found.events), "{path}");
                assert!(run(&rule.logic.pattern, &found.near_miss, None).is_empty(), "{path}");
                runnable += 1;
            }
            Err(no) => {
                let _ = writeln!(text, "{path}: {no}");
            }
        }
    }
    let count = all.len();
    let text = format!(
        "{runnable} of {count} have a witness, {exact} are exact or lose nothing but a table\n{text}"
    );
    insta::assert_snapshot!("splunk_windows", text);
    assert!(count > 900 && runnable * 100 >= count * 85, "{runnable} of {count}");
    assert!(exact * 100 >= count * 70, "{exact} of {count}");
}
