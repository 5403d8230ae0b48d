//! Why a condition holds or does not: the answer of every part of it.

use rulescope_ir::{Expr, Quantifier, Span, print, visit};

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
    /// The stage of the rule that this part is the beginning of, where [`explain`] was told the stages.
    pub stage: Option<String>,
    /// Its answer.
    pub truth: Truth,
    /// The value that a predicate saw, or an element of a list; `None` where it is absent, and of
    /// parts that test nothing themselves.
    pub seen: Option<Datum>,
    /// The parts of it, in the condition's order; under `some` and `every` one for each element.
    pub children: Vec<Tree>,
}

/// The answers of every part of a condition on a row. `stages` are the rule's stages with the places
/// where they stand; none where only the parts are wanted.
pub fn explain(expr: &Expr, view: &dyn View, env: &Env, stages: &[(String, Span)]) -> Tree {
    part(expr, view, env, stages, None)
}

/// The only stage in which the tests of a condition stand.
fn stage_of<'s>(expr: &Expr, stages: &'s [(String, Span)]) -> Option<&'s str> {
    let mut found: Vec<Option<&str>> = Vec::new();
    visit::walk(expr, &mut |e| {
        let span = match e {
            Expr::Predicate(predicate) => predicate.span,
            Expr::Opaque { span, .. } => *span,
            Expr::All(_)
            | Expr::Any(_)
            | Expr::AtLeast { .. }
            | Expr::Not(_)
            | Expr::Each { .. }
            | Expr::Const(_) => return,
        };
        let stage = stages.iter().find(|(_, place)| !span.is_none() && place.contains(span));
        found.push(stage.map(|(name, _)| name.as_str()));
    });
    found.dedup();
    match found.as_slice() {
        [one] => *one,
        _ => None,
    }
}

/// A part that stands within the stage `within`.
fn part(
    expr: &Expr,
    view: &dyn View,
    env: &Env,
    stages: &[(String, Span)],
    within: Option<&str>,
) -> Tree {
    let truth = eval_expr(expr, view, env);
    // A `not` is the condition's; the name belongs to what it negates.
    let is_not = matches!(expr, Expr::Not(_));
    let here = within.or_else(|| if is_not { None } else { stage_of(expr, stages) });
    let parts = |of: &[Expr]| of.iter().map(|e| part(e, view, env, stages, here)).collect();
    let (node, seen, children) = match expr {
        Expr::All(of) => ("all".to_owned(), None, parts(of)),
        Expr::Any(of) => ("any".to_owned(), None, parts(of)),
        Expr::AtLeast { count, of } => (format!("at least {count}"), None, parts(of)),
        Expr::Not(inner) => ("not".to_owned(), None, vec![part(inner, view, env, stages, here)]),
        Expr::Each { quantifier, list, variable, expr } => {
            let word = match quantifier {
                Quantifier::Any => "some",
                Quantifier::All => "every",
            };
            let value = eval_value(list, view, env);
            let node = format!("{word} {variable} in {}", print::value(list));
            let element = |item: Datum| {
                let bound = env.bound(variable, item.clone());
                let inner = part(expr, view, &bound, stages, here);
                let (node, truth) = (variable.clone(), inner.truth);
                Tree { node, stage: None, truth, seen: Some(item), children: vec![inner] }
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
    let stage = if within.is_none() { here.map(str::to_owned) } else { None };
    Tree { node, stage, truth, seen, children }
}
