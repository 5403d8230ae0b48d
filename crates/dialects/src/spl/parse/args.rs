//! Arguments that commands share: options, names, lists of fields, subsearches.

use rulescope_ir::Span;

use super::{Parser, Read};
use crate::spl::ast::{Arg, MacroCall, Opt, OptValue, Pipeline, Text};
use crate::spl::lexer::{Mode, Token, TokenKind};

impl Parser<'_> {
    /// Whether an option comes next: a word and `=`.
    pub(super) fn at_option(&self) -> bool {
        self.cursor.peek(Mode::Word).kind == TokenKind::Word
            && self.cursor.second(Mode::Word).is_sign("=")
    }

    /// Whether the option of one of these names comes next.
    pub(super) fn at_option_of(&self, names: &[&str]) -> bool {
        let token = self.cursor.peek(Mode::Word);
        names.iter().any(|name| token.is_word(name)) && self.at_option()
    }

    /// `name=value`.
    pub(super) fn option(&mut self) -> Read<Opt> {
        let name = self.cursor.next(Mode::Word);
        self.cursor.next(Mode::Word);
        let token = self.cursor.next(Mode::Value);
        let value = match token.kind {
            TokenKind::Word | TokenKind::Double | TokenKind::Single => OptValue::Text(token.text()),
            TokenKind::Macro => {
                OptValue::Macro(MacroCall { text: token.raw.to_owned(), span: token.span() })
            }
            TokenKind::Open => OptValue::Group(self.args_in_parentheses(&token)?),
            TokenKind::Number
            | TokenKind::Close
            | TokenKind::BracketOpen
            | TokenKind::Comma
            | TokenKind::Sign
            | TokenKind::Other
            | TokenKind::End => return Err(self.unexpected(&token)),
        };
        let span = Span::new(name.start, self.cursor.at);
        Ok(Opt { name: name.text(), value, span })
    }

    /// Options, as many as come next; commas between them are dropped.
    pub(super) fn options(&mut self, into: &mut Vec<Opt>) -> Read<()> {
        self.skip_commas();
        while self.at_option() {
            into.push(self.option()?);
            self.skip_commas();
        }
        Ok(())
    }

    pub(super) fn skip_commas(&mut self) {
        while self.cursor.peek(Mode::Word).kind == TokenKind::Comma {
            self.cursor.next(Mode::Word);
        }
    }

    /// A name or text.
    pub(super) fn name(&mut self) -> Read<Text> {
        let token = self.cursor.next(Mode::Word);
        if token.is_text() { Ok(self.whole_name(&token)) } else { Err(self.unexpected(&token)) }
    }

    /// A name with the parentheses that touch it: results are named `count(x)` and `PREFIX(x=)`
    /// where no other name is given.
    pub(super) fn whole_name(&mut self, token: &Token<'_>) -> Text {
        let mut name = token.text();
        let open = self.cursor.peek(Mode::Word);
        if token.kind == TokenKind::Word
            && open.kind == TokenKind::Open
            && open.start == token.end
            && let Some(close) = self.structure.closing(open.start)
            && close < self.cursor.end
        {
            let spaced = |b: u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'[' | b'`');
            let inner = &self.cursor.text[open.end..close];
            if !inner.bytes().any(spaced) {
                name.raw = self.cursor.text[token.start..=close].to_owned();
                name.span = Span::new(token.start, close + 1);
                self.cursor.at = close + 1;
            }
        }
        name
    }

    /// A name or text, where one comes next that is none of these words.
    pub(super) fn name_unless(&mut self, stops: &[&str]) -> Option<Text> {
        let token = self.cursor.peek(Mode::Word);
        let stops = stops.iter().any(|stop| token.is_word(stop));
        (token.is_text() && !stops).then(|| {
            self.cursor.next(Mode::Word);
            self.whole_name(&token)
        })
    }

    /// Names between commas or spaces, up to an option, one of these words or another token.
    pub(super) fn names(&mut self, stops: &[&str]) -> Vec<Text> {
        let mut out = Vec::new();
        self.skip_commas();
        while !self.at_option() {
            let Some(name) = self.name_unless(stops) else { break };
            out.push(name);
            self.skip_commas();
        }
        out
    }

    /// Names and options in any order, up to one of these words or another token.
    pub(super) fn names_and_options(&mut self, stops: &[&str]) -> Read<(Vec<Text>, Vec<Opt>)> {
        let (mut names, mut options) = (Vec::new(), Vec::new());
        loop {
            let before = self.cursor.at;
            names.append(&mut self.names(stops));
            self.options(&mut options)?;
            if self.cursor.at == before {
                return Ok((names, options));
            }
        }
    }

    /// The word that comes next, if it is this one; read.
    pub(super) fn keyword(&mut self, word: &str) -> Option<Token<'_>> {
        let token = self.cursor.peek(Mode::Word);
        token.is_word(word).then(|| self.cursor.next(Mode::Word))
    }

    /// `as name`, if it comes next.
    pub(super) fn alias(&mut self) -> Read<Option<Text>> {
        if self.keyword("as").is_none() { Ok(None) } else { self.name().map(Some) }
    }

    /// A number before a command's other arguments, if it comes next.
    pub(super) fn count(&mut self) -> Option<Text> {
        let token = self.cursor.peek(Mode::Word);
        let digits = token.raw.strip_prefix('-').unwrap_or(token.raw);
        let number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        (token.kind == TokenKind::Word && number && !self.at_option())
            .then(|| self.cursor.next(Mode::Word).text())
    }

    /// A search in brackets.
    pub(super) fn bracketed(&mut self) -> Read<Pipeline> {
        let token = self.cursor.next(Mode::Word);
        if token.kind == TokenKind::BracketOpen {
            self.subsearch(&token)
        } else {
            Err(self.unexpected(&token))
        }
    }

    /// Arguments of any form up to the command's end.
    pub(super) fn args(&mut self) -> Read<Vec<Arg>> {
        let mut out = Vec::new();
        loop {
            let token = self.cursor.peek(Mode::Word);
            match token.kind {
                TokenKind::End | TokenKind::Close => return Ok(out),
                TokenKind::Comma => {
                    self.cursor.next(Mode::Word);
                }
                TokenKind::Word
                | TokenKind::Number
                | TokenKind::Double
                | TokenKind::Single
                | TokenKind::Macro
                | TokenKind::Open
                | TokenKind::BracketOpen
                | TokenKind::Sign
                | TokenKind::Other => out.push(self.arg(&token)?),
            }
        }
    }

    fn arg(&mut self, token: &Token<'_>) -> Read<Arg> {
        if self.at_option() {
            return Ok(Arg::Opt(self.option()?));
        }
        self.cursor.next(Mode::Word);
        match token.kind {
            TokenKind::Word => {
                let open = self.cursor.peek(Mode::Word);
                if open.kind == TokenKind::Open && open.start == token.end {
                    let open = self.cursor.next(Mode::Word);
                    let args = self.args_in_parentheses(&open)?;
                    return Ok(Arg::Call { name: token.text(), args });
                }
                Ok(Arg::Text(token.text()))
            }
            TokenKind::Double | TokenKind::Single => Ok(Arg::Text(token.text())),
            TokenKind::Macro => {
                Ok(Arg::Macro(MacroCall { text: token.raw.to_owned(), span: token.span() }))
            }
            TokenKind::Open => Ok(Arg::Group(self.args_in_parentheses(token)?)),
            TokenKind::BracketOpen => Ok(Arg::Subsearch(self.subsearch(token)?)),
            TokenKind::Number
            | TokenKind::Close
            | TokenKind::Comma
            | TokenKind::Sign
            | TokenKind::Other
            | TokenKind::End => Err(self.unexpected(token)),
        }
    }

    /// Arguments up to the parenthesis that closes an open one.
    pub(super) fn args_in_parentheses(&mut self, open: &Token<'_>) -> Read<Vec<Arg>> {
        let args = self.nested(open.span(), Parser::args)?;
        let close = self.cursor.next(Mode::Word);
        if close.kind == TokenKind::Close { Ok(args) } else { Err(self.unexpected(&close)) }
    }
}
