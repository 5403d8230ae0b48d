//! What is certain and what is possible, where it hangs on which of the unknown rows are there.
//!
//! A choice of the unknown rows is a world. What every world gives is certain; what one gives is
//! possible. With few unknown rows every world is tried. With many, two are: all of them there, and
//! none; what these give is possible and nothing is certain.

use std::collections::{BTreeMap, BTreeSet};

use crate::rows::Row;

/// Up to this many decisions every world is tried: 64 worlds.
const EXACT: usize = 6;

/// The rows that `give` gives for every choice of `decisions` unknown things.
pub(crate) fn worlds(decisions: usize, give: impl Fn(&[bool]) -> Vec<Row>) -> Vec<Row> {
    if decisions == 0 {
        return give(&[]);
    }
    let exact = decisions <= EXACT;
    let choices: Vec<Vec<bool>> = if exact {
        (0..1usize << decisions)
            .map(|bits| (0..decisions).map(|i| bits >> i & 1 == 1).collect())
            .collect()
    } else {
        vec![vec![true; decisions], vec![false; decisions]]
    };
    let mut found: BTreeMap<Row, usize> = BTreeMap::new();
    for choice in &choices {
        let rows: BTreeSet<Row> = give(choice)
            .into_iter()
            .map(|mut row| {
                row.certain = true;
                row
            })
            .collect();
        for row in rows {
            *found.entry(row).or_default() += 1;
        }
    }
    found
        .into_iter()
        .map(|(mut row, times)| {
            row.certain = exact && times == choices.len();
            row
        })
        .collect()
}

/// The things that are there in a world: all that are decided, and of the others those it chooses.
pub(crate) fn there<T: Clone>(
    things: &[T],
    decided: impl Fn(&T) -> bool,
    choice: &[bool],
) -> Vec<T> {
    let mut next = choice.iter();
    things
        .iter()
        .filter(|thing| decided(thing) || next.next().copied().unwrap_or(true))
        .cloned()
        .collect()
}
