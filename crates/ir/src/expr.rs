//! Conditions over one event or group.

use serde::{Deserialize, Serialize};

use crate::predicate::{Predicate, Quantifier};
use crate::span::Span;
use crate::value::Value;

/// A condition. Predicates are two-valued; [`Expr::Opaque`] is *unknown* and the rest follows
/// Kleene's logic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expr {
    /// All hold; true where there is none.
    All(Vec<Expr>),
    /// One holds; false where there is none.
    Any(Vec<Expr>),
    /// At least this many hold.
    AtLeast {
        /// How many.
        count: u32,
        /// Of these.
        of: Vec<Expr>,
    },
    /// It does not hold.
    Not(Box<Expr>),
    /// The condition holds for one element of a list, or for all of them (true for an empty or an
    /// absent list under [`Quantifier::All`], false under [`Quantifier::Any`]).
    Each {
        /// One or all of the elements.
        quantifier: Quantifier,
        /// The list; a single value is a list of one.
        list: Value,
        /// The name by which the condition reads the element; it hides a field of that name, and
        /// members of the element are read as `<variable>.<member>`.
        variable: String,
        /// The condition on the element.
        expr: Box<Expr>,
    },
    /// One test.
    Predicate(Predicate),
    /// Always or never.
    Const(bool),
    /// Text that was not understood: unknown.
    Opaque {
        /// The verbatim text.
        text: String,
        /// Where it stands.
        span: Span,
    },
}

impl Expr {
    /// The negation; of a constant or a negation, the simpler form.
    #[expect(clippy::should_implement_trait, reason = "a condition's not, not an operator")]
    pub fn not(expr: Expr) -> Expr {
        match expr {
            Expr::Const(b) => Expr::Const(!b),
            Expr::Not(inner) => *inner,
            other => Expr::Not(Box::new(other)),
        }
    }

    /// All of them; the one itself where there is one.
    pub fn all(mut exprs: Vec<Expr>) -> Expr {
        if exprs.len() == 1 { exprs.remove(0) } else { Expr::All(exprs) }
    }

    /// Any of them; the one itself where there is one.
    pub fn any(mut exprs: Vec<Expr>) -> Expr {
        if exprs.len() == 1 { exprs.remove(0) } else { Expr::Any(exprs) }
    }
}
