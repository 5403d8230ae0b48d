//! Lucene's query syntax as Kibana and Elasticsearch take it: the query string.
//!
//! In goes a query as a [`Source`](crate::Source), out come its clauses ([`parse`]) and its logic ([`lower`]): one
//! condition on one event, read from the log sources that the rule file names. A syntax error is a
//! diagnostic, and the part around it stays as text.
//!
//! What it does not do: rank events (boosts change no match), or find words that are spelt nearly
//! alike (a loss says so).
//!
//! ```
//! use rulescope_dialects::{Source, lucene};
//! use rulescope_ir::Scope;
//!
//! let query = lucene::parse(&Source::at("event.code:1 AND NOT process.name:(a.exe OR b*)", 0));
//! assert!(query.diagnostics.is_empty());
//! let logic = lucene::lower(&query, &Scope::of("index", "logs"));
//! let text = rulescope_ir::print::pattern(&logic.pattern);
//! assert_eq!(
//!     text.split_whitespace().collect::<Vec<_>>().join(" "),
//!     "(filter (all event.code eq 1 (not (any process.name eq \"a.exe\" cased process.name \
//!      starts_with \"b\" cased))) (events index=logs))"
//! );
//! ```

pub mod ast;
mod emit;
mod lower;
mod parse;
mod stages;
mod text;

pub use ast::{Clause, Join, Modifier, Query, Term, Text};
pub use emit::emit;
pub use lower::lower;
pub use parse::parse;
pub use stages::stages;
