//! The normal form: one way to say a thing, so that rules can be compared.
//!
//! Filters go to the events as far as their meaning allows (`push`), names that nothing reads go
//! away, an aggregate that no filter reads is its input with its keys present (`prune`), and every
//! condition is in Boolean normal form ([`boolean`]): negations in the predicates, sorted, without
//! repetitions, lists of one field merged, constants folded.
//!
//! The law: on every list of events the normal form gives a row where the pattern gives one, from
//! the same events. What changes is presentation: fields that nothing reads, and how many rows
//! stand for the same events once an unread aggregate is dissolved.

mod boolean;
mod literals;
mod prune;
mod push;
mod substitute;

pub use boolean::boolean;
pub use literals::narrow;
pub(crate) use substitute::{value_is_opaque, value_reads};

use crate::expr::Expr;
use crate::pattern::Pattern;
use crate::print;

/// The normal form of a pattern. Normalising it again changes nothing.
pub fn normalize(pattern: &Pattern) -> Pattern {
    // Most rules are one condition on one event: nothing to move.
    if let Pattern::Filter { input, expr } = pattern
        && matches!(**input, Pattern::Events { .. })
    {
        return match boolean(expr) {
            Expr::Const(true) => (**input).clone(),
            expr => Pattern::Filter { input: input.clone(), expr },
        };
    }
    // Every round of pruning can free a filter to go further down, and the other way round; each
    // shrinks the pattern or moves a filter down, so that the rounds end. The bound is for a bug in
    // that argument, not for a pattern.
    let mut current = push::push(prune::prune(pattern.clone()));
    for _ in 0..8 {
        let pruned = prune::prune(current.clone());
        // What is pushed already stays where it is.
        if pruned == current {
            break;
        }
        current = push::push(pruned);
    }
    current
}

/// The key of a pattern's normal form: two rules with the same key are equivalent.
pub fn key(normal: &Pattern) -> String {
    print::pattern_key(normal)
}
