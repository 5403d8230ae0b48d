//! Search expressions and expressions of `eval` as text.

use super::{join, macro_call, subsearch, text, value_after_sign};
use crate::spl::ast::{Assignment, Comparison, Expr, ExprKind, Literal, Quote, SearchExpr};

/// A search expression; an operator in it stands in parentheses.
pub(super) fn search(expr: &SearchExpr) -> String {
    match expr {
        SearchExpr::And(of) => of.iter().map(within).collect::<Vec<_>>().join(" "),
        SearchExpr::Or(of) => of.iter().map(within).collect::<Vec<_>>().join(" OR "),
        SearchExpr::Not(of) => format!("NOT {}", within(of)),
        SearchExpr::Compare { field, op, value, .. } => {
            let value = literal(value);
            let value = if *op == Comparison::Indexed { value } else { value_after_sign(&value) };
            format!("{}{}{value}", text(field), op.sign())
        }
        SearchExpr::In { field, values, .. } => {
            format!("{} IN ({})", text(field), join(values, literal))
        }
        // Without quotes it would begin a list before a parenthesis.
        SearchExpr::Keyword(word)
            if word.quote == Quote::None && word.raw.eq_ignore_ascii_case("in") =>
        {
            format!("\"{}\"", word.raw)
        }
        SearchExpr::Keyword(word) => text(word),
        SearchExpr::Segment { kind, text: word, .. } => format!("{}({})", kind.name(), text(word)),
        SearchExpr::Subsearch(pipeline) => subsearch(pipeline),
        SearchExpr::Macro(call) => macro_call(call),
        SearchExpr::Opaque { text, .. } => text.clone(),
    }
}

/// A search expression within another.
fn within(expr: &SearchExpr) -> String {
    match expr {
        SearchExpr::And(_) | SearchExpr::Or(_) => format!("({})", search(expr)),
        SearchExpr::Not(_)
        | SearchExpr::Compare { .. }
        | SearchExpr::In { .. }
        | SearchExpr::Keyword(_)
        | SearchExpr::Segment { .. }
        | SearchExpr::Subsearch(_)
        | SearchExpr::Macro(_)
        | SearchExpr::Opaque { .. } => search(expr),
    }
}

fn literal(of: &Literal) -> String {
    match of {
        Literal::Text(of) => text(of),
        Literal::Macro(call) => macro_call(call),
        Literal::Subsearch(pipeline) => subsearch(pipeline),
    }
}

/// An expression; an operator in it stands in parentheses.
pub(super) fn eval(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Number(number) => number.clone(),
        ExprKind::Text(of) | ExprKind::Field(of) => text(of),
        ExprKind::Call { function, args } => format!("{}({})", text(function), join(args, eval)),
        ExprKind::Logic { op, of } => {
            of.iter().map(operand).collect::<Vec<_>>().join(&format!(" {} ", op.sign()))
        }
        ExprKind::Not(of) => format!("NOT {}", operand(of)),
        ExprKind::Negative(of) => format!("-{}", operand(of)),
        ExprKind::Compare { op, left, right } => {
            format!("{} {} {}", operand(left), op.sign(), operand(right))
        }
        ExprKind::In { subject, values } => {
            format!("{} IN ({})", operand(subject), join(values, eval))
        }
        ExprKind::Arithmetic { first, rest } => {
            let mut out = operand(first);
            for (op, of) in rest {
                out.push_str(&format!(" {} {}", op.sign(), operand(of)));
            }
            out
        }
        ExprKind::Macro(call) => macro_call(call),
        ExprKind::Opaque(text) => text.clone(),
    }
}

/// An expression within another.
fn operand(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Logic { .. }
        | ExprKind::Not(_)
        | ExprKind::Negative(_)
        | ExprKind::Compare { .. }
        | ExprKind::In { .. }
        | ExprKind::Arithmetic { .. } => format!("({})", eval(expr)),
        ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Field(_)
        | ExprKind::Call { .. }
        | ExprKind::Macro(_)
        | ExprKind::Opaque(_) => eval(expr),
    }
}

/// A field and its value.
pub(super) fn assignment(assignment: &Assignment) -> String {
    format!("{} = {}", text(&assignment.field), eval(&assignment.value))
}
