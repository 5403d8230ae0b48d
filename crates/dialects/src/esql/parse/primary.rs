//! Values by themselves: literals, fields, functions, lists.

use super::super::ast::{Expr, ExprKind, FieldName, Text};
use super::super::lexer::{Token, TokenKind};
use super::Parser;
use crate::elasticsearch::defects::Read;

impl Parser<'_> {
    /// A value, and the types that it is cast to.
    pub(super) fn primary(&mut self) -> Read<Expr> {
        let start = self.token.start;
        let mut out = self.value()?;
        let mut casts = 0;
        while self.token.is_sign("::") {
            self.advance();
            casts += 1;
            if self.token.kind != TokenKind::Word || casts > MAX_CASTS {
                return self.expected("a type");
            }
            let to = self.token.raw.to_owned();
            self.advance();
            let kind = ExprKind::Cast { value: Box::new(out), to };
            out = Expr { kind, span: self.span(start) };
        }
        Ok(out)
    }

    fn value(&mut self) -> Read<Expr> {
        let token = self.token;
        let start = token.start;
        let kind = match token.kind {
            TokenKind::Number => return Ok(self.number()),
            TokenKind::Text(_) => match text_of(&token) {
                Some(text) => ExprKind::Text(text),
                None => return self.expected("a text"),
            },
            TokenKind::Word => match token.raw.to_ascii_lowercase().as_str() {
                "null" => ExprKind::Null,
                "true" => ExprKind::Bool(true),
                "false" => ExprKind::Bool(false),
                _ if self.peek().is_sign("(") => return self.call(),
                _ => return self.field(),
            },
            TokenKind::Backquoted => return self.field(),
            TokenKind::Sign => match token.raw {
                "*" => ExprKind::Star,
                "(" => {
                    self.advance();
                    let out = self.deeper(Self::condition)?;
                    self.sign(")")?;
                    return Ok(out);
                }
                "[" => {
                    self.advance();
                    let out = self.deeper(|p| p.list(Self::condition))?;
                    self.sign("]")?;
                    return Ok(Expr { kind: ExprKind::List(out), span: self.span(start) });
                }
                "{" => {
                    self.advance();
                    let empty = self.token.is_sign("}");
                    let pairs =
                        if empty { Vec::new() } else { self.deeper(|p| p.list(Self::pair))? };
                    self.sign("}")?;
                    return Ok(Expr { kind: ExprKind::Map(pairs), span: self.span(start) });
                }
                "?" => {
                    self.advance();
                    let named = matches!(self.token.kind, TokenKind::Word | TokenKind::Number)
                        && self.token.start == self.before;
                    let name = if named { self.token.raw.to_owned() } else { String::new() };
                    if named {
                        self.advance();
                    }
                    return Ok(Expr { kind: ExprKind::Parameter(name), span: self.span(start) });
                }
                _ => return self.expected("a value"),
            },
            TokenKind::Other | TokenKind::End => return self.expected("a value"),
        };
        self.advance();
        Ok(Expr { kind, span: self.span(start) })
    }

    /// A number, or a length of time where a unit follows.
    fn number(&mut self) -> Expr {
        let start = self.token.start;
        let number = self.token.raw.to_owned();
        self.advance();
        let unit = self.token.raw.to_ascii_lowercase();
        if self.token.kind == TokenKind::Word && is_unit(&unit) {
            self.advance();
            return Expr { kind: ExprKind::Time { number, unit }, span: self.span(start) };
        }
        Expr { kind: ExprKind::Number(number), span: self.span(start) }
    }

    fn pair(&mut self) -> Read<(Text, Expr)> {
        let Some(key) = text_of(&self.token) else { return self.expected("a name in quotes") };
        self.advance();
        self.sign(":")?;
        Ok((key, self.condition()?))
    }

    fn call(&mut self) -> Read<Expr> {
        let start = self.token.start;
        let function = self.token.raw.to_owned();
        self.advance();
        self.advance();
        let empty = self.token.is_sign(")");
        let args = if empty { Vec::new() } else { self.deeper(|p| p.list(Self::condition))? };
        self.sign(")")?;
        Ok(Expr { kind: ExprKind::Call { function, args }, span: self.span(start) })
    }

    fn field(&mut self) -> Read<Expr> {
        let name = self.name()?;
        let span = name.span;
        Ok(Expr { kind: ExprKind::Field(name), span })
    }

    /// The name of a field.
    pub(super) fn name(&mut self) -> Read<FieldName> {
        let start = self.token.start;
        if self.token.kind == TokenKind::Word
            && KEYWORDS.contains(&self.token.raw.to_ascii_lowercase().as_str())
        {
            return self.expected("a field's name");
        }
        let mut parts = vec![self.part()?];
        while self.token.is_sign(".") {
            self.advance();
            parts.push(self.part()?);
        }
        Ok(FieldName { parts, span: self.span(start) })
    }

    fn part(&mut self) -> Read<String> {
        let part = match self.token.kind {
            TokenKind::Word => self.token.raw.to_owned(),
            TokenKind::Backquoted => self.token.raw.replace("``", "`"),
            TokenKind::Number
            | TokenKind::Text(_)
            | TokenKind::Sign
            | TokenKind::Other
            | TokenKind::End => return self.expected("a field's name"),
        };
        self.advance();
        Ok(part)
    }
}

/// So many casts may follow one value.
const MAX_CASTS: usize = 16;

/// Words that no field begins with, unless in backquotes.
pub(in super::super) const KEYWORDS: [&str; 14] = [
    "and", "as", "asc", "by", "desc", "false", "in", "is", "like", "not", "null", "or", "rlike",
    "true",
];

/// A text as the syntax tree has it.
pub(super) fn text_of(token: &Token<'_>) -> Option<Text> {
    let TokenKind::Text(quote) = token.kind else { return None };
    Some(Text { raw: token.raw.to_owned(), quote, span: token.span() })
}

/// The units of time ("Basic ES|QL syntax", "Timespan literals").
pub(in super::super) fn is_unit(word: &str) -> bool {
    millis(word).is_some()
}

/// How many milliseconds a unit has; months and years those of 30 and 365 days.
pub(in super::super) fn millis(unit: &str) -> Option<u64> {
    const SECOND: u64 = 1000;
    const DAY: u64 = 86_400 * SECOND;
    Some(match unit {
        "millisecond" | "milliseconds" | "ms" => 1,
        "second" | "seconds" | "sec" | "s" => SECOND,
        "minute" | "minutes" | "min" | "m" => 60 * SECOND,
        "hour" | "hours" | "h" => 3600 * SECOND,
        "day" | "days" | "d" => DAY,
        "week" | "weeks" | "w" => 7 * DAY,
        "month" | "months" | "mo" => 30 * DAY,
        "quarter" | "quarters" | "q" => 91 * DAY,
        "year" | "years" | "yr" | "y" => 365 * DAY,
        _ => return None,
    })
}
