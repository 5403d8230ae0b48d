//! Conditions as text, so that `parse(emit(tree))` gives the tree.

use super::ast::{Aggregation, Quantity, Tree};

/// A tree as a condition's text; every operator within another stands in parentheses.
pub fn tree(tree: &Tree) -> String {
    let mut out = String::new();
    write(tree, true, &mut out);
    out
}

fn write(tree: &Tree, top: bool, out: &mut String) {
    let mut list = |of: &[Tree], word: &str| {
        if !top {
            out.push('(');
        }
        for (i, part) in of.iter().enumerate() {
            if i > 0 {
                out.push_str(word);
            }
            write(part, false, out);
        }
        if !top {
            out.push(')');
        }
    };
    match tree {
        Tree::And(of) => list(of, " and "),
        Tree::Or(of) => list(of, " or "),
        Tree::Not(inner) => {
            out.push_str(if top { "not " } else { "(not " });
            write(inner, false, out);
            if !top {
                out.push(')');
            }
        }
        Tree::Name { name, .. } => out.push_str(name),
        Tree::Of { quantity, pattern, .. } => {
            match quantity {
                Quantity::All => out.push_str("all"),
                Quantity::AtLeast(n) => out.push_str(&n.to_string()),
            }
            out.push_str(" of ");
            out.push_str(pattern);
        }
        Tree::Opaque { text, .. } => out.push_str(text),
    }
}

/// What follows a pipe, as text.
pub fn aggregation(aggregation: &Aggregation) -> String {
    match aggregation {
        Aggregation::Count { function, field, by, comparison, number, .. } => {
            let field = field.as_deref().unwrap_or_default();
            let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) };
            format!("{function}({field}){by} {} {}", comparison.sign(), number.as_str())
        }
        Aggregation::Near { tree: near, .. } => format!("near {}", tree(near)),
        Aggregation::Opaque { text, .. } => text.clone(),
    }
}
