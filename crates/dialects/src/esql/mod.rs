//! ES|QL, the piped query language of Elasticsearch.
//!
//! In goes a [`Source`] (the text of a query and where it stands in the rule's body); out come a
//! [`Query`] (what it says, with diagnostics), by [`stages()`] what people read, and by [`lower()`],
//! given the terms that the rule file itself sets, what it means in the IR. Each meaning is cited
//! where it is given, from the pages on ES|QL of elastic.co.
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
//!
//! let logic = esql::lower(&query, &rulescope_ir::Scope::default());
//! assert_eq!(
//!     rulescope_ir::print::pattern(&rulescope_ir::normalize(&logic.pattern)),
//!     "(filter\n  process.name starts_with \"cmd\" cased\n  (events index=$\"logs-*\"))\n"
//! );
//! ```

pub mod ast;
mod emit;
mod lexer;
mod lower;
mod parse;
mod stages;
mod text;

pub use crate::source::Source;
pub use ast::{Expr, Query, Statement};
pub use emit::emit;
pub use lower::lower;
pub use parse::parse;
pub use stages::stages;
