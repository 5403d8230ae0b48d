//! Counts of real repositories, committed: a drop is a failure.

use std::collections::BTreeMap;
use std::fmt::Write;

use rulescope_catalog::Catalog;
use rulescope_ir::{Fate, account};
use rulescope_rulefile::is_deprecated;
use rulescope_rulefile::sigma::{self, Links};
use rulescope_rulefile::source::Vendor;
use rulescope_rulefile::walk;

use crate::support::{built, corpora};

#[test]
fn sigma_corpora() {
    let Some(corpora) = corpora() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("c.db");
    let (sigmahq, mdecrevoisier) = (corpora.join("sigmahq"), corpora.join("mdecrevoisier"));
    let (report, _) = built(&file, &[&sigmahq, &mdecrevoisier]);
    assert!(report.is_complete(), "{report:?}");
    let catalog = Catalog::open(&file).expect("a catalog");
    insta::assert_json_snapshot!("stats", catalog.stats().expect("counts"));

    // Every active rule of SigmaHQ is exact but those that need the user's values.
    let mut other = String::new();
    let filter = rulescope_catalog::list::Filter { deprecated: Some(false), ..Default::default() };
    for rule in catalog.rules(&filter).expect("rules") {
        if rule.fidelity == "exact" {
            continue;
        }
        let rulescope_catalog::store::Named::One(row) = catalog.find(&rule.id).expect("read")
        else {
            panic!("{} is one rule", rule.id)
        };
        let page = catalog.show(row).expect("a page");
        if rule.source == "sigmahq" {
            assert!(
                page.body.text.contains("|expand")
                    && page.fidelity.losses.iter().all(|l| l.what.contains("the user supplies")),
                "{}: {:?}",
                rule.id,
                page.fidelity
            );
            continue;
        }
        let _ = writeln!(other, "{} {}", rule.id, rule.fidelity);
        for loss in page.fidelity.losses {
            let _ = writeln!(other, "  {} {}", loss.effect, loss.what);
        }
    }
    insta::assert_snapshot!("not_exact", other);
}

#[test]
fn every_literal_of_every_sigma_rule_is_accounted_for() {
    let Some(corpora) = corpora() else { return };
    let mut totals: BTreeMap<&str, BTreeMap<Fate, usize>> = BTreeMap::new();
    for name in ["sigmahq", "mdecrevoisier"] {
        let listing = walk::walk(&corpora.join(name), Vendor::Sigma).expect("listed");
        let texts: Vec<String> =
            listing.entries.iter().map(|e| walk::read(e).expect("read")).collect();
        let mut files: Vec<_> = texts.iter().map(|t| sigma::read(t)).collect();
        let mut links: Vec<Links<'_>> =
            texts.iter().zip(&mut files).map(|(text, file)| Links { text, file }).collect();
        sigma::link(&mut links);
        for (entry, file) in listing.entries.iter().zip(&files) {
            for rule in &file.rules {
                let deprecated = is_deprecated(rule.rule.metadata.status.as_deref(), &entry.path);
                for (span, fate) in account(&rule.rule.logic) {
                    let text = span.slice(&rule.rule.body.text);
                    assert_ne!(fate, Fate::Vanished, "{}: {text}", entry.path);
                    if !deprecated {
                        *totals.entry(name).or_default().entry(fate).or_default() += 1;
                    }
                }
            }
        }
    }
    insta::assert_json_snapshot!("literals", totals);
}
