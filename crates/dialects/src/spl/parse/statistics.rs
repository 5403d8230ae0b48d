//! `stats` and its kin, `tstats`, `chart`, `top`: aggregates of groups.
//!
//! <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/stats>,
//! `…/tstats`, `…/chart`, `…/timechart`, `…/top`, "Syntax".

use rulescope_ir::Span;

use super::search::Stops;
use super::{Parser, Read};
use crate::spl::ast::{
    Aggregate, Arg, Argument, By, Chart, Command, DataSource, StatsKind, Tally, Tstats,
};
use crate::spl::lexer::{Mode, TokenKind};

/// Words that end the aggregates of a command.
const CLAUSES: [&str; 5] = ["by", "groupby", "over", "from", "where"];

impl Parser<'_> {
    pub(super) fn stats_command(&mut self, kind: StatsKind) -> Read<Command> {
        let (mut options, mut aggregates) = (Vec::new(), Vec::new());
        loop {
            self.options(&mut options)?;
            match self.aggregate(&CLAUSES)? {
                Some(aggregate) => aggregates.push(aggregate),
                None => break,
            }
        }
        let by = self.by(&[])?;
        Ok(Command::Stats { kind, options, aggregates, by })
    }

    /// `tstats` and `mstats`; their clauses are read in any order.
    pub(super) fn tstats_command(&mut self) -> Read<Command> {
        let mut out = Tstats::default();
        let stops = Stops { words: &["by", "groupby", "from"], bracket: false };
        loop {
            self.options(&mut out.options)?;
            if self.keyword("from").is_some() {
                out.from = Some(self.tstats_source()?);
            } else if self.keyword("where").is_some() {
                out.filter = Some(self.search_expr(&stops)?);
            } else if let Some(by) = self.by(&["from", "where"])? {
                out.by = Some(by);
            } else {
                match self.aggregate(&CLAUSES)? {
                    Some(aggregate) => out.aggregates.push(aggregate),
                    None => return Ok(Command::Tstats(out)),
                }
            }
        }
    }

    /// `datamodel=Web.Web`, `sid=1`, a namespace.
    fn tstats_source(&mut self) -> Read<DataSource> {
        let named = self.cursor.peek(Mode::Word);
        let equals = self.cursor.second(Mode::Word).is_sign("=");
        let mut kind = None;
        if ["datamodel", "sid"].iter().any(|k| named.is_word(k)) {
            kind = Some(self.cursor.next(Mode::Word).text());
            if equals {
                self.cursor.next(Mode::Word);
            }
        }
        let token = self.cursor.next(Mode::Value);
        if !token.is_text() {
            return Err(self.unexpected(&token));
        }
        Ok(DataSource { kind, name: token.text(), rest: Vec::new() })
    }

    pub(super) fn chart_command(&mut self) -> Read<Command> {
        let mut out = Chart::default();
        loop {
            self.options(&mut out.options)?;
            if self.keyword("over").is_some() {
                out.over = Some(self.name()?);
            } else if let Some(by) = self.by(&["where"])? {
                out.by = Some(by);
                if self.cursor.peek(Mode::Word).is_word("where") {
                    out.columns = self.columns();
                }
            } else {
                match self.aggregate(&CLAUSES)? {
                    Some(aggregate) => out.aggregates.push(aggregate),
                    None => return Ok(Command::Chart(out)),
                }
            }
        }
    }

    /// `where sum in top5`, `where max > 3`: words up to the command's end, signs among them.
    fn columns(&mut self) -> Vec<Arg> {
        let mut out = Vec::new();
        loop {
            let token = self.cursor.peek(Mode::Word);
            if !(token.is_text() || token.kind == TokenKind::Sign) {
                return out;
            }
            self.cursor.next(Mode::Word);
            out.push(Arg::Text(token.text()));
        }
    }

    pub(super) fn tally_command(&mut self, rare: bool) -> Read<Command> {
        let count = self.count();
        let (fields, options) = self.names_and_options(&["by"])?;
        let by = self.by(&[])?;
        Ok(Command::Tally(Tally { rare, count, options, fields, by }))
    }

    /// The next aggregate; none at the command's end or one of these words.
    fn aggregate(&mut self, stops: &[&str]) -> Read<Option<Aggregate>> {
        self.skip_commas();
        let token = self.cursor.peek(Mode::Word);
        if token.kind != TokenKind::Word || stops.iter().any(|s| token.is_word(s)) {
            return Ok(None);
        }
        self.cursor.next(Mode::Word);
        let argument = self.argument()?;
        let mut end = self.cursor.at;
        let alias = self.alias()?;
        if alias.is_some() {
            end = self.cursor.at;
        }
        let span = Span::new(token.start, end);
        Ok(Some(Aggregate { function: token.text(), argument, alias, span }))
    }

    /// What stands in an aggregate's parentheses.
    fn argument(&mut self) -> Read<Option<Argument>> {
        let open = self.cursor.peek(Mode::Word);
        if open.kind != TokenKind::Open {
            return Ok(None);
        }
        self.cursor.next(Mode::Word);
        let first = self.cursor.peek(Mode::Word);
        let second = self.cursor.second(Mode::Word);
        if first.kind == TokenKind::Close {
            self.cursor.next(Mode::Word);
            return Ok(None);
        }
        if first.is_word("eval") && second.kind == TokenKind::Open {
            self.cursor.next(Mode::Word);
            self.cursor.next(Mode::Word);
            let expr = self.expr()?;
            for _ in 0..2 {
                self.close()?;
            }
            return Ok(Some(Argument::Eval(expr)));
        }
        if first.is_text() && second.kind == TokenKind::Close {
            self.cursor.next(Mode::Word);
            self.cursor.next(Mode::Word);
            return Ok(Some(Argument::Field(first.text())));
        }
        let args = self.args_in_parentheses(&open)?;
        Ok(Some(Argument::Other(args)))
    }

    pub(super) fn close(&mut self) -> Read<()> {
        let token = self.cursor.next(Mode::Word);
        if token.kind == TokenKind::Close { Ok(()) } else { Err(self.unexpected(&token)) }
    }

    /// `by a, b span=1h`, if it comes next.
    fn by(&mut self, stops: &[&str]) -> Read<Option<By>> {
        self.skip_commas();
        let token = self.cursor.peek(Mode::Word);
        if !(token.is_word("by") || token.is_word("groupby")) {
            return Ok(None);
        }
        self.cursor.next(Mode::Word);
        let (fields, options) = self.names_and_options(stops)?;
        if fields.is_empty() {
            let token = self.cursor.peek(Mode::Word);
            return Err(self.unexpected(&token));
        }
        let span = Span::new(token.start, self.cursor.at);
        Ok(Some(By { fields, options, span }))
    }
}
