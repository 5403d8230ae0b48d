//! Why a rule fires on a record or does not: its condition's tree with what each test saw.

use rulescope_eval::{Env, Tree, Truth, View, explain as explain_expr};
use rulescope_ir::{Expr, Pattern, Scope, Span};

use crate::record::Record;
use crate::rule::{leaves, scope_text};

/// A leaf of a rule, explained on a record.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The log source, as text.
    pub scope: String,
    /// Whether the record is of it.
    pub in_scope: bool,
    /// The condition's answer.
    pub truth: Truth,
    /// The condition's tree; none where every event of the source passes.
    pub tree: Option<Tree>,
    /// Fields that the condition tests and the record does not have.
    pub missing: Vec<String>,
}

/// Explains each leaf of a pattern on a record: of a rule over single events its whole condition, of
/// others the conditions on the events that it is made of. Parts are given the names of the rule's
/// stages (a name and its place in the text) in which they stand.
pub fn explain(
    pattern: &Pattern,
    stages: &[(String, Span)],
    record: &Record<'_>,
) -> Vec<Explained> {
    leaves(pattern).into_iter().map(|(scope, expr)| leaf(scope, expr, stages, record)).collect()
}

fn leaf(
    scope: &Scope,
    expr: Option<&Expr>,
    stages: &[(String, Span)],
    record: &Record<'_>,
) -> Explained {
    let in_scope = record.within(scope);
    let tree = expr.map(|e| explain_expr(e, record, &Env::default(), stages));
    let truth = match (&tree, in_scope) {
        (_, false) => Truth::False,
        (Some(tree), true) => tree.truth,
        (None, true) => Truth::True,
    };
    let mut missing = Vec::new();
    if let Some(expr) = expr {
        for standing in rulescope_ir::polarity::expr_standings(expr) {
            if let Some(field) = standing.predicate.field()
                && record.field(field.name()).is_none()
            {
                missing.push(field.name().to_owned());
            }
        }
    }
    missing.sort_unstable();
    missing.dedup();
    Explained { scope: scope_text(scope), in_scope, truth, tree, missing }
}
