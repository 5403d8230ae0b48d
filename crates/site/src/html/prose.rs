//! Texts of other people as paragraphs: the little of markdown that descriptions use (`code`,
//! `**bold**`, links, ATT&CK's citations), everything else as it is.

use rulescope_taxonomy::attack;

use crate::page::is_web;
use crate::route;
use crate::source::escape;

/// The start of the addresses of ATT&CK's techniques, which have pages here.
const TECHNIQUES: &str = "https://attack.mitre.org/techniques/";

/// Marks of `code` and **bold**, with their elements.
const PAIRS: [(&str, &str); 2] = [("`", "code"), ("**", "b")];

/// Paragraphs of a text.
pub(crate) fn paragraphs(text: &str) -> String {
    let mut out = String::new();
    for paragraph in text.replace("\r\n", "\n").split("\n\n").filter(|p| !p.trim().is_empty()) {
        out += "<p>";
        inline(&paragraph.trim().replace('\n', " "), &mut out);
        out += "</p>";
    }
    out
}

fn inline(text: &str, out: &mut String) {
    let mut rest = text;
    let mut plain = String::new();
    while let Some(first) = rest.chars().next() {
        let found = PAIRS.iter().find_map(|(mark, element)| {
            let (inner, after) = rest.strip_prefix(mark)?.split_once(mark)?;
            (!inner.is_empty()).then_some((*element, inner, after))
        });
        if let Some((element, inner, after)) = found {
            flush(&mut plain, out);
            *out += &format!("<{element}>");
            escape(inner, out);
            *out += &format!("</{element}>");
            rest = after;
        } else if let Some((label, address, after)) = link(rest) {
            flush(&mut plain, out);
            anchor(label, address, out);
            rest = after;
        } else if let Some((cited, after)) = citation(rest) {
            flush(&mut plain, out);
            *out += " <small>[";
            escape(cited, out);
            *out += "]</small>";
            rest = after;
        } else {
            plain.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    flush(&mut plain, out);
}

fn flush(plain: &mut String, out: &mut String) {
    escape(plain, out);
    plain.clear();
}

/// `[label](address)`, where the address is one of the web.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (address, after) = rest.split_once(')')?;
    (!label.contains(['[', ']']) && is_web(address)).then_some((label, address, after))
}

/// `(Citation: name)`.
fn citation(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("(Citation: ")?.split_once(')')
}

fn anchor(label: &str, address: &str, out: &mut String) {
    let id = address.strip_prefix(TECHNIQUES).map(|id| id.trim_matches('/').replace('/', "."));
    match id.filter(|id| attack::technique(id).is_some()) {
        Some(id) => {
            *out += &format!("<a href=\"{}\">", route::technique(&id));
        }
        None => {
            *out += "<a href=\"";
            escape(address, out);
            *out += "\" rel=\"noopener noreferrer nofollow\">";
        }
    }
    escape(label, out);
    *out += "</a>";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_descriptions_use_is_read() {
        assert_eq!(
            paragraphs(
                "a `<b>` **c**\nd\n\n[x](https://attack.mitre.org/techniques/T1021/003) e.(Citation: F 1)"
            ),
            "<p>a <code>&lt;b&gt;</code> <b>c</b> d</p><p><a href=\"/attack/T1021.003/\">x</a> e. \
             <small>[F 1]</small></p>"
        );
    }

    #[test]
    fn nothing_else_becomes_markup() {
        for text in ["[x](javascript:alert(1))", "`", "****", "[a](b", "<p>\"", "[](https://a\" b)"]
        {
            let shown = paragraphs(text);
            assert!(!shown.contains("<a") && !shown.contains("<b>"), "{shown}");
            assert_eq!(shown.matches('<').count(), 2, "{shown}");
        }
        let shown = paragraphs("[<i>](https://a.example/?a='\"&b)");
        assert!(shown.contains("href=\"https://a.example/?a=&#39;&quot;&amp;b\""), "{shown}");
        assert!(shown.contains(">&lt;i&gt;</a>"), "{shown}");
    }
}
