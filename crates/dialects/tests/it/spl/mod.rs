//! SPL: shapes as goldens, laws, hostile texts, and every search of the real content.

mod arbitrary;
mod corpus;
mod goldens;
mod hostile;
mod laws;
mod meaning;
pub(crate) mod shape;
mod tables;
