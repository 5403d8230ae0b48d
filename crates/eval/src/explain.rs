//! Why a condition holds or does not: the answer of every part of it.

use rulescope_ir::{Expr, Quantifier, print};

use crate::datum::Datum;
use crate::env::Env;
use crate::event::View;
use crate::expr::{eval_expr, items};
use crate::predicate::seen;
use crate::truth::Truth;
use crate::value::eval_value;

/// A part of a condition with its answer on a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The part: a predicate's or opaque text as printed, the word of anything else.
    pub node: String,
    /// Its answer.
    pub truth: Truth,
    /// The value that a predicate saw, or an element of a list; `None` where it is absent, and of
    /// parts that test nothing themselves.
    pub seen: Option<Datum>,
    /// The parts of it, in the condition's order; under `some` and `every` one for each element.
    pub children: Vec<Tree>,
}

/// The answers of every part of a condition on a row.
pub fn explain(expr: &Expr, view: &dyn View, env: &Env) -> Tree {
    let truth = eval_expr(expr, view, env);
    let parts = |of: &[Expr]| of.iter().map(|e| explain(e, view, env)).collect();
    let (node, seen, children) = match expr {
        Expr::All(of) => ("all".to_owned(), None, parts(of)),
        Expr::Any(of) => ("any".to_owned(), None, parts(of)),
        Expr::AtLeast { count, of } => (format!("at least {count}"), None, parts(of)),
        Expr::Not(inner) => ("not".to_owned(), None, vec![explain(inner, view, env)]),
        Expr::Each { quantifier, list, variable, expr } => {
            let word = match quantifier {
                Quantifier::Any => "some",
                Quantifier::All => "every",
            };
            let value = eval_value(list, view, env);
            let node = format!("{word} {variable} in {}", print::value(list));
            let element = |item: Datum| {
                let inner = explain(expr, view, &env.bound(variable, item.clone()));
                let node = variable.clone();
                Tree { node, truth: inner.truth, seen: Some(item), children: vec![inner] }
            };
            let children = if value == Some(Datum::Unknown) {
                Vec::new()
            } else {
                items(value.clone()).into_iter().map(element).collect()
            };
            (node, value, children)
        }
        Expr::Predicate(p) => (print::predicate(p), seen(p, view, env), Vec::new()),
        Expr::Const(_) | Expr::Opaque { .. } => (print::expr(expr), None, Vec::new()),
    };
    Tree { node, truth, seen, children }
}
