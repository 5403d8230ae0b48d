//! Values by themselves, and what a value is held against: lists and patterns.

use super::super::ast::{Expr, ExprKind, FieldName, MatchOp, Part, Quote};
use super::super::lexer::{Token, TokenKind};
use super::{Parser, text_of};
use crate::elasticsearch::defects::Read;

impl Parser<'_> {
    /// A value, and a list or pattern after it.
    pub(super) fn predicate(&mut self) -> Read<Expr> {
        let start = self.token.start;
        let subject = self.primary()?;
        let negated = self.token.is_word("not") && is_in(&self.peek());
        if negated {
            self.advance();
        }
        if is_in(&self.token) {
            let tilde = self.token.kind == TokenKind::Tilde;
            self.advance();
            let values = self.in_parentheses()?;
            let subject = Box::new(subject);
            let kind = ExprKind::In { subject, negated, tilde, values };
            return Ok(Expr { kind, span: self.span(start) });
        }
        let Some(op) = MatchOp::ALL.into_iter().find(|op| is_match(&self.token, *op)) else {
            return Ok(subject);
        };
        self.advance();
        let list = self.token.is_sign("(");
        let patterns = if list { self.in_parentheses()? } else { vec![self.primary()?] };
        let kind = ExprKind::Match { op, subject: Box::new(subject), patterns, list };
        Ok(Expr { kind, span: self.span(start) })
    }

    fn in_parentheses(&mut self) -> Read<Vec<Expr>> {
        self.sign("(")?;
        let out = self.deeper(Self::list)?;
        self.sign(")")?;
        Ok(out)
    }

    fn primary(&mut self) -> Read<Expr> {
        let token = self.token;
        let simple = |kind| Expr { kind, span: token.span() };
        let out = match token.kind {
            TokenKind::Number => simple(ExprKind::Number(token.raw.to_owned())),
            TokenKind::Text(quote) => {
                if !matches!(quote, Quote::Double | Quote::Triple) {
                    let message = "Elasticsearch reads texts in double quotes alone; use them";
                    self.defects.warning("eql/quotes", message, token.span());
                }
                simple(ExprKind::Text(text_of(&token)))
            }
            TokenKind::Word => match token.raw {
                "null" => simple(ExprKind::Null),
                "true" => simple(ExprKind::Bool(true)),
                "false" => simple(ExprKind::Bool(false)),
                _ => return self.named(),
            },
            TokenKind::Tilde | TokenKind::Backquoted => return self.named(),
            TokenKind::Sign if token.raw == "?" => return self.field(),
            TokenKind::Sign if token.raw == "(" => {
                self.advance();
                let out = self.deeper(Self::operand)?;
                self.sign(")")?;
                return Ok(out);
            }
            TokenKind::Sign | TokenKind::Other | TokenKind::End => {
                return self.expected("a value");
            }
        };
        self.advance();
        Ok(out)
    }

    /// A function, a field, or `child of [event]`.
    fn named(&mut self) -> Read<Expr> {
        let token = self.token;
        let start = token.start;
        let next = self.peek();
        if next.is_sign("(") && token.kind != TokenKind::Backquoted {
            self.advance();
            self.advance();
            let args = if self.token.is_sign(")") { Vec::new() } else { self.deeper(Self::list)? };
            self.sign(")")?;
            let function = token.raw.to_owned();
            let tilde = token.kind == TokenKind::Tilde;
            return Ok(Expr {
                kind: ExprKind::Call { function, tilde, args },
                span: self.span(start),
            });
        }
        if next.is_word("of") && token.kind == TokenKind::Word {
            self.advance();
            self.advance();
            self.sign("[")?;
            let filter = self.deeper(Self::filter)?;
            self.sign("]")?;
            let relation = token.raw.to_owned();
            let kind = ExprKind::Lineage { relation, filter: Box::new(filter) };
            return Ok(Expr { kind, span: self.span(start) });
        }
        self.field()
    }

    fn field(&mut self) -> Read<Expr> {
        let start = self.token.start;
        let optional = self.token.is_sign("?");
        if optional {
            self.advance();
        }
        if self.token.kind == TokenKind::Word && KEYWORDS.contains(&self.token.raw) {
            return self.expected("a value");
        }
        let mut parts = vec![self.part()?];
        loop {
            if self.token.is_sign(".") {
                self.advance();
                parts.push(self.part()?);
            } else if self.token.is_sign("[") && self.peek().kind == TokenKind::Number {
                self.advance();
                parts.push(Part::Index(self.token.raw.to_owned()));
                self.advance();
                self.sign("]")?;
            } else {
                break;
            }
        }
        let kind = ExprKind::Field(FieldName { optional, parts });
        Ok(Expr { kind, span: self.span(start) })
    }

    fn part(&mut self) -> Read<Part> {
        let part = match self.token.kind {
            TokenKind::Word => Part::Word(self.token.raw.to_owned()),
            TokenKind::Backquoted => Part::Quoted(self.token.raw.replace("``", "`")),
            TokenKind::Tilde
            | TokenKind::Number
            | TokenKind::Text(_)
            | TokenKind::Sign
            | TokenKind::Other
            | TokenKind::End => return self.expected("a field's name"),
        };
        self.advance();
        Ok(part)
    }
}

/// Words that no field begins with, unless in backquotes.
pub(in super::super) const KEYWORDS: [&str; 19] = [
    "and", "any", "by", "false", "in", "join", "like", "maxspan", "not", "null", "of", "or",
    "regex", "sample", "sequence", "true", "until", "where", "with",
];

fn is_in(token: &Token<'_>) -> bool {
    token.raw == "in" && matches!(token.kind, TokenKind::Word | TokenKind::Tilde)
}

fn is_match(token: &Token<'_>, op: MatchOp) -> bool {
    match token.kind {
        TokenKind::Sign => token.raw == ":" && op == MatchOp::Colon,
        TokenKind::Word => token.raw == op.sign(),
        TokenKind::Tilde => op.sign().strip_suffix('~') == Some(token.raw),
        TokenKind::Backquoted
        | TokenKind::Number
        | TokenKind::Text(_)
        | TokenKind::Other
        | TokenKind::End => false,
    }
}
