//! Conditions: text to tree, and patterns of names to names (sigma-rules-specification.md,
//! "Condition").

use rulescope_ir::{Effect, Span};

use super::ast::{Aggregation, Condition, Detection, Quantity, Tree};
use super::context::Context;
use super::legacy;
use super::lexer::{Token, TokenKind, tokens};
use super::text;

/// What was wrong with a condition: a code, a message and a byte range in its text.
pub type Defect = (&'static str, String, usize, usize);

/// Parses a condition's text to a tree, without what a legacy pipe adds. `not` binds tighter than
/// `and`, `and` tighter than `or`; the words are read in any case. What can't be read is a
/// [`Tree::Opaque`], as small as parentheses allow, with a defect that says why. Spans count in the
/// text.
pub fn parse(text: &str) -> (Tree, Option<Aggregation>, Vec<Defect>) {
    let tokens = tokens(text);
    let pipe = tokens.iter().position(|t| t.kind == TokenKind::Pipe);
    let head = &tokens[..pipe.unwrap_or(tokens.len())];
    let mut parser = Parser { text, tokens: head, at: 0, depth: 0, defects: Vec::new() };
    let tree = parser.whole();
    let mut defects = parser.defects;
    let aggregation = pipe.map(|at| legacy::aggregation(text, &tokens[at + 1..], &mut defects));
    (tree, aggregation, defects)
}

/// Parses a tree from tokens of a text; for what follows `near`.
pub(super) fn parse_tokens(text: &str, tokens: &[Token<'_>], defects: &mut Vec<Defect>) -> Tree {
    let mut parser = Parser { text, tokens, at: 0, depth: 0, defects: Vec::new() };
    let tree = parser.whole();
    defects.append(&mut parser.defects);
    tree
}

/// Reads the condition of a detection. `start` is where the text starts in the body, if it stands
/// there as it is.
pub(super) fn read(text: &str, start: Option<u32>, span: Span, cx: &mut Context<'_>) -> Condition {
    let (mut tree, mut aggregation, defects) = parse(text);
    // Text that YAML folded or unescaped stands elsewhere than where it was counted.
    let exact =
        start.filter(|s| Span::new(*s as usize, *s as usize + text.len()).slice(cx.text) == text);
    let place = |s: Span| exact.map_or(span, |base| s.shifted(base as usize));
    replace(&mut tree, &place);
    match &mut aggregation {
        Some(Aggregation::Count { span, .. } | Aggregation::Opaque { span, .. }) => {
            *span = place(*span)
        }
        Some(Aggregation::Near { tree, span }) => {
            *span = place(*span);
            replace(tree, &place);
        }
        None => {}
    }
    for (code, message, start, end) in defects {
        let span = place(Span::new(start, end));
        if code == "sigma/condition-case" {
            cx.note(code, message, span);
        } else {
            cx.error(code, message, span);
        }
    }
    if let Some(Aggregation::Count { span, .. }) = &aggregation {
        cx.literals.push(*span);
    }
    Condition { text: text.to_owned(), tree, aggregation, span }
}

fn replace(tree: &mut Tree, place: &impl Fn(Span) -> Span) {
    match tree {
        Tree::And(of) | Tree::Or(of) => of.iter_mut().for_each(|t| replace(t, place)),
        Tree::Not(inner) => replace(inner, place),
        Tree::Name { span, .. } | Tree::Of { span, .. } | Tree::Opaque { span, .. } => {
            *span = place(*span);
        }
    }
}

struct Parser<'t, 'a> {
    text: &'a str,
    tokens: &'t [Token<'a>],
    at: usize,
    depth: u32,
    defects: Vec<Defect>,
}

/// Deeper nesting than any person writes; keeps a hostile condition off the stack.
const MAX_DEPTH: u32 = 100;

impl<'a> Parser<'_, 'a> {
    fn whole(&mut self) -> Tree {
        let tree = self.or();
        match tree {
            Ok(tree) if self.at == self.tokens.len() => tree,
            Ok(_) => {
                let token = &self.tokens[self.at];
                let found = &self.text[token.start..token.end];
                self.defects.push((
                    "sigma/condition",
                    format!("`{found}` is not expected here; the condition is kept as text"),
                    token.start,
                    token.end,
                ));
                self.opaque(0, self.tokens.len())
            }
            Err(()) => self.opaque(0, self.tokens.len()),
        }
    }

    fn opaque(&self, from: usize, to: usize) -> Tree {
        let start = self.tokens.get(from).map_or(0, |t| t.start);
        let end =
            self.tokens.get(to.saturating_sub(1)).map_or(self.text.len(), |t| t.end).max(start);
        Tree::Opaque { text: self.text[start..end].to_owned(), span: Span::new(start, end) }
    }

    fn keyword(&mut self, word: &str) -> bool {
        let Some(Token { kind: TokenKind::Word(found), start, end }) = self.tokens.get(self.at)
        else {
            return false;
        };
        if !found.eq_ignore_ascii_case(word) {
            return false;
        }
        if *found != word {
            self.defects.push((
                "sigma/condition-case",
                format!("`{found}` is read as `{word}`; Sigma's words are in lower case"),
                *start,
                *end,
            ));
        }
        self.at += 1;
        true
    }

    fn or(&mut self) -> Result<Tree, ()> {
        let mut of = vec![self.and()?];
        while self.keyword("or") {
            of.push(self.and()?);
        }
        Ok(if of.len() == 1 { of.remove(0) } else { Tree::Or(of) })
    }

    fn and(&mut self) -> Result<Tree, ()> {
        let mut of = vec![self.unary()?];
        while self.keyword("and") {
            of.push(self.unary()?);
        }
        Ok(if of.len() == 1 { of.remove(0) } else { Tree::And(of) })
    }

    fn unary(&mut self) -> Result<Tree, ()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let (start, end) = (0, self.text.len());
            self.defects.push((
                "sigma/condition",
                "the condition is nested too deep".into(),
                start,
                end,
            ));
            return Err(());
        }
        let tree = if self.keyword("not") {
            self.unary().map(|inner| Tree::Not(Box::new(inner)))
        } else {
            self.primary()
        };
        self.depth -= 1;
        tree
    }

    fn primary(&mut self) -> Result<Tree, ()> {
        let Some(token) = self.tokens.get(self.at) else {
            let end = self.text.len();
            let start = self.tokens.last().map_or(0, |t| t.start);
            self.defects.push((
                "sigma/condition",
                "the condition ends where a selection is expected".into(),
                start,
                end,
            ));
            return Err(());
        };
        match token.kind {
            TokenKind::Open => self.group(),
            TokenKind::Word(word) if !operator(word) => {
                if let Some(of) = self.selector(word) {
                    return Ok(of);
                }
                self.at += 1;
                Ok(Tree::Name { name: word.to_owned(), span: Span::new(token.start, token.end) })
            }
            TokenKind::Word(_)
            | TokenKind::Close
            | TokenKind::Pipe
            | TokenKind::Comma
            | TokenKind::Sign(_)
            | TokenKind::Other(_) => {
                let found = &self.text[token.start..token.end];
                self.defects.push((
                    "sigma/condition",
                    format!("`{found}` stands where a selection is expected"),
                    token.start,
                    token.end,
                ));
                Err(())
            }
        }
    }

    /// `( … )`; what can't be read within stays opaque and the rest goes on.
    fn group(&mut self) -> Result<Tree, ()> {
        let open = self.at;
        self.at += 1;
        let depth = self.depth;
        let inner = self.or();
        if inner.is_ok() && self.tokens.get(self.at).is_some_and(|t| t.kind == TokenKind::Close) {
            self.at += 1;
            return inner;
        }
        let Some(close) = self.closing(open) else {
            let token = &self.tokens[open];
            self.defects.push((
                "sigma/condition",
                "the parenthesis is not closed".into(),
                token.start,
                token.end,
            ));
            return Err(());
        };
        if inner.is_ok() {
            let token = &self.tokens[self.at];
            let found = &self.text[token.start..token.end];
            self.defects.push((
                "sigma/condition",
                format!("`{found}` is not expected here; the parenthesis is kept as text"),
                token.start,
                token.end,
            ));
        }
        self.depth = depth;
        self.at = close + 1;
        Ok(self.opaque(open, close + 1))
    }

    fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0;
        for (i, token) in self.tokens.iter().enumerate().skip(open) {
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(i);
                    }
                }
                TokenKind::Pipe
                | TokenKind::Comma
                | TokenKind::Sign(_)
                | TokenKind::Word(_)
                | TokenKind::Other(_) => {}
            }
        }
        None
    }

    /// `1 of x*`, `any of them`, `all of x*`; `None` where the words are something else.
    fn selector(&mut self, word: &'a str) -> Option<Tree> {
        let of = matches!(self.tokens.get(self.at + 1)?.kind, TokenKind::Word(w) if w.eq_ignore_ascii_case("of"));
        let Token { kind: TokenKind::Word(pattern), end, .. } = self.tokens.get(self.at + 2)?
        else {
            return None;
        };
        if !of {
            return None;
        }
        let quantity = if word.eq_ignore_ascii_case("all") {
            Quantity::All
        } else if word.eq_ignore_ascii_case("any") {
            Quantity::AtLeast(1)
        } else {
            Quantity::AtLeast(word.parse().ok().filter(|n| *n > 0)?)
        };
        let span = Span::new(self.tokens[self.at].start, *end);
        self.at += 3;
        Some(Tree::Of { quantity, pattern: (*pattern).to_owned(), span })
    }
}

fn operator(word: &str) -> bool {
    ["and", "or", "not"].iter().any(|o| word.eq_ignore_ascii_case(o))
}

/// A condition's tree with names and patterns of names resolved to selections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// All hold.
    And(Vec<Resolved>),
    /// One holds.
    Or(Vec<Resolved>),
    /// At least so many hold.
    AtLeast(u32, Vec<Resolved>),
    /// It does not hold.
    Not(Box<Resolved>),
    /// The selection at this place of [`Detection::selections`].
    Selection(usize),
    /// A part that could not be read.
    Opaque {
        /// Its text.
        text: String,
        /// Where it stands.
        span: Span,
    },
}

/// Resolves a tree's names. A name or pattern that fits no selection is opaque, with an error and
/// a loss. Names that begin with `_` are out of a pattern's reach unless it begins with `_` itself.
pub fn resolve(tree: &Tree, detection: &Detection, cx: &mut Context<'_>) -> Resolved {
    match tree {
        Tree::And(of) => Resolved::And(of.iter().map(|t| resolve(t, detection, cx)).collect()),
        Tree::Or(of) => Resolved::Or(of.iter().map(|t| resolve(t, detection, cx)).collect()),
        Tree::Not(inner) => Resolved::Not(Box::new(resolve(inner, detection, cx))),
        Tree::Name { name, span } => {
            // The last of two selections of one name is the one that counts.
            match detection.selections.iter().rposition(|s| s.name == *name) {
                Some(at) => Resolved::Selection(at),
                None => missing(
                    format!("the condition names `{name}`, which is no selection"),
                    name,
                    *span,
                    cx,
                ),
            }
        }
        Tree::Of { quantity, pattern, span } => {
            let names = text::names(pattern);
            let fits = |name: &str| {
                let reach = pattern.starts_with('_') || !name.starts_with('_');
                reach && (pattern == "them" || names.covers(name))
            };
            let of: Vec<Resolved> = (0..detection.selections.len())
                .filter(|i| fits(&detection.selections[*i].name))
                .map(Resolved::Selection)
                .collect();
            match quantity {
                _ if of.is_empty() => {
                    let text = span.slice(cx.text).to_owned();
                    missing(format!("no selection fits `{pattern}`"), &text, *span, cx)
                }
                Quantity::All => Resolved::And(of),
                Quantity::AtLeast(1) => Resolved::Or(of),
                Quantity::AtLeast(n) => Resolved::AtLeast(*n, of),
            }
        }
        Tree::Opaque { text, span } => {
            cx.loss("this part of the condition was not understood", Effect::Unknown, *span);
            Resolved::Opaque { text: text.clone(), span: *span }
        }
    }
}

fn missing(message: String, text: &str, span: Span, cx: &mut Context<'_>) -> Resolved {
    cx.error("sigma/missing-selection", message.clone(), span);
    cx.loss(message, Effect::Unknown, span);
    Resolved::Opaque { text: text.to_owned(), span }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sigma::emit;

    fn round(text: &str) -> String {
        let (tree, _, _) = parse(text);
        emit::tree(&tree)
    }

    #[test]
    fn not_binds_tighter_than_and_and_and_than_or() {
        assert_eq!(round("a or b and not c"), "a or (b and (not c))");
        assert_eq!(round("not a and b"), "(not a) and b");
        assert_eq!(round("not (a or b)"), "not (a or b)");
        assert_eq!(round("1 of them and all of sel_*"), "1 of them and all of sel_*");
    }

    #[test]
    fn words_that_begin_like_operators_are_names() {
        assert_eq!(round("notepad and orange"), "notepad and orange");
        assert_eq!(round("all and 1"), "all and 1");
    }

    #[test]
    fn what_is_not_understood_stays_as_small_as_it_can() {
        let (tree, _, defects) = parse("a and (b > 7)");
        assert!(
            matches!(&tree, Tree::And(of) if matches!(&of[1], Tree::Opaque { text, .. } if text == "(b > 7)"))
        );
        assert_eq!(defects.len(), 1);
        let (tree, _, defects) = parse("a and and b");
        assert!(matches!(tree, Tree::Opaque { .. }));
        assert_eq!(defects.len(), 1);
        assert!(matches!(parse("a b").0, Tree::Opaque { .. }));
        assert!(matches!(parse("(a").0, Tree::Opaque { .. }));
        assert!(matches!(parse("").0, Tree::Opaque { .. }));
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!("{}a{}", "(".repeat(5000), ")".repeat(5000));
        assert!(matches!(parse(&deep).0, Tree::Opaque { .. }));
    }
}
