//! Tokens, as Elasticsearch's grammar cuts them
//! (`x-pack/plugin/esql/src/main/antlr/EsqlBaseLexer.g4` of
//! <https://github.com/elastic/elasticsearch>).
//! Comments and white space lie between them.

use rulescope_ir::Span;

use super::ast::Quote;
use super::text::escape;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A word, keywords included.
    Word,
    /// A name in backquotes.
    Backquoted,
    /// A number.
    Number,
    /// A text.
    Text(Quote),
    /// An operator or bracket.
    Sign,
    /// Anything else, one character.
    Other,
    /// The end of the text.
    End,
}

/// What is odd about a token, or about what stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The text, name or comment has no end.
    Open,
    /// A text goes over the end of a line.
    Line,
    /// A backslash escapes nothing.
    Escape,
}

/// A token with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind,
    /// Its text, without quotes around it.
    pub(super) raw: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) flaw: Option<Flaw>,
}

impl Token<'_> {
    pub(super) fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }

    /// Whether it is this keyword, in any case.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.raw.eq_ignore_ascii_case(word)
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        self.kind == TokenKind::Sign && self.raw == sign
    }
}

/// Operators and brackets, longest first.
const SIGNS: [&str; 26] = [
    "==", "=~", "!=", "<=", ">=", "::", "<", ">", "=", ":", "+", "-", "*", "/", "%", ".", ",", "[",
    "]", "{", "}", "(", ")", "|", "?", "!",
];

/// The token at or after a byte of the text.
pub(super) fn next(text: &str, from: usize) -> Token<'_> {
    let (start, open) = skipped(text, from);
    let rest = &text[start..];
    let token = |kind, raw, len: usize, flaw| Token { kind, raw, start, end: start + len, flaw };
    let Some(c) = rest.chars().next() else {
        return token(TokenKind::End, "", 0, open.then_some(Flaw::Open));
    };
    if let Some(quote) = opening(rest) {
        return string(text, start, quote);
    }
    if c == '`' {
        return backquoted(text, start);
    }
    if c.is_ascii_digit() || (c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
        let len = number(rest);
        return token(TokenKind::Number, &rest[..len], len, None);
    }
    if is_letter(c) {
        let len = rest.find(|c: char| !(is_letter(c) || c.is_ascii_digit())).unwrap_or(rest.len());
        return token(TokenKind::Word, &rest[..len], len, None);
    }
    if let Some(sign) = SIGNS.iter().find(|s| rest.starts_with(**s)) {
        return token(TokenKind::Sign, &rest[..sign.len()], sign.len(), None);
    }
    token(TokenKind::Other, &rest[..c.len_utf8()], c.len_utf8(), None)
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | '@')
}

/// The name of an index at or after a byte of the text: all to white space, a comma, a pipe or a
/// bracket (`UNQUOTED_SOURCE` of the grammar), or a text in quotes.
pub(super) fn index(text: &str, from: usize) -> Token<'_> {
    let token = next(text, from);
    if matches!(token.kind, TokenKind::Text(_) | TokenKind::End) {
        return token;
    }
    let rest = &text[token.start..];
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '|' | '[' | ']' | '"' | '(' | ')');
    let len = rest.find(ends).unwrap_or(rest.len());
    let end = token.start + len;
    Token { kind: TokenKind::Word, raw: &rest[..len], start: token.start, end, flaw: token.flaw }
}

/// Where the next token begins, and whether a comment before it has no end.
fn skipped(text: &str, from: usize) -> (usize, bool) {
    let mut at = from;
    loop {
        let rest = &text[at..];
        at = text.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{feff}']).len();
        let rest = &text[at..];
        if rest.starts_with("//") {
            at += rest.find(['\r', '\n']).unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            match bracketed(rest) {
                Some(len) => at += len,
                None => return (text.len(), true),
            }
        } else {
            return (at, false);
        }
    }
}

/// The length of a comment in brackets, which may hold others.
fn bracketed(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0usize, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return Some(at);
        }
    }
    // Globs in comments open what nothing closes: the first end counts then.
    text[2..].find("*/").map(|end| end + 4)
}

/// The quote that a text begins with.
fn opening(rest: &str) -> Option<Quote> {
    match () {
        () if rest.starts_with("\"\"\"") => Some(Quote::Triple),
        () if rest.starts_with('"') => Some(Quote::Double),
        () => None,
    }
}

fn string(text: &str, start: usize, quote: Quote) -> Token<'_> {
    let close = quote.mark();
    let from = start + close.len();
    let rest = &text[from..];
    let mut flaw = None;
    let len = match quote {
        Quote::Triple => rest.find(close).map(|at| {
            // Up to two quotes before the closing ones belong to the text.
            at + rest[at + 3..].bytes().take(2).take_while(|b| *b == b'"').count()
        }),
        Quote::Double => {
            let mut at = 0;
            loop {
                match rest[at..].find(['\\', '\n', '"']).map(|n| at + n) {
                    None => break None,
                    Some(n) if rest[n..].starts_with('"') => break Some(n),
                    Some(n) if rest[n..].starts_with('\\') => {
                        let len = escape(&rest[n..]).map(|_| 2);
                        flaw = flaw.or(len.is_none().then_some(Flaw::Escape));
                        at = n + len.unwrap_or(1);
                    }
                    Some(n) => {
                        flaw = flaw.or(Some(Flaw::Line));
                        at = n + 1;
                    }
                }
            }
        }
    };
    let kind = TokenKind::Text(quote);
    match len {
        Some(len) => Token { kind, raw: &rest[..len], start, end: from + len + close.len(), flaw },
        None => Token { kind, raw: rest, start, end: text.len(), flaw: Some(Flaw::Open) },
    }
}

fn backquoted(text: &str, start: usize) -> Token<'_> {
    let rest = &text[start + 1..];
    let mut at = 0;
    while let Some(n) = rest[at..].find('`').map(|n| at + n) {
        if rest[n + 1..].starts_with('`') {
            at = n + 2;
            continue;
        }
        let end = start + n + 2;
        return Token { kind: TokenKind::Backquoted, raw: &rest[..n], start, end, flaw: None };
    }
    let flaw = Some(Flaw::Open);
    Token { kind: TokenKind::Backquoted, raw: rest, start, end: text.len(), flaw }
}

/// The length of a number: digits, a fraction, an exponent.
fn number(rest: &str) -> usize {
    let digits = |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut len = digits(0);
    if rest[len..].starts_with('.') {
        len += 1 + digits(len + 1);
    }
    if rest[len..].starts_with(['e', 'E']) {
        let sign = usize::from(rest[len + 1..].starts_with(['+', '-']));
        let exponent = digits(len + 1 + sign);
        if exponent > 0 {
            len += 1 + sign + exponent;
        }
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_at_their_quotes() {
        assert_eq!(next(r#""a\"b" c"#, 0).raw, r#"a\"b"#);
        assert_eq!(next(r#""""a "b" \"""" c"#, 0).raw, r#"a "b" \""#);
        assert_eq!(next("\"a", 0).flaw, Some(Flaw::Open));
        assert_eq!(next("\"a\\qb\"", 0).flaw, Some(Flaw::Escape));
    }

    #[test]
    fn names_of_indices_hold_signs() {
        assert_eq!(index(" logs-a.b*, x", 0).raw, "logs-a.b*");
        assert_eq!(index("/* a */ remote:logs-* metadata", 0).raw, "remote:logs-*");
    }
}
