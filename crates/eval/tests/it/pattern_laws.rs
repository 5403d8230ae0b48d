//! The laws of a pattern's normal form.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use rulescope_eval::{Certainty, Event, run};
use rulescope_ir::{Pattern, normalize, print};

use crate::arbitrary;

/// The events of the rows: of those that are certain, and of all.
fn matched(pattern: &Pattern, events: &[Event]) -> [BTreeSet<usize>; 2] {
    let rows = run(pattern, events, Some(600_000));
    let certain = rows.iter().filter(|m| m.certainty == Certainty::Certain);
    [
        certain.flat_map(|m| m.events.to_vec()).collect(),
        rows.iter().flat_map(|m| m.events.to_vec()).collect(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

    /// The same events match. What is possible may turn out certain, or not to match at all, where
    /// the normal form knows more than what it was made of; never the other way round.
    #[test]
    fn normalising_keeps_the_matches(
        p in arbitrary::pattern(),
        events in vec(arbitrary::event(), 0..5),
    ) {
        let normal = normalize(&p);
        let [certain, all] = matched(&p, &events);
        let [normal_certain, normal_all] = matched(&normal, &events);
        let text = format!("{}\nbecame\n{}", print::pattern(&p), print::pattern(&normal));
        prop_assert!(certain.is_subset(&normal_certain), "{certain:?} {normal_certain:?} of {text}");
        prop_assert!(normal_all.is_subset(&all), "{all:?} {normal_all:?} of {text}");
    }

    #[test]
    fn normalising_again_changes_nothing(p in arbitrary::pattern()) {
        let once = normalize(&p);
        let twice = normalize(&once);
        prop_assert_eq!(print::pattern(&once), print::pattern(&twice), "of {}", print::pattern(&p));
        prop_assert_eq!(once, twice);
    }
}
