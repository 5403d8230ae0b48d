//! Integration tests of the dialects: rules as goldens, and laws.

mod arbitrary;
mod conditions;
mod eql;
mod esql;
mod goldens;
mod laws;
pub(crate) mod spl;
