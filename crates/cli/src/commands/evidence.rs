//! Runs rules over a build's logs, for their evidence.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rulescope_catalog::evidence::{EvidenceRow, EvidenceTotal, KEPT, Proved};
use rulescope_catalog::load::RunRule;
use rulescope_engine::{Hit, HitEvent, Rule, Step, Watch, scan_watched};
use rulescope_events::{Log, Logs};

use super::scan::{Progress, split};

/// What of a rule's hits is kept.
#[derive(Debug, Default)]
struct Gathered {
    total: EvidenceTotal,
    certain: Vec<EvidenceRow>,
    possible: Vec<EvidenceRow>,
}

/// What running these rules over logs comes to. What can't be read of the logs is told where they are
/// read for their examples.
pub(super) fn prove(rules: Vec<RunRule>, logs: &[PathBuf], shown: bool) -> Vec<Proved> {
    let rules: Vec<Rule> = rules.into_iter().map(|rule| split(rule).0).collect();
    let logs: Vec<Log> = Logs::new(logs).filter_map(Result::ok).collect();
    let progress = Progress::new(&logs, shown);
    let told = |step: Step<'_>| progress.step(step);
    let watch = Watch { told: Some(&told), ..Watch::default() };
    let mut by_rule: BTreeMap<String, Gathered> = BTreeMap::new();
    scan_watched(&rules, &logs, &watch, &mut |hit: Hit| {
        by_rule.entry(hit.rule.clone()).or_default().take(&hit);
    });
    progress.end();
    by_rule.into_iter().map(|(rule, gathered)| gathered.proved(rule)).collect()
}

impl Gathered {
    fn take(&mut self, hit: &Hit) {
        let certain = hit.certainty == "certain";
        let (count, rows) = if certain {
            (&mut self.total.certain, &mut self.certain)
        } else {
            (&mut self.total.possible, &mut self.possible)
        };
        *count += 1;
        for event in &hit.events {
            if rows.len() == KEPT {
                break;
            }
            let row = row(event, hit.certainty);
            // Spans of time that overlap have records in common.
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
    }

    /// What is certain comes first.
    fn proved(self, rule: String) -> Proved {
        let mut records = self.certain;
        records.extend(self.possible);
        records.truncate(KEPT);
        Proved { rule, total: self.total, records }
    }
}

fn row(event: &HitEvent, certainty: &str) -> EvidenceRow {
    EvidenceRow {
        log: event.log.to_string(),
        record_id: event.record_id,
        timestamp: event.timestamp.clone(),
        provider: event.provider.to_string(),
        event_id: event.event_id,
        computer: event.computer.to_string(),
        certainty: certainty.to_owned(),
    }
}
