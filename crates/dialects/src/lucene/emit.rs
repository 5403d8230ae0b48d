//! Trees as text, so that `parse(emit(clauses))` gives the tree.

use super::ast::{Clause, Join, Modifier, Term, Text};
use super::text::written;

/// Clauses as text. What could not be read is given as it was, out of the query's text.
pub fn emit(clauses: &[Clause], text: &str) -> String {
    let mut out = String::new();
    group(clauses, text, &mut out);
    out
}

fn group(clauses: &[Clause], text: &str, out: &mut String) {
    for (i, clause) in clauses.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        out.push_str(match clause.join {
            Join::None => "",
            Join::And => "AND ",
            Join::Or => "OR ",
        });
        out.push_str(match clause.modifier {
            Modifier::None => "",
            Modifier::Required => "+",
            Modifier::Prohibited => "NOT ",
        });
        if clause.term == Term::Opaque {
            out.push_str(clause.span.slice(text));
            continue;
        }
        if let Some(field) = &clause.field {
            out.push_str(&written(field));
            out.push(':');
        }
        term(&clause.term, text, out);
    }
}

fn term(of: &Term, text: &str, out: &mut String) {
    match of {
        Term::Text { text, slop } => {
            out.push_str(&written(text));
            if let Some(slop) = slop {
                out.push('~');
                out.push_str(slop);
            }
        }
        Term::Regex { source, .. } => {
            out.push('/');
            out.push_str(source);
            out.push('/');
        }
        Term::Range { from, to } => {
            let closed = |bound: &Option<(Text, bool)>| bound.as_ref().is_none_or(|(_, c)| *c);
            out.push(if closed(from) { '[' } else { '{' });
            bound(from, out);
            out.push_str(" TO ");
            bound(to, out);
            out.push(if closed(to) { ']' } else { '}' });
        }
        Term::Group(clauses) => {
            out.push('(');
            group(clauses, text, out);
            out.push(')');
        }
        Term::Opaque => {}
    }
}

fn bound(of: &Option<(Text, bool)>, out: &mut String) {
    match of {
        None => out.push('*'),
        Some((text, _)) if text.quoted => out.push_str(&written(text)),
        Some((text, _)) => {
            out.push_str(&text.raw);
            let slashes = text.raw.len() - text.raw.trim_end_matches('\\').len();
            if slashes % 2 == 1 {
                // The text's last backslash escapes nothing.
                out.push('\\');
            }
        }
    }
}
