//! The laws of witnesses: what is found is right, and what can match is found.

use proptest::collection::btree_map;
use proptest::prelude::*;
use proptest::sample::select;
use rulescope_eval::{Certainty, Event, run, witness};
use rulescope_ir::{Pattern, Scope, normalize, print};

use crate::arbitrary;
use crate::witnesses::{is_honest, passed_by};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

fn event() -> impl Strategy<Value = Event> {
    let names = select(&["Image", "CommandLine", "User", "ParentImage"][..]);
    btree_map(names, "[a-cA-C\\\\ .1-3*é-]{0,12}", 1..5).prop_map(|values| {
        let event = Event::at(0).of("category", "process_creation");
        values.iter().fold(event, |event, (name, value)| event.with(name, value.as_str()))
    })
}

proptest! {
    #![proptest_config(config(2048))]

    /// A condition that was made to hold on an event has a witness.
    #[test]
    fn what_can_match_is_found(event in event(), draw in any::<u64>()) {
        let condition = passed_by(&event, draw);
        let pattern = Pattern::events(Scope::of("category", "process_creation")).filter(condition);
        let known = run(&pattern, std::slice::from_ref(&event), None);
        prop_assert!(known.iter().any(|m| m.certainty == Certainty::Certain));
        let normal = normalize(&pattern);
        prop_assert!(
            is_honest(&normal).is_some(),
            "{} {:?} has none: {:?}", print::pattern(&normal), event, witness(&normal)
        );
    }
}

proptest! {
    #![proptest_config(config(4096))]

    /// Whatever the pattern, what is found is right: no panic, no witness that does not match.
    #[test]
    fn what_is_found_is_right(pattern in arbitrary::pattern()) {
        is_honest(&normalize(&pattern));
        is_honest(&pattern);
    }
}
