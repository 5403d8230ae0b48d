//! Searches: text to syntax tree, never failing.
//!
//! Macros are put in, the structure of pipes and brackets is read in one pass, and each command is
//! read by its own grammar within its bounds. What can't be read stays as text, as small as the
//! grammar allows: an argument of a condition, a condition, a command.

mod args;
mod commands;
mod eval;
mod fields;
mod rows;
mod search;
mod statistics;
mod tables;

use rulescope_ir::Span;

use super::ast::{Command, MacroCall, Pipeline, Query, SearchExpr, Step};
use super::context::{Defects, Read, Unread};
use super::expand::expand;
use super::lexer::{Cursor, Mode, Token, TokenKind};
use super::macros::Macros;
use super::names;
use super::structure::{Region, Structure};
use crate::source::Source;

/// Parentheses, calls and subsearches may go so deep.
const MAX_DEPTH: usize = 96;
/// A search may have so many commands.
const MAX_STEPS: usize = 5_000;
/// A command's text may be so long, in bytes; the longest of the security content has 4,233.
const MAX_COMMAND: usize = 128 * 1024;
/// Searches in the text of a `map` may go so deep.
const MAX_MAPS: usize = 4;

/// Reads a search with the macros of its repository. The source says where the text stands in the
/// rule's body; diagnostics count there.
///
/// A search that does not begin with a pipe begins with the arguments of `search`
/// (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/search>,
/// "Description").
pub fn parse(source: &Source, macros: &Macros) -> Query {
    read(source, macros, 0)
}

fn read(source: &Source, macros: &Macros, maps: usize) -> Query {
    let mut diagnostics = Vec::new();
    let expansion = expand(source, macros, &mut diagnostics);
    let text = expansion.text();
    let mut structural = Vec::new();
    let structure = Structure::new(text, &mut structural);
    let mut parser = Parser {
        cursor: Cursor { text, at: 0, end: text.len() },
        structure: &structure,
        source: expansion.source(),
        macros,
        defects: Defects::new(structural),
        nested: Vec::new(),
        depth: 0,
        steps: 0,
        maps,
        bare_end: None,
    };
    let pipeline = parser.pipeline(structure.top(), true);
    let Parser { defects, nested, .. } = parser;
    diagnostics.extend(defects.placed(&expansion));
    diagnostics.extend(nested);
    diagnostics.sort_by_key(|d| d.span);
    Query { expansion, pipeline, diagnostics }
}

/// What is known while a search is read.
struct Parser<'a> {
    cursor: Cursor<'a>,
    structure: &'a Structure,
    source: &'a Source,
    macros: &'a Macros,
    defects: Defects,
    /// Diagnostics of searches within texts, in the body already.
    nested: Vec<rulescope_ir::Diagnostic>,
    depth: usize,
    steps: usize,
    /// In how many texts of `map` this search stands.
    maps: usize,
    /// Where the last operand ended, if it was a field without quotes.
    bare_end: Option<usize>,
}

impl<'a> Parser<'a> {
    /// The commands of a region. `implied` says that the first one is `search` unless a pipe comes
    /// before it; in a subsearch it is named.
    fn pipeline(&mut self, region: &Region, implied: bool) -> Pipeline {
        let outer = self.cursor;
        let mut steps = Vec::new();
        let mut start = region.start;
        let ends = region.pipes.iter().copied().chain([region.end]);
        for (i, end) in ends.enumerate() {
            self.cursor = Cursor { text: outer.text, at: start, end };
            if self.steps >= MAX_STEPS {
                steps.push(self.too_long(region.end));
                break;
            }
            if !self.cursor.is_done() {
                self.steps += 1;
                steps.push(self.step(i == 0 && implied));
            } else if i > 0 || region.pipes.is_empty() {
                let message = "there is no command here; remove the pipe or name a command";
                self.defects.warning("spl/empty-command", message, self.spot(start));
            }
            start = end + 1;
        }
        self.cursor = Cursor { text: outer.text, at: region.start, end: region.end };
        let span = self.cursor.rest().1;
        self.cursor = outer;
        Pipeline { steps, span }
    }

    /// The rest of a pipeline that has too many commands, as one text.
    fn too_long(&mut self, end: usize) -> Step {
        self.cursor.end = end;
        let message =
            format!("the search has more than {MAX_STEPS} commands; the rest is kept as text");
        self.kept(message)
    }

    /// What is left of the text in hand as one step that is not read.
    fn kept(&mut self, message: String) -> Step {
        let (text, span) = self.cursor.rest();
        self.defects.error("spl/too-long", message, span);
        let command = Command::Opaque { text: text.to_owned(), known: false };
        Step { name: String::new(), implied: false, command, span }
    }

    fn step(&mut self, implied: bool) -> Step {
        let (text, span) = self.cursor.rest();
        if text.len() > MAX_COMMAND {
            let most = MAX_COMMAND / 1024;
            return self.kept(format!("the command is longer than {most} KiB and kept as text"));
        }
        let start = self.cursor;
        let token = self.cursor.peek(Mode::Word);
        if implied && !token.is_word("search") {
            self.warn_of_command(&token);
            let command = self.whole(start, text, Parser::search_command);
            return Step { name: "search".to_owned(), implied: true, command, span };
        }
        let opaque = || Command::Opaque { text: text.to_owned(), known: false };
        let (name, command) = match token.kind {
            TokenKind::Macro => {
                self.cursor.next(Mode::Word);
                let call = MacroCall { text: token.raw.to_owned(), span: token.span() };
                let command = if self.cursor.is_done() {
                    Command::Macro(call)
                } else {
                    let message = "a macro without definition stands where a command is expected";
                    self.defects.error("spl/unknown-command", message, token.span());
                    opaque()
                };
                (token.raw.to_owned(), command)
            }
            TokenKind::Word => {
                let name = token.raw.to_ascii_lowercase();
                self.cursor.next(Mode::Word);
                let command = if names::is_command(&name) {
                    let command = |p: &mut Parser<'a>| p.command(&name);
                    self.whole(start, text, command)
                } else {
                    let message = format!("`{name}` is no command that is known; it stays as text");
                    self.defects.error("spl/unknown-command", message, token.span());
                    opaque()
                };
                (name, command)
            }
            TokenKind::Number
            | TokenKind::Double
            | TokenKind::Single
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::BracketOpen
            | TokenKind::Comma
            | TokenKind::Sign
            | TokenKind::Other
            | TokenKind::End => {
                let message = format!("`{}` stands where a command is expected", token.raw);
                self.defects.error("spl/unknown-command", message, token.span());
                (String::new(), opaque())
            }
        };
        Step { name, implied: false, command, span }
    }

    /// Reads a command to its end; the whole of it stays as text where that fails.
    fn whole(
        &mut self,
        start: Cursor<'a>,
        text: &str,
        read: impl FnOnce(&mut Self) -> Read<Command>,
    ) -> Command {
        let depth = self.depth;
        let command = read(self).and_then(|command| self.finished().map(|()| command));
        self.depth = depth;
        command.unwrap_or_else(|Unread| {
            self.cursor = Cursor { at: start.end, ..start };
            Command::Opaque { text: text.to_owned(), known: true }
        })
    }

    /// The search at the start of a text, or behind its name.
    fn search_command(&mut self) -> Read<Command> {
        Ok(Command::Search(self.search_expr(&search::Stops::NONE)?))
    }

    /// A command's name at the start of a search without a pipe is a keyword.
    fn warn_of_command(&mut self, token: &Token<'_>) {
        let compared = self.cursor.second(Mode::Word).kind == TokenKind::Sign;
        if token.kind == TokenKind::Word && !compared && names::is_generating(token.raw) {
            let message =
                format!("`{}` is a keyword here; put a pipe before it for the command", token.raw);
            self.defects.warning("spl/no-pipe", message, token.span());
        }
    }

    /// A subsearch, after its opening bracket.
    fn subsearch(&mut self, bracket: &Token<'_>) -> Read<Pipeline> {
        let structure = self.structure;
        let Some(region) = structure.subsearch(bracket.start) else { return Err(Unread) };
        self.cursor.at = (region.end + 1).min(self.cursor.end);
        self.nested(bracket.span(), |p| Ok(p.pipeline(region, false)))
    }

    /// Reads a part one level deeper.
    fn nested<T>(&mut self, span: Span, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= MAX_DEPTH {
            let message = "this is nested too deep and kept as text; nest less";
            self.defects.error("spl/too-deep", message, span);
            return Err(Unread);
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        out
    }

    /// Says that something is left of the command, if so.
    fn finished(&mut self) -> Read<()> {
        let token = self.cursor.peek(Mode::Word);
        if token.kind == TokenKind::End { Ok(()) } else { Err(self.unexpected(&token)) }
    }

    /// Says that a token is not expected where it stands.
    fn unexpected(&mut self, token: &Token<'_>) -> Unread {
        let message = if token.kind == TokenKind::End {
            "the command ends where more is expected".to_owned()
        } else {
            format!("`{}` is not expected here", token.raw)
        };
        let span = if token.kind == TokenKind::End { self.spot(token.start) } else { token.span() };
        self.defects.error("spl/syntax", message, span);
        Unread
    }

    /// The last character before a place that is no white space: there it is told that something is
    /// missing.
    fn spot(&self, at: usize) -> Span {
        let before = self.cursor.text[..at.min(self.cursor.text.len())].trim_end();
        let start = before.char_indices().next_back().map_or(0, |(i, _)| i);
        Span::new(start, before.len())
    }

    /// The text of a part as a condition that was not understood.
    fn opaque_search(&self, start: usize, end: usize) -> SearchExpr {
        let span = Span::new(start, end);
        SearchExpr::Opaque { text: self.cursor.text[start..end].to_owned(), span }
    }
}
