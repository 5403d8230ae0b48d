//! Tokens of a command, cut as its grammar asks for them.
//!
//! SPL has no one set of tokens: after a comparison of `search` a value goes on to the next space
//! or parenthesis, whatever stands in it; names of fields hold dots, braces and slashes; in `eval`
//! those are operators. So the parser says in which [`Mode`] it reads.

use rulescope_ir::Span;

use super::ast::{Quote, Text};
use super::expand::closing_quote;
use super::structure::{closing_backtick, comment, escapes};

/// How the next token is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Names, keywords and arguments: a word ends at white space, brackets, commas, quotes and
    /// comparison signs.
    Word,
    /// A value after a comparison sign: signs belong to the word, and so do quotes in it.
    Value,
    /// Expressions.
    Eval,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A word; in expressions an identifier.
    Word,
    /// A number, in expressions alone.
    Number,
    /// A text in double quotes.
    Double,
    /// A name in single quotes.
    Single,
    /// A macro call in backticks.
    Macro,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `[`
    BracketOpen,
    /// `,`
    Comma,
    /// A comparison sign or, in expressions, an operator.
    Sign,
    /// Anything else, one character.
    Other,
    /// The end of the command.
    End,
}

/// A token with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind,
    /// Its text, without the quotes or backticks around it.
    pub(super) raw: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token<'_> {
    pub(super) fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }

    /// Whether it is this word, in any case.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.raw.eq_ignore_ascii_case(word)
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        self.kind == TokenKind::Sign && self.raw == sign
    }

    /// The same as a name or value of the syntax tree.
    pub(super) fn text(&self) -> Text {
        let quote = match self.kind {
            TokenKind::Double => Quote::Double,
            TokenKind::Single => Quote::Single,
            TokenKind::Word
            | TokenKind::Number
            | TokenKind::Macro
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::BracketOpen
            | TokenKind::Comma
            | TokenKind::Sign
            | TokenKind::Other
            | TokenKind::End => Quote::None,
        };
        Text { raw: self.raw.to_owned(), quote, span: self.span() }
    }

    /// Whether it can be a name or value by itself.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Double | TokenKind::Single)
    }
}

/// A place in the text of one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// One past the command's last byte.
    pub(super) end: usize,
}

impl<'a> Cursor<'a> {
    /// The next token; white space and comments before it are dropped.
    pub(super) fn peek(&self, mode: Mode) -> Token<'a> {
        let start = self.skipped();
        let bytes = self.text.as_bytes();
        if start >= self.end {
            return self.token(TokenKind::End, self.end, self.end);
        }
        let single = |kind| self.token(kind, start, start + 1);
        match bytes[start] {
            b'(' => single(TokenKind::Open),
            b')' => single(TokenKind::Close),
            b'[' => single(TokenKind::BracketOpen),
            b']' | b'|' => single(TokenKind::Other),
            b',' => single(TokenKind::Comma),
            b'"' => self.double(start, mode),
            b'`' => match closing_backtick(&self.text[..self.end], start) {
                Some(close) => self.inner(TokenKind::Macro, start, close),
                None => single(TokenKind::Other),
            },
            b'\'' if mode != Mode::Value => match self.closing_single(start) {
                Some(close) => self.inner(TokenKind::Single, start, close),
                None if mode == Mode::Word => self.word(start, mode),
                None => single(TokenKind::Other),
            },
            _ => match mode {
                Mode::Word => match self.comparison(start) {
                    Some(len) => self.token(TokenKind::Sign, start, start + len),
                    None => self.word(start, mode),
                },
                Mode::Value => self.word(start, mode),
                Mode::Eval => self.operand(start),
            },
        }
    }

    /// Reads the next token.
    pub(super) fn next(&mut self, mode: Mode) -> Token<'a> {
        let token = self.peek(mode);
        self.at = token.end;
        token
    }

    /// The token after the next one.
    pub(super) fn second(&self, mode: Mode) -> Token<'a> {
        Cursor { at: self.peek(mode).end, ..*self }.peek(mode)
    }

    /// Where the next token starts.
    pub(super) fn start(&self) -> usize {
        self.skipped().min(self.end)
    }

    /// Whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.skipped() >= self.end
    }

    /// What is left, without white space around it, with its place.
    pub(super) fn rest(&self) -> (&'a str, Span) {
        let start = self.start();
        let text = self.text[start..self.end].trim_end();
        (text, Span::new(start, start + text.len()))
    }

    fn skipped(&self) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        while at < self.end {
            if bytes[at].is_ascii_whitespace() {
                at += 1;
            } else if bytes[at] == b'`'
                && let Some(end) = comment(&self.text[..self.end], at)
            {
                at = end;
            } else {
                break;
            }
        }
        at
    }

    fn token(&self, kind: TokenKind, start: usize, end: usize) -> Token<'a> {
        Token { kind, raw: &self.text[start..end], start, end }
    }

    fn inner(&self, kind: TokenKind, open: usize, close: usize) -> Token<'a> {
        Token { kind, raw: &self.text[open + 1..close], start: open, end: close + 1 }
    }

    fn double(&self, start: usize, mode: Mode) -> Token<'a> {
        let bytes = &self.text.as_bytes()[..self.end];
        let Some(close) = closing_quote(bytes, start) else {
            let raw = &self.text[start + 1..self.end];
            return Token { kind: TokenKind::Double, raw, start, end: self.end };
        };
        // `"a b"*` is one value, as `*"a b"` is.
        let goes_on = bytes.get(close + 1).is_some_and(|b| !ends_value(*b) && *b != b'`');
        if mode == Mode::Value && goes_on {
            return self.word(start, mode);
        }
        self.inner(TokenKind::Double, start, close)
    }

    /// The single quote that closes the one at a place, on the same line.
    fn closing_single(&self, start: usize) -> Option<usize> {
        let rest = &self.text[start + 1..self.end];
        let len = rest.find(['\'', '\n'])?;
        rest[len..].starts_with('\'').then_some(start + 1 + len).filter(|_| len > 0)
    }

    fn comparison(&self, at: usize) -> Option<usize> {
        let rest = &self.text.as_bytes()[at..self.end];
        if rest.first() == Some(&b'<') && template(&self.text[at..self.end]).is_some() {
            return None;
        }
        match rest {
            [b'!' | b'<' | b'>' | b'=', b'=', ..] => Some(2),
            [b'<', b'>', ..] => Some(2),
            [b'=' | b'<' | b'>', ..] => Some(1),
            _ => None,
        }
    }

    fn word(&self, start: usize, mode: Mode) -> Token<'a> {
        let bytes = &self.text.as_bytes()[..self.end];
        let mut at = start;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' if escapes(bytes.get(at + 1).copied()) => at += 1,
                b'"' if mode == Mode::Value => match closing_quote(bytes, at) {
                    Some(close) => at = close,
                    None => at = bytes.len() - 1,
                },
                b'"' | b'`' if at > start => break,
                byte if ends_value(byte) => break,
                b'<' if mode == Mode::Word => match template(&self.text[at..self.end]) {
                    Some(len) => at += len - 1,
                    None => break,
                },
                _ if mode == Mode::Word && self.comparison(at).is_some() => break,
                _ => {}
            }
            at += 1;
        }
        self.token(TokenKind::Word, start, at.min(self.end))
    }

    /// A number, an identifier or an operator of an expression.
    fn operand(&self, start: usize) -> Token<'a> {
        let rest = &self.text[start..self.end];
        if let Some(len) = number(rest) {
            return self.token(TokenKind::Number, start, start + len);
        }
        if let Some(len) = identifier(rest) {
            return self.token(TokenKind::Word, start, start + len);
        }
        let len = match rest.as_bytes() {
            [b'!' | b'<' | b'>' | b'=', b'=', ..] | [b'<', b'>', ..] => 2,
            [b'=' | b'<' | b'>' | b'+' | b'-' | b'*' | b'/' | b'%' | b'.', ..] => 1,
            _ => {
                let len = rest.chars().next().map_or(1, char::len_utf8);
                return self.token(TokenKind::Other, start, start + len);
            }
        };
        self.token(TokenKind::Sign, start, start + len)
    }
}

/// Whether a word or value can't hold this byte.
fn ends_value(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'(' | b')' | b'[' | b']' | b'|' | b',')
}

/// The length of a `<<FIELD>>` that a text starts with (`foreach`).
fn template(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("<<")?;
    let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    (len > 0 && rest[len..].starts_with(">>")).then_some(len + 4)
}

/// The length of the number that a text starts with; none where it goes on as a name.
fn number(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count()
    };
    let mut at = digits(0);
    if at == 0 {
        return None;
    }
    if bytes.get(at) == Some(&b'.') && digits(at + 1) > 0 {
        at += 1 + digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent > 0 {
            at += 1 + sign + exponent;
        }
    }
    let goes_on = text[at..].chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    (!goes_on).then_some(at)
}

/// The length of the identifier that a text starts with: letters, digits, `_`, `$`, pairs of
/// braces and `<<FIELD>>`. A field with any other character needs single quotes
/// (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/eval>,
/// "Usage").
fn identifier(text: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_alphanumeric() || matches!(c, '_' | '$') {
            at += c.len_utf8();
        } else if at > 0 && text[at..].starts_with("{}") {
            at += 2;
        } else if let Some(len) = template(&text[at..]) {
            at += len;
        } else {
            break;
        }
    }
    (at > 0).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str, mode: Mode) -> Vec<(TokenKind, &str)> {
        let mut cursor = Cursor { text, at: 0, end: text.len() };
        let mut out = Vec::new();
        loop {
            let token = cursor.next(mode);
            if token.kind == TokenKind::End {
                return out;
            }
            out.push((token.kind, token.raw));
        }
    }

    use TokenKind::{Close, Comma, Double, Macro, Number, Open, Other, Sign, Single, Word};

    #[test]
    fn words_end_at_signs_and_values_do_not() {
        assert_eq!(
            tokens("a{}.b/c!=d ```x``` \"e\\\" f\",`m(1)`", Mode::Word),
            [
                (Word, "a{}.b/c"),
                (Sign, "!="),
                (Word, "d"),
                (Double, "e\\\" f"),
                (Comma, ","),
                (Macro, "m(1)"),
            ]
        );
        assert_eq!(
            tokens("*?id=1* ::1 *\\\"a\\\" \\\\x *\"b c\"* \"d\"* 'e f'", Mode::Value),
            [
                (Word, "*?id=1*"),
                (Word, "::1"),
                (Word, "*\\\"a\\\""),
                (Word, "\\\\x"),
                (Word, "*\"b c\"*"),
                (Word, "\"d\"*"),
                (Word, "'e"),
                (Word, "f'"),
            ]
        );
        let path = tokens("(C:\\Windows\\) don't 'a b' <<FIELD>>_x", Mode::Word);
        let expected = [
            (Open, "("),
            (Word, "C:\\Windows\\"),
            (Close, ")"),
            (Word, "don't"),
            (Single, "a b"),
            (Word, "<<FIELD>>_x"),
        ];
        assert_eq!(path, expected);
    }

    #[test]
    fn expressions_have_operators() {
        let expected = [
            (Word, "a"),
            (Sign, "."),
            (Word, "b{}"),
            (Sign, ">="),
            (Number, "1.5e-3"),
            (Sign, "-"),
            (Single, "c d"),
            (Sign, "%"),
            (Word, "5min"),
            (Word, "<<FIELD>>"),
            (Sign, "<"),
            (Other, "#"),
        ];
        assert_eq!(tokens("a.b{}>=1.5e-3-'c d'%5min <<FIELD>> < #", Mode::Eval), expected);
    }
}
