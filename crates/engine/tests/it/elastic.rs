//! Elastic's rules on real attacks: which fire and how often, why others are silent, and verdicts on
//! hits.

use crate::fires::Fires;
use crate::support::{ELASTIC, logs, shared, table};

/// Hits that somebody looked at: rule, log's name, record id, right or wrong, why.
const VERDICTS: &str = include_str!("elastic_verdicts.tsv");

#[test]
fn elastics_rules_give_the_committed_counts_and_verdicts() {
    let (Some(shared), Some(corpus)) = (shared(), ELASTIC.as_ref()) else { return };
    let found = Fires::of(corpus, &logs(&shared.join("events"), ""));
    insta::assert_snapshot!("elastic", found.text);
    found.check(&table(VERDICTS, 5));
}
