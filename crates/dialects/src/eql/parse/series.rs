//! Sequences, samples and joins.

use super::super::ast::{Count, Expr, Series, SeriesKind, Step, TimeSpan};
use super::super::lexer::TokenKind;
use super::Parser;
use crate::elasticsearch::defects::Read;

impl Parser<'_> {
    pub(super) fn series(&mut self, kind: SeriesKind) -> Read<Series> {
        let start = self.token.start;
        self.advance();
        let (mut by, mut max_span) = (Vec::new(), None);
        loop {
            if self.token.is_word("by") && by.is_empty() {
                by = self.keys()?;
            } else if self.token.is_word("with") && max_span.is_none() {
                max_span = Some(self.max_span()?);
            } else {
                break;
            }
        }
        let head = self.span(start);
        let mut steps = Vec::new();
        while self.token.is_sign("[") || self.is_missing() {
            steps.push(self.step()?);
        }
        if steps.is_empty() {
            return self.expected("`[` and an event");
        }
        let mut until = None;
        if self.token.is_word("until") {
            self.advance();
            until = Some(self.step()?);
        }
        self.check(kind, max_span.as_ref(), &steps, until.is_some());
        Ok(Series { kind, by, max_span, steps, until, head })
    }

    /// What is read, and refused by Elasticsearch ("EQL syntax reference", "Missing events", "with
    /// runs statement" and "Samples").
    fn check(
        &mut self,
        kind: SeriesKind,
        max_span: Option<&TimeSpan>,
        steps: &[Step],
        until: bool,
    ) {
        let whole = steps[0].span.join(steps[steps.len() - 1].span);
        if steps.iter().all(|s| s.missing) {
            let message = "every event is a missing one; a series needs one that comes";
            self.defects.warning("eql/all-missing", message, whole);
        } else if max_span.is_none()
            && let Some(step) = steps.iter().find(|s| s.missing)
        {
            let message = "an event that must not come wants `with maxspan`";
            self.defects.warning("eql/missing-without-span", message, step.span);
        }
        if kind == SeriesKind::Sample && (max_span.is_some() || until) {
            let message = "a sample has no `maxspan` and no `until`; use a sequence";
            self.defects.warning("eql/sample", message, whole);
        }
        if kind == SeriesKind::Join {
            let message = "Elasticsearch does not know `join`; use a sample";
            self.defects.warning("eql/join", message, whole);
        }
    }

    fn keys(&mut self) -> Read<Vec<Expr>> {
        self.advance();
        let mut out = vec![self.arithmetic()?];
        while self.token.is_sign(",") {
            self.advance();
            out.push(self.arithmetic()?);
        }
        Ok(out)
    }

    fn max_span(&mut self) -> Read<TimeSpan> {
        self.advance();
        if !self.token.is_word("maxspan") {
            return self.expected("`maxspan`");
        }
        self.advance();
        self.sign("=")?;
        let start = self.token.start;
        let number = self.number()?;
        let mut unit = String::new();
        if self.token.kind == TokenKind::Word && self.token.start == self.before {
            unit = self.token.raw.to_owned();
            self.advance();
        }
        Ok(TimeSpan { number, unit, span: self.span(start) })
    }

    fn number(&mut self) -> Read<String> {
        if self.token.kind != TokenKind::Number {
            return self.expected("a number");
        }
        let out = self.token.raw.to_owned();
        self.advance();
        Ok(out)
    }

    fn is_missing(&self) -> bool {
        self.token.is_sign("![") || (self.token.is_sign("!") && self.peek().is_sign("["))
    }

    fn step(&mut self) -> Read<Step> {
        let start = self.token.start;
        let missing = self.is_missing();
        if self.token.is_sign("![") {
            self.advance();
        } else {
            if missing {
                self.advance();
            }
            self.sign("[")?;
        }
        let filter = self.filter()?;
        self.sign("]")?;
        let (mut by, mut runs) = (Vec::new(), None);
        loop {
            if self.token.is_word("by") && by.is_empty() {
                by = self.keys()?;
            } else if self.token.is_word("with") && runs.is_none() {
                runs = Some(self.runs()?);
            } else {
                break;
            }
        }
        Ok(Step { filter, missing, by, runs, span: self.span(start) })
    }

    fn runs(&mut self) -> Read<Count> {
        self.advance();
        if !self.token.is_word("runs") {
            return self.expected("`runs`");
        }
        self.advance();
        self.sign("=")?;
        let span = self.token.span();
        let number = self.number()?;
        if !number.parse::<u32>().is_ok_and(|n| (1..=100).contains(&n)) {
            let message = "an event runs from 1 to 100 times";
            self.defects.warning("eql/runs", message, span);
        }
        Ok(Count { number, span })
    }
}
