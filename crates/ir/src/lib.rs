//! The language-neutral model of a rule's logic.
//!
//! A dialect lowers a query to a [`Logic`]: stages for people, a [`Pattern`] for machines, and an
//! honest [`Fidelity`] for both. Everything else (pages, counts, proofs, scans, translations) reads
//! it. Out of a pattern come its normal form ([`normalize()`]), its text ([`mod@print`]), the polarity of
//! its predicates ([`polarity`]), its shape ([`shape()`]) and the account of its literals
//! ([`account()`]).
//!
//! This crate knows no rule language, no event and no file.
//!
//! ```
//! use rulescope_ir::{Expr, Field, Literal, Op, Pattern, Predicate, Scope, Subject};
//!
//! let image = Subject::Field(Field::new("Image"));
//! let cmd = Predicate::new(image, Op::EndsWith, vec![Literal::text("\\cmd.exe")]);
//! let pattern = Pattern::events(Scope::of("category", "process_creation"))
//!     .filter(Expr::not(Expr::not(Expr::Predicate(cmd))));
//! let normal = rulescope_ir::normalize(&pattern);
//! assert_eq!(
//!     rulescope_ir::print::pattern(&normal),
//!     "(filter\n  Image ends_with \"\\\\cmd.exe\"\n  (events category=process_creation))\n"
//! );
//! ```

pub mod account;
pub mod diagnostic;
pub mod expr;
pub mod fidelity;
pub mod fields;
pub mod function;
pub mod glob;
pub mod normalize;
pub mod pattern;
pub mod polarity;
pub mod predicate;
pub mod print;
pub mod rule;
pub mod shape;
pub mod span;
pub mod value;
pub mod visit;

pub use account::{Fate, account};
pub use diagnostic::{Diagnostic, Severity};
pub use expr::Expr;
pub use fidelity::{Effect, Fidelity, Loss};
pub use function::Function;
pub use glob::{Glob, Piece, fold, fold_into};
pub use normalize::normalize;
pub use pattern::{
    Aggregate, AggregateFn, Assignment, Duration, Frame, JoinKey, JoinKind, Key, LookupKind,
    Occurrence, Order, Pattern, Scope, Step, Variable, Window, WindowFn, WindowFunction,
};
pub use polarity::{Level, Polarity, Standing};
pub use predicate::{Kind, Op, Predicate, Quantifier, Subject};
pub use rule::{Body, Logic, Metadata, Stage, StageKind, StagePredicate};
pub use shape::{Shape, shape};
pub use span::{LineIndex, Position, Span};
pub use value::{Field, Literal, Number, Regex, Scalar, Value};
