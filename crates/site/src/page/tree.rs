//! A rule's condition as a tree for people.

use rulescope_ir::{Expr, Pattern, Quantifier, print};
use serde::Serialize;

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// `source`, `step` (of a rule over several events), `all`, `any`, `count`, `not`, `each`,
    /// `test`, `constant` or `opaque`.
    pub kind: &'static str,
    /// What it says.
    pub label: String,
    /// Whether it is a test under an odd number of negations.
    pub negated: bool,
    /// What it is made of.
    pub children: Vec<Node>,
}

/// Nodes of a tree that are shown; a few generated rules have tens of thousands.
const MOST: usize = 600;

/// The tree of a pattern.
pub(crate) fn of(pattern: &Pattern) -> Node {
    of_pattern(pattern, &mut 0)
}

fn of_pattern(pattern: &Pattern, seen: &mut usize) -> Node {
    *seen += 1;
    let text = print::pattern(pattern);
    let head = text.lines().next().unwrap_or_default().trim().to_owned();
    if *seen > MOST {
        return Node {
            kind: "step", label: "…".to_owned(), negated: false, children: Vec::new()
        };
    }
    let mut children: Vec<Node> = Vec::new();
    if let Pattern::Filter { input, expr } = pattern {
        // A filter next to its events is shown as the condition of that source.
        let mut source = of_pattern(input, seen);
        let condition = of_expr(expr, false, seen);
        if source.kind == "source" {
            source.children.push(condition);
            return source;
        }
        children.push(condition);
        children.push(source);
        return Node { kind: "step", label: "where".to_owned(), negated: false, children };
    }
    children.extend(pattern.children().into_iter().map(|child| of_pattern(child, seen)));
    let kind = match pattern {
        Pattern::Events { .. } => "source",
        Pattern::Opaque { .. } => "opaque",
        _ => "step",
    };
    Node { kind, label: head, negated: false, children }
}

fn of_expr(expr: &Expr, negated: bool, seen: &mut usize) -> Node {
    *seen += 1;
    let node =
        |kind, label: &str, children| Node { kind, label: label.to_owned(), negated, children };
    if *seen > MOST {
        return node("test", "…", Vec::new());
    }
    let mut list = |exprs: &[Expr], negated: bool| -> Vec<Node> {
        let mut out = Vec::new();
        for expr in exprs {
            if *seen > MOST {
                out.push(of_expr(expr, negated, seen));
                break;
            }
            out.push(of_expr(expr, negated, seen));
        }
        out
    };
    match expr {
        Expr::All(exprs) => node("all", "all of", list(exprs, negated)),
        Expr::Any(exprs) => node("any", "any of", list(exprs, negated)),
        Expr::AtLeast { count, of } => {
            node("count", &format!("at least {count} of"), list(of, negated))
        }
        Expr::Not(inner) => node("not", "not", list(std::slice::from_ref(&**inner), !negated)),
        Expr::Each { quantifier, list: values, variable, expr } => {
            let word = match quantifier {
                Quantifier::Any => "some",
                Quantifier::All => "every",
            };
            let label = format!("{word} {variable} of {}", print::value(values));
            node("each", &label, list(std::slice::from_ref(&**expr), negated))
        }
        Expr::Predicate(predicate) => {
            let negated = negated ^ predicate.negated;
            let label = print::predicate(predicate);
            Node { kind: "test", label, negated, children: Vec::new() }
        }
        Expr::Const(holds) => node("constant", if *holds { "always" } else { "never" }, Vec::new()),
        Expr::Opaque { text, .. } => node("opaque", text, Vec::new()),
    }
}
