//! Queries: text to syntax tree, never failing.
//!
//! The grammar is Elasticsearch's (`x-pack/plugin/esql/src/main/antlr/EsqlBaseParser.g4` and
//! `parser/Expression.g4` of <https://github.com/elastic/elasticsearch>). What can't be read stays as
//! text: the command that it stands in.

mod command;
mod condition;
mod primary;

use rulescope_ir::Span;

use super::ast::{Command, CommandKind, Query, Statement};
pub(super) use primary::{KEYWORDS, is_unit, millis};

use super::lexer::{self, Flaw, Token, TokenKind};
use crate::elasticsearch::defects::{Defects, Read, Unread};
use crate::source::Source;

/// Parentheses, calls and negations may go so deep.
const MAX_DEPTH: usize = 64;
/// The code under which it is told that more is wrong than is listed.
const MORE: &str = "esql/more-defects";

/// A query may be so long, in bytes; the longest of Elastic's rules has some 30,000.
const MAX_TEXT: usize = 256 * 1024;
/// A query may have so many commands; those of Elastic's rules have some 30.
const MAX_COMMANDS: usize = 256;

/// Reads a query. The source says where the text stands in the rule's body; diagnostics count there.
pub fn parse(source: &Source) -> Query {
    let text = source.text();
    let mut parser = Parser {
        text,
        token: lexer::next(text, 0),
        before: 0,
        defects: Defects::new(MORE),
        depth: 0,
    };
    let statement = if text.len() > MAX_TEXT {
        let whole = Span::new(0, text.len());
        let message = format!("the query has more than {MAX_TEXT} bytes and is not read");
        parser.defects.error("esql/too-long", message, whole);
        let command = Command { kind: CommandKind::Opaque(text.to_owned()), span: whole };
        Statement { commands: vec![command], span: whole }
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
        let mut commands = Vec::new();
        loop {
            if commands.len() == MAX_COMMANDS {
                let message = format!("the query has more than {MAX_COMMANDS} commands");
                self.defects.error("esql/too-many-commands", message, self.token.span());
                let begin = self.token.start;
                self.go_to_end();
                commands.push(self.opaque(begin));
                break;
            }
            commands.push(self.whole_command(commands.is_empty()));
            if !self.token.is_sign("|") {
                break;
            }
            self.advance();
        }
        Statement { commands, span: self.span(start) }
    }

    /// A command up to the next pipe; as text where it can't be read. Only the first gives rows.
    fn whole_command(&mut self, first: bool) -> Command {
        let start = self.token.start;
        let gives_rows = !first && self.token.is_word("from");
        let command =
            if gives_rows { self.expected("a command that takes rows") } else { self.command() };
        let read = command.and_then(|kind| {
            if self.token.is_sign("|") || self.token.kind == TokenKind::End {
                Ok(kind)
            } else {
                self.expected("`|`")
            }
        });
        match read {
            Ok(kind) => Command { kind, span: self.span(start) },
            Err(Unread) => {
                while !(self.token.is_sign("|") || self.token.kind == TokenKind::End) {
                    self.before = self.token.end;
                    self.token = lexer::next(self.text, self.token.end);
                }
                self.opaque(start)
            }
        }
    }

    fn opaque(&self, start: usize) -> Command {
        let span = self.span(start);
        Command { kind: CommandKind::Opaque(span.slice(self.text).to_owned()), span }
    }

    fn go_to_end(&mut self) {
        self.token = lexer::next(self.text, self.text.len());
        self.before = self.text.trim_end().len();
    }

    fn advance(&mut self) {
        self.before = self.token.end;
        self.token = lexer::next(self.text, self.token.end);
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
                self.defects.error("esql/unclosed", message, span);
            }
            Flaw::Line => {
                let message = "a text goes over the end of a line; write `\\n` for it";
                self.defects.warning("esql/line-in-text", message, span);
            }
            Flaw::Escape => {
                let message = "a backslash in a text escapes nothing; write two of them";
                self.defects.warning("esql/escape", message, span);
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
        self.defects.error("esql/syntax", message, self.token.span());
        Err(Unread)
    }

    fn sign(&mut self, sign: &str) -> Read<()> {
        if !self.token.is_sign(sign) {
            return self.expected(&format!("`{sign}`"));
        }
        self.advance();
        Ok(())
    }

    /// Takes a keyword where it stands.
    fn word(&mut self, word: &str) -> bool {
        let found = self.token.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    /// Goes a level deeper, unless that is too deep.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= MAX_DEPTH {
            let message = format!("the query is nested more than {MAX_DEPTH} levels deep");
            self.defects.error("esql/too-deep", message, self.token.span());
            // Nothing after it can be told apart.
            self.go_to_end();
            return Err(Unread);
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        out
    }

    /// Parts between commas.
    fn list<T>(&mut self, of: impl Fn(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let mut out = vec![of(self)?];
        while self.token.is_sign(",") {
            self.advance();
            out.push(of(self)?);
        }
        Ok(out)
    }
}

/// The first characters of a text, for a message.
fn short(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
