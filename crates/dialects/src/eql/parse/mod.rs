//! Queries: text to syntax tree, never failing.
//!
//! The grammar is Elasticsearch's (`x-pack/plugin/eql/src/main/antlr/EqlBase.g4` of
//! <https://github.com/elastic/elasticsearch>), with what only Endgame's EQL has. What can't be read
//! stays as text, as small as can be: an operand of a condition, a pipe, the query.

mod condition;
mod primary;
mod series;

use rulescope_ir::Span;

use super::ast::{Body, Expr, ExprKind, Filter, Pipe, Query, Quote, SeriesKind, Statement, Text};
use super::lexer::{self, Flaw, Token, TokenKind};
use crate::elasticsearch::defects::{Defects, Read, Unread};
use crate::source::Source;

/// Parentheses, calls and negations may go so deep.
const MAX_DEPTH: usize = 64;
/// A query may be so long, in bytes; the longest of Elastic's rules has some 20,000.
const MAX_TEXT: usize = 256 * 1024;

/// Reads a query. The source says where the text stands in the rule's body; diagnostics count there.
pub fn parse(source: &Source) -> Query {
    let text = source.text();
    let mut parser = Parser {
        text,
        token: lexer::next(text, 0),
        before: 0,
        defects: Defects::new("eql/more-defects"),
        depth: 0,
    };
    let statement = if text.len() > MAX_TEXT {
        let whole = Span::new(0, text.len());
        let message = format!("the query has more than {MAX_TEXT} bytes and is not read");
        parser.defects.error("eql/too-long", message, whole);
        let body = Body::Opaque { text: text.to_owned(), span: whole };
        Statement { body, pipes: Vec::new(), span: whole }
    } else {
        parser.note_flaw();
        parser.statement()
    };
    let diagnostics = parser.defects.placed(source);
    Query { source: source.clone(), statement, diagnostics }
}

/// What is known while a query is read.
struct Parser<'a> {
    text: &'a str,
    token: Token<'a>,
    /// Where the token before ended.
    before: usize,
    defects: Defects,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn statement(&mut self) -> Statement {
        let start = self.token.start;
        let body = match self.body() {
            Ok(body) => body,
            Err(Unread) => self.rest(start),
        };
        let mut pipes = Vec::new();
        while self.token.is_sign("|") {
            self.advance();
            match self.pipe() {
                Ok(pipe) => pipes.push(pipe),
                Err(Unread) => break,
            }
        }
        if self.token.kind != TokenKind::End {
            let message = "nothing may follow here but a pipe; remove the rest";
            self.defects.error("eql/rest", message, Span::new(self.token.start, self.text.len()));
            // The rest belongs to no part: the query is not what it seems.
            let body = self.rest(start);
            return Statement { span: self.span(start), body, pipes: Vec::new() };
        }
        Statement { body, pipes, span: self.span(start) }
    }

    /// All from a place on, as text.
    fn rest(&mut self, start: usize) -> Body {
        let end = self.text.trim_end().len().max(start);
        self.jump(self.text.len());
        self.before = end;
        Body::Opaque { text: self.text[start..end].to_owned(), span: Span::new(start, end) }
    }

    fn body(&mut self) -> Read<Body> {
        if !self.peek().is_word("where") {
            for kind in SeriesKind::ALL {
                if self.token.is_word(kind.word()) {
                    return Ok(Body::Series(self.series(kind)?));
                }
            }
        }
        Ok(Body::Event(self.filter()?))
    }

    /// `category where condition`.
    fn filter(&mut self) -> Read<Filter> {
        let start = self.token.start;
        let token = self.token;
        let category = match token.kind {
            TokenKind::Word if token.raw == "any" => None,
            TokenKind::Word => {
                Some(Text { raw: token.raw.to_owned(), quote: Quote::None, span: token.span() })
            }
            TokenKind::Text(_) => Some(text_of(&token)),
            TokenKind::Tilde
            | TokenKind::Backquoted
            | TokenKind::Number
            | TokenKind::Sign
            | TokenKind::Other
            | TokenKind::End => {
                return self.expected("an event's category or `any`");
            }
        };
        self.advance();
        if !self.token.is_word("where") {
            return self.expected("`where`");
        }
        self.advance();
        let condition = self.condition();
        Ok(Filter { category, condition, span: self.span(start) })
    }

    fn pipe(&mut self) -> Read<Pipe> {
        let start = self.token.start;
        if self.token.kind != TokenKind::Word {
            return self.expected("the name of a pipe");
        }
        let name = self.token.raw.to_owned();
        self.advance();
        let mut args = Vec::new();
        if !(self.token.is_sign("|") || self.token.kind == TokenKind::End) {
            args = self.list()?;
        }
        Ok(Pipe { name, args, span: self.span(start) })
    }

    /// Expressions between commas.
    fn list(&mut self) -> Read<Vec<Expr>> {
        let mut out = vec![self.operand()?];
        while self.token.is_sign(",") {
            self.advance();
            out.push(self.operand()?);
        }
        Ok(out)
    }

    fn operand(&mut self) -> Read<Expr> {
        if self.token.kind == TokenKind::End {
            return self.expected("a value");
        }
        Ok(self.condition())
    }

    fn advance(&mut self) {
        self.before = self.token.end;
        self.jump(self.token.end);
    }

    fn jump(&mut self, at: usize) {
        self.token = lexer::next(self.text, at);
        self.note_flaw();
    }

    /// The token after the current one.
    fn peek(&self) -> Token<'a> {
        lexer::next(self.text, self.token.end)
    }

    fn note_flaw(&mut self) {
        let Some(flaw) = self.token.flaw else { return };
        let span = self.token.span();
        match flaw {
            Flaw::Open => {
                let message = "a text, name or comment has no end; close it";
                self.defects.error("eql/unclosed", message, span);
            }
            Flaw::Line => {
                let message = "a text goes over the end of a line; write `\\n` for it";
                self.defects.warning("eql/line-in-text", message, span);
            }
            Flaw::Escape => {
                let message = "a backslash in a text escapes nothing; write two of them";
                self.defects.warning("eql/escape", message, span);
            }
        }
    }

    /// From a place to the end of the last token.
    fn span(&self, start: usize) -> Span {
        Span::new(start, self.before.max(start))
    }

    fn expected<T>(&mut self, what: &str) -> Read<T> {
        let here = match self.token.kind {
            TokenKind::End => "the query ends".to_owned(),
            _ => format!("there is `{}`", short(self.token.span().slice(self.text))),
        };
        let message = format!("{here} where {what} is expected");
        self.defects.error("eql/syntax", message, self.token.span());
        Err(Unread)
    }

    fn sign(&mut self, sign: &str) -> Read<()> {
        if !self.token.is_sign(sign) {
            return self.expected(&format!("`{sign}`"));
        }
        self.advance();
        Ok(())
    }

    /// Goes a level deeper, unless that is too deep.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= MAX_DEPTH {
            let message = format!("the query is nested more than {MAX_DEPTH} levels deep");
            self.defects.error("eql/too-deep", message, self.token.span());
            // Nothing after it can be told apart.
            self.jump(self.text.len());
            self.before = self.text.trim_end().len();
            return Err(Unread);
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        out
    }
}

/// A text as the syntax tree has it.
fn text_of(token: &Token<'_>) -> Text {
    let quote = match token.kind {
        TokenKind::Text(quote) => quote,
        TokenKind::Word
        | TokenKind::Tilde
        | TokenKind::Backquoted
        | TokenKind::Number
        | TokenKind::Sign
        | TokenKind::Other
        | TokenKind::End => Quote::None,
    };
    Text { raw: token.raw.to_owned(), quote, span: token.span() }
}

/// The first characters of a text, for a message.
fn short(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A part that could not be read.
fn opaque(text: &str, span: Span) -> Expr {
    Expr { kind: ExprKind::Opaque(span.slice(text).to_owned()), span }
}
