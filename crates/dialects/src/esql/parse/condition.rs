//! Conditions: what joins and compares values.
//!
//! `not` binds tighter than `and`, and this tighter than `or`; comparisons bind tighter than all of
//! them ("ES|QL operators",
//! <https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/operators>).

use super::super::ast::{Arithmetic, Comparison, Expr, ExprKind, LogicOp, MatchOp};
use super::Parser;
use crate::elasticsearch::defects::Read;

impl Parser<'_> {
    /// A condition or a value.
    pub(super) fn condition(&mut self) -> Read<Expr> {
        self.joined(LogicOp::Or, |p| p.joined(LogicOp::And, Self::negation))
    }

    fn joined(&mut self, op: LogicOp, of: impl Fn(&mut Self) -> Read<Expr>) -> Read<Expr> {
        let start = self.token.start;
        let first = of(self)?;
        if !self.token.is_word(op.sign()) {
            return Ok(first);
        }
        let mut list = vec![first];
        while self.word(op.sign()) {
            list.push(of(self)?);
        }
        Ok(Expr { kind: ExprKind::Logic { op, of: list }, span: self.span(start) })
    }

    fn negation(&mut self) -> Read<Expr> {
        let start = self.token.start;
        if !self.word("not") {
            return self.predicate();
        }
        let inner = self.deeper(Self::negation)?;
        Ok(Expr { kind: ExprKind::Not(Box::new(inner)), span: self.span(start) })
    }

    /// A comparison, and what holds its value against others.
    fn predicate(&mut self) -> Read<Expr> {
        let start = self.token.start;
        let subject = self.comparison()?;
        if self.word("is") {
            let negated = self.word("not");
            if !self.word("null") {
                return self.expected("`null`");
            }
            let kind = ExprKind::Absence { subject: Box::new(subject), negated };
            return Ok(Expr { kind, span: self.span(start) });
        }
        let next = self.peek();
        let negated = self.token.is_word("not")
            && ["like", "rlike", "in"].iter().any(|word| next.is_word(word));
        if negated {
            self.advance();
        }
        let op = MatchOp::ALL.into_iter().find(|op| match op {
            MatchOp::Colon => self.token.is_sign(":"),
            MatchOp::Like | MatchOp::Rlike | MatchOp::In => self.token.is_word(op.sign()),
        });
        let Some(op) = op else { return Ok(subject) };
        self.advance();
        let list = self.token.is_sign("(");
        let patterns = if list {
            self.advance();
            let out = self.deeper(|p| p.list(Self::condition))?;
            self.sign(")")?;
            out
        } else if op == MatchOp::In {
            return self.expected("`(`");
        } else {
            vec![self.arithmetic()?]
        };
        let subject = Box::new(subject);
        let kind = ExprKind::Match { op, subject, negated, patterns, list };
        Ok(Expr { kind, span: self.span(start) })
    }

    fn comparison(&mut self) -> Read<Expr> {
        let start = self.token.start;
        let left = self.arithmetic()?;
        let Some(op) = Comparison::ALL.into_iter().find(|op| self.token.is_sign(op.sign())) else {
            return Ok(left);
        };
        self.advance();
        let right = self.arithmetic()?;
        let kind = ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) };
        Ok(Expr { kind, span: self.span(start) })
    }

    /// A value: sums of products.
    fn arithmetic(&mut self) -> Read<Expr> {
        self.level(&[Arithmetic::Add, Arithmetic::Subtract], |p| {
            p.level(&[Arithmetic::Multiply, Arithmetic::Divide, Arithmetic::Modulo], Self::signed)
        })
    }

    fn level(&mut self, ops: &[Arithmetic], of: impl Fn(&mut Self) -> Read<Expr>) -> Read<Expr> {
        let start = self.token.start;
        let first = of(self)?;
        let mut rest = Vec::new();
        while let Some(op) = ops.iter().find(|op| self.token.is_sign(op.sign())) {
            self.advance();
            rest.push((*op, of(self)?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        let kind = ExprKind::Arithmetic { first: Box::new(first), rest };
        Ok(Expr { kind, span: self.span(start) })
    }

    fn signed(&mut self) -> Read<Expr> {
        let start = self.token.start;
        if self.token.is_sign("+") {
            self.advance();
            return self.deeper(Self::signed);
        }
        if !self.token.is_sign("-") {
            return self.primary();
        }
        self.advance();
        let inner = self.deeper(Self::signed)?;
        Ok(Expr { kind: ExprKind::Negative(Box::new(inner)), span: self.span(start) })
    }
}
