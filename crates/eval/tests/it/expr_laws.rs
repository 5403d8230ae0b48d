//! The laws of a condition's normal form.

use proptest::prelude::*;
use rulescope_eval::{Env, Truth, eval_expr};
use rulescope_ir::{Expr, normalize::boolean, print};

use crate::arbitrary;

/// Whether the normal form says the same. It may know what the condition leaves unknown (opaque
/// text that stands beside its own opposite), never the other way round.
fn keeps(before: Truth, after: Truth) -> bool {
    before == after || before == Truth::Unknown
}

/// The same condition with the parts of every list the other way round and negated twice.
fn shuffled(expr: &Expr) -> Expr {
    let list = |of: &[Expr]| of.iter().rev().map(shuffled).collect();
    let twice = |e: Expr| Expr::Not(Box::new(Expr::Not(Box::new(e))));
    match expr {
        Expr::All(of) => twice(Expr::All(list(of))),
        Expr::Any(of) => twice(Expr::Any(list(of))),
        Expr::AtLeast { count, of } => Expr::AtLeast { count: *count, of: list(of) },
        Expr::Not(inner) => Expr::Not(Box::new(twice(shuffled(inner)))),
        Expr::Each { quantifier, list, variable, expr } => Expr::Each {
            quantifier: *quantifier,
            list: list.clone(),
            variable: variable.clone(),
            expr: Box::new(shuffled(expr)),
        },
        Expr::Predicate(_) | Expr::Const(_) | Expr::Opaque { .. } => twice(expr.clone()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn normalising_keeps_the_meaning(e in arbitrary::expr(), event in arbitrary::event()) {
        let before = eval_expr(&e, &event, &Env::default());
        let normal = boolean(&e);
        let after = eval_expr(&normal, &event, &Env::default());
        prop_assert!(keeps(before, after), "{before:?} became {after:?}:\n{}", print::expr(&normal));
    }

    #[test]
    fn normalising_again_changes_nothing(e in arbitrary::expr()) {
        let once = boolean(&e);
        let twice = boolean(&once);
        prop_assert_eq!(print::expr(&once), print::expr(&twice));
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn order_and_double_negation_do_not_count(e in arbitrary::expr()) {
        let (a, b) = (boolean(&e), boolean(&shuffled(&e)));
        prop_assert_eq!(print::expr_key(&a), print::expr_key(&b));
    }

    #[test]
    fn negation_is_sound(e in arbitrary::expr(), event in arbitrary::event()) {
        let env = Env::default();
        let plain = eval_expr(&e, &event, &env);
        let not = Expr::Not(Box::new(e));
        prop_assert_eq!(eval_expr(&not, &event, &env), !plain);
        prop_assert!(keeps(!plain, eval_expr(&boolean(&not), &event, &env)));
    }
}
