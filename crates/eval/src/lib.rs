//! The plain reference evaluator of the IR: every node, slow and obvious.
//!
//! What comes in: a pattern, condition or value of `rulescope_ir`, and events as a [`View`] shows
//! them ([`Event`] is the plain one). What goes out: the [`Match`]es of a pattern, the [`Truth`] of
//! a condition, a [`Datum`], or with [`explain()`] the answer of every part of a condition. It is what
//! any faster engine is compared with. [`witness()`] goes the other way: events that a pattern
//! certainly matches, and a near miss.
//!
//! It reads no file, knows no event format and no clock: `now` is the end of the position that a
//! scheduled pattern stands at.
//!
//! What is unknown (opaque text, tables that the log does not hold, values that the user has to
//! supply) makes matches *possible* instead of certain: a row that an unknown condition let through
//! is possible, and what is made of it is at best possible.
//!
//! ```
//! use rulescope_eval::{Certainty, Event, run};
//! use rulescope_ir::{Expr, Field, Literal, Op, Pattern, Predicate, Scope, Subject};
//!
//! let image = Subject::Field(Field::new("Image"));
//! let cmd = Predicate::new(image, Op::EndsWith, vec![Literal::text("\\cmd.exe")]);
//! let pattern = Pattern::events(Scope::of("category", "process_creation"))
//!     .filter(Expr::Predicate(cmd));
//! let events = [
//!     Event::at(0).of("category", "process_creation").with("Image", "C:\\Windows\\CMD.exe"),
//!     Event::at(1).of("category", "file_event").with("Image", "C:\\Windows\\CMD.exe"),
//! ];
//! let matches = run(&pattern, &events, None);
//! assert_eq!(matches.len(), 1);
//! assert_eq!((&matches[0].events[..], matches[0].certainty), (&[0][..], Certainty::Certain));
//! ```

pub mod datum;
pub mod env;
pub mod event;
pub mod explain;
pub mod expr;
pub mod predicate;
pub mod regex;
pub mod run;
pub mod truth;
pub mod value;
pub mod witness;

mod aggregate;
mod arithmetic;
mod date;
mod function;
mod group;
mod join;
mod places;
mod rows;
mod select;
mod sequence;
mod temporal;
mod transaction;
mod windowed;
mod worlds;

pub use datum::Datum;
pub use env::Env;
pub use event::{Event, View};
pub use explain::{Tree, explain};
pub use expr::eval_expr;
pub use places::Places;
pub use predicate::{eval_predicate, passes};
pub use run::{Certainty, Match, run};
pub use truth::Truth;
pub use value::eval_value;
pub use witness::{Change, NoWitness, Reason, Witness, witness};
