//! The rule languages: each parses a query with exact spans and lowers it to the IR.
//!
//! Every dialect has the same plan: `ast` (what the text says), `parse` (text to AST, with
//! diagnostics, never failing), `lower` (AST to IR, with the vendor's documentation cited where a
//! meaning is given), `emit` (AST to text). Dialects know the IR and nothing else of ours but the
//! YAML tree, and never each other; [`Source`] alone is common to those that read a text which a
//! rule file may have written otherwise, and [`elasticsearch`] to those that are run on it.

pub mod elasticsearch;
pub mod eql;
pub mod esql;
mod join;
pub mod kuery;
pub mod lucene;
mod reach;
pub mod sigma;
pub mod source;
pub mod spl;

pub use source::Source;
