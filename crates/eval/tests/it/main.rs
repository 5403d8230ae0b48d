//! The evaluator: single tests, whole patterns, and the laws of the normal form.

mod arbitrary;
mod expr_laws;
#[path = "../../../ir/tests/it/golden.rs"]
mod golden;
mod golden_runs;
mod nodes;
mod pattern_laws;
mod predicates;
mod unknowns;
