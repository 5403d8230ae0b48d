//! EQL, the Event Query Language, as Elasticsearch reads it and Elastic's rules are written in.
//!
//! In goes a [`Source`] (the text of a query and where it stands in the rule's body); out come a
//! [`Query`] (what it says, with diagnostics), by [`stages()`] what people read, and by [`lower()`],
//! given the terms that the rule file itself sets (its index patterns), what it means in the IR.
//! Each meaning is cited where it is given, from "EQL syntax reference" and "EQL function reference"
//! on elastic.co, and from the tests of Elasticsearch where the pages say nothing.
//!
//! It opens no file, knows no field and no mapping of an index, and runs nothing. What only Endgame's
//! EQL has (`join`, `child of`, further pipes) is read, and said to be refused by Elasticsearch.
//!
//! ```
//! use rulescope_dialects::eql::{self, Source};
//! use rulescope_ir::Scope;
//!
//! let query = eql::parse(&Source::at("process where process.name : \"cmd*\"", 0));
//! assert!(query.diagnostics.is_empty());
//! assert_eq!(eql::emit(&query.statement), "process where process.name : \"cmd*\"");
//! assert_eq!(eql::stages(&query)[0].label, "process");
//!
//! let logic = eql::lower(&query, &Scope::of("index", "logs-*"));
//! assert_eq!(
//!     rulescope_ir::print::pattern(&rulescope_ir::normalize(&logic.pattern)),
//!     "(filter\n  process.name starts_with \"cmd\"\n  (events event_category=process index=$\"logs-*\"))\n"
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
