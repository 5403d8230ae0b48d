//! Conditions in Boolean normal form.

use std::collections::BTreeMap;

use super::literals;
use crate::expr::Expr;
use crate::predicate::{Op, Predicate, Quantifier};
use crate::print;

/// The normal form of a condition: no `Not` but over opaque text, no constant inside, no nested
/// `All` in `All` or `Any` in `Any`, one predicate for tests of one subject that can be one, sorted,
/// without repetitions; `x and not x` is false, `x or not x` is true.
pub fn boolean(expr: &Expr) -> Expr {
    go(expr, false)
}

fn go(expr: &Expr, negate: bool) -> Expr {
    match expr {
        Expr::Const(b) => Expr::Const(*b ^ negate),
        Expr::Not(inner) => go(inner, !negate),
        Expr::Predicate(predicate) => {
            let predicate = if negate { predicate.clone().inverted() } else { predicate.clone() };
            match literals::canonical(predicate) {
                // Values that want different operators: several predicates, or constants.
                Expr::All(of) => join(of, true),
                Expr::Any(of) => join(of, false),
                other => other,
            }
        }
        Expr::All(of) => join(of.iter().map(|e| go(e, negate)).collect(), !negate),
        Expr::Any(of) => join(of.iter().map(|e| go(e, negate)).collect(), negate),
        Expr::AtLeast { count, of } => at_least(*count, of, negate),
        Expr::Each { quantifier, list, variable, expr } => {
            let quantifier = match (quantifier, negate) {
                (Quantifier::Any, false) | (Quantifier::All, true) => Quantifier::Any,
                (Quantifier::Any, true) | (Quantifier::All, false) => Quantifier::All,
            };
            match (go(expr, negate), quantifier) {
                // No element can make it true, or false.
                (Expr::Const(false), Quantifier::Any) => Expr::Const(false),
                (Expr::Const(true), Quantifier::All) => Expr::Const(true),
                (expr, quantifier) => Expr::Each {
                    quantifier,
                    list: list.clone(),
                    variable: variable.clone(),
                    expr: Box::new(expr),
                },
            }
        }
        Expr::Opaque { .. } if negate => Expr::Not(Box::new(expr.clone())),
        Expr::Opaque { .. } => expr.clone(),
    }
}

/// `at least n of k`, or under a negation: at least `k - n + 1` do not hold.
fn at_least(count: u32, of: &[Expr], negate: bool) -> Expr {
    let total = u32::try_from(of.len()).unwrap_or(u32::MAX);
    let mut need = i64::from(if negate { (total + 1).saturating_sub(count) } else { count });
    let mut rest = Vec::new();
    for e in of {
        match go(e, negate) {
            Expr::Const(true) => need -= 1,
            Expr::Const(false) => {}
            e => rest.push(e),
        }
    }
    let left = i64::try_from(rest.len()).unwrap_or(i64::MAX);
    if need <= 0 {
        Expr::Const(true)
    } else if need > left {
        Expr::Const(false)
    } else if need == left {
        join(rest, true)
    } else if need == 1 {
        join(rest, false)
    } else {
        rest.sort_by_cached_key(print::expr_key);
        Expr::AtLeast { count: u32::try_from(need).unwrap_or(u32::MAX), of: rest }
    }
}

/// Joins normal forms by `All` or `Any`.
fn join(parts: Vec<Expr>, all: bool) -> Expr {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Expr::All(of) if all => flat.extend(of),
            Expr::Any(of) if !all => flat.extend(of),
            // `All` of a false, `Any` of a true.
            Expr::Const(b) if b != all => return Expr::Const(b),
            Expr::Const(_) => {}
            other => flat.push(other),
        }
    }
    let mut keyed: Vec<(String, Expr)> =
        merge(flat, all).into_iter().map(|e| (print::expr_key(&e), e)).collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    keyed.dedup_by(|a, b| a.0 == b.0);
    if keyed.len() > 1 && contradicts(&keyed) {
        return Expr::Const(!all);
    }
    let mut out: Vec<Expr> = keyed.into_iter().map(|(_, e)| e).collect();
    match out.len() {
        0 => Expr::Const(all),
        1 => out.remove(0),
        _ if all => Expr::All(out),
        _ => Expr::Any(out),
    }
}

/// Whether a predicate stands beside its own inversion.
fn contradicts(keyed: &[(String, Expr)]) -> bool {
    keyed.iter().any(|(_, e)| match e {
        Expr::Predicate(p) if p.negated ^ (p.op == Op::Null) => {
            let opposite = print::expr_key(&Expr::Predicate(p.clone().inverted()));
            keyed.binary_search_by(|(key, _)| key.as_str().cmp(&opposite)).is_ok()
        }
        Expr::Predicate(_)
        | Expr::All(_)
        | Expr::Any(_)
        | Expr::AtLeast { .. }
        | Expr::Not(_)
        | Expr::Each { .. }
        | Expr::Const(_)
        | Expr::Opaque { .. } => false,
    })
}

/// Merges predicates of one subject, operator, case and missing rule. Under `Any`, positive any-of
/// lists and inverted all-of lists are one list; under `All`, positive all-of lists and inverted
/// any-of lists are.
fn merge(parts: Vec<Expr>, all: bool) -> Vec<Expr> {
    let mut out = Vec::with_capacity(parts.len());
    let mut lists: BTreeMap<String, Predicate> = BTreeMap::new();
    for part in parts {
        match part {
            Expr::Predicate(p) if mergeable(&p, all) => {
                let key = print::merge_key(&p);
                match lists.get_mut(&key) {
                    Some(list) => {
                        list.span = list.span.join(p.span);
                        list.values.extend(p.values);
                    }
                    None => {
                        lists.insert(key, p);
                    }
                }
            }
            other => out.push(other),
        }
    }
    for mut predicate in lists.into_values() {
        if predicate.values.len() > 1 {
            predicate.quantifier =
                if all ^ predicate.negated { Quantifier::All } else { Quantifier::Any };
        }
        out.push(literals::canonical(predicate));
    }
    out
}

fn mergeable(predicate: &Predicate, all: bool) -> bool {
    let wanted = if all ^ predicate.negated { Quantifier::All } else { Quantifier::Any };
    let list = predicate.values.len() == 1 || predicate.quantifier == wanted;
    // A multi-valued field may pass two tests by two values, as well in one list as apart.
    list && !matches!(predicate.op, Op::Exists | Op::Null)
}
