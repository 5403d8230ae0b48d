//! Integration tests of the dialects: rules as goldens, and laws.

mod arbitrary;
mod conditions;
mod goldens;
mod laws;
mod spl;
