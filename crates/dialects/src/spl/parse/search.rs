//! Search expressions: `search`, the start of a search, `where` of `tstats`.
//!
//! `NOT` binds tightest, then `OR`, then `AND`, which may be left out
//! (<https://help.splunk.com/en/splunk-enterprise/search/search-manual/9.3/expressions-and-predicates>,
//! "Boolean expressions with logical operators", "Order of evaluation"). The operators are in upper
//! case (same page); in lower case they are keywords.

use rulescope_ir::Span;

use super::{Parser, Read, Unread};
use crate::spl::ast::{Comparison, Literal, MacroCall, Quote, SearchExpr, Segment, Text};
use crate::spl::lexer::{Mode, Token, TokenKind};

/// What ends an expression before the command ends.
pub(super) struct Stops {
    /// These words, in any case.
    pub(super) words: &'static [&'static str],
    /// A subsearch.
    pub(super) bracket: bool,
}

impl Stops {
    pub(super) const NONE: Stops = Stops { words: &[], bracket: false };
}

impl Parser<'_> {
    /// An expression up to the command's end, a closing parenthesis or a stop.
    pub(super) fn search_expr(&mut self, stops: &Stops) -> Read<SearchExpr> {
        let mut all = Vec::new();
        let mut joined = None;
        loop {
            let token = self.cursor.peek(Mode::Word);
            if self.stops(&token, stops) {
                break;
            }
            if token.kind == TokenKind::Comma {
                self.cursor.next(Mode::Word);
                continue;
            }
            if operator(&token) == Some("AND") {
                self.cursor.next(Mode::Word);
                if all.is_empty() || joined.is_some() {
                    return Err(self.unexpected(&token));
                }
                joined = Some(token);
                continue;
            }
            all.push(self.disjunction()?);
            joined = None;
        }
        if let Some(token) = joined {
            return Err(self.unexpected(&token));
        }
        Ok(if all.len() == 1 { all.remove(0) } else { SearchExpr::And(all) })
    }

    fn stops(&self, token: &Token<'_>, stops: &Stops) -> bool {
        match token.kind {
            TokenKind::End | TokenKind::Close => true,
            TokenKind::BracketOpen => stops.bracket,
            TokenKind::Word => {
                stops.words.iter().any(|w| token.is_word(w))
                    && self.cursor.second(Mode::Word).kind != TokenKind::Sign
            }
            TokenKind::Number
            | TokenKind::Double
            | TokenKind::Single
            | TokenKind::Macro
            | TokenKind::Open
            | TokenKind::Comma
            | TokenKind::Sign
            | TokenKind::Other => false,
        }
    }

    fn disjunction(&mut self) -> Read<SearchExpr> {
        let mut any = vec![self.negation()?];
        while operator(&self.cursor.peek(Mode::Word)) == Some("OR") {
            self.cursor.next(Mode::Word);
            any.push(self.negation()?);
        }
        Ok(if any.len() == 1 { any.remove(0) } else { SearchExpr::Or(any) })
    }

    fn negation(&mut self) -> Read<SearchExpr> {
        let token = self.cursor.next(Mode::Word);
        if operator(&token) == Some("NOT") {
            let of = self.nested(token.span(), Parser::negation)?;
            return Ok(SearchExpr::Not(Box::new(of)));
        }
        self.term(token)
    }

    fn term(&mut self, token: Token<'_>) -> Read<SearchExpr> {
        match token.kind {
            TokenKind::Open => self.group(&token),
            TokenKind::BracketOpen => Ok(SearchExpr::Subsearch(self.subsearch(&token)?)),
            TokenKind::Macro => {
                Ok(SearchExpr::Macro(MacroCall { text: token.raw.to_owned(), span: token.span() }))
            }
            TokenKind::Word if operator(&token).is_some() => Err(self.unexpected(&token)),
            // A list of values without its field.
            TokenKind::Word
                if token.is_word("in") && self.cursor.peek(Mode::Word).kind == TokenKind::Open =>
            {
                Err(self.unexpected(&token))
            }
            TokenKind::Word | TokenKind::Double | TokenKind::Single => self.operand(token),
            TokenKind::Number
            | TokenKind::Close
            | TokenKind::Comma
            | TokenKind::Sign
            | TokenKind::Other
            | TokenKind::End => Err(self.unexpected(&token)),
        }
    }

    /// `( … )`; what can't be read within stays as text and the rest goes on.
    fn group(&mut self, open: &Token<'_>) -> Read<SearchExpr> {
        let inner = self.nested(open.span(), |p| p.search_expr(&Stops::NONE));
        let token = self.cursor.peek(Mode::Word);
        if inner.is_ok() && token.kind == TokenKind::Close {
            self.cursor.next(Mode::Word);
            if let Ok(SearchExpr::And(of)) = &inner
                && of.is_empty()
            {
                let span = Span::new(open.start, token.end);
                let message = "nothing stands in the parentheses; remove them";
                self.defects.warning("spl/empty-parentheses", message, span);
            }
            return inner;
        }
        let close = self.structure.closing(open.start).filter(|close| *close < self.cursor.end);
        let Some(close) = close else {
            if inner.is_ok() {
                let message = "the parenthesis is not closed; close it";
                self.defects.error("spl/unclosed-parenthesis", message, open.span());
            }
            return Err(Unread);
        };
        if inner.is_ok() {
            self.unexpected(&token);
        }
        self.cursor.at = close + 1;
        Ok(self.opaque_search(open.start, close + 1))
    }

    /// A field with a comparison, or a keyword.
    fn operand(&mut self, token: Token<'_>) -> Read<SearchExpr> {
        let next = self.cursor.peek(Mode::Word);
        if next.kind == TokenKind::Sign {
            let Some(op) = comparison(next.raw) else { return Err(self.unexpected(&next)) };
            self.cursor.next(Mode::Word);
            // `state=OR` has a value, `a= OR b=1` has none.
            let value = self.cursor.peek(Mode::Value);
            if value.start > next.end && operator(&value).is_some() {
                return Err(self.unexpected(&value));
            }
            let value = self.literal()?;
            let span = Span::new(token.start, self.cursor.at);
            return Ok(SearchExpr::Compare { field: token.text(), op, value, span });
        }
        if next.is_word("in") && self.cursor.second(Mode::Word).kind == TokenKind::Open {
            return self.list(&token);
        }
        if token.kind == TokenKind::Word {
            if next.kind == TokenKind::Open
                && next.start == token.end
                && let Some(kind) = segment(token.raw)
            {
                return self.segment(&token, kind);
            }
            if let Some(indexed) = self.indexed(&token) {
                return Ok(indexed);
            }
            if ["and", "or", "not"].contains(&token.raw) {
                let upper = token.raw.to_ascii_uppercase();
                let message = format!(
                    "`{}` is a keyword of the search here; write `{upper}` for the operator",
                    token.raw
                );
                self.defects.warning("spl/lowercase-operator", message, token.span());
            }
        }
        Ok(SearchExpr::Keyword(token.text()))
    }

    /// A value after a comparison sign.
    fn literal(&mut self) -> Read<Literal> {
        let token = self.cursor.peek(Mode::Value);
        match token.kind {
            TokenKind::Word | TokenKind::Double | TokenKind::Single => {
                self.cursor.next(Mode::Value);
                Ok(Literal::Text(token.text()))
            }
            TokenKind::Macro => {
                self.cursor.next(Mode::Value);
                Ok(Literal::Macro(MacroCall { text: token.raw.to_owned(), span: token.span() }))
            }
            TokenKind::BracketOpen => {
                self.cursor.next(Mode::Value);
                Ok(Literal::Subsearch(self.subsearch(&token)?))
            }
            TokenKind::Number
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Comma
            | TokenKind::Sign
            | TokenKind::Other
            | TokenKind::End => Err(self.unexpected(&token)),
        }
    }

    /// `IN (a, b)`; commas too many are told of and dropped.
    fn list(&mut self, field: &Token<'_>) -> Read<SearchExpr> {
        self.cursor.next(Mode::Word);
        self.cursor.next(Mode::Word);
        let mut values = Vec::new();
        let mut comma: Option<Token<'_>> = None;
        loop {
            let token = self.cursor.peek(Mode::Value);
            match token.kind {
                TokenKind::Close => break,
                TokenKind::Comma => {
                    self.cursor.next(Mode::Value);
                    if values.is_empty() || comma.is_some() {
                        self.stray_comma(&token);
                    }
                    comma = Some(token);
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
                    values.push(self.literal()?);
                    comma = None;
                }
            }
        }
        if let Some(token) = comma.filter(|_| !values.is_empty()) {
            self.stray_comma(&token);
        }
        let close = self.cursor.next(Mode::Value);
        if values.is_empty() {
            return Err(self.unexpected(&close));
        }
        let span = Span::new(field.start, close.end);
        Ok(SearchExpr::In { field: field.text(), values, span })
    }

    pub(super) fn stray_comma(&mut self, token: &Token<'_>) {
        let message = "the comma parts nothing; remove it";
        self.defects.note("spl/stray-comma", message, token.span());
    }

    /// `TERM(…)`: what stands in the parentheses is one word.
    fn segment(&mut self, name: &Token<'_>, kind: Segment) -> Read<SearchExpr> {
        let open = self.cursor.next(Mode::Word);
        let Some(close) = self.structure.closing(open.start) else {
            let message = "the parenthesis is not closed; close it";
            self.defects.error("spl/unclosed-parenthesis", message, open.span());
            return Err(Unread);
        };
        let inner = &self.cursor.text[open.end..close];
        let raw = inner.trim();
        let start = open.end + (inner.len() - inner.trim_start().len());
        let mut text = Text {
            raw: raw.to_owned(),
            quote: Quote::None,
            span: Span::new(start, start + raw.len()),
        };
        let quoted = raw.len() > 1 && raw.starts_with('"') && raw.ends_with('"');
        if quoted && !raw[1..raw.len() - 1].contains('"') {
            text.raw = raw[1..raw.len() - 1].to_owned();
            text.quote = Quote::Double;
        }
        self.cursor.at = close + 1;
        Ok(SearchExpr::Segment { kind, text, span: Span::new(name.start, close + 1) })
    }

    /// `host::web1`: an indexed field and its value.
    fn indexed(&mut self, token: &Token<'_>) -> Option<SearchExpr> {
        let (name, value) = token.raw.split_once("::")?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(is_name) {
            return None;
        }
        let field = Text {
            raw: name.to_owned(),
            quote: Quote::None,
            span: Span::new(token.start, token.start + name.len()),
        };
        let value = if value.is_empty() {
            let next = self.cursor.peek(Mode::Word);
            if next.kind != TokenKind::Double || next.start != token.end {
                return None;
            }
            self.cursor.next(Mode::Word).text()
        } else {
            let span = Span::new(token.end - value.len(), token.end);
            Text { raw: value.to_owned(), quote: Quote::None, span }
        };
        let span = field.span.join(value.span);
        let value = Literal::Text(value);
        Some(SearchExpr::Compare { field, op: Comparison::Indexed, value, span })
    }
}

/// The operator that a token is.
fn operator(token: &Token<'_>) -> Option<&'static str> {
    let found = ["AND", "OR", "NOT"].into_iter().find(|op| token.raw == *op);
    found.filter(|_| token.kind == TokenKind::Word)
}

/// The comparison of a sign.
pub(super) fn comparison(sign: &str) -> Option<Comparison> {
    use Comparison::{Eq, Ge, Gt, Le, Lt, Ne, Same};
    [Eq, Same, Ne, Lt, Le, Gt, Ge].into_iter().find(|op| op.sign() == sign)
}

fn segment(word: &str) -> Option<Segment> {
    [Segment::Term, Segment::Case, Segment::Prefix].into_iter().find(|s| s.name() == word)
}
