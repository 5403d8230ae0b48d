//! Mutations: a literal of a real rule is changed, dropped, swapped or negated in its text, and
//! indicators, exclusions and counts must change accordingly and in nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use rulescope_analysis::{IndicatorKey, exclusions, indicators, keys};
use rulescope_catalog::Catalog;
use rulescope_ir::{Level, Logic, Op, Scalar, Span, fold, normalize, polarity::standings};
use rulescope_rulefile::sigma;
use rulescope_rulefile::source::Vendor;
use rulescope_rulefile::walk;

use crate::support::{built, corpora};

const EACH: usize = 50;

/// What a rule holds: keys it is counted by, and its exclusions as text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    keys: BTreeSet<IndicatorKey>,
    positive: BTreeSet<String>,
    negative: BTreeSet<String>,
}

fn logic(text: &str) -> Option<Logic> {
    let mut file = sigma::read(text);
    let single = file.rules.len() == 1 && file.rules[0].correlation.is_none();
    let rule = single.then(|| file.rules.remove(0).rule)?;
    let mut logic = rule.logic;
    let platform = rulescope_taxonomy::logsources::Resolution::of(&rule.scope);
    if !rule.scope.terms.contains_key("product") || platform.is_windows_only() {
        rulescope_taxonomy::rename(&mut logic, "sigma");
    }
    Some(logic)
}

fn held(logic: &Logic) -> Held {
    let normal = normalize(&logic.pattern);
    let flat = |field: &str, kind: &str, values: Vec<String>| -> Vec<String> {
        if values.is_empty() {
            vec![format!("{field} {kind}")]
        } else {
            values.into_iter().map(|v| format!("{field} {kind} {v}")).collect()
        }
    };
    let positive = indicators(&normal)
        .into_iter()
        .flat_map(|i| flat(&i.field, i.kind.name(), i.values.iter().map(|v| v.key()).collect()));
    let negative = exclusions(&logic.stages, &normal)
        .into_iter()
        .flat_map(|e| flat(&e.field, e.kind.name(), e.values.iter().map(|v| v.key()).collect()));
    Held {
        keys: keys(&normal).into_iter().collect(),
        positive: positive.collect(),
        negative: negative.collect(),
    }
}

/// A plain text value that stands once in the rule's logic, alone in its line.
struct Target {
    span: Span,
    /// The value as it is effective.
    value: String,
    negative: bool,
    op: Op,
    in_list: bool,
}

fn targets(text: &str, logic: &Logic) -> Vec<Target> {
    let normal = normalize(&logic.pattern);
    let mut out = Vec::new();
    for standing in standings(&normal) {
        for literal in &standing.predicate.values {
            let Scalar::Text(value) = &literal.value else { continue };
            let span = literal.span;
            let plain = value
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '\\' | ' ' | '-'));
            let line_start = text[..span.start as usize].rfind('\n').map_or(0, |n| n + 1);
            let before = &text[line_start..span.start as usize];
            let in_list = before.trim() == "-";
            let once = text.matches(span.slice(text)).count() == 1;
            let shape = literal.forms.is_empty() && !value.is_empty() && plain && once;
            if standing.level == Level::Event
                && shape
                && (in_list || before.trim_end().ends_with(':'))
            {
                out.push(Target {
                    span,
                    value: value.clone(),
                    negative: standing.negative,
                    op: standing.predicate.op,
                    in_list,
                });
            }
        }
    }
    out.sort_by_key(|t| t.span);
    out
}

fn replaced(text: &str, span: Span, by: &str) -> String {
    format!("{}{by}{}", &text[..span.start as usize], &text[span.end as usize..])
}

/// The rules that can be mutated, spread over the corpus.
fn samples() -> Option<Vec<(String, String)>> {
    let folder = corpora()?.join("sigmahq");
    let listing = walk::walk(&folder, Vendor::Sigma).expect("listed");
    let active = listing.entries.iter().filter(|e| e.path.starts_with("rules"));
    Some(active.step_by(7).map(|e| (e.path.clone(), walk::read(e).expect("read"))).collect())
}

#[test]
fn a_changed_literal_changes_its_indicator_and_nothing_else() {
    let Some(samples) = samples() else { return };
    let mut done = 0;
    for (path, text) in &samples {
        let Some(before) = logic(text) else { continue };
        let Some(target) = targets(text, &before).into_iter().next() else { continue };
        let marker = "zzmutantzz";
        let after = logic(&replaced(text, target.span, marker)).expect("still a rule");
        let (a, b) = (held(&before), held(&after));
        let (old_side, new_side, same) = if target.negative {
            (&a.negative, &b.negative, a.positive == b.positive)
        } else {
            (&a.positive, &b.positive, a.negative == b.negative)
        };
        let gone: Vec<&String> = old_side.difference(new_side).collect();
        let come: Vec<&String> = new_side.difference(old_side).collect();
        assert!(same, "{path}: the other side changed");
        assert!(come.len() == 1 && come[0].ends_with(marker), "{path}: {come:?}");
        assert!(gone.len() == 1 && gone[0].ends_with(&fold(&target.value)), "{path}: {gone:?}");
        done += 1;
        if done == EACH {
            return;
        }
    }
    panic!("only {done} rules could be changed");
}

#[test]
fn a_dropped_literal_takes_its_indicator_away() {
    let Some(samples) = samples() else { return };
    let mut done = 0;
    for (path, text) in &samples {
        let Some(before) = logic(text) else { continue };
        let Some(target) = targets(text, &before).into_iter().find(|t| t.in_list) else { continue };
        let start = text[..target.span.start as usize].rfind('\n').map_or(0, |n| n + 1);
        let end = text[target.span.end as usize..]
            .find('\n')
            .map_or(text.len(), |n| target.span.end as usize + n + 1);
        let after = logic(&format!("{}{}", &text[..start], &text[end..])).expect("still a rule");
        let (a, b) = (held(&before), held(&after));
        // A list of one whose value is dropped is null, by Sigma's own reading: another test.
        let null = |h: &Held| h.positive.iter().chain(&h.negative).any(|s| s.ends_with(" is_null"));
        if null(&b) && !null(&a) {
            continue;
        }
        let key = |h: &BTreeSet<String>| {
            h.iter().filter(|s| s.ends_with(&format!(" {}", fold(&target.value)))).count()
        };
        let (old, new) =
            if target.negative { (&a.negative, &b.negative) } else { (&a.positive, &b.positive) };
        assert_eq!(key(old), key(new) + 1, "{path}");
        assert!(new.is_subset(old), "{path}: something came");
        assert_eq!(old.len(), new.len() + 1, "{path}");
        done += 1;
        if done == EACH {
            return;
        }
    }
    panic!("only {done} rules could be changed");
}

#[test]
fn swapped_literals_swap_their_fields() {
    let Some(samples) = samples() else { return };
    let mut done = 0;
    for (path, text) in &samples {
        let Some(before) = logic(text) else { continue };
        let all = targets(text, &before);
        let pair = all.iter().enumerate().find_map(|(i, a)| {
            let b = all[i + 1..].iter().find(|b| {
                b.op == a.op
                    && a.negative == b.negative
                    && fold(&a.value) != fold(&b.value)
                    && field(&before, a.span) != field(&before, b.span)
            })?;
            Some((a, b))
        });
        let Some((a, b)) = pair else { continue };
        let (first, second) = (a.span.slice(text), b.span.slice(text));
        let swapped = replaced(&replaced(text, b.span, first), a.span, second);
        let after = logic(&swapped).expect("still a rule");
        let (old, new) = (held(&before), held(&after));
        let (fa, fb) = (field(&before, a.span), field(&before, b.span));
        let side = |h: &Held| if a.negative { h.negative.clone() } else { h.positive.clone() };
        let has = |h: &Held, field: &str, value: &str| {
            side(h).iter().any(|s| {
                s.starts_with(&format!("{field} ")) && s.ends_with(&format!(" {}", fold(value)))
            })
        };
        assert!(has(&new, &fa, &b.value) && has(&new, &fb, &a.value), "{path}: {:?}", side(&new));
        assert!(has(&old, &fa, &a.value) && has(&old, &fb, &b.value), "{path}");
        assert_ne!(
            old.keys == new.keys,
            !a.negative,
            "{path}: what is counted changes with what stands positively"
        );
        done += 1;
        if done == EACH {
            return;
        }
    }
    panic!("only {done} rules could be changed");
}

fn field(logic: &Logic, span: Span) -> String {
    let normal = normalize(&logic.pattern);
    standings(&normal)
        .iter()
        .find(|s| s.predicate.values.iter().any(|l| l.span == span))
        .and_then(|s| s.predicate.field().map(|f| f.name().to_owned()))
        .unwrap_or_default()
}

#[test]
fn a_negated_condition_turns_indicators_into_exclusions() {
    let Some(samples) = samples() else { return };
    let mut done = 0;
    for (path, text) in &samples {
        let Some(before) = logic(text) else { continue };
        let Some(start) = text.find("\n    condition: ").map(|n| n + "\n    condition: ".len())
        else {
            continue;
        };
        let end = start + text[start..].find('\n').unwrap_or(text.len() - start);
        let condition = &text[start..end];
        if condition.contains(['#', '\'', '"', '>', '|']) || text.matches("condition:").count() != 1
        {
            continue;
        }
        let negated = format!("{}not ({}){}", &text[..start], condition.trim_end(), &text[end..]);
        let after = logic(&negated).expect("still a rule");
        let (a, b) = (held(&before), held(&after));
        assert_eq!(a.positive, b.negative, "{path}");
        assert_eq!(a.negative, b.positive, "{path}");
        done += 1;
        if done == EACH {
            return;
        }
    }
    panic!("only {done} rules could be negated");
}

#[test]
fn counts_follow_two_hundred_mutated_rules() {
    let Some(samples) = samples() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir_all(&rules).expect("made");
    let mut before: BTreeMap<IndicatorKey, i64> = BTreeMap::new();
    let mut after: BTreeMap<IndicatorKey, i64> = BTreeMap::new();
    let mut mutated = Vec::new();
    for (i, (_, text)) in samples.iter().enumerate() {
        let Some(old) = logic(text) else { continue };
        let Some(target) = targets(text, &old).into_iter().next() else { continue };
        let path = rules.join(format!("r{i}.yml"));
        fs::write(&path, text).expect("written");
        held(&old).keys.into_iter().for_each(|k| *before.entry(k).or_default() += 1);
        let changed = replaced(text, target.span, &format!("zzmutant{}zz", i % 3));
        held(&logic(&changed).expect("a rule"))
            .keys
            .into_iter()
            .for_each(|k| *after.entry(k).or_default() += 1);
        mutated.push((path, changed));
        if mutated.len() == 4 * EACH {
            break;
        }
    }
    assert_eq!(mutated.len(), 4 * EACH);
    let file = folder.path().join("c.db");
    let check = |expected: &BTreeMap<IndicatorKey, i64>, gone: &BTreeMap<IndicatorKey, i64>| {
        let catalog = Catalog::open(&file).expect("a catalog");
        for key in expected.keys().chain(gone.keys()) {
            let count = catalog.corpus(&key.field, key.kind, &key.value).expect("a count").corpus;
            assert_eq!(count, expected.get(key).copied().unwrap_or(0), "{key:?}");
        }
    };
    built(&file, &[&rules]);
    check(&before, &BTreeMap::new());
    for (path, text) in &mutated {
        fs::write(path, text).expect("written");
    }
    assert_eq!(built(&file, &[&rules]).0.written, 4 * EACH);
    check(&after, &before);
}
