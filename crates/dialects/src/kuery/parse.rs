//! Text to tree.
//!
//! The grammar is that of Kibana's query language
//! (<https://www.elastic.co/docs/reference/query-languages/kql>, "Combining multiple queries": `and`
//! binds tighter than `or`, `not` tightest). A part that can't be read is kept as text up to the
//! next keyword or closing sign, and the rest goes on.

use rulescope_ir::{Diagnostic, Span};

use super::ast::{Expr, Query, RangeOp, Text, Values};
use super::text::{begins, is_not, is_space, scan};
use crate::Source;

/// Parentheses go so deep; what lies deeper stays as text. The deepest of Elastic's rules has 5.
const MAX_DEPTH: usize = 64;

/// So many tests are read; what comes after stays as text.
const MAX_TESTS: usize = 10_000;

/// So many defects are told of one query.
const MAX_DIAGNOSTICS: usize = 100;

/// Parses a query; never fails.
pub fn parse(source: &Source) -> Query {
    let mut parser =
        Parser { text: source.text(), at: 0, depth: 0, tests: 0, full: false, defects: Vec::new() };
    let expr = parser.whole();
    let mut diagnostics = parser.defects;
    for diagnostic in &mut diagnostics {
        diagnostic.span = source.place(diagnostic.span);
    }
    Query { source: source.clone(), expr, diagnostics }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    tests: usize,
    /// Whether the rest is not read for its size.
    full: bool,
    defects: Vec<Diagnostic>,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches(is_space).len();
    }

    fn eat(&mut self, sign: char) -> bool {
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len_utf8() } else { 0 };
        found
    }

    fn error(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        if !self.full && self.defects.len() < MAX_DIAGNOSTICS {
            self.defects.push(Diagnostic::error(code, message, span));
        }
    }

    fn whole(&mut self) -> Option<Expr> {
        self.space();
        if self.rest().is_empty() {
            return None;
        }
        let expr = self.or();
        self.space();
        if self.rest().is_empty() {
            return Some(expr);
        }
        let span = Span::new(self.at, self.text.len());
        let message = "the query goes on where it should end; join its parts with `and` or `or`";
        self.error("kuery/rest", message, span);
        Some(Expr::And(vec![expr, Expr::Opaque { span }]))
    }

    fn or(&mut self) -> Expr {
        let mut of = vec![self.and()];
        while self.keyword("or") {
            of.push(self.and());
        }
        one_or(of, Expr::Or)
    }

    fn and(&mut self) -> Expr {
        let mut of = vec![self.not()];
        while self.keyword("and") {
            of.push(self.not());
        }
        one_or(of, Expr::And)
    }

    /// Whether a keyword stands here after a space or a closing sign.
    fn keyword(&mut self, word: &str) -> bool {
        let before = self.at;
        self.space();
        let closed = self.text[..before].ends_with([')', '"', '}']);
        let apart = self.at > before || closed || self.text[..before].ends_with(is_space);
        let ends = self
            .rest()
            .get(word.len()..)
            .is_some_and(|r| r.starts_with(|c: char| is_space(c) || c == '(') || r.is_empty());
        if apart && begins(self.rest(), word) && ends {
            self.at += word.len();
            return true;
        }
        self.at = before;
        false
    }

    fn negation(&mut self) -> bool {
        self.space();
        if is_not(self.rest()) {
            self.at += 3;
            return true;
        }
        if begins(self.rest(), "not") && self.rest()[3..].starts_with('(') {
            let span = Span::new(self.at, self.at + 3);
            let message = "`not` has no space after it; Kibana takes no such query";
            if self.defects.len() < MAX_DIAGNOSTICS {
                self.defects.push(Diagnostic::warning("kuery/not", message, span));
            }
            self.at += 3;
            return true;
        }
        false
    }

    fn not(&mut self) -> Expr {
        if !self.negation() {
            return self.operand();
        }
        let start = self.at;
        match self.deeper(Parser::not) {
            Some(inner) => Expr::Not(Box::new(inner)),
            None => self.given_up(start),
        }
    }

    /// Reads what lies one level deeper; `None` where that is too deep.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        Some(out)
    }

    /// The rest of the query as text.
    fn given_up(&mut self, start: usize) -> Expr {
        let span = Span::new(start, self.text.len());
        self.error("kuery/size", "the query is too deep or too long; split it", span);
        self.full = true;
        self.at = self.text.len();
        Expr::Opaque { span }
    }

    fn operand(&mut self) -> Expr {
        self.space();
        let start = self.at;
        self.tests += 1;
        if self.tests > MAX_TESTS {
            return self.given_up(start);
        }
        if self.eat('(') {
            let Some(inner) = self.deeper(Parser::or) else { return self.given_up(start) };
            self.close(')', start);
            return inner;
        }
        let Some(text) = self.literal() else { return self.unread(start) };
        let after = self.at;
        self.space();
        if self.eat(':') {
            self.space();
            let at = self.at;
            if self.eat('{') {
                let Some(inner) = self.deeper(Parser::or) else { return self.given_up(start) };
                self.close('}', at);
                return Expr::Nested { field: text, expr: Box::new(inner) };
            }
            return match self.list() {
                Some(values) => {
                    let span = Span::new(start, self.end());
                    Expr::Is { field: Some(text), values, span }
                }
                None => self.unread(start),
            };
        }
        if let Some(op) = self.range_op() {
            self.space();
            return match self.literal() {
                Some(value) => {
                    let span = Span::new(start, value.span.end as usize);
                    Expr::Range { field: text, op, value, span }
                }
                None => self.unread(start),
            };
        }
        self.at = after;
        Expr::Is { field: None, span: text.span, values: Values::One(text) }
    }

    /// The end of what was read, without the spaces after it.
    fn end(&self) -> usize {
        self.text[..self.at].trim_end_matches(is_space).len()
    }

    fn range_op(&mut self) -> Option<RangeOp> {
        let ops = [RangeOp::Le, RangeOp::Ge, RangeOp::Lt, RangeOp::Gt];
        let op = ops.into_iter().find(|op| self.rest().starts_with(op.sign()))?;
        self.at += op.sign().len();
        Some(op)
    }

    fn list(&mut self) -> Option<Values> {
        self.space();
        let start = self.at;
        self.tests += 1;
        if self.tests > MAX_TESTS {
            let Expr::Opaque { span } = self.given_up(start) else { return None };
            return Some(Values::Opaque { span });
        }
        if !self.eat('(') {
            return self.literal().map(Values::One);
        }
        let inner = match self.deeper(Parser::or_values) {
            Some(inner) => inner,
            None => {
                let Expr::Opaque { span } = self.given_up(start) else { return None };
                return Some(Values::Opaque { span });
            }
        };
        self.close(')', start);
        Some(inner)
    }

    fn or_values(&mut self) -> Values {
        let mut of = vec![self.and_values()];
        while self.keyword("or") {
            of.push(self.and_values());
        }
        one_or(of, Values::Or)
    }

    fn and_values(&mut self) -> Values {
        let mut of = vec![self.value()];
        while self.keyword("and") {
            of.push(self.value());
        }
        one_or(of, Values::And)
    }

    fn value(&mut self) -> Values {
        let negated = self.negation();
        self.space();
        let start = self.at;
        let value = match self.list() {
            Some(values) => values,
            None => match self.unread(start) {
                Expr::Opaque { span } => Values::Opaque { span },
                _ => Values::Opaque { span: Span::new(start, self.at) },
            },
        };
        if negated { Values::Not(Box::new(value)) } else { value }
    }

    fn literal(&mut self) -> Option<Text> {
        let scanned = scan(self.text, self.at)?;
        let span = scanned.text.span;
        if scanned.open {
            let message = "a text begins with a quote and never ends; add the closing quote";
            self.error("kuery/quote", message, Span::new(span.start as usize, self.at + 1));
        }
        if let Some(stray) = scanned.stray {
            let message = "a backslash escapes nothing here; write `\\\\`, or quote the value";
            self.error("kuery/backslash", message, stray);
        }
        self.at = span.end as usize;
        Some(scanned.text)
    }

    fn close(&mut self, sign: char, opened: usize) {
        self.space();
        if self.eat(sign) {
            return;
        }
        // What stands between here and the sign belongs to no condition.
        let start = self.at;
        self.skip();
        if self.at > start {
            let message = "two values stand side by side; join them with `and` or `or`, or quote";
            self.error("kuery/rest", message, Span::new(start, self.at));
        }
        if !self.eat(sign) {
            let message = format!("`{sign}` is missing");
            self.error("kuery/parenthesis", message, Span::new(opened, opened + 1));
        }
    }

    /// A part that can't be read, from `start` on.
    fn unread(&mut self, start: usize) -> Expr {
        let at = self.at;
        let found = self.rest().chars().next();
        let message = match found {
            Some(c) => format!("a field or value is missing before `{c}`"),
            None => "the query ends where a field or value should stand".to_owned(),
        };
        let end = (at + found.map_or(0, char::len_utf8)).max(at);
        self.error("kuery/syntax", message, Span::new(at, end));
        self.skip();
        Expr::Opaque { span: Span::new(start, self.end().max(start)) }
    }

    /// Passes over text up to a keyword or a sign that closes what was opened before.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        while let Some(c) = self.rest().chars().next() {
            if is_space(c) {
                let here = self.at;
                if depth == 0 && (self.keyword("and") || self.keyword("or")) {
                    self.at = here;
                    return;
                }
                self.space();
                continue;
            }
            match c {
                '(' | '{' => depth += 1,
                ')' | '}' if depth == 0 => return,
                ')' | '}' => depth -= 1,
                '"' => {
                    if let Some(scanned) = scan(self.text, self.at) {
                        self.at = scanned.text.span.end as usize;
                        continue;
                    }
                }
                _ => {}
            }
            self.at += c.len_utf8();
        }
    }
}

fn one_or<T>(mut of: Vec<T>, many: impl FnOnce(Vec<T>) -> T) -> T {
    if of.len() == 1 { of.remove(0) } else { many(of) }
}
