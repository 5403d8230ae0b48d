//! `grok` and `dissect`: columns out of a text ("Extract data from unstructured text with DISSECT and
//! GROK",
//! <https://www.elastic.co/docs/reference/query-languages/esql/esql-process-data-with-dissect-grok>).
//!
//! Both become one regular expression of which each column is a group.

use rulescope_ir::{Effect, Function, Literal, Regex, Scalar, Value};

use super::super::ast::{Expr as Ast, Text};
use super::super::text::decoded;
use super::context::Context;
use super::row::Row;
use super::value::value;

/// An expression, and the columns that its groups `c0`, `c1` … give.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Pattern {
    source: String,
    columns: Vec<String>,
}

/// Gives the row the columns of the patterns; the first pattern that matches gives a column.
pub(super) fn extract(
    grok: bool,
    input: &Ast,
    patterns: &[Text],
    row: &mut Row,
    cx: &mut Context<'_>,
) {
    let read: Vec<(Option<Pattern>, &Text)> = patterns
        .iter()
        .map(|text| {
            let source = decoded(text);
            let pattern = if grok { of_grok(&source) } else { of_dissect(&source) };
            (pattern.filter(|p| regex_syntax::parse(&p.source).is_ok()), text)
        })
        .collect();
    let mut columns: Vec<(String, bool)> = Vec::new();
    for (pattern, text) in &read {
        let named = match pattern {
            Some(pattern) => pattern.columns.clone(),
            None => names(&decoded(text)),
        };
        columns.extend(named.into_iter().map(|name| (name, pattern.is_some())));
    }
    let before = row.clone();
    for (column, _) in &columns {
        row.bind(column, input.span, cx, |_, cx| {
            let mut values = Vec::new();
            for (pattern, text) in &read {
                let place = cx.place(text.span);
                let Some(pattern) = pattern else {
                    let what = "the pattern is beyond the common syntax";
                    cx.loss(what, Effect::Unknown, text.span);
                    values.push(Value::Opaque { text: decoded(text), span: place });
                    continue;
                };
                let Some(i) = pattern.columns.iter().position(|c| c == column) else { continue };
                let source = pattern.source.clone();
                let flags = if grok { String::new() } else { "s".to_owned() };
                let regex = Scalar::Regex(Regex { source, flags, whole: false });
                let mut regex = Literal::new(regex, place);
                regex.authored = Some(decoded(text));
                let args = vec![
                    value(input, &before, cx),
                    Value::Literal(regex),
                    Value::Literal(Literal::text(format!("c{i}"))),
                ];
                values.push(Value::call(Function::Extract, args));
            }
            if values.len() == 1 {
                values.remove(0)
            } else {
                Value::call(Function::Coalesce, values)
            }
        });
    }
}

/// The patterns of `grok` that are used by name, as regular expressions.
fn known(name: &str) -> Option<&'static str> {
    Some(match name {
        "DATA" => r".*?",
        "GREEDYDATA" => r".*",
        "WORD" => r"\b\w+\b",
        "NOTSPACE" => r"\S+",
        "SPACE" => r"\s*",
        "INT" => r"[+-]?[0-9]+",
        "POSINT" => r"\b[1-9][0-9]*\b",
        "NUMBER" | "BASE10NUM" => r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)",
        "USERNAME" | "USER" => r"[a-zA-Z0-9._-]+",
        "IPV4" => r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b",
        "BASE16NUM" => r"[+-]?(?:0x)?[0-9A-Fa-f]+",
        "URIPROTO" => r"[A-Za-z][A-Za-z0-9+.-]+",
        // A name or an address, of IPv4 or of IPv6, and its port.
        "URIHOST" => {
            r"(?:[0-9A-Za-z][0-9A-Za-z.-]*|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]+)(?::[1-9][0-9]*)?"
        }
        _ => return None,
    })
}

/// `%{SYNTAX:column:type}` and `(?<column>…)`.
fn of_grok(text: &str) -> Option<Pattern> {
    let mut out = Pattern::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(tail) = rest.strip_prefix("%{") {
            let end = tail.find('}')?;
            let mut parts = tail[..end].split(':');
            let syntax = known(parts.next()?)?;
            match parts.next() {
                Some(column) => out.column(column, syntax),
                None => out.source.push_str(&format!("(?:{syntax})")),
            }
            rest = &tail[end + 1..];
        } else if let Some(tail) = rest.strip_prefix("(?<")
            && !tail.starts_with(['=', '!'])
        {
            let end = tail.find('>')?;
            out.source.push_str(&format!("(?P<c{}>", out.columns.len()));
            out.columns.push(tail[..end].to_owned());
            rest = &tail[end + 1..];
        } else if c == '\\' {
            let len = rest.chars().take(2).map(char::len_utf8).sum();
            out.source.push_str(&rest[..len]);
            rest = &rest[len..];
        } else {
            out.source.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    Some(out)
}

/// `%{column}` and what stands between: all up to the next delimiter.
fn of_dissect(text: &str) -> Option<Pattern> {
    let mut out = Pattern { source: "^".to_owned(), columns: Vec::new() };
    let mut rest = text;
    while let Some(at) = rest.find("%{") {
        out.source.push_str(&escaped(&rest[..at]));
        let tail = &rest[at + 2..];
        let end = tail.find('}')?;
        let (key, padded) = match tail[..end].strip_suffix("->") {
            Some(key) => (key, true),
            None => (&tail[..end], false),
        };
        rest = &tail[end + 1..];
        let part = if rest.is_empty() { ".*" } else { ".*?" };
        match key.chars().next() {
            // Appended parts and names that the text gives have no counterpart.
            Some('+' | '*' | '&') => return None,
            Some('?') | None => out.source.push_str(part),
            Some(_) => out.column(key, part),
        }
        if padded {
            let delimiter = rest.chars().next()?;
            out.source.push_str(&format!("(?:{})*", escaped(&delimiter.to_string())));
        }
    }
    out.source.push_str(&escaped(rest));
    Some(out)
}

impl Pattern {
    fn column(&mut self, name: &str, syntax: &str) {
        self.source.push_str(&format!("(?P<c{}>{syntax})", self.columns.len()));
        self.columns.push(name.to_owned());
    }
}

fn escaped(text: &str) -> String {
    regex_syntax::escape(text)
}

/// The columns of a pattern that is not understood.
fn names(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for part in text.split("%{").skip(1) {
        let Some(end) = part.find('}') else { continue };
        let key = part[..end].trim_end_matches("->");
        let key = key.split(':').nth(1).unwrap_or(key).trim_start_matches(['+', '?', '*', '&']);
        out.push(key.to_owned());
    }
    for part in text.split("(?<").skip(1) {
        let Some(end) = part.find('>').filter(|_| !part.starts_with(['=', '!'])) else { continue };
        out.push(part[..end].to_owned());
    }
    out.retain(|name| !name.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_regular_expressions() {
        let grok = of_grok(r"%{INT:a.b}-(?<c>x\}%)%{DATA}").expect("a pattern");
        assert_eq!(grok.source, r"(?P<c0>[+-]?[0-9]+)-(?P<c1>x\}%)(?:.*?)");
        assert_eq!(grok.columns, ["a.b", "c"]);
        assert_eq!(of_grok("%{NONE:a}"), None);
        let dissect = of_dissect("[%{a->} %{?b}].%{c}").expect("a pattern");
        assert_eq!(dissect.source, r"^\[(?P<c0>.*?)(?: )* .*?\]\.(?P<c1>.*)");
        assert_eq!(of_dissect("%{+a}"), None);
        assert_eq!(names("%{+a} %{INT:b} (?<c>x)"), ["a", "b", "c"]);
    }
}
