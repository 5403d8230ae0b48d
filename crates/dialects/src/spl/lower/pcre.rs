//! Regular expressions of Splunk, which are PCRE's, in the syntax that the engine reads.
//!
//! What means the same and is spelt otherwise is respelt: a brace that begins no repetition, an
//! escaped `<` or `>`, a bracket or doubled sign within a class. What the engine does not have
//! (lookaround, back references) stays and is told of elsewhere.

/// The same expression in the common syntax.
pub(super) fn common(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut chars = source.char_indices().peekable();
    let mut class = false;
    let mut first = false;
    while let Some((at, c)) = chars.next() {
        let rest = &source[at + c.len_utf8()..];
        let was_first = std::mem::take(&mut first);
        match c {
            '\\' => {
                let Some((_, escaped)) = chars.next() else {
                    out.push('\\');
                    break;
                };
                match escaped {
                    '<' | '>' => out.push(escaped),
                    '/' | '"' | '\'' | ' ' | '_' | ':' | '=' | ',' | ';' | '@' | '%' | '!'
                    | '`' => {
                        out.push(escaped);
                    }
                    'h' if !class => out.push_str("[ \\t]"),
                    'Z' if !class => out.push_str("\\n?\\z"),
                    _ => {
                        out.push('\\');
                        out.push(escaped);
                    }
                }
            }
            '[' if class => {
                // `[:alpha:]` is a class within the class.
                let named = rest.starts_with(':') && rest[1..].contains(":]");
                if named {
                    let end = rest.find(":]").map_or(0, |n| n + 2);
                    out.push('[');
                    out.push_str(&rest[..end]);
                    for _ in 0..rest[..end].chars().count() {
                        chars.next();
                    }
                } else {
                    out.push_str("\\[");
                }
            }
            '[' => {
                class = true;
                first = true;
                out.push('[');
                if rest.starts_with('^') {
                    out.push('^');
                    chars.next();
                }
            }
            // A closing bracket that stands first is itself.
            ']' if class && was_first => out.push_str("\\]"),
            ']' if class => {
                class = false;
                out.push(']');
            }
            '&' | '~' | '-' if class && rest.starts_with(c) => {
                out.push('\\');
                out.push(c);
            }
            '{' if !class && !repeats(rest) && !named(&out) => out.push_str("\\{"),
            '}' if !class && !out_repeats(&out) => out.push_str("\\}"),
            c => out.push(c),
        }
    }
    out
}

/// Whether what follows a brace is a number of times.
fn repeats(rest: &str) -> bool {
    let Some((inner, _)) = rest.split_once('}') else { return false };
    let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

/// Whether a brace would begin the name of a class of characters, or a character's number.
fn named(out: &str) -> bool {
    out.ends_with("\\p") || out.ends_with("\\P") || out.ends_with("\\x")
}

/// Whether a closing brace ends a number of times, or a name of a class of characters.
fn out_repeats(out: &str) -> bool {
    let Some(open) = out.rfind('{') else { return false };
    let before = &out[..open];
    if before.ends_with('\\') {
        return false;
    }
    named(before) || repeats(&format!("{}}}", &out[open + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spelt_otherwise_is_respelt() {
        for (source, expected) in [
            (r"^\\{[0-9a-f]{8}-", r"^\\\{[0-9a-f]{8}-"),
            (r"{a}", r"\{a\}"),
            (r"\<b\>", "<b>"),
            (r"[[\]]", r"[\[\]]"),
            (r"[]a]", r"[\]a]"),
            (r"[[:alpha:]_]+", "[[:alpha:]_]+"),
            (r"a{2,}b{3}", "a{2,}b{3}"),
            (r"\/a\-b", r"/a\-b"),
            (r"\p{Lu}", r"\p{Lu}"),
        ] {
            assert_eq!(common(source), expected, "{source}");
            assert!(regex_syntax::parse(expected).is_ok(), "{expected}");
        }
    }
}
