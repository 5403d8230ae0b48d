//! Active rules of Windows that no event can feed, each with its reason.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rulescope_analysis::{contradictions, coverage};
use rulescope_catalog::load::{RunRule, from_files};
use rulescope_ir::polarity::standings;
use rulescope_ir::{Level, Pattern, Scope, visit};
use rulescope_rulefile::source::Vendor;
use rulescope_taxonomy::fields::is_unmapped;
use rulescope_taxonomy::logsources::Resolution;

use crate::support::corpora;

/// At least this share of a vendor's Windows rules is fed by an event, in percent.
const FED: f64 = 97.0;

fn scopes(normal: &Pattern) -> Vec<&Scope> {
    let mut out = Vec::new();
    visit::patterns(normal, &mut |p| {
        if let Pattern::Events { scope } = p {
            out.push(scope);
        }
    });
    out
}

/// Why no event feeds a rule.
fn why(rule: &RunRule) -> String {
    if let Some(found) = contradictions(&rule.normal).first() {
        return found.message.clone();
    }
    let scopes = scopes(&rule.normal);
    let of: Vec<Resolution> = scopes.iter().map(|scope| Resolution::of(scope)).collect();
    let candidates: Vec<_> = of.iter().flat_map(Resolution::candidates).collect();
    let terms: BTreeSet<String> = scopes
        .iter()
        .flat_map(|s| s.terms.iter().map(|(kind, terms)| format!("{kind}={}", terms.join("|"))))
        .collect();
    let terms = terms.into_iter().collect::<Vec<_>>().join(" ");
    if candidates.is_empty() {
        return match of.iter().all(|r| r.any_event) {
            true => format!("{terms} may be any event of Windows, and no condition says which"),
            false => format!("no event of Windows is known of {terms}"),
        };
    }
    let standings = standings(&rule.normal);
    let tests = standings.iter().filter(|s| s.level == Level::Event && !s.negative);
    let ids: BTreeSet<String> = tests
        .clone()
        .filter(|s| s.predicate.field().is_some_and(|f| f.name() == "EventID"))
        .flat_map(|s| s.predicate.values.iter().map(rulescope_ir::Literal::display))
        .collect();
    let meant = |id: &str| candidates.iter().any(|e| e.id.to_string() == id);
    if !ids.is_empty() && !ids.iter().any(|id| meant(id)) {
        let ids = ids.into_iter().collect::<Vec<_>>().join(", ");
        return format!("{terms} has no event {ids}");
    }
    let fields = tests.filter_map(|s| s.predicate.field().map(|f| f.name()));
    let lacking: BTreeSet<&str> = fields
        .filter(|name| !is_unmapped(name) && !candidates.iter().any(|e| e.may_have_field(name)))
        .collect();
    match lacking.into_iter().collect::<Vec<_>>().as_slice() {
        [] => format!("no event of {terms} has all of its fields"),
        names => format!("no event of {terms} has {}", names.join(", ")),
    }
}

#[test]
fn rules_of_windows_without_an_event_are_listed_with_their_reason() {
    let Some(corpora) = corpora() else { return };
    let mut out = String::new();
    for (name, vendor) in [
        ("sigmahq", Vendor::Sigma),
        ("mdecrevoisier", Vendor::Sigma),
        ("splunk", Vendor::Splunk),
        ("elastic", Vendor::Elastic),
    ] {
        let loaded = from_files(&[&corpora.join(name)], vendor).expect("read");
        let active = loaded.rules.iter().filter(|rule| !rule.deprecated);
        let windows: Vec<_> = active
            .map(|rule| (rule, coverage(&rule.normal)))
            .filter(|(_, found)| found.windows_only || !found.events.is_empty())
            .collect();
        let without: Vec<&RunRule> =
            windows.iter().filter(|(_, f)| f.events.is_empty()).map(|(rule, _)| *rule).collect();
        let fed = 100.0 * (windows.len() - without.len()) as f64 / windows.len() as f64;
        assert!(name == "mdecrevoisier" || fed >= FED, "{name}: {fed:.1}");
        writeln!(out, "{name}: {} of {} rules, {fed:.1} % are fed", without.len(), windows.len())
            .expect("text");
        for rule in without {
            writeln!(out, "  {}: {}", rule.id, why(rule)).expect("text");
        }
    }
    insta::assert_snapshot!("unresolved", out);
}
