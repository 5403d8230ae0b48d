//! Rules on Rust code, read without its comments and texts.

use super::words::before_tests;
use super::{Finding, Source};

/// `unwrap()` outside of tests.
pub(super) fn unwraps(source: &Source) -> Vec<Finding> {
    if source.is_test() {
        return Vec::new();
    }
    each_line(source, before_tests(&source.text), |line| {
        line.contains(".unwrap()").then_some(
            "`unwrap()`: read input without it; of an own invariant, `expect` says why it holds",
        )
    })
}

/// An identifier that says KQL: two languages are called so.
pub(super) fn ambiguous(source: &Source) -> Vec<Finding> {
    each_line(source, &source.text, |line| {
        line.to_ascii_lowercase()
            .contains(concat!("k", "ql"))
            .then_some("two languages are called so: `kuery` is Elastic's, `kusto` Microsoft's")
    })
}

fn each_line(
    source: &Source,
    text: &str,
    check: impl Fn(&str) -> Option<&'static str>,
) -> Vec<Finding> {
    if !source.is_rust() {
        return Vec::new();
    }
    let code = code_alone(text);
    let lines = code.lines().enumerate();
    lines.filter_map(|(i, line)| Some(Finding::new(source, i + 1, check(line)?))).collect()
}

/// Rust text with its comments and the insides of its literals blanked, line for line.
fn code_alone(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let len = comment(rest).or_else(|| literal(rest, &out)).unwrap_or(0);
        if len == 0 {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            out.extend(rest[..len].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[len..];
        }
    }
    out
}

/// The length of the comment that a text starts with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if !text.starts_with("/*") {
        return None;
    }
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        match &text.as_bytes()[at..text.len().min(at + 2)] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    Some(text.len())
}

/// The length of the text or character literal that a text starts with.
fn literal(text: &str, before: &str) -> Option<usize> {
    let inside_a_word = before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
    if let Some(raw) = text.strip_prefix('r').filter(|_| !inside_a_word || before.ends_with('b')) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if let Some(body) = raw[hashes..].strip_prefix('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let open = 1 + hashes + 1;
            return Some(body.find(&close).map_or(text.len(), |at| open + at + close.len()));
        }
        return None;
    }
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut chars = text[1..].char_indices();
    let mut length = 0;
    while let Some((at, c)) = chars.next() {
        if c == quote && (quote == '"' || length > 0) {
            return Some(1 + at + c.len_utf8());
        }
        if c == '\\' {
            chars.next();
            // `'\u{1F600}'` is longer than a lifetime may be taken for.
            length = 0;
        }
        length += 1;
        // `'a` without a quote behind one character is a lifetime.
        if quote == '\'' && length > 1 && !text[1..].starts_with('\\') {
            return None;
        }
    }
    (quote == '"').then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source;

    #[test]
    fn comments_and_literals_are_blanked() {
        let text =
            "a /* x /* y */ z */ b // c\n'\"' \"d \\\" e\" f r#\"g \" h\"# i &'k str '\\'' l";
        let words = |t: &str| t.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&code_alone(text)), words("a b f i &'k str l"));
        assert_eq!(code_alone("\"a\nb\" c").lines().count(), 2);
        assert_eq!(code_alone("r\"\\\" x").trim(), "x");
        assert_eq!(code_alone("'\\u{1F600}' x").trim(), "x");
    }

    #[test]
    fn unwraps_are_found_in_code_alone() {
        let found = |text: &str| unwraps(&source("a/src/b.rs", text)).len();
        assert_eq!(found("fn a() { b.unwrap() }"), 1);
        assert_eq!(found("// b.unwrap()\nlet c = \".unwrap()\";"), 0);
        assert_eq!(found("b.unwrap_or(1);\n#[cfg(test)]\nmod tests { b.unwrap() }"), 0);
    }

    #[test]
    fn the_name_of_two_languages_is_no_identifier() {
        let found = |text: &str| ambiguous(&source("a/src/b.rs", text)).len();
        assert_eq!(found(concat!("fn parse_k", "ql() {}")), 1);
        assert_eq!(found(concat!("struct K", "qlParser;")), 1);
        assert_eq!(found(concat!("let folder = \"k", "ql-rules\"; // K", "QL")), 0);
    }
}
