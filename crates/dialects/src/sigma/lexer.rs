//! Tokens of a condition.

/// One token with its byte range in the condition's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind<'a>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind<'a> {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `|`
    Pipe,
    /// `,`
    Comma,
    /// `<`, `<=`, `>`, `>=`, `=`, `==`, `!=`
    Sign(&'a str),
    /// A run of letters, digits and `_ - * . $ @ { }`: a name, a pattern, a keyword, a number.
    Word(&'a str),
    /// Any other character.
    Other(&'a str),
}

/// Cuts a condition into tokens; white space separates and is dropped.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        let run = |accept: fn(char) -> bool| {
            text[start..].find(|c: char| !accept(c)).map_or(text.len(), |n| start + n)
        };
        at += c.len_utf8();
        let kind = match c {
            c if c.is_whitespace() => continue,
            '(' => TokenKind::Open,
            ')' => TokenKind::Close,
            '|' => TokenKind::Pipe,
            ',' => TokenKind::Comma,
            '<' | '>' | '=' | '!' => {
                if text[at..].starts_with('=') {
                    at += 1;
                }
                TokenKind::Sign(&text[start..at])
            }
            c if word(c) => {
                at = run(word);
                TokenKind::Word(&text[start..at])
            }
            _ => TokenKind::Other(&text[start..at]),
        };
        out.push(Token { kind, start, end: at });
    }
    out
}

fn word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '*' | '.' | '$' | '@' | '{' | '}' | '?')
}
