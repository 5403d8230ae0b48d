//! SPL, Splunk's search language, as the security content writes it.
//!
//! In goes a [`Source`] (the text of a search and where it stands in the rule's body) and the
//! [`Macros`] and [`Lookups`] of its repository; out come a [`Query`] (what it says, with the text that its macros
//! were put into), diagnostics, by [`stages()`] what people read, and by [`lower()`] what it means in
//! the IR. Each meaning is cited where it is given, from the Search Manual and the Search Reference on
//! help.splunk.com.
//!
//! It opens no file, knows no data model and no field, and runs nothing. Macros within double
//! quotes are not expanded, and eval-based macros are not evaluated.
//!
//! ```
//! use rulescope_dialects::spl::{self, Lookups, Macro, Macros, Source};
//!
//! let mut macros = Macros::new();
//! let logs = Macro { args: vec![], definition: Some("source=a OR source=b".into()) };
//! macros.insert("logs", logs);
//! let query = spl::parse(&Source::at("`logs` EventCode=1 | head 3", 0), &macros);
//! assert!(query.diagnostics.is_empty());
//! assert_eq!(spl::emit(&query.pipeline), "(source=a OR source=b) EventCode=1 | head 3");
//! let stages = spl::stages(&query);
//! assert_eq!(stages[0].text, "source=a OR source=b EventCode=1");
//! assert_eq!(stages[1].label, "head");
//!
//! let query = spl::parse(&Source::at("`logs` EventCode!=1", 0), &macros);
//! let logic = spl::lower(&query, &Lookups::new());
//! assert_eq!(
//!     rulescope_ir::print::pattern(&logic.pattern),
//!     "(filter\n  EventCode not eq 1 and there\n  (events source=a|b))\n"
//! );
//! ```

pub mod ast;
mod context;
mod emit;
mod expand;
mod lexer;
mod lookups;
mod lower;
mod macros;
mod names;
mod parse;
mod stages;
mod structure;
pub mod text;

pub use crate::source::Source;
pub use ast::{Command, Expr, Pipeline, Query, SearchExpr, Step, Text};
pub use emit::emit;
pub use expand::{Call, Expansion, Outcome};
pub use lookups::{LookupTable, Lookups};
pub use lower::lower;
pub use macros::{Macro, Macros};
pub use parse::parse;
pub use stages::stages;
