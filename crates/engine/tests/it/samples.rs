//! Real attacks: the counts of every rule, and verdicts on the loudest rules and on random hits.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rulescope_analysis::coverage;
use rulescope_engine::{Hit, Rule};
use rulescope_taxonomy::events::{event, slug};

use crate::support::{MDECREVOISIER, SIGMAHQ, hits, logs, shared, table};

/// Hits that somebody looked at: why it was chosen, rule, log's name, record id, right or wrong,
/// why.
const VERDICTS: &str = include_str!("samples_verdicts.tsv");

/// How many rules with most hits have a verdict.
const LOUDEST: usize = 50;

/// The one rule of these whose log source is every event of Windows: no list names them all.
const READS_ALL: &str = "sigmahq/win_alert_mimikatz_keywords.yml";

/// Hits on events that are not in the rule's coverage.
fn not_covered(rules: &[Rule], hits: &[Hit]) -> Vec<String> {
    let slugs = |provider: &str, id: u32| {
        let known = event(provider, id).map_or(provider, |known| known.provider);
        (slug(known), id)
    };
    let by_rule: BTreeMap<&str, &Rule> = rules.iter().map(|r| (r.id.as_str(), r)).collect();
    let mut covered: BTreeMap<&str, BTreeSet<(String, u32)>> = BTreeMap::new();
    let mut out = BTreeSet::new();
    for hit in hits.iter().filter(|hit| hit.rule != READS_ALL) {
        let of = covered.entry(&hit.rule).or_insert_with(|| {
            let events = coverage(&by_rule[hit.rule.as_str()].normal).events;
            events.iter().map(|e| slugs(&e.provider, e.event_id)).collect()
        });
        for record in &hit.events {
            let id = record.event_id.unwrap_or(0);
            let channel = (slug(&record.channel), id);
            if !of.contains(&slugs(&record.provider, id)) && !of.contains(&channel) {
                out.insert(format!("{}: {} {id}", hit.rule, record.provider));
            }
        }
    }
    out.into_iter().collect()
}

#[test]
fn the_sample_sets_give_the_committed_counts_and_verdicts() {
    let (Some(shared), Some(sigmahq), Some(mdecrevoisier)) =
        (shared(), SIGMAHQ.as_ref(), MDECREVOISIER.as_ref())
    else {
        return;
    };
    let rules: Vec<Rule> = sigmahq.rules.iter().chain(&mdecrevoisier.rules).cloned().collect();
    let mut logs_of_both = Vec::new();
    for set in ["EVTX-ATTACK-SAMPLES", "EVTX-to-MITRE-Attack"] {
        logs_of_both.extend(logs(&shared.join("events").join(set), ".evtx"));
    }
    let (hits, summary) = hits(&rules, &logs_of_both);

    // By rule: hits that are certain, and that are only possible.
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut places = BTreeSet::new();
    for hit in &hits {
        counts.entry(&hit.rule).or_default()[usize::from(hit.certainty != "certain")] += 1;
        for event in &hit.events {
            let log = event.log.rsplit('/').next().unwrap_or_default();
            places.insert((hit.rule.as_str(), log, event.record_id));
        }
    }
    let mut text = format!(
        "{} logs, {} events, {} unreadable, {} rules, {} hits of {} rules\n",
        summary.logs,
        summary.events,
        summary.unreadable.len(),
        rules.len(),
        hits.len(),
        counts.len()
    );
    for (rule, [certain, possible]) in &counts {
        let possible = if *possible > 0 { format!(", {possible} possible") } else { String::new() };
        let _ = writeln!(text, "{rule}: {certain}{possible}");
    }
    insta::assert_snapshot!("samples", text);

    assert_eq!(
        not_covered(&rules, &hits),
        [""; 0],
        "a rule fires on an event that it does not read"
    );

    let verdicts = table(VERDICTS, 6);
    let mut judged = BTreeSet::new();
    for row in &verdicts {
        let place = (row[1], row[2], row[3].parse().ok());
        assert!(places.contains(&place), "no hit any more: {row:?}");
        assert!(["top", "random"].contains(&row[0]), "{row:?}");
        assert!(["right", "wrong"].contains(&row[4]) && !row[5].is_empty(), "{row:?}");
        if row[0] == "top" {
            judged.insert(row[1]);
        }
    }
    let mut loudest: Vec<(&str, usize)> =
        counts.iter().map(|(rule, [a, b])| (*rule, a + b)).collect();
    loudest.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    for (rule, _) in loudest.iter().take(LOUDEST) {
        assert!(judged.contains(rule), "{rule} is one of the loudest and has no verdict");
    }
    assert_eq!(verdicts.iter().filter(|row| row[0] == "random").count(), 50);
    assert_eq!(verdicts.iter().filter(|row| row[4] == "wrong").count(), 0);
}
