//! Trees as text, so that `parse(emit(expr))` gives the tree.

use super::ast::{Expr, Values};
use super::text::written;
use rulescope_ir::Span;

/// A condition as text. What could not be read is given as it was, out of the query's text.
pub fn emit(expr: &Expr, text: &str) -> String {
    let mut out = String::new();
    write(expr, text, Place::Or, &mut out);
    out
}

/// What a part stands in: the parts of which need parentheses there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Or,
    And,
    Not,
}

fn write(expr: &Expr, text: &str, place: Place, out: &mut String) {
    match expr {
        Expr::Or(of) => {
            grouped(place > Place::Or, out, |out| {
                joined(of, " or ", out, |e, out| {
                    write(e, text, Place::And, out);
                })
            });
        }
        Expr::And(of) => {
            grouped(place > Place::And, out, |out| {
                joined(of, " and ", out, |e, out| {
                    write(e, text, Place::Not, out);
                })
            });
        }
        Expr::Not(inner) => {
            out.push_str("not ");
            write(inner, text, Place::Not, out);
        }
        Expr::Nested { field, expr } => {
            out.push_str(&written(field));
            out.push_str(": { ");
            write(expr, text, Place::Or, out);
            out.push_str(" }");
        }
        Expr::Is { field, values: of, .. } => {
            if let Some(field) = field {
                out.push_str(&written(field));
                out.push_str(": ");
            }
            values(of, text, Place::Not, out);
        }
        Expr::Range { field, op, value, .. } => {
            out.push_str(&format!("{} {} {}", written(field), op.sign(), written(value)));
        }
        Expr::Opaque { span } => out.push_str(opaque(*span, text)),
    }
}

fn values(of: &Values, text: &str, place: Place, out: &mut String) {
    match of {
        Values::Or(of) => grouped(place > Place::Or, out, |out| {
            joined(of, " or ", out, |v, out| values(v, text, Place::And, out));
        }),
        Values::And(of) => grouped(place > Place::And, out, |out| {
            joined(of, " and ", out, |v, out| values(v, text, Place::Not, out));
        }),
        // A list is the only place for a `not`.
        Values::Not(inner) => grouped(true, out, |out| {
            out.push_str("not ");
            values(inner, text, Place::Not, out);
        }),
        Values::One(value) => out.push_str(&written(value)),
        Values::Opaque { span } => out.push_str(opaque(*span, text)),
    }
}

fn opaque(span: Span, text: &str) -> &str {
    span.slice(text).trim()
}

fn grouped(group: bool, out: &mut String, f: impl FnOnce(&mut String)) {
    if group {
        out.push('(');
    }
    f(out);
    if group {
        out.push(')');
    }
}

fn joined<T>(of: &[T], by: &str, out: &mut String, f: impl Fn(&T, &mut String)) {
    for (i, part) in of.iter().enumerate() {
        if i > 0 {
            out.push_str(by);
        }
        f(part, out);
    }
}
