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
    formed(expr.clone())
}

/// [`boolean`] of a condition that is no longer needed.
pub(super) fn formed(expr: Expr) -> Expr {
    go(expr, false).expr()
}

/// A normal form with the keys that it is sorted by: each part is printed once, however deep it
/// stands.
enum Formed {
    Const(bool),
    /// All or any of two parts or more, each with its key, in order.
    Joined {
        all: bool,
        parts: Vec<(String, Expr)>,
    },
    /// Anything else, with its key.
    Single(String, Expr),
}

impl Formed {
    fn single(expr: Expr) -> Formed {
        Formed::Single(print::expr_key(&expr), expr)
    }

    /// A predicate's normal form ([`literals::canonical`]): values that want different operators make
    /// several predicates, or constants.
    fn canonical(predicate: Predicate) -> Formed {
        match literals::canonical(predicate) {
            Expr::All(of) => join(of.into_iter().map(Formed::one).collect(), true),
            Expr::Any(of) => join(of.into_iter().map(Formed::one).collect(), false),
            other => Formed::one(other),
        }
    }

    fn one(expr: Expr) -> Formed {
        match expr {
            Expr::Const(b) => Formed::Const(b),
            other => Formed::single(other),
        }
    }

    fn split(all: bool, of: Vec<Expr>) -> Formed {
        let parts = of.into_iter().map(|e| (print::expr_key(&e), e)).collect();
        Formed::Joined { all, parts }
    }

    fn expr(self) -> Expr {
        match self {
            Formed::Const(b) => Expr::Const(b),
            Formed::Joined { all, parts } => joined(all, parts),
            Formed::Single(_, expr) => expr,
        }
    }

    fn keyed(self) -> (String, Expr) {
        match self {
            Formed::Const(b) => (print::expr_key(&Expr::Const(b)), Expr::Const(b)),
            Formed::Joined { all, parts } => {
                let key = print::joined_key(all, parts.iter().map(|(key, _)| key.as_str()));
                (key, joined(all, parts))
            }
            Formed::Single(key, expr) => (key, expr),
        }
    }
}

fn joined(all: bool, parts: Vec<(String, Expr)>) -> Expr {
    let of = parts.into_iter().map(|(_, e)| e).collect();
    if all { Expr::All(of) } else { Expr::Any(of) }
}

fn go(expr: Expr, negate: bool) -> Formed {
    match expr {
        Expr::Const(b) => Formed::Const(b ^ negate),
        Expr::Not(inner) => go(*inner, !negate),
        Expr::Predicate(predicate) => {
            Formed::canonical(if negate { predicate.inverted() } else { predicate })
        }
        Expr::All(of) => join(of.into_iter().map(|e| go(e, negate)).collect(), !negate),
        Expr::Any(of) => join(of.into_iter().map(|e| go(e, negate)).collect(), negate),
        Expr::AtLeast { count, of } => at_least(count, of, negate),
        Expr::Each { quantifier, list, variable, expr } => {
            let quantifier = match (quantifier, negate) {
                (Quantifier::Any, false) | (Quantifier::All, true) => Quantifier::Any,
                (Quantifier::Any, true) | (Quantifier::All, false) => Quantifier::All,
            };
            match (go(*expr, negate).expr(), quantifier) {
                // No element can make it true, or false.
                (Expr::Const(false), Quantifier::Any) => Formed::Const(false),
                (Expr::Const(true), Quantifier::All) => Formed::Const(true),
                (expr, quantifier) => {
                    let expr = Box::new(expr);
                    Formed::single(Expr::Each { quantifier, list, variable, expr })
                }
            }
        }
        Expr::Opaque { .. } if negate => Formed::single(Expr::Not(Box::new(expr))),
        Expr::Opaque { .. } => Formed::single(expr),
    }
}

/// `at least n of k`, or under a negation: at least `k - n + 1` do not hold.
fn at_least(count: u32, of: Vec<Expr>, negate: bool) -> Formed {
    let total = u32::try_from(of.len()).unwrap_or(u32::MAX);
    let mut need = i64::from(if negate { (total + 1).saturating_sub(count) } else { count });
    let mut rest = Vec::new();
    for e in of {
        match go(e, negate) {
            Formed::Const(true) => need -= 1,
            Formed::Const(false) => {}
            e => rest.push(e),
        }
    }
    let left = i64::try_from(rest.len()).unwrap_or(i64::MAX);
    if need <= 0 {
        Formed::Const(true)
    } else if need > left {
        Formed::Const(false)
    } else if need == left {
        join(rest, true)
    } else if need == 1 {
        join(rest, false)
    } else {
        let mut rest: Vec<(String, Expr)> = rest.into_iter().map(Formed::keyed).collect();
        rest.sort_by(|a, b| a.0.cmp(&b.0));
        let of = rest.into_iter().map(|(_, e)| e).collect();
        Formed::single(Expr::AtLeast { count: u32::try_from(need).unwrap_or(u32::MAX), of })
    }
}

/// Joins normal forms by `All` or `Any`.
fn join(mut parts: Vec<Formed>, all: bool) -> Formed {
    if parts.len() == 1
        && let Some(one) = parts.pop()
    {
        return one;
    }
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Formed::Joined { all: inner, parts } if inner == all => flat.extend(parts),
            // `All` of a false, `Any` of a true.
            Formed::Const(b) if b != all => return Formed::Const(b),
            Formed::Const(_) => {}
            other => flat.push(other.keyed()),
        }
    }
    let mut keyed = merge(flat, all);
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    keyed.dedup_by(|a, b| a.0 == b.0);
    if keyed.len() > 1 && contradicts(&keyed) {
        return Formed::Const(!all);
    }
    match keyed.pop() {
        None => Formed::Const(all),
        // What alone is left of an `Any` may be an `All`, and be joined with others again.
        Some((_, Expr::All(of))) if keyed.is_empty() => Formed::split(true, of),
        Some((_, Expr::Any(of))) if keyed.is_empty() => Formed::split(false, of),
        Some((key, expr)) if keyed.is_empty() => Formed::Single(key, expr),
        Some(last) => {
            keyed.push(last);
            Formed::Joined { all, parts: keyed }
        }
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
fn merge(parts: Vec<(String, Expr)>, all: bool) -> Vec<(String, Expr)> {
    let mut out = Vec::with_capacity(parts.len());
    let mut lists: BTreeMap<String, Vec<(String, Predicate)>> = BTreeMap::new();
    for (key, part) in parts {
        match part {
            Expr::Predicate(p) if mergeable(&p, all) => {
                lists.entry(print::merge_key(&p)).or_default().push((key, p));
            }
            other => out.push((key, other)),
        }
    }
    for list in lists.into_values() {
        let mut list = list.into_iter();
        let Some((key, mut first)) = list.next() else { continue };
        if list.len() == 0 {
            out.push((key, Expr::Predicate(first)));
            continue;
        }
        for (_, p) in list {
            first.span = first.span.join(p.span);
            first.values.extend(p.values);
        }
        first.quantifier = if all ^ first.negated { Quantifier::All } else { Quantifier::Any };
        out.push(Formed::canonical(first).keyed());
    }
    out
}

fn mergeable(predicate: &Predicate, all: bool) -> bool {
    let wanted = if all ^ predicate.negated { Quantifier::All } else { Quantifier::Any };
    let list = predicate.values.len() == 1 || predicate.quantifier == wanted;
    // A multi-valued field may pass two tests by two values, as well in one list as apart.
    list && !matches!(predicate.op, Op::Exists | Op::Null)
}
