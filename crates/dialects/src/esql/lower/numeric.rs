//! Whole numbers and fractions: a quotient of two whole numbers is a whole number, and a fraction is
//! rounded where it is made a whole one.
//!
//! "ES|QL operators", "Divide `/`": "division of two integer types yields an integer result, rounding
//! towards 0"
//! (<https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/operators>).

use super::super::ast::{Arithmetic, Expr, ExprKind};
use super::row::Row;

/// What a number is, as far as the query says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numeric {
    /// A whole number, never below 0.
    Count,
    /// A whole number.
    Whole,
    /// A number that may have a fraction.
    Fraction,
    /// It hangs on the mapping of a field.
    Unknown,
}

impl Numeric {
    /// What arithmetic makes of two.
    pub(super) fn with(self, other: Numeric, op: Arithmetic) -> Numeric {
        match (self, other) {
            (Numeric::Fraction, _) | (_, Numeric::Fraction) => Numeric::Fraction,
            (Numeric::Unknown, _) | (_, Numeric::Unknown) => Numeric::Unknown,
            (Numeric::Count, Numeric::Count) if op != Arithmetic::Subtract => Numeric::Count,
            (Numeric::Count | Numeric::Whole, Numeric::Count | Numeric::Whole) => Numeric::Whole,
        }
    }
}

/// What the value of an expression is.
pub(super) fn numeric(expr: &Expr, row: &Row) -> Numeric {
    match &expr.kind {
        ExprKind::Number(n) if n.contains(['.', 'e', 'E']) => Numeric::Fraction,
        ExprKind::Number(_) => Numeric::Count,
        ExprKind::Negative(inner) => match numeric(inner, row) {
            Numeric::Count => Numeric::Whole,
            other => other,
        },
        ExprKind::Field(name) => row.numeric(&name.name()),
        ExprKind::Cast { to, .. } => made(&to.to_ascii_lowercase()),
        ExprKind::Call { function, args } => called(&function.to_ascii_lowercase(), args, row),
        ExprKind::Arithmetic { first, rest } => {
            rest.iter().fold(numeric(first, row), |kind, (op, e)| kind.with(numeric(e, row), *op))
        }
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Time { .. }
        | ExprKind::Text(_)
        | ExprKind::Parameter(_)
        | ExprKind::Star
        | ExprKind::Logic { .. }
        | ExprKind::Not(_)
        | ExprKind::Compare { .. }
        | ExprKind::Match { .. }
        | ExprKind::Absence { .. }
        | ExprKind::List(_)
        | ExprKind::Map(_) => Numeric::Unknown,
    }
}

/// What a type of numbers is.
fn made(name: &str) -> Numeric {
    match name {
        "double" | "dbl" => Numeric::Fraction,
        "unsigned_long" | "ul" => Numeric::Count,
        "long" | "integer" | "int" => Numeric::Whole,
        _ => Numeric::Unknown,
    }
}

fn called(name: &str, args: &[Expr], row: &Row) -> Numeric {
    if let Some(to) = name.strip_prefix("to_") {
        return made(to);
    }
    let joined = |kinds: &mut dyn Iterator<Item = Numeric>| {
        kinds.reduce(|a, b| a.with(b, Arithmetic::Add)).unwrap_or(Numeric::Unknown)
    };
    match name {
        "count" | "count_distinct" | "length" | "mv_count" => Numeric::Count,
        "date_diff" => Numeric::Whole,
        "avg" | "median" | "percentile" | "std_dev" => Numeric::Fraction,
        "sum" | "max" | "min" | "abs" | "mv_sum" | "mv_max" | "mv_min" | "round" | "floor"
        | "ceil" => args.first().map_or(Numeric::Unknown, |e| numeric(e, row)),
        "coalesce" | "greatest" | "least" => joined(&mut args.iter().map(|e| numeric(e, row))),
        "case" => {
            let (pairs, rest) = args.as_chunks::<2>();
            let values = pairs.iter().map(|[_, then]| then).chain(rest);
            let values = values.filter(|e| e.kind != ExprKind::Null);
            joined(&mut values.map(|e| numeric(e, row)))
        }
        _ => Numeric::Unknown,
    }
}
