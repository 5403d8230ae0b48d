//! Conditions over one row.

use rulescope_ir::{Expr, Quantifier};

use crate::datum::Datum;
use crate::env::Env;
use crate::event::View;
use crate::predicate::eval_predicate;
use crate::truth::Truth;
use crate::value::eval_value;

/// Whether a condition holds on a row.
pub fn eval_expr(expr: &Expr, view: &dyn View, env: &Env) -> Truth {
    match expr {
        Expr::All(of) => Truth::all(of.iter().map(|e| eval_expr(e, view, env))),
        Expr::Any(of) => Truth::any(of.iter().map(|e| eval_expr(e, view, env))),
        Expr::AtLeast { count, of } => {
            Truth::at_least((*count).into(), of.iter().map(|e| eval_expr(e, view, env)))
        }
        Expr::Not(inner) => !eval_expr(inner, view, env),
        Expr::Each { quantifier, list, variable, expr } => {
            let list = eval_value(list, view, env);
            if list == Some(Datum::Unknown) {
                return Truth::Unknown;
            }
            let answers = items(list)
                .into_iter()
                .map(|item| eval_expr(expr, view, &env.bound(variable, item)));
            match quantifier {
                Quantifier::Any => Truth::any(answers),
                Quantifier::All => Truth::all(answers),
            }
        }
        Expr::Predicate(predicate) => eval_predicate(predicate, view, env),
        Expr::Const(b) => (*b).into(),
        Expr::Opaque { .. } => Truth::Unknown,
    }
}

/// The elements that [`Expr::Each`] and `Expand` go over: those of a list, nulls left out; a single
/// value is a list of one, an absent one a list of none.
pub(crate) fn items(list: Option<Datum>) -> Vec<Datum> {
    match list {
        None | Some(Datum::Null) => Vec::new(),
        Some(Datum::List(items)) => items.into_iter().filter_map(Datum::present).collect(),
        Some(one) => vec![one],
    }
}
