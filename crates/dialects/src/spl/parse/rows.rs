//! Commands that choose, order and join rows.
//!
//! Each follows "Syntax" of its page in
//! <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands>.

use super::search::Stops;
use super::{Parser, Read};
use crate::spl::ast::{Boundary, Command, Dedup, OptValue, Slice, SortKey, Transaction};
use crate::spl::lexer::{Mode, TokenKind};

impl Parser<'_> {
    /// `dedup 3 a b keepevents=true sortby -c`.
    pub(super) fn dedup_command(&mut self) -> Read<Command> {
        let mut out = Dedup { count: self.count(), ..Dedup::default() };
        (out.fields, out.options) = self.names_and_options(&["sortby"])?;
        if self.keyword("sortby").is_some() {
            while !self.cursor.is_done() && !self.at_option() {
                out.order.push(self.sort_key()?);
                self.skip_commas();
            }
            self.options(&mut out.options)?;
        }
        Ok(Command::Dedup(out))
    }

    /// `sort 0 - a, +num(b) desc`.
    pub(super) fn sort_command(&mut self) -> Read<Command> {
        let mut count = self.count();
        if self.at_option_of(&["limit"]) {
            let option = self.option()?;
            count = match option.value {
                OptValue::Text(text) => Some(text),
                OptValue::Group(_) | OptValue::Macro(_) => count,
            };
        }
        let mut keys = Vec::new();
        let mut reversed = false;
        self.skip_commas();
        while !self.cursor.is_done() {
            let token = self.cursor.peek(Mode::Word);
            let last = self.cursor.second(Mode::Word).kind == TokenKind::End && !keys.is_empty();
            if last && ["d", "desc"].iter().any(|w| token.is_word(w)) {
                self.cursor.next(Mode::Word);
                reversed = true;
                break;
            }
            keys.push(self.sort_key()?);
            self.skip_commas();
        }
        Ok(Command::Sort { count, keys, reversed })
    }

    /// `-num(a)`; the sign may stand apart.
    fn sort_key(&mut self) -> Read<SortKey> {
        let token = self.cursor.peek(Mode::Word);
        let mut descending = false;
        if token.kind == TokenKind::Word && token.raw.starts_with(['-', '+']) {
            descending = token.raw.starts_with('-');
            self.cursor.at = token.start + 1;
        }
        let name = self.cursor.peek(Mode::Word);
        let orders = ["auto", "ip", "num", "str"].iter().any(|o| name.is_word(o));
        if orders && self.cursor.second(Mode::Word).kind == TokenKind::Open {
            self.cursor.next(Mode::Word);
            self.cursor.next(Mode::Word);
            let field = self.name()?;
            self.close()?;
            return Ok(SortKey { descending, order: Some(name.text()), field });
        }
        Ok(SortKey { descending, order: None, field: self.name()? })
    }

    /// `head 10`, `head (a > 1) keeplast=true`, `tail`.
    pub(super) fn slice_command(&mut self) -> Read<Command> {
        let mut out = Slice { count: self.count(), ..Slice::default() };
        self.options(&mut out.options)?;
        if !self.cursor.is_done() {
            out.until = Some(self.expr()?);
            self.options(&mut out.options)?;
        }
        Ok(Command::Slice(out))
    }

    /// `transaction a b startswith=(…) endswith="…" maxspan=5m`.
    pub(super) fn transaction_command(&mut self) -> Read<Command> {
        let mut out = Transaction::default();
        loop {
            out.fields.append(&mut self.names(&[]));
            if self.at_option_of(&["startswith"]) {
                out.starts = Some(self.boundary()?);
            } else if self.at_option_of(&["endswith"]) {
                out.ends = Some(self.boundary()?);
            } else if self.at_option() {
                out.options.push(self.option()?);
            } else {
                return Ok(Command::Transaction(out));
            }
        }
    }

    /// A search expression in parentheses, `eval(…)`, or a text.
    fn boundary(&mut self) -> Read<Boundary> {
        self.cursor.next(Mode::Word);
        self.cursor.next(Mode::Word);
        let token = self.cursor.peek(Mode::Value);
        match token.kind {
            TokenKind::Open => {
                self.cursor.next(Mode::Value);
                let of = self.nested(token.span(), |p| p.search_expr(&Stops::NONE))?;
                self.close()?;
                Ok(Boundary::Search(of))
            }
            TokenKind::Word if token.is_word("eval") => {
                self.cursor.next(Mode::Value);
                let open = self.cursor.next(Mode::Word);
                if open.kind != TokenKind::Open {
                    return Err(self.unexpected(&open));
                }
                let of = self.expr()?;
                self.close()?;
                Ok(Boundary::Eval(of))
            }
            TokenKind::Word | TokenKind::Double => {
                self.cursor.next(Mode::Value);
                Ok(Boundary::Text(token.text()))
            }
            TokenKind::Number
            | TokenKind::Single
            | TokenKind::Macro
            | TokenKind::Close
            | TokenKind::BracketOpen
            | TokenKind::Comma
            | TokenKind::Sign
            | TokenKind::Other
            | TokenKind::End => Err(self.unexpected(&token)),
        }
    }
}
