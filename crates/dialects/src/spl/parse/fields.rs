//! Commands that set, rename, cut and keep fields.
//!
//! Each follows "Syntax" of its page in
//! <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands>.

use super::{Parser, Read};
use crate::spl::ast::{
    Bin, Command, Conversion, FieldsMode, Multivalue, Quote, Renaming, Rex, Spath, Text,
};
use crate::spl::lexer::{Mode, TokenKind};

impl Parser<'_> {
    /// `rename a as b, "c d" as e`.
    pub(super) fn rename_command(&mut self) -> Read<Command> {
        let mut out = Vec::new();
        loop {
            self.skip_commas();
            if self.cursor.is_done() && !out.is_empty() {
                return Ok(Command::Rename(out));
            }
            let from = self.name()?;
            let token = self.cursor.next(Mode::Word);
            if !token.is_word("as") {
                return Err(self.unexpected(&token));
            }
            out.push(Renaming { from, to: self.name()? });
        }
    }

    /// `fields - a, b`; the sign may touch the first field.
    pub(super) fn fields_command(&mut self) -> Read<Command> {
        let mut mode = FieldsMode::Keep;
        let token = self.cursor.peek(Mode::Word);
        if token.kind == TokenKind::Word && token.raw.starts_with(['-', '+']) {
            self.cursor.at = token.start + 1;
            if token.raw.starts_with('-') {
                mode = FieldsMode::Remove;
            }
        }
        let fields = self.names(&[]);
        Ok(Command::Fields { mode, fields })
    }

    /// `rex field=a max_match=0 "(?<b>.)"`, in any order.
    pub(super) fn rex_command(&mut self) -> Read<Command> {
        let mut options = Vec::new();
        self.options(&mut options)?;
        let pattern = self.pattern()?;
        self.options(&mut options)?;
        Ok(Command::Rex(Rex { options, pattern }))
    }

    /// A regular expression in double quotes, or one without as far as the command goes: then
    /// parentheses and commas belong to it.
    fn pattern(&mut self) -> Read<Text> {
        let token = self.cursor.peek(Mode::Value);
        if token.kind == TokenKind::Double {
            self.cursor.next(Mode::Value);
            return Ok(token.text());
        }
        let (text, span) = self.cursor.rest();
        if text.is_empty() {
            return Err(self.unexpected(&token));
        }
        self.cursor.at = self.cursor.end;
        Ok(Text { raw: text.to_owned(), quote: Quote::None, span })
    }

    /// `regex a="x"`, `regex a!="x"`, `regex "x"`.
    pub(super) fn regex_command(&mut self) -> Read<Command> {
        let sign = self.cursor.second(Mode::Word);
        let named = self.cursor.peek(Mode::Word).is_text();
        let mut field = None;
        let mut negated = false;
        if named && (sign.is_sign("=") || sign.is_sign("!=")) {
            field = Some(self.name()?);
            self.cursor.next(Mode::Word);
            negated = sign.is_sign("!=");
        }
        let pattern = self.pattern()?;
        Ok(Command::Regex { field, negated, pattern })
    }

    /// `spath input=a output=b path=c`, or the path by itself.
    pub(super) fn spath_command(&mut self) -> Read<Command> {
        let mut out = Spath::default();
        self.options(&mut out.options)?;
        if !self.cursor.is_done() {
            out.path = Some(self.name()?);
            self.options(&mut out.options)?;
        }
        Ok(Command::Spath(out))
    }

    /// `convert timeformat="%F" ctime(a) AS b`.
    pub(super) fn convert_command(&mut self) -> Read<Command> {
        let (mut options, mut conversions) = (Vec::new(), Vec::new());
        loop {
            self.options(&mut options)?;
            if self.cursor.is_done() && !conversions.is_empty() {
                return Ok(Command::Convert { options, conversions });
            }
            let token = self.cursor.next(Mode::Word);
            let function = token.text();
            if !token.is_text() {
                return Err(self.unexpected(&token));
            }
            let open = self.cursor.next(Mode::Word);
            if open.kind != TokenKind::Open {
                return Err(self.unexpected(&open));
            }
            let field = self.name()?;
            self.close()?;
            let alias = self.alias()?;
            conversions.push(Conversion { function, field, alias });
        }
    }

    /// `fillnull value=0 a b`, `filldown a`.
    pub(super) fn fill_command(&mut self) -> Read<Command> {
        let (fields, options) = self.names_and_options(&[])?;
        Ok(Command::Fill { options, fields })
    }

    /// `makemv delim="," a`, `mvexpand a limit=2`.
    pub(super) fn multivalue_command(&mut self) -> Read<Command> {
        let mut options = Vec::new();
        self.options(&mut options)?;
        let field = self.name()?;
        self.options(&mut options)?;
        Ok(Command::Multivalue(Multivalue { options, field }))
    }

    /// `bin span=5m _time as t`.
    pub(super) fn bin_command(&mut self) -> Read<Command> {
        let mut options = Vec::new();
        self.options(&mut options)?;
        let field = self.name()?;
        let mut alias = self.alias()?;
        self.options(&mut options)?;
        if alias.is_none() {
            alias = self.alias()?;
            self.options(&mut options)?;
        }
        Ok(Command::Bin(Bin { options, field, alias }))
    }

    /// `replace "a" with "b", c with d in e`.
    pub(super) fn replace_command(&mut self) -> Read<Command> {
        let mut pairs = Vec::new();
        loop {
            self.skip_commas();
            if self.cursor.is_done() || self.keyword("in").is_some() {
                break;
            }
            let from = self.name()?;
            self.skip_commas();
            let token = self.cursor.next(Mode::Word);
            if !token.is_word("with") {
                return Err(self.unexpected(&token));
            }
            pairs.push((from, self.name()?));
        }
        let fields = self.names(&[]);
        Ok(Command::Replace { pairs, fields })
    }
}
