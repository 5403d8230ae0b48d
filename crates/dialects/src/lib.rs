//! The rule languages: parse and lower to the IR
