//! Splunk's detections on real attacks: which fire and how often, why others are silent, and
//! verdicts on hits and on silence.

use crate::fires::Fires;
use crate::misses;
use crate::support::{SPLUNK, logs, shared, table};

/// Hits that somebody looked at: rule, log's name, record id, right or wrong, why.
const VERDICTS: &str = include_str!("splunk_verdicts.tsv");

/// Records that a rule is silent on: rule, log's name, record id, the part that they fail, why.
const MISSES: &str = include_str!("splunk_misses.tsv");

#[test]
fn splunks_detections_give_the_committed_counts_and_verdicts() {
    let (Some(shared), Some(corpus)) = (shared(), SPLUNK.as_ref()) else { return };
    let logs = logs(&shared.join("events"), "");
    let found = Fires::of(corpus, &logs);
    insta::assert_snapshot!("splunk", found.text);

    let verdicts = table(VERDICTS, 5);
    found.check(&verdicts);
    assert!(verdicts.len() >= 60);

    let misses = table(MISSES, 5);
    misses::check(corpus, &logs, &misses);
    assert!(misses.len() >= 20);
}
