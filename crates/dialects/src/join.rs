//! Conditions joined: all, any, and the first branch that holds.

use rulescope_ir::Expr;

/// The first branch whose condition holds, or else the rest.
pub(crate) fn either(branches: &[(Expr, Expr)], otherwise: Expr) -> Expr {
    let mut sides = Vec::new();
    let mut before: Vec<Expr> = Vec::new();
    for (holds, then) in branches {
        let mut side = before.clone();
        side.extend([holds.clone(), then.clone()]);
        sides.push(all(side));
        before.push(Expr::not(holds.clone()));
    }
    before.push(otherwise);
    sides.push(all(before));
    any(sides)
}

/// All of them, constants folded.
pub(crate) fn all(exprs: Vec<Expr>) -> Expr {
    if exprs.contains(&Expr::Const(false)) { Expr::Const(false) } else { all_of(exprs) }
}

/// Any of them, constants folded.
pub(crate) fn any(exprs: Vec<Expr>) -> Expr {
    if exprs.contains(&Expr::Const(true)) { Expr::Const(true) } else { any_of(exprs) }
}

/// All of them. What a false one makes idle stays: its literals are part of the rule.
pub(crate) fn all_of(exprs: Vec<Expr>) -> Expr {
    join(exprs, true)
}

/// Any of them. What a true one makes idle stays.
pub(crate) fn any_of(exprs: Vec<Expr>) -> Expr {
    join(exprs, false)
}

fn join(exprs: Vec<Expr>, all: bool) -> Expr {
    let mut out = Vec::with_capacity(exprs.len());
    let mut decided = false;
    for expr in exprs {
        match expr {
            Expr::Const(b) => decided |= b != all,
            Expr::All(of) if all => out.extend(of),
            Expr::Any(of) if !all => out.extend(of),
            other => out.push(other),
        }
    }
    if decided {
        out.push(Expr::Const(!all));
    }
    match out.len() {
        0 => Expr::Const(all),
        1 => out.remove(0),
        _ if all => Expr::All(out),
        _ => Expr::Any(out),
    }
}
