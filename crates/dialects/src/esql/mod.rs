//! ES|QL, the piped query language of Elasticsearch.
//!
//! In goes a [`Source`] (the text of a query and where it stands in the rule's body); out come a
//! [`Query`] (what it says, with diagnostics) and by [`stages()`] what people read.
//!
//! It opens no file, knows no field and no mapping of an index, and runs nothing.
//!
//! ```
//! use rulescope_dialects::esql::{self, Source};
//!
//! let query = esql::parse(&Source::at("FROM logs-* | WHERE process.name LIKE \"cmd*\"", 0));
//! assert!(query.diagnostics.is_empty());
//! assert_eq!(esql::emit(&query.statement), "from logs-* | where process.name like \"cmd*\"");
//! assert_eq!(esql::stages(&query)[1].label, "where");
//! ```

pub mod ast;
mod context;
mod emit;
mod lexer;
mod parse;
mod stages;
mod text;

pub use crate::source::Source;
pub use ast::{Expr, Query, Statement};
pub use emit::emit;
pub use parse::parse;
pub use stages::stages;
