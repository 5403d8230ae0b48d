//! Small words of the templates.

use std::borrow::Borrow;
use std::collections::BTreeMap;

pub(crate) use super::prose::paragraphs;
pub(crate) use crate::page::event::by_vendor;
use crate::page::tree::Node;
use crate::page::{is_web, ranked};
use crate::source::escape;

/// A name with a capital.
pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

/// A word of data as people write it.
pub(crate) fn words(text: &str) -> String {
    text.replace('_', " ")
}

/// `sigma 13, splunk 2`.
pub(crate) fn vendors(counts: &BTreeMap<String, i64>) -> String {
    let parts: Vec<String> = ranked(counts).iter().map(|(name, n)| format!("{name} {n}")).collect();
    parts.join(", ")
}

/// A field's name, or what stands for keywords.
pub(crate) fn field(name: &str) -> &str {
    if name.is_empty() { "keyword" } else { name }
}

/// A text that shows what a reader could not see: nothing, and marks that turn the direction.
pub(crate) fn shown(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if turns(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}

/// A long text by its beginning.
pub(crate) fn short(text: &str, most: impl Borrow<usize>) -> String {
    let most = most.borrow();
    let text = shown(text);
    if text.chars().count() <= *most {
        return text;
    }
    text.chars().take(*most).collect::<String>() + "…"
}

/// A link to the web, or the text alone where it leads elsewhere.
pub(crate) fn link(text: &str) -> String {
    let mut escaped = String::new();
    escape(text, &mut escaped);
    if is_web(text) {
        format!("<a href=\"{escaped}\" rel=\"noopener noreferrer nofollow\">{escaped}</a>")
    } else {
        escaped
    }
}

/// The last parts of a path.
pub(crate) fn file(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A number with its thousands apart.
pub(crate) fn number(n: impl Borrow<i64>) -> String {
    let n = *n.borrow();
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) && c != '-' {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

/// A share of a whole in percent.
pub(crate) fn percent(part: impl Borrow<i64>, whole: impl Borrow<i64>) -> i64 {
    let (part, whole) = (*part.borrow(), *whole.borrow());
    if whole == 0 { 0 } else { part * 100 / whole }
}

/// A bar as a picture: `part` of `whole`, which is all of its width.
pub(crate) fn bar(part: impl Borrow<i64>, whole: impl Borrow<i64>, class: &str) -> String {
    let (part, whole) = (*part.borrow(), *whole.borrow());
    let width = if whole == 0 { 0 } else { (part * 1000 / whole).clamp(i64::from(part > 0), 1000) };
    format!(
        "<svg class=\"bar {class}\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" \
         aria-hidden=\"true\"><rect width=\"1000\" height=\"10\" class=\"all\"/>\
         <rect width=\"{width}\" height=\"10\" class=\"part\"/></svg>"
    )
}

/// The largest of counts.
pub(crate) fn most(counts: &BTreeMap<String, i64>) -> i64 {
    counts.values().copied().max().unwrap_or(0)
}

/// A tree as nested lists.
pub(crate) fn tree(node: &Node) -> String {
    let mut out = String::from("<ul class=\"tree\">");
    branch(node, &mut out);
    out += "</ul>";
    out
}

fn branch(node: &Node, out: &mut String) {
    let class = if node.negated { format!("{} no", node.kind) } else { node.kind.to_owned() };
    *out += &format!("<li><span class=\"node {class}\">");
    if node.negated && node.kind == "test" {
        *out += "<span class=\"vh\">excludes </span>";
    }
    escape(&short(&node.label, 400), out);
    *out += "</span>";
    if !node.children.is_empty() {
        *out += "<ul>";
        node.children.iter().for_each(|child| branch(child, out));
        *out += "</ul>";
    }
    *out += "</li>";
}
