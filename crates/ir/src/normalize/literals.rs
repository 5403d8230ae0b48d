//! One spelling for the values of a predicate.

use crate::expr::Expr;
use crate::glob::Glob;
use crate::predicate::{Op, Predicate, Quantifier};
use crate::print;
use crate::value::{Literal, Scalar};

/// The normal form of a predicate: one operator for one test (`*x` is `ends_with x`), values sorted
/// and without repetitions, any-of where there is one value. A list whose values want different
/// operators becomes several predicates.
pub(super) fn canonical(mut predicate: Predicate) -> Expr {
    if predicate.op == Op::Wildcard && !predicate.values.is_empty() {
        return split_wildcards(predicate);
    }
    if predicate.values.is_empty() && !matches!(predicate.op, Op::Exists | Op::Null) {
        // Any of nothing, all of nothing; where the subject is absent, the predicate's own answer.
        let on_present = (predicate.quantifier == Quantifier::All) ^ predicate.negated;
        if on_present == predicate.missing {
            return Expr::Const(on_present);
        }
        predicate.op = Op::Exists;
        predicate.negated = !on_present;
        predicate.quantifier = Quantifier::Any;
    }
    if matches!(predicate.op, Op::Exists | Op::Null) {
        let absent_passes = (predicate.op == Op::Null) ^ predicate.negated;
        if predicate.missing != absent_passes {
            // Present or absent alike.
            return Expr::Const(predicate.missing);
        }
    }
    sort(&mut predicate);
    Expr::Predicate(predicate)
}

fn sort(predicate: &mut Predicate) {
    if predicate.values.len() > 1 {
        let case = predicate.case_sensitive;
        let mut keyed: Vec<(String, Literal)> = std::mem::take(&mut predicate.values)
            .into_iter()
            .map(|v| (print::literal_key(&v, case), v))
            .collect();
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        keyed.dedup_by(|a, b| a.0 == b.0);
        predicate.values = keyed.into_iter().map(|(_, v)| v).collect();
    }
    if predicate.values.len() <= 1 {
        predicate.quantifier = Quantifier::Any;
    }
}

fn split_wildcards(predicate: Predicate) -> Expr {
    let parts: Vec<(Op, Option<Literal>)> =
        predicate.values.iter().map(|literal| narrowed(literal.clone())).collect();
    let any = (predicate.quantifier == Quantifier::Any) ^ predicate.negated;
    let mut out: Vec<Predicate> = Vec::new();
    for (op, literal) in parts {
        match out.iter_mut().find(|p| p.op == op) {
            Some(same) => same.values.extend(literal),
            None => out.push(Predicate {
                op,
                values: literal.into_iter().collect(),
                ..predicate.clone()
            }),
        }
    }
    let mut exprs: Vec<Expr> = out
        .into_iter()
        .map(|mut p| {
            if p.op == Op::Wildcard {
                sort(&mut p);
                Expr::Predicate(p)
            } else {
                canonical(p)
            }
        })
        .collect();
    if exprs.len() == 1 {
        return exprs.remove(0);
    }
    exprs.sort_by_cached_key(print::expr_key);
    if any { Expr::Any(exprs) } else { Expr::All(exprs) }
}

/// The operator that tests a glob by plain text, where there is one.
fn narrowed(mut literal: Literal) -> (Op, Option<Literal>) {
    let Scalar::Glob(glob) = &literal.value else {
        return (
            if matches!(literal.value, Scalar::Text(_)) { Op::Eq } else { Op::Wildcard },
            Some(literal),
        );
    };
    if !literal.forms.is_empty() {
        return (Op::Wildcard, Some(literal));
    }
    let (op, text) = match narrow(glob) {
        Some(narrow) => narrow,
        None => return (Op::Wildcard, Some(literal)),
    };
    if op == Op::Exists {
        return (op, None);
    }
    literal.value = Scalar::Text(text);
    (op, Some(literal))
}

/// The operator and plain text that test the same as a glob: `*x*` contains, `*x` ends, `x*` starts,
/// `x` equals, `*` is there (its text is empty).
pub fn narrow(glob: &Glob) -> Option<(Op, String)> {
    let inner = glob.trimmed();
    let text = inner.as_text()?;
    let op = match (glob.starts_open(), glob.ends_open()) {
        (true, _) if text.is_empty() => Op::Exists,
        (true, true) => Op::Contains,
        (true, false) => Op::EndsWith,
        (false, true) => Op::StartsWith,
        (false, false) => Op::Eq,
    };
    Some((op, text.to_owned()))
}
