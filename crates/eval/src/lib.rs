//! The plain reference evaluator of the IR
