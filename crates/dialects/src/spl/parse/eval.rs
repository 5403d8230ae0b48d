//! Expressions of `eval` and `where`.
//!
//! From the tightest to the loosest: a minus sign; `*` `/` `%`; `+` `-` `.`; comparisons, `LIKE`
//! and `IN`; `NOT`; `AND`; `OR`; `XOR`
//! (<https://help.splunk.com/en/splunk-enterprise/search/search-manual/9.3/expressions-and-predicates>,
//! "Boolean expressions with logical operators", "Order of evaluation", and
//! <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/eval>,
//! "Syntax", "Operators"). Words are read in any case: real searches write `and` here, and Splunk
//! takes it.

use rulescope_ir::Span;

use super::search::comparison;
use super::{Parser, Read, Unread};
use crate::spl::ast::{
    ArithmeticOp, Assignment, Command, Comparison, Expr, ExprKind, LogicOp, MacroCall, Text,
};
use crate::spl::lexer::{Mode, Token, TokenKind};

/// How tight the operands of a comparison bind at least.
const COMPARED: u8 = 5;
/// And those of a comparison's sides.
const SIDE: u8 = 6;

/// An operator between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Logic(LogicOp),
    Compare(Comparison),
    In,
    Arithmetic(ArithmeticOp),
}

impl Operator {
    fn level(self) -> u8 {
        match self {
            Operator::Logic(LogicOp::Xor) => 1,
            Operator::Logic(LogicOp::Or) => 2,
            Operator::Logic(LogicOp::And) => 3,
            Operator::Compare(_) | Operator::In => COMPARED,
            Operator::Arithmetic(op) if op.is_product() => SIDE + 1,
            Operator::Arithmetic(_) => SIDE,
        }
    }
}

impl<'a> Parser<'a> {
    /// `where`: one expression.
    pub(super) fn where_command(&mut self) -> Read<Command> {
        let (text, span) = self.cursor.rest();
        let expr = self.expr().and_then(|expr| self.finished().map(|()| expr));
        Ok(Command::Where(expr.unwrap_or_else(|Unread| {
            self.cursor.at = self.cursor.end;
            Expr { kind: ExprKind::Opaque(text.to_owned()), span }
        })))
    }

    /// `eval`: assignments between commas. One that can't be read does not spoil the others.
    pub(super) fn eval_command(&mut self) -> Read<Command> {
        let mut out = Vec::new();
        loop {
            while self.cursor.peek(Mode::Eval).kind == TokenKind::Comma {
                let comma = self.cursor.next(Mode::Eval);
                self.stray_comma(&comma);
            }
            if self.cursor.is_done() && !out.is_empty() {
                return Ok(Command::Eval(out));
            }
            // An assignment ends at a comma or at the command's end.
            out.push(self.assignment()?);
            if self.cursor.peek(Mode::Eval).kind != TokenKind::Comma {
                return Ok(Command::Eval(out));
            }
            self.cursor.next(Mode::Eval);
        }
    }

    fn assignment(&mut self) -> Read<Assignment> {
        let name = self.cursor.next(Mode::Word);
        if !name.is_text() {
            return Err(self.unexpected(&name));
        }
        let sign = self.cursor.next(Mode::Word);
        if !sign.is_sign("=") {
            return Err(self.unexpected(&sign));
        }
        let start = self.cursor.start();
        let depth = self.depth;
        let value = self.expr().and_then(|value| {
            let token = self.cursor.peek(Mode::Eval);
            if matches!(token.kind, TokenKind::End | TokenKind::Comma) {
                Ok(value)
            } else {
                Err(self.unexpected(&token))
            }
        });
        let value = value.unwrap_or_else(|Unread| {
            self.depth = depth;
            self.opaque_expr(start)
        });
        let span = Span::new(name.start, self.cursor.at);
        Ok(Assignment { field: name.text(), value, span })
    }

    /// What stands from a place to the next comma outside of parentheses, as text.
    fn opaque_expr(&mut self, start: usize) -> Expr {
        self.cursor.at = start;
        let mut end = start;
        loop {
            let token = self.cursor.peek(Mode::Eval);
            if matches!(token.kind, TokenKind::End | TokenKind::Comma) {
                break;
            }
            end = match token.kind {
                TokenKind::Open => {
                    let close = self.structure.closing(token.start);
                    close.filter(|c| *c < self.cursor.end).map_or(self.cursor.end, |c| c + 1)
                }
                TokenKind::BracketOpen => {
                    let region = self.structure.subsearch(token.start);
                    region.map_or(token.end, |r| (r.end + 1).min(self.cursor.end))
                }
                TokenKind::Word
                | TokenKind::Number
                | TokenKind::Double
                | TokenKind::Single
                | TokenKind::Macro
                | TokenKind::Close
                | TokenKind::Comma
                | TokenKind::Sign
                | TokenKind::Other
                | TokenKind::End => token.end,
            };
            self.cursor.at = end;
        }
        let text = self.cursor.text[start..end].trim_end();
        let span = Span::new(start, start + text.len());
        Expr { kind: ExprKind::Opaque(text.to_owned()), span }
    }

    /// An expression; what follows it is left.
    pub(super) fn expr(&mut self) -> Read<Expr> {
        let token = self.cursor.peek(Mode::Eval);
        self.nested(token.span(), |p| p.binary(0))
    }

    fn binary(&mut self, least: u8) -> Read<Expr> {
        let start = self.cursor.start();
        let mut left = self.prefix()?;
        // The level of the operators that `left` was joined by here, not in parentheses.
        let mut joined = None;
        while let Some((op, token)) = self.operator() {
            let level = op.level();
            if level < least {
                break;
            }
            if joined == Some(COMPARED) && level == COMPARED {
                return Err(self.unexpected(&token));
            }
            self.cursor.next(Mode::Eval);
            let goes_on = joined == Some(level);
            let Expr { kind, span } = left;
            let boxed = |kind| Box::new(Expr { kind, span });
            let kind = match op {
                Operator::In => {
                    let values = self.list_of_values()?;
                    ExprKind::In { subject: boxed(kind), values }
                }
                Operator::Compare(op) => {
                    let right = self.binary(level + 1)?;
                    ExprKind::Compare { op, left: boxed(kind), right: Box::new(right) }
                }
                Operator::Logic(op) => {
                    let right = self.binary(level + 1)?;
                    let of = match kind {
                        ExprKind::Logic { mut of, .. } if goes_on => {
                            of.push(right);
                            of
                        }
                        kind => vec![Expr { kind, span }, right],
                    };
                    ExprKind::Logic { op, of }
                }
                Operator::Arithmetic(op) => {
                    self.note_dotted(&token, op);
                    let right = self.binary(level + 1)?;
                    match kind {
                        ExprKind::Arithmetic { first, mut rest } if goes_on => {
                            rest.push((op, right));
                            ExprKind::Arithmetic { first, rest }
                        }
                        kind => {
                            ExprKind::Arithmetic { first: boxed(kind), rest: vec![(op, right)] }
                        }
                    }
                }
            };
            left = Expr { kind, span: Span::new(start, self.cursor.at) };
            joined = Some(level);
        }
        Ok(left)
    }

    /// A dot between two names looks like a part of one.
    fn note_dotted(&mut self, dot: &Token<'_>, op: ArithmeticOp) {
        if op != ArithmeticOp::Concat || self.bare_end != Some(dot.start) {
            return;
        }
        let next = self.cursor.peek(Mode::Eval);
        let called = self.cursor.second(Mode::Eval).kind == TokenKind::Open;
        if next.start == dot.end && next.kind == TokenKind::Word && !called {
            let message = "the dot joins two fields here; \
                           put a field with a dot in its name in single quotes";
            self.defects.note("spl/dotted-name", message, dot.span());
        }
    }

    /// The operator that comes next, which is left.
    fn operator(&self) -> Option<(Operator, Token<'a>)> {
        let token = self.cursor.peek(Mode::Eval);
        let op = match token.kind {
            TokenKind::Sign => match token.raw {
                "+" => Operator::Arithmetic(ArithmeticOp::Add),
                "-" => Operator::Arithmetic(ArithmeticOp::Subtract),
                "." => Operator::Arithmetic(ArithmeticOp::Concat),
                "*" => Operator::Arithmetic(ArithmeticOp::Multiply),
                "/" => Operator::Arithmetic(ArithmeticOp::Divide),
                "%" => Operator::Arithmetic(ArithmeticOp::Modulo),
                sign => Operator::Compare(comparison(sign)?),
            },
            TokenKind::Word => match token.raw.to_ascii_uppercase().as_str() {
                "AND" => Operator::Logic(LogicOp::And),
                "OR" => Operator::Logic(LogicOp::Or),
                "XOR" => Operator::Logic(LogicOp::Xor),
                "LIKE" => Operator::Compare(Comparison::Like),
                "IN" => Operator::In,
                _ => return None,
            },
            TokenKind::Number
            | TokenKind::Double
            | TokenKind::Single
            | TokenKind::Macro
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::BracketOpen
            | TokenKind::Comma
            | TokenKind::Other
            | TokenKind::End => return None,
        };
        Some((op, token))
    }

    fn prefix(&mut self) -> Read<Expr> {
        let token = self.cursor.next(Mode::Eval);
        if token.is_word("not") {
            let of = self.nested(token.span(), |p| p.binary(COMPARED))?;
            let span = Span::new(token.start, self.cursor.at);
            return Ok(Expr { kind: ExprKind::Not(Box::new(of)), span });
        }
        if token.is_sign("-") {
            let of = self.nested(token.span(), Parser::prefix)?;
            let span = Span::new(token.start, self.cursor.at);
            return Ok(Expr { kind: ExprKind::Negative(Box::new(of)), span });
        }
        self.primary(&token)
    }

    fn primary(&mut self, token: &Token<'a>) -> Read<Expr> {
        self.bare_end = None;
        let kind = match token.kind {
            TokenKind::Number => ExprKind::Number(token.raw.to_owned()),
            TokenKind::Double => ExprKind::Text(token.text()),
            TokenKind::Single => ExprKind::Field(token.text()),
            TokenKind::Macro => {
                ExprKind::Macro(MacroCall { text: token.raw.to_owned(), span: token.span() })
            }
            TokenKind::Word => {
                let called = self.cursor.peek(Mode::Eval).kind == TokenKind::Open;
                if called && !joins(token) {
                    return self.call(token.text());
                }
                if joins(token) || token.is_word("like") || token.is_word("in") {
                    return Err(self.unexpected(token));
                }
                self.bare_end = Some(token.end);
                ExprKind::Field(token.text())
            }
            TokenKind::Open => {
                let inner = self.expr()?;
                let close = self.cursor.next(Mode::Eval);
                if close.kind != TokenKind::Close {
                    return Err(self.unexpected(&close));
                }
                return Ok(inner);
            }
            TokenKind::Sign if token.raw == "." => return self.fraction(token),
            TokenKind::Close
            | TokenKind::BracketOpen
            | TokenKind::Comma
            | TokenKind::Sign
            | TokenKind::Other
            | TokenKind::End => return Err(self.unexpected(token)),
        };
        Ok(Expr { kind, span: token.span() })
    }

    /// `.5`
    fn fraction(&mut self, dot: &Token<'a>) -> Read<Expr> {
        let digits = self.cursor.next(Mode::Eval);
        if digits.kind != TokenKind::Number || digits.start != dot.end {
            return Err(self.unexpected(dot));
        }
        let kind = ExprKind::Number(format!(".{}", digits.raw));
        Ok(Expr { kind, span: Span::new(dot.start, digits.end) })
    }

    fn call(&mut self, function: Text) -> Read<Expr> {
        let start = function.span.start as usize;
        let args = self.list_of_values()?;
        let span = Span::new(start, self.cursor.at);
        Ok(Expr { kind: ExprKind::Call { function, args }, span })
    }

    /// Expressions between commas, in parentheses; commas too many are told of and dropped.
    fn list_of_values(&mut self) -> Read<Vec<Expr>> {
        let open = self.cursor.next(Mode::Eval);
        if open.kind != TokenKind::Open {
            return Err(self.unexpected(&open));
        }
        let mut values = Vec::new();
        let mut parted = true;
        loop {
            let token = self.cursor.peek(Mode::Eval);
            match token.kind {
                TokenKind::Close => {
                    if parted && !values.is_empty() {
                        self.stray_comma(&token);
                    }
                    self.cursor.next(Mode::Eval);
                    return Ok(values);
                }
                TokenKind::Comma => {
                    self.cursor.next(Mode::Eval);
                    if parted {
                        self.stray_comma(&token);
                    }
                    parted = true;
                }
                TokenKind::Word
                | TokenKind::Number
                | TokenKind::Double
                | TokenKind::Single
                | TokenKind::Macro
                | TokenKind::Open
                | TokenKind::BracketOpen
                | TokenKind::Sign
                | TokenKind::Other
                | TokenKind::End => {
                    if !parted {
                        return Err(self.unexpected(&token));
                    }
                    values.push(self.expr()?);
                    parted = false;
                }
            }
        }
    }
}

/// Whether a word joins or negates conditions and can't be a function or field.
fn joins(token: &Token<'_>) -> bool {
    ["and", "or", "not"].iter().any(|w| token.is_word(w))
}
