//! Names and values: quotes, escapes, wildcards.
//!
//! The characters and escapes are those of Kibana's grammar
//! (<https://www.elastic.co/docs/reference/query-languages/kql>, "Filter for documents that match a
//! value": `\():<>"*{}` are escaped with a backslash, and so are `and`, `or` and `not`).

use rulescope_ir::{Glob, Piece, Span};

use super::ast::Text;

/// Characters that mean something outside of quotes.
const SPECIAL: &str = "\\():<>\"*{}";

/// Words that join conditions.
const KEYWORDS: [&str; 3] = ["and", "or", "not"];

/// Whether a character parts words.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{a0}')
}

/// What came of reading a text.
pub(super) struct Scanned {
    pub(super) text: Text,
    /// A backslash that escapes nothing, as a span.
    pub(super) stray: Option<Span>,
    /// Whether the closing quote is missing.
    pub(super) open: bool,
}

/// The text that starts at a byte; `None` where none does.
pub(super) fn scan(whole: &str, at: usize) -> Option<Scanned> {
    if whole[at..].starts_with('"') { Some(quoted(whole, at)) } else { bare(whole, at) }
}

fn quoted(whole: &str, start: usize) -> Scanned {
    let mut glob = Glob::new();
    let mut at = start + 1;
    let mut open = true;
    while let Some(c) = whole[at..].chars().next() {
        match c {
            '"' => {
                open = false;
                break;
            }
            '\\' => match escaped(&whole[at..]).or_else(|| other_in_quotes(&whole[at..])) {
                Some((c, length)) => {
                    glob.push_char(c);
                    at += length;
                }
                None => {
                    glob.push_char('\\');
                    at += 1;
                }
            },
            c => {
                glob.push_char(c);
                at += c.len_utf8();
            }
        }
    }
    let raw = whole[start + 1..at].to_owned();
    let end = if open { at } else { at + 1 };
    let text = Text { glob, quoted: true, raw, span: Span::new(start, end) };
    Scanned { text, stray: None, open }
}

/// In quotes a backslash and a quote are escaped; before anything else a backslash is itself.
fn other_in_quotes(text: &str) -> Option<(char, usize)> {
    let c = text[1..].chars().next()?;
    matches!(c, '\\' | '"').then_some((c, 2))
}

/// `\t`, `\r`, `\n` and `\u` with four digits.
fn escaped(text: &str) -> Option<(char, usize)> {
    match text[1..].chars().next()? {
        't' => Some(('\t', 2)),
        'r' => Some(('\r', 2)),
        'n' => Some(('\n', 2)),
        'u' => {
            let digits = text.get(2..6)?;
            let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
            let code = u32::from_str_radix(digits, 16).ok().filter(|_| hex)?;
            Some((char::from_u32(code)?, 6))
        }
        _ => None,
    }
}

fn bare(whole: &str, start: usize) -> Option<Scanned> {
    let mut glob = Glob::new();
    let mut at = start;
    let mut stray = None;
    while let Some(c) = whole[at..].chars().next() {
        let word = at == start || whole[..at].ends_with(is_space);
        if is_space(c) {
            let rest = whole[at..].trim_start_matches(is_space);
            if joins(rest) {
                break;
            }
            let next = whole.len() - rest.len();
            glob.push_text(&whole[at..next]);
            at = next;
            continue;
        }
        if word && is_not(&whole[at..]) {
            break;
        }
        match c {
            '*' => {
                glob.push(Piece::Any);
                at += 1;
            }
            '\\' => {
                if let Some((c, length)) = escaped(&whole[at..]) {
                    glob.push_char(c);
                    at += length;
                } else if let Some(c) = whole[at + 1..].chars().next().filter(|c| is_special(*c)) {
                    glob.push_char(c);
                    at += 2;
                } else if let Some(keyword) = KEYWORDS.iter().find(|k| begins(&whole[at + 1..], k))
                {
                    glob.push_text(&whole[at + 1..at + 1 + keyword.len()]);
                    at += 1 + keyword.len();
                } else {
                    // Kibana takes no such query; the author meant the character.
                    stray.get_or_insert(Span::new(at, at + 1));
                    glob.push_char('\\');
                    at += 1;
                }
            }
            c if is_special(c) => break,
            c => {
                glob.push_char(c);
                at += c.len_utf8();
            }
        }
    }
    let raw = whole[start..at].trim_end_matches(|c: char| c.is_whitespace());
    let glob = trimmed(glob);
    if glob.pieces.is_empty() {
        return None;
    }
    let span = Span::new(start, start + raw.len());
    let text = Text { glob, quoted: false, raw: raw.to_owned(), span };
    Some(Scanned { text, stray, open: false })
}

/// A bare text without the spaces around it.
fn trimmed(glob: Glob) -> Glob {
    let last = glob.pieces.len().saturating_sub(1);
    let mut out = Glob::new();
    for (i, piece) in glob.pieces.into_iter().enumerate() {
        match piece {
            Piece::Text(text) => {
                let text = if i == 0 { text.trim_start() } else { &text };
                out.push_text(if i == last { text.trim_end() } else { text });
            }
            piece => out.push(piece),
        }
    }
    out
}

fn is_special(c: char) -> bool {
    SPECIAL.contains(c)
}

/// Whether a text begins with a word in any case.
pub(super) fn begins(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

/// Whether `and` or `or` stand here and join conditions.
fn joins(text: &str) -> bool {
    ["and", "or"].iter().any(|word| {
        begins(text, word) && text[word.len()..].starts_with(|c| is_space(c) || c == '(')
    })
}

/// Whether `not` and a space stand here.
pub(super) fn is_not(text: &str) -> bool {
    begins(text, "not") && text[3..].starts_with(is_space)
}

/// A text as it is written: quoted, or with its special characters escaped.
pub(super) fn written(text: &Text) -> String {
    if text.quoted {
        let plain = text.glob.as_text().unwrap_or_default();
        return format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""));
    }
    let mut out = String::new();
    for piece in &text.glob.pieces {
        match piece {
            Piece::Any => out.push('*'),
            Piece::Text(text) => bare_text(text, &mut out),
            // No text of the language has other wildcards.
            Piece::One | Piece::OneOf(_) => {}
        }
    }
    out
}

/// Whether a word stands here that would join conditions.
fn is_keyword(text: &str) -> bool {
    KEYWORDS.iter().any(|k| begins(text, k) && text[k.len()..].chars().next().is_none_or(is_space))
}

fn bare_text(text: &str, out: &mut String) {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let word = at == 0 || text[..at].ends_with(is_space);
        if word && is_keyword(&text[at..]) {
            // `\n` is a line break, also before `ot`.
            out.push_str(if c == 'n' { "\\u006e" } else { "\\" });
            if c != 'n' {
                out.push(c);
            }
            at += 1;
            continue;
        }
        match c {
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            c => {
                if is_special(c) {
                    out.push('\\');
                }
                out.push(c);
            }
        }
        at += c.len_utf8();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare_of(text: &str) -> String {
        let text = scan(text, 0).expect("a text").text;
        text.glob.as_text().expect("no wildcard").to_owned()
    }

    #[test]
    fn a_bare_text_goes_on_to_the_next_keyword_or_sign() {
        assert_eq!(bare_of("foo bar and x"), "foo bar");
        assert_eq!(bare_of("foo bar) and x"), "foo bar");
        assert_eq!(bare_of("orange android"), "orange android");
        assert_eq!(bare_of("foo\u{a0}OR\u{a0}bar"), "foo");
        assert_eq!(bare_of(r"foo \and bar"), "foo and bar");
        assert_eq!(bare_of(r"C\:\\Windows\\\*\t\u0041"), "C:\\Windows\\*\tA");
        assert!(scan("not x", 0).is_none());
        assert!(scan("  ", 0).is_none());
    }

    #[test]
    fn quotes_hold_everything_but_their_escapes() {
        let text = bare_of;
        assert_eq!(text(r#""a \"b\" \\ \d * and (" x"#), "a \"b\" \\ \\d * and (");
        assert!(scan("\"a", 0).expect("a text").open);
    }

    #[test]
    fn what_is_written_is_read_again() {
        for source in [
            r"notify",
            r"\NOT x",
            r"\u006eot",
            r"\and then \or",
            r#"a\"b"#,
            "ab*c*",
            r#""x \\ \" y""#,
        ] {
            let first = scan(source, 0).expect("a text").text;
            let again = written(&first);
            assert_eq!(scan(&again, 0).expect("a text").text.glob, first.glob, "{source} {again}");
        }
    }
}
