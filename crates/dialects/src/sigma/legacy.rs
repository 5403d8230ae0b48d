//! What stood after a pipe before correlations: `| count() by … > n` and `| near …`
//! (sigma-specification 1.0, "Conditions", deprecated since; sigmac read them).

use rulescope_ir::{Number, Span};

use super::ast::{Aggregation, Comparison};
use super::condition::{Defect, parse_tokens};
use super::lexer::{Token, TokenKind};

/// Parses what follows the pipe.
pub(super) fn aggregation(
    text: &str,
    tokens: &[Token<'_>],
    defects: &mut Vec<Defect>,
) -> Aggregation {
    let start = tokens.first().map_or(text.len(), |t| t.start);
    let end = tokens.last().map_or(text.len(), |t| t.end);
    let span = Span::new(start, end);
    if let Some(Token { kind: TokenKind::Word(word), .. }) = tokens.first() {
        if word.eq_ignore_ascii_case("near") {
            return Aggregation::Near { tree: parse_tokens(text, &tokens[1..], defects), span };
        }
        if let Some(count) = count(&word.to_ascii_lowercase(), &tokens[1..], span) {
            return count;
        }
    }
    defects.push((
        "sigma/aggregation",
        "what follows the pipe was not understood; write a correlation instead".to_owned(),
        start,
        end,
    ));
    Aggregation::Opaque { text: text[start..end].to_owned(), span }
}

/// `function ( field ) by a, b > 5`.
fn count(function: &str, tokens: &[Token<'_>], span: Span) -> Option<Aggregation> {
    if !matches!(function, "count" | "min" | "max" | "avg" | "sum") {
        return None;
    }
    let mut rest = tokens.iter().peekable();
    let mut field = None;
    if rest.next()?.kind != TokenKind::Open {
        return None;
    }
    if let Some(Token { kind: TokenKind::Word(name), .. }) = rest.peek() {
        field = Some((*name).to_owned());
        rest.next();
    }
    if rest.next()?.kind != TokenKind::Close {
        return None;
    }
    let mut by = Vec::new();
    if matches!(rest.peek()?.kind, TokenKind::Word(w) if w.eq_ignore_ascii_case("by")) {
        rest.next();
        loop {
            match rest.next()?.kind {
                TokenKind::Word(name) => by.push(name.to_owned()),
                TokenKind::Open
                | TokenKind::Close
                | TokenKind::Pipe
                | TokenKind::Comma
                | TokenKind::Sign(_)
                | TokenKind::Other(_) => return None,
            }
            if rest.peek()?.kind != TokenKind::Comma {
                break;
            }
            rest.next();
        }
    }
    let comparison = match rest.next()?.kind {
        TokenKind::Sign("<") => Comparison::Lt,
        TokenKind::Sign("<=") => Comparison::Le,
        TokenKind::Sign(">") => Comparison::Gt,
        TokenKind::Sign(">=") => Comparison::Ge,
        TokenKind::Sign("=" | "==") => Comparison::Eq,
        TokenKind::Sign("!=") => Comparison::Ne,
        _ => return None,
    };
    let TokenKind::Word(number) = rest.next()?.kind else { return None };
    let number = Number::parse(number)?;
    if rest.next().is_some() || (field.is_none() && function != "count") {
        return None;
    }
    Some(Aggregation::Count { function: function.to_owned(), field, by, comparison, number, span })
}
