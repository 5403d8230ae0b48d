//! The evaluator: single tests, whole patterns, witnesses, and laws.

mod arbitrary;
mod expr_laws;
#[path = "../../../ir/tests/it/golden.rs"]
mod golden;
mod golden_runs;
mod nodes;
mod pattern_laws;
mod predicates;
mod unknowns;
mod witness_laws;
mod witnesses;
