//! The language-neutral model of a rule's logic.

pub mod diagnostic;
pub mod span;

pub use diagnostic::{Diagnostic, Severity};
pub use span::{LineIndex, Position, Span};
