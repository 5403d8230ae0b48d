//! Syntax trees as text: short enough to read, and with or without places.

use std::fmt::{Debug, Write};

/// Lines longer than this are broken.
const WIDTH: usize = 96;

/// A tree without places, for comparison.
pub(crate) fn unplaced(tree: &impl Debug) -> String {
    let text = format!("{tree:?}");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        if let Some(len) = quoted(rest) {
            out.push_str(&rest[..len]);
            rest = &rest[len..];
        } else if let Some(len) = place(rest) {
            rest = &rest[len..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// A tree without places, a node a line where it is too long for one.
pub(crate) fn pretty(tree: &impl Debug) -> String {
    let text = unplaced(tree);
    let text = text.replace(", span:  }", " }").replace("span: , ", "");
    let mut out = String::new();
    write_node(&text, 0, &mut out);
    out
}

/// Every text of a tree as `Debug` writes it, with the place that it is said to stand at.
pub(crate) fn texts(tree: &impl Debug) -> Vec<(String, usize, usize)> {
    let text = format!("{tree:?}");
    let mut out = Vec::new();
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let Some(len) = quoted(rest) else {
            rest = &rest[c.len_utf8()..];
            continue;
        };
        let (raw, after) = rest.split_at(len);
        rest = after;
        if let Some(len) = place(after).filter(|_| after.starts_with('@')) {
            let numbers = after[1..len].split_once("..").expect("a place has two numbers");
            let number = |n: &str| n.parse().expect("a number");
            out.push((raw.to_owned(), number(numbers.0), number(numbers.1)));
        }
    }
    out
}

/// The length of a string that a text starts with.
fn quoted(text: &str) -> Option<usize> {
    let mut escaped = false;
    let mut chars = text.char_indices().skip(1);
    text.starts_with('"').then_some(())?;
    chars.find_map(|(i, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(i + 1)
    })
}

/// The length of a place that a text starts with: `@1..2` or `Span { start: 1, end: 2 }`.
fn place(text: &str) -> Option<usize> {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    if text.starts_with('@') {
        let first = digits(1);
        let rest = text[1 + first..].strip_prefix("..")?;
        return (first > 0)
            .then(|| 3 + first + rest.bytes().take_while(u8::is_ascii_digit).count());
    }
    text.starts_with("Span { start: ").then(|| text.find('}').map(|n| n + 1))?
}

fn write_node(text: &str, indent: usize, out: &mut String) {
    let text = text.trim();
    let pad = "  ".repeat(indent);
    let open = opening(text);
    if text.len() + pad.len() <= WIDTH || open.is_none() {
        let _ = writeln!(out, "{pad}{text}");
        return;
    }
    let Some(open) = open else { return };
    let _ = writeln!(out, "{pad}{}", text[..=open].trim_end());
    let close = text.len() - 1;
    for part in parts(&text[open + 1..close]) {
        write_node(part, indent + 1, out);
    }
    let _ = writeln!(out, "{pad}{}", &text[close..]);
}

/// The bracket that a node's parts stand in, where it ends with them.
fn opening(text: &str) -> Option<usize> {
    let ends = text.ends_with([')', '}', ']']);
    let mut rest = text;
    while ends && !rest.is_empty() {
        let at = text.len() - rest.len();
        if let Some(len) = quoted(rest) {
            rest = &rest[len..];
        } else if rest.starts_with(['(', '{', '[']) {
            return Some(at);
        } else {
            rest = &rest[rest.chars().next().map_or(1, char::len_utf8)..];
        }
    }
    None
}

/// The parts between commas that are in no bracket.
fn parts(text: &str) -> Vec<&str> {
    let (mut out, mut depth, mut start, mut at) = (Vec::new(), 0, 0, 0);
    while at < text.len() {
        if let Some(len) = quoted(&text[at..]) {
            at += len;
            continue;
        }
        match text.as_bytes()[at] {
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => depth -= 1,
            b',' if depth == 0 => {
                out.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    out.push(&text[start..]);
    out.retain(|part| !part.trim().is_empty());
    out
}

#[test]
fn places_are_left_out_and_texts_kept() {
    let text = "@1..2 Span { start: 3, end: 4 }";
    let query = rulescope_dialects::spl::Text::quoted(text);
    assert_eq!(unplaced(&query), format!("double {text:?}"));
}
