//! A tree and its diagnostics as text, for golden tests.

use std::fmt::Write;

use rulescope_ir::LineIndex;
use rulescope_yaml::{Kind, Node, Parsed};

/// Documents as indented trees with lines and columns, then the diagnostics.
pub(crate) fn outline(text: &str, parsed: &Parsed<'_>) -> String {
    let mut out = String::new();
    let lines = LineIndex::new(text);
    let at = |offset: u32| {
        let p = lines.position(text, offset);
        format!("{}:{}", p.line, p.column)
    };
    for document in &parsed.documents {
        let cut = if document.complete { "" } else { " incomplete" };
        let (start, end) = (at(document.span.start), at(document.span.end));
        writeln!(out, "document {start}-{end}{cut}").expect("a string takes all");
        if let Some(root) = &document.root {
            node(&mut out, root, 1, &at);
        }
    }
    for d in &parsed.diagnostics {
        let place = at(d.span.start);
        let name = d.severity.name();
        writeln!(out, "{place} {name}[{}] {}", d.code, d.message).expect("a string takes all");
    }
    out
}

fn node(out: &mut String, n: &Node<'_>, depth: usize, at: &impl Fn(u32) -> String) {
    let indent = "  ".repeat(depth);
    let place = format!("{}-{}", at(n.span.start), at(n.span.end));
    match &n.kind {
        Kind::Scalar(s) => writeln!(out, "{indent}{:?} {place}", s.resolve()),
        Kind::Sequence(items) => {
            let done = writeln!(out, "{indent}list {place}");
            items.iter().for_each(|item| node(out, item, depth + 1, at));
            done
        }
        Kind::Mapping(m) => {
            let done = writeln!(out, "{indent}mapping {place}");
            for entry in m {
                let flag = if entry.duplicate { " (duplicate)" } else { "" };
                let key = entry.key.as_str().unwrap_or("?");
                writeln!(out, "{indent}  {key:?}{flag} {}", at(entry.key.span.start))
                    .expect("a string takes all");
                node(out, &entry.value, depth + 2, at);
            }
            done
        }
    }
    .expect("a string takes all");
}
