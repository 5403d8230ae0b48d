//! Lucene's regular expressions in the common syntax.
//!
//! An expression covers the whole value. `^` and `$` are characters, `"…"` is text as it is, `@` any
//! text, `#` nothing, `.` any character, a line's end included; `~`, `&` and `<1-9>` have no
//! counterpart
//! (<https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax>, "Standard
//! operators" and "Optional operators"; EQL and ES|QL have all of them on).

use rulescope_ir::Regex;

/// The expression in the common syntax; `None` where there is none that means the same.
pub(crate) fn common(source: &str, fold_case: bool) -> Option<Regex> {
    let mut out = String::with_capacity(source.len() + 8);
    let mut chars = source.char_indices().peekable();
    let mut class = false;
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                let (_, c) = chars.next()?;
                // Shorthand classes keep their letters, any other character is itself.
                if matches!(c, 'd' | 'D' | 's' | 'S' | 'w' | 'W') {
                    out.push('\\');
                    out.push(c);
                } else {
                    literal(c, &mut out);
                }
            }
            ']' if class => {
                class = false;
                out.push(']');
            }
            _ if class => match c {
                '-' => out.push('-'),
                // `^` right after the bracket turns the class round.
                '^' if out.ends_with('[') => out.push('^'),
                c => literal(c, &mut out),
            },
            '[' => {
                class = true;
                out.push('[');
            }
            '^' | '$' => literal(c, &mut out),
            '"' => {
                let end = source[at + 1..].find('"')? + at + 1;
                source[at + 1..end].chars().for_each(|c| literal(c, &mut out));
                while chars.next_if(|(i, _)| *i <= end).is_some() {}
            }
            '@' => out.push_str(".*"),
            '#' => out.push_str("[^\\s\\S]"),
            '~' | '&' | '<' => return None,
            c => out.push(c),
        }
    }
    let flags = if fold_case { "is" } else { "s" };
    let regex = Regex { source: out, flags: flags.to_owned(), whole: true };
    regex_syntax::parse(&format!("(?{flags}){}", regex.source)).is_ok().then_some(regex)
}

fn literal(c: char, out: &mut String) {
    if regex_syntax::is_meta_character(c) {
        out.push('\\');
    }
    out.push(c);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lucene_has_its_own_signs() {
        let of = |source| common(source, false).map(|r| r.source);
        assert_eq!(of(r"^a$").as_deref(), Some(r"\^a\$"));
        assert_eq!(of(r"[^a-z.\-]+\.exe").as_deref(), Some(r"[^a-z\.\-]+\.exe"));
        assert_eq!(of(r#""a.b"c"#).as_deref(), Some(r"a\.bc"));
        assert_eq!(of(r#"\"@"#).as_deref(), Some("\".*"));
        assert_eq!(of(r"\q\/\d"), Some(r"q/\d".to_owned()));
        assert_eq!(of("~a"), None);
        assert_eq!(of("(a"), None);
    }
}
