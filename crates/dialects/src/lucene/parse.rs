//! Text to tree.
//!
//! The syntax is that of the query string
//! (<https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query>,
//! "Query string syntax"). A part that can't be read is kept as text, and the rest goes on.

use rulescope_ir::{Diagnostic, Piece, Span};

use super::ast::{Clause, Join, Modifier, Query, Term, Text};
use super::text::{ends, scan};
use crate::Source;

/// Parentheses go so deep; what lies deeper stays as text.
const MAX_DEPTH: usize = 64;

/// So many clauses are read; what comes after stays as text.
const MAX_CLAUSES: usize = 10_000;

/// So many defects are told of one query.
const MAX_DIAGNOSTICS: usize = 100;

/// Parses a query; never fails.
pub fn parse(source: &Source) -> Query {
    let text = source.text();
    let mut parser = Parser { text, at: 0, depth: 0, clauses: 0, full: false, defects: Vec::new() };
    let mut clauses = parser.group();
    while parser.at < text.len() {
        // A sign that closes nothing.
        let span = Span::new(parser.at, parser.at + 1);
        parser.error("lucene/parenthesis", "a parenthesis closes nothing; remove it", span);
        parser.at += 1;
        clauses.extend(parser.group());
    }
    let mut diagnostics = parser.defects;
    for diagnostic in &mut diagnostics {
        diagnostic.span = source.place(diagnostic.span);
    }
    Query { source: source.clone(), clauses, diagnostics }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    clauses: usize,
    /// Whether the rest is not read for its size.
    full: bool,
    defects: Vec<Diagnostic>,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len() } else { 0 };
        found
    }

    /// A word of the language, which stands apart.
    fn word(&mut self, word: &str) -> bool {
        let found = self.rest().strip_prefix(word);
        let found = found.is_some_and(|rest| rest.chars().next().is_none_or(ends));
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn error(&mut self, code: &'static str, message: &str, span: Span) {
        if !self.full && self.defects.len() < MAX_DIAGNOSTICS {
            self.defects.push(Diagnostic::error(code, message, span));
        }
    }

    /// Clauses up to the sign that closes them, or the end.
    fn group(&mut self) -> Vec<Clause> {
        let mut out = Vec::new();
        loop {
            self.space();
            if self.rest().is_empty() || self.rest().starts_with(')') {
                return out;
            }
            let start = self.at;
            let join = if self.word("AND") || self.eat("&&") {
                Join::And
            } else if self.word("OR") || self.eat("||") {
                Join::Or
            } else {
                Join::None
            };
            self.space();
            let modifier = if self.word("NOT") || self.eat("!") || self.eat("-") {
                Modifier::Prohibited
            } else if self.eat("+") {
                Modifier::Required
            } else {
                Modifier::None
            };
            self.space();
            let at = self.at;
            self.clauses += 1;
            if self.clauses > MAX_CLAUSES {
                let term = self.given_up(at);
                let span = Span::new(at, self.at);
                out.push(Clause { join, modifier, field: None, term, span });
                return out;
            }
            let (field, term) = self.clause();
            if self.at == at && self.rest().starts_with(')') || self.at == start {
                let message = "a clause is missing here";
                self.error("lucene/syntax", message, Span::new(start, self.at.max(start + 1)));
                if self.at == start {
                    self.at += self.rest().chars().next().map_or(0, char::len_utf8);
                    let span = Span::new(start, self.at);
                    out.push(Clause { join, modifier, field: None, term: Term::Opaque, span });
                }
                continue;
            }
            let span = Span::new(at, self.at);
            out.push(Clause { join, modifier, field, term, span });
        }
    }

    /// The rest of the query as text.
    fn given_up(&mut self, start: usize) -> Term {
        let span = Span::new(start, self.text.len());
        self.error("lucene/size", "the query is too deep or too long; split it", span);
        self.full = true;
        self.at = self.text.len();
        Term::Opaque
    }

    fn clause(&mut self) -> (Option<Text>, Term) {
        let start = self.at;
        if !self.rest().starts_with(['(', '[', '{', '/', '<', '>', '"'])
            && let Some((text, _)) = scan(self.text, start)
        {
            let end = text.span.end as usize;
            if self.text[end..].starts_with(':') {
                self.at = end + 1;
                self.space();
                return (Some(text), self.term());
            }
        }
        (None, self.term())
    }

    fn term(&mut self) -> Term {
        let start = self.at;
        let term = match self.rest().chars().next() {
            Some('(') => {
                if self.depth >= MAX_DEPTH {
                    return self.given_up(start);
                }
                self.at += 1;
                self.depth += 1;
                let inner = self.group();
                self.depth -= 1;
                if !self.eat(")") {
                    let span = Span::new(start, start + 1);
                    self.error("lucene/parenthesis", "`)` is missing", span);
                }
                Term::Group(inner)
            }
            Some('[' | '{') => self.range(),
            Some('<' | '>') => self.half(),
            Some('/') => self.regex(),
            _ => match self.text() {
                Some(text) => {
                    let slop = self.slop();
                    Term::Text { text, slop }
                }
                None => self.unread(start),
            },
        };
        if self.eat("^") {
            // A boost ranks; it changes no match.
            self.number();
        }
        term
    }

    fn text(&mut self) -> Option<Text> {
        let (text, open) = scan(self.text, self.at)?;
        if open {
            let span = Span::new(self.at, self.at + 1);
            let message = "a phrase begins with a quote and never ends; add the closing quote";
            self.error("lucene/quote", message, span);
        }
        self.at = text.span.end as usize;
        Some(text)
    }

    fn number(&mut self) -> String {
        let digits = self.rest().find(|c: char| !(c.is_ascii_digit() || c == '.'));
        let number = &self.rest()[..digits.unwrap_or(self.rest().len())];
        self.at += number.len();
        number.to_owned()
    }

    fn slop(&mut self) -> Option<String> {
        self.eat("~").then(|| self.number())
    }

    fn unread(&mut self, start: usize) -> Term {
        let c = self.rest().chars().next();
        let length = c.map_or(0, char::len_utf8);
        if c == Some(')') {
            return Term::Opaque;
        }
        let span = Span::new(self.at, self.at + length);
        let message = match c {
            Some(_) => "this sign means nothing here; escape it with a backslash",
            None => "the query ends where a value should stand",
        };
        self.error("lucene/syntax", message, span);
        self.at = (start + length).max(self.at);
        Term::Opaque
    }

    fn regex(&mut self) -> Term {
        let start = self.at;
        let mut escaped = false;
        for (i, c) in self.rest().char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '/' => {
                    let end = start + i + 1;
                    let source = self.text[start + 1..end - 1].to_owned();
                    self.at = end;
                    return Term::Regex { source, span: Span::new(start, end) };
                }
                _ => {}
            }
        }
        let message = "a regular expression begins with `/` and never ends";
        self.error("lucene/regex", message, Span::new(start, start + 1));
        self.at = self.text.len();
        Term::Opaque
    }

    /// `>10`, `<=10`: a range with one bound.
    fn half(&mut self) -> Term {
        let start = self.at;
        let above = self.eat(">");
        if !above {
            self.eat("<");
        }
        let closed = self.eat("=");
        self.space();
        match self.text() {
            Some(bound) if bound.is_star() => Term::Range { from: None, to: None },
            Some(bound) if above => Term::Range { from: Some((bound, closed)), to: None },
            Some(bound) => Term::Range { from: None, to: Some((bound, closed)) },
            None => self.unread(start),
        }
    }

    fn range(&mut self) -> Term {
        let start = self.at;
        let from_closed = self.rest().starts_with('[');
        self.at += 1;
        let from = self.bound();
        self.space();
        let parted = self.word("TO");
        let to = if parted { self.bound() } else { None };
        self.space();
        let to_closed = self.eat("]");
        let closed = to_closed || self.eat("}");
        let (Some(from), Some(to), true) = (from, to, closed) else {
            let message = "a range is written as `[from TO to]`";
            self.error("lucene/range", message, Span::new(start, start + 1));
            let end = self.rest().find([']', '}', ')']);
            let sign = end.is_some_and(|i| !self.rest()[i..].starts_with(')'));
            self.at += end.map_or(self.rest().len(), |i| i + usize::from(sign));
            return Term::Opaque;
        };
        let bound = |text: Text, closed| (!text.is_star()).then_some((text, closed));
        Term::Range { from: bound(from, from_closed), to: bound(to, to_closed) }
    }

    /// A bound of a range: a word may have any sign but those that end the range, and is a text
    /// without wildcards unless it is the lone one.
    fn bound(&mut self) -> Option<Text> {
        self.space();
        if self.rest().starts_with('"') {
            return self.text();
        }
        let mut escaped = false;
        let length = self.rest().find(|c: char| {
            let ends = !escaped && (c.is_whitespace() || "]}".contains(c));
            escaped = !escaped && c == '\\';
            ends
        })?;
        let raw = &self.rest()[..length];
        let start = self.at;
        self.at += length;
        let mut glob = rulescope_ir::Glob::new();
        match raw {
            "" => return None,
            "*" => glob.push(Piece::Any),
            raw => glob.push_text(&raw.replace('\\', "")),
        }
        let span = Span::new(start, self.at);
        Some(Text { glob, quoted: false, raw: raw.to_owned(), span })
    }
}
