//! The branches of a `case`.

use rulescope_ir::{Expr, Value};

/// Conditions, each with its value, and the value of the rest.
pub(super) type Branches<'v> = (Vec<(Expr, &'v Value)>, Option<&'v Value>);

/// The conditions of a `case`, each with its value, and the value of the rest.
pub(super) fn branches(args: &[Value]) -> Option<Branches<'_>> {
    let (pairs, rest) = args.as_chunks::<2>();
    let mut out = Vec::with_capacity(pairs.len());
    for [condition, then] in pairs {
        let Value::Truth(condition) = condition else { return None };
        out.push(((**condition).clone(), then));
    }
    Some((out, rest.first()))
}
