//! How far a loss reaches.

use rulescope_ir::{Logic, Span};

/// Lets every loss reach to the end of the literals that begin in it: a text without its closing quote
/// goes past the part that is lost with it.
pub(crate) fn stretch<'s>(logic: &mut Logic, literals: impl IntoIterator<Item = &'s Span> + Clone) {
    for loss in &mut logic.losses {
        for span in literals.clone() {
            if loss.span.start <= span.start && span.start < loss.span.end {
                loss.span.end = loss.span.end.max(span.end);
            }
        }
    }
}
