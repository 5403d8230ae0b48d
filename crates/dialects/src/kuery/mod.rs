//! Kibana's query language, KQL: here `kuery`, as rule files name it.
//!
//! In goes a query as a [`Source`](crate::Source), out come its tree ([`parse`]) and its logic ([`lower`]): one
//! condition on one event, read from the log sources that the rule file names. A syntax error is a
//! diagnostic, and the part around it stays as text.
//!
//! What it does not do: know the mappings of an index beyond those of Elastic's own schemas
//! ([`crate::elasticsearch`]), or give fields their canonical names.
//!
//! ```
//! use rulescope_dialects::{Source, kuery};
//! use rulescope_ir::Scope;
//!
//! let query = kuery::parse(&Source::at("event.code:1 and not process.name:(a.exe or b*)", 0));
//! assert!(query.diagnostics.is_empty());
//! let logic = kuery::lower(&query, &Scope::of("index", "logs"));
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

pub use ast::{Expr, Query, RangeOp, Text, Values};
pub use emit::emit;
pub use lower::{condition, lower};
pub use parse::parse;
pub use stages::stages;
