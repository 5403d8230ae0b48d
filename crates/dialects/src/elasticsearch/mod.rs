//! What the languages of Elasticsearch have in common: for those that become queries of it (KQL,
//! Lucene, filters) what it makes of a value that a field is tested for; for EQL and ES|QL how defects
//! are told, regular expressions, and what a test answers on a literal.
//!
//! How a field compares depends on its mapping. A *keyword* is compared whole and with case, a *text*
//! is cut into terms, an *ip* takes networks
//! (<https://www.elastic.co/docs/reference/query-languages/kql>, "Filter for documents that match a
//! value"; <https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/field-data-types>).
//! An absent field passes no test, and a negated test passes where the field is absent: a document is
//! in the answer of `must_not` unless the inner query finds it
//! (<https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-bool-query>).

pub(crate) mod defects;
mod kind;
pub(crate) mod literal;
pub(crate) mod regex;
mod test;

pub use kind::{Analyzer, Kind, is_list, is_time, kind, members};
pub use test::{Lowered, Wanted, any_of, exists, lose, merged, range};
