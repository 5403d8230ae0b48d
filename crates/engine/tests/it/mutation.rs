//! A literal of a real rule is changed in its text, and the matches of witnesses follow.
//!
//! Chosen are literals that every match needs: they stand positively in a conjunction at the top
//! of the condition, and no other value of their test would do. The rule before is `O`, after it
//! `M`; they differ in that literal alone, `l` in `O` and `m` in `M`. So of an event that passes
//! the rest of the condition each rule says what its literal says:
//!
//! - `O` matches its witness, which passes `l`; `M` matches it if and only if it passes `m`;
//! - `M` matches its own, which passes `m`; `O` matches it if and only if it passes `l`.
//!
//! `m` is a word that occurs nowhere, so that the first is never the case. The second can be where
//! other tests of the same field demand a text that holds `l` too; such rules are counted apart.

use std::collections::BTreeMap;

use rulescope_catalog::load::from_files;
use rulescope_eval::{Env, Event, Truth, eval_predicate, run, witness};
use rulescope_ir::{Expr, Literal, Pattern, Predicate, Quantifier, Scalar};
use rulescope_rulefile::source::Vendor;

use crate::support::{Bench, SIGMAHQ};

/// A word that no rule has.
const MARKER: &str = "zzmutantzz";

const MUTANTS: usize = 200;

/// The tests that every match passes by one certain literal.
fn required(pattern: &Pattern) -> Vec<Predicate> {
    fn of(expr: &Expr, out: &mut Vec<Predicate>) {
        match expr {
            Expr::All(parts) => parts.iter().for_each(|p| of(p, out)),
            Expr::Predicate(p) if !p.negated && !p.missing => {
                if p.quantifier == Quantifier::All || p.values.len() == 1 {
                    out.extend(p.values.iter().map(|l| only(p, l)));
                }
            }
            Expr::Predicate(_)
            | Expr::Any(_)
            | Expr::AtLeast { .. }
            | Expr::Not(_)
            | Expr::Each { .. }
            | Expr::Const(_)
            | Expr::Opaque { .. } => {}
        }
    }
    let mut out = Vec::new();
    if let Pattern::Filter { input, expr } = pattern
        && matches!(**input, Pattern::Events { .. })
    {
        of(expr, &mut out);
    }
    out
}

/// A test with one of its values.
fn only(predicate: &Predicate, literal: &Literal) -> Predicate {
    Predicate { values: vec![literal.clone()], ..predicate.clone() }
}

fn passes(predicate: &Predicate, event: &Event) -> bool {
    eval_predicate(predicate, event, &Env::default()) == Truth::True
}

fn matches(pattern: &Pattern, events: &[Event]) -> bool {
    !run(pattern, events, None).is_empty()
}

/// The first required literal that is a plain text and stands once in the file.
fn target(text: &str, pattern: &Pattern) -> Option<(Predicate, std::ops::Range<usize>)> {
    required(pattern).into_iter().find_map(|predicate| {
        let [literal] = &*predicate.values else { return None };
        let Scalar::Text(value) = &literal.value else { return None };
        let range = literal.span.start as usize..literal.span.end as usize;
        let written = text.get(range.clone())?;
        let bare = written.trim_matches(['\'', '"']);
        let plain = |c: char| c.is_ascii_alphanumeric() || "\\. -/".contains(c);
        let simple = literal.forms.is_empty() && value.chars().all(plain) && value == bare;
        (simple && text.matches(bare).count() == 1).then_some((predicate, range))
    })
}

#[test]
fn a_changed_literal_changes_the_matches_of_witnesses() {
    let Some(corpus) = SIGMAHQ.as_ref() else { return };
    let bench = Bench::new();
    let mut before = BTreeMap::new();
    let mut folder = None;
    for rule in corpus.rules.iter().step_by(5) {
        let text = std::fs::read_to_string(&corpus.files[&rule.id]).expect("read");
        let Some((literal, range)) = target(&text, &rule.normal) else { continue };
        let name = rule.id.rsplit('/').next().expect("a name").to_owned();
        let mutant = format!("{}{MARKER}{}", &text[..range.start], &text[range.end..]);
        let path = bench.file(&format!("mutants/{name}"), &mutant);
        folder = path.parent().map(ToOwned::to_owned);
        before.insert(name, (rule, literal));
        if before.len() == MUTANTS {
            break;
        }
    }
    assert_eq!(before.len(), MUTANTS);
    let mutants = from_files(&[folder.expect("a folder")], Vendor::Sigma).expect("read");
    assert_eq!((mutants.rules.len(), mutants.failed.len()), (MUTANTS, 0));
    let mut overlapping = 0;
    for mutant in &mutants.rules {
        let name = mutant.path.rsplit('/').next().expect("a name");
        let (old, literal) = &before[name];
        let changed = required(&mutant.normal)
            .into_iter()
            .find(|p| p.values[0].display().contains(MARKER))
            .unwrap_or_else(|| panic!("{name}: the changed literal is not required"));
        let of_old = witness(&old.normal).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        let of_new = witness(&mutant.normal).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        let ([old_event], [new_event]) = (&*of_old.events, &*of_new.events) else {
            panic!("{name}: a rule over single events has a witness of one")
        };
        assert!(matches(&old.normal, &of_old.events) && passes(literal, old_event), "{name}");
        assert!(matches(&mutant.normal, &of_new.events) && passes(&changed, new_event), "{name}");
        assert!(!passes(&changed, old_event), "{name}: the word occurs nowhere");
        assert!(!matches(&mutant.normal, &of_old.events), "{name}: the old witness still matches");
        let still = passes(literal, new_event);
        assert_eq!(matches(&old.normal, &of_new.events), still, "{name}");
        if still {
            overlapping += 1;
            let same_field = required(&old.normal)
                .into_iter()
                .filter(|p| p.subject == literal.subject && !p.values.is_empty())
                .count();
            assert!(same_field > 1, "{name}: nothing else demands the old literal");
        }
    }
    assert!(overlapping <= MUTANTS / 20, "{overlapping} mutants differ from their rules in little");
}
