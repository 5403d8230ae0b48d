//! Commands ("ES|QL commands",
//! <https://www.elastic.co/docs/reference/query-languages/esql/esql-commands>).

use super::super::ast::{CommandKind, FieldName, Index, Named, Order};
use super::super::lexer::{self, Token, TokenKind};
use super::primary::text_of;
use super::{MORE, Parser};
use crate::elasticsearch::defects::{Defects, Read};

impl Parser<'_> {
    pub(super) fn command(&mut self) -> Read<CommandKind> {
        let name = if self.token.kind == TokenKind::Word { self.token.raw } else { "" };
        match name.to_ascii_lowercase().as_str() {
            "from" => self.from(),
            "where" => {
                self.advance();
                Ok(CommandKind::Where(self.condition()?))
            }
            "eval" => {
                self.advance();
                Ok(CommandKind::Eval(self.list(Self::named)?))
            }
            "keep" | "drop" => {
                let drop = self.token.is_word("drop");
                self.advance();
                Ok(CommandKind::Columns { drop, names: self.list(Self::column)? })
            }
            "rename" => {
                self.advance();
                Ok(CommandKind::Rename(self.list(Self::renaming)?))
            }
            "stats" => {
                self.advance();
                self.stats(false)
            }
            "inline" => {
                self.advance();
                if !self.word("stats") {
                    return self.expected("`stats`");
                }
                self.stats(true)
            }
            "inlinestats" => {
                self.advance();
                self.stats(true)
            }
            "sort" => {
                self.advance();
                Ok(CommandKind::Sort(self.list(Self::order)?))
            }
            "limit" => {
                self.advance();
                if self.token.kind != TokenKind::Number {
                    return self.expected("a number");
                }
                let (count, span) = (self.token.raw.to_owned(), self.token.span());
                self.advance();
                Ok(CommandKind::Limit { count, span })
            }
            "grok" | "dissect" => self.extract(),
            "mv_expand" => {
                self.advance();
                Ok(CommandKind::Expand(self.name()?))
            }
            "enrich" => self.enrich(),
            "lookup" => self.join(),
            "completion" => self.completion(),
            _ => self.expected("a command"),
        }
    }

    fn from(&mut self) -> Read<CommandKind> {
        let mut indices = Vec::new();
        loop {
            // A comma or the command's name stands before the name of an index.
            self.go_to_index();
            indices.push(self.index()?);
            if !self.token.is_sign(",") {
                break;
            }
        }
        let bracket = self.token.is_sign("[");
        if bracket {
            self.advance();
        }
        let mut metadata = Vec::new();
        if self.word("metadata") {
            metadata = self.list(Self::name)?;
        }
        if bracket {
            self.sign("]")?;
        }
        Ok(CommandKind::From { indices, metadata })
    }

    /// Goes on to the name of an index.
    fn go_to_index(&mut self) {
        self.before = self.token.end;
        self.token = lexer::index(self.text, self.token.end);
        self.note_flaw();
    }

    fn index(&mut self) -> Read<Index> {
        let token: Token<'_> = self.token;
        let quote = match token.kind {
            TokenKind::Text(quote) => Some(quote),
            _ if token.raw.is_empty() => return self.expected("the name of an index"),
            _ => None,
        };
        self.advance();
        Ok(Index { name: token.raw.to_owned(), quote, span: token.span() })
    }

    fn stats(&mut self, inline: bool) -> Read<CommandKind> {
        let mut aggregates = Vec::new();
        if !self.token.is_word("by") {
            aggregates = self.list(Self::named)?;
        }
        let by = if self.word("by") { self.list(Self::named)? } else { Vec::new() };
        Ok(CommandKind::Stats { inline, aggregates, by })
    }

    /// `name = value where condition`.
    fn named(&mut self) -> Read<Named> {
        let start = self.token.start;
        let (token, before) = (self.token, self.before);
        let mut name = None;
        if matches!(self.token.kind, TokenKind::Word | TokenKind::Backquoted) {
            let quiet = std::mem::replace(&mut self.defects, Defects::new(MORE));
            let read = self.name();
            self.defects = quiet;
            match read {
                Ok(read) if self.token.is_sign("=") => {
                    self.advance();
                    name = Some(read);
                }
                _ => {
                    self.token = token;
                    self.before = before;
                }
            }
        }
        let value = self.condition()?;
        let filter = if self.word("where") { Some(self.condition()?) } else { None };
        Ok(Named { name, value, filter, span: self.span(start) })
    }

    /// The name of a column with its wildcards, as written.
    fn column(&mut self) -> Read<String> {
        let start = self.token.start;
        loop {
            let part = matches!(self.token.kind, TokenKind::Word | TokenKind::Backquoted)
                || (self.token.kind == TokenKind::Number && self.token.start > start)
                || self.token.is_sign("*")
                || (self.token.is_sign(".") && self.token.start > start);
            if !part {
                return self.expected("the name of a column");
            }
            self.advance();
            if self.token.start != self.before || self.ends_column() {
                return Ok(self.span(start).slice(self.text).to_owned());
            }
        }
    }

    fn ends_column(&self) -> bool {
        self.token.kind == TokenKind::End || self.token.is_sign(",") || self.token.is_sign("|")
    }

    /// `before as after`, or `after = before`.
    fn renaming(&mut self) -> Read<(FieldName, FieldName)> {
        let first = self.name()?;
        if self.token.is_sign("=") {
            self.advance();
            return Ok((self.name()?, first));
        }
        if !self.word("as") {
            return self.expected("`as`");
        }
        Ok((first, self.name()?))
    }

    fn order(&mut self) -> Read<Order> {
        let value = self.condition()?;
        let descending = match () {
            () if self.word("asc") => Some(false),
            () if self.word("desc") => Some(true),
            () => None,
        };
        let mut nulls_first = None;
        if self.word("nulls") {
            nulls_first = match () {
                () if self.word("first") => Some(true),
                () if self.word("last") => Some(false),
                () => return self.expected("`first` or `last`"),
            };
        }
        Ok(Order { value, descending, nulls_first })
    }

    fn extract(&mut self) -> Read<CommandKind> {
        let grok = self.token.is_word("grok");
        self.advance();
        let input = self.primary()?;
        let mut patterns = Vec::new();
        loop {
            let Some(text) = text_of(&self.token) else { return self.expected("a pattern") };
            patterns.push(text);
            self.advance();
            if !(grok && self.token.is_sign(",")) {
                break;
            }
            self.advance();
        }
        let mut options = Vec::new();
        while !grok && matches!(self.token.kind, TokenKind::Word) {
            options.push(self.named()?);
        }
        Ok(CommandKind::Extract { grok, input, patterns, options })
    }

    fn enrich(&mut self) -> Read<CommandKind> {
        self.go_to_index();
        let policy = self.index()?;
        let on = if self.word("on") { Some(self.name()?) } else { None };
        let mut with = Vec::new();
        if self.word("with") {
            with = self.list(|p| {
                let first = p.name()?;
                if !p.token.is_sign("=") {
                    return Ok((first, None));
                }
                p.advance();
                Ok((first, Some(p.name()?)))
            })?;
        }
        Ok(CommandKind::Enrich { policy, on, with })
    }

    fn join(&mut self) -> Read<CommandKind> {
        self.advance();
        if !self.token.is_word("join") {
            return self.expected("`join`");
        }
        self.go_to_index();
        let index = self.index()?;
        if !self.word("on") {
            return self.expected("`on`");
        }
        Ok(CommandKind::Join { index, on: self.list(Self::condition)? })
    }

    fn completion(&mut self) -> Read<CommandKind> {
        self.advance();
        let named = self.named()?;
        let with = if self.word("with") { Some(self.primary()?) } else { None };
        Ok(CommandKind::Completion { target: named.name, prompt: named.value, with })
    }
}
