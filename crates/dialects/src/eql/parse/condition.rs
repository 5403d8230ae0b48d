//! Conditions: what joins and compares values.
//!
//! `not` binds tighter than `and`, and this tighter than `or`; comparisons bind tighter than all of
//! them (`booleanExpression` of the grammar).

use super::super::ast::{Arithmetic, Comparison, Expr, ExprKind, LogicOp};
use super::super::lexer::TokenKind;
use super::{Parser, opaque};
use crate::elasticsearch::defects::Read;

impl Parser<'_> {
    /// A condition. An operand that can't be read stays as text.
    pub(super) fn condition(&mut self) -> Expr {
        self.joined(LogicOp::Or, |p| p.joined(LogicOp::And, Self::readable))
    }

    fn joined(&mut self, op: LogicOp, of: impl Fn(&mut Self) -> Expr) -> Expr {
        let start = self.token.start;
        let first = of(self);
        if !self.token.is_word(op.sign()) {
            return first;
        }
        let mut list = vec![first];
        while self.token.is_word(op.sign()) {
            self.advance();
            list.push(of(self));
        }
        Expr { kind: ExprKind::Logic { op, of: list }, span: self.span(start) }
    }

    fn readable(&mut self) -> Expr {
        let start = self.token.start;
        let out = self.negation().and_then(|out| {
            if self.ends_operand() { Ok(out) } else { self.expected("`and` or `or`") }
        });
        out.unwrap_or_else(|_| self.skipped(start))
    }

    /// Whether the current token can follow a condition.
    fn ends_operand(&self) -> bool {
        self.token.kind == TokenKind::End
            || [")", "]", ",", "|"].iter().any(|sign| self.token.is_sign(sign))
            || ["and", "or"].iter().any(|word| self.token.is_word(word))
    }

    /// What can't be read, from a place on to the end of the operand that began there.
    fn skipped(&mut self, start: usize) -> Expr {
        let failed = self.token.start;
        if self.token.kind != TokenKind::End {
            let mut depth = 0usize;
            self.token = super::lexer::next(self.text, start);
            self.before = start;
            loop {
                let token = self.token;
                let open = token.is_sign("(") || token.is_sign("[") || token.is_sign("![");
                let close = token.is_sign(")") || token.is_sign("]");
                if token.kind == TokenKind::End
                    || (depth == 0 && token.start >= failed && self.ends_operand())
                    || (depth == 0 && close)
                {
                    break;
                }
                depth += usize::from(open);
                depth -= usize::from(close);
                self.before = token.end;
                self.token = super::lexer::next(self.text, token.end);
            }
        } else {
            self.before = self.text.trim_end().len().max(start);
        }
        opaque(self.text, self.span(start))
    }

    fn negation(&mut self) -> Read<Expr> {
        if !self.token.is_word("not") {
            return self.comparison();
        }
        let start = self.token.start;
        self.advance();
        let inner = self.deeper(Self::negation)?;
        Ok(Expr { kind: ExprKind::Not(Box::new(inner)), span: self.span(start) })
    }

    fn comparison(&mut self) -> Read<Expr> {
        let start = self.token.start;
        let left = self.arithmetic()?;
        let Some(op) = Comparison::ALL.into_iter().find(|op| self.token.is_sign(op.sign())) else {
            if self.token.is_sign("=") {
                return self.expected("`==` or `:`");
            }
            return Ok(left);
        };
        self.advance();
        let right = self.arithmetic()?;
        let kind = ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) };
        Ok(Expr { kind, span: self.span(start) })
    }

    /// A value: sums of products.
    pub(super) fn arithmetic(&mut self) -> Read<Expr> {
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
            return self.predicate();
        }
        self.advance();
        let inner = self.deeper(Self::signed)?;
        Ok(Expr { kind: ExprKind::Negative(Box::new(inner)), span: self.span(start) })
    }
}
