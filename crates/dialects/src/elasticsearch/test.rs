//! Tests of a field for values, by its kind.

use rulescope_ir::normalize::narrow;
use rulescope_ir::{
    Effect, Expr, Field, Glob, Literal, Loss, Number, Op, Piece, Predicate, Scalar, Span, Subject,
};

use super::kind::{Analyzer, Kind, kind, members};

/// A value that a field is tested for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The value with its wildcards.
    pub glob: &'a Glob,
    /// Whether it is a phrase (quoted): its terms stand side by side, and its wildcards are none.
    pub phrase: bool,
    /// As it is written.
    pub raw: &'a str,
    /// Where it stands in the body.
    pub span: Span,
}

/// A condition with what was lost of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lowered {
    /// The condition.
    pub expr: Expr,
    /// Losses as of a condition that stands positively.
    pub losses: Vec<Loss>,
}

/// So many losses are told of one query.
const MAX_LOSSES: usize = 200;

/// Adds a loss. What is lost of several values in one way is told once, of all that they span.
pub fn lose(losses: &mut Vec<Loss>, loss: Loss) {
    match losses.iter().position(|l| l.what == loss.what && l.effect == loss.effect) {
        Some(same) => losses[same].span = losses[same].span.join(loss.span),
        None if losses.len() < MAX_LOSSES => losses.push(loss),
        None => {}
    }
}

/// The condition that a field has one of the values, in one test where they compare alike. Without a
/// field any value of the event may have it.
pub fn any_of(field: Option<&str>, values: &[Wanted<'_>], span: Span) -> Lowered {
    let mut losses = Vec::new();
    let mut any = Vec::new();
    for wanted in values {
        let Some(field) = field else {
            any.push(keyword(wanted, span, &mut losses));
            continue;
        };
        let named = members(field);
        if field.contains('*') && named.is_empty() {
            let what = format!("no schema lists the fields that `{field}` stands for");
            losses.push(Loss { span, what, effect: Effect::Less });
        }
        let names = if named.is_empty() { vec![field.to_owned()] } else { named };
        let each = names.iter().map(|name| of_field(name, wanted, span, &mut losses));
        any.extend(each);
    }
    Lowered { expr: merged(any), losses }
}

/// The condition that a field has a value.
pub fn exists(field: &str, span: Span) -> Lowered {
    let named = members(field);
    let names = if named.is_empty() { vec![field.to_owned()] } else { named };
    let mut losses = Vec::new();
    if field.contains('*') && names == [field] {
        let what = format!("no schema lists the fields that `{field}` stands for");
        losses.push(Loss { span, what, effect: Effect::Less });
    }
    let any = names.iter().map(|name| predicate(name, Op::Exists, Vec::new(), false, span));
    Lowered { expr: Expr::any(any.collect()), losses }
}

/// The condition that a field lies on one side of a bound; `None` where the bound is no number.
pub fn range(field: &str, op: Op, bound: &Wanted<'_>, span: Span) -> Option<Expr> {
    let number = Number::parse(bound.glob.as_text()?)?;
    let literal = Literal::new(Scalar::Number(number), bound.span);
    Some(predicate(field, op, vec![literal], false, span))
}

/// Any of the conditions; tests of one field by one operator are one test with several values.
pub fn merged(any: Vec<Expr>) -> Expr {
    let mut out: Vec<Expr> = Vec::new();
    for expr in any {
        let Expr::Predicate(predicate) = &expr else {
            out.push(expr);
            continue;
        };
        let same = out.iter_mut().find_map(|o| match o {
            Expr::Predicate(p) if alike(p, predicate) => Some(p),
            _ => None,
        });
        match same {
            Some(same) => {
                same.values.extend(predicate.values.iter().cloned());
                same.span = same.span.join(predicate.span);
            }
            None => out.push(expr),
        }
    }
    Expr::any(out)
}

/// Whether two tests differ in their values alone.
fn alike(a: &Predicate, b: &Predicate) -> bool {
    a.subject == b.subject
        && a.op == b.op
        && !matches!(a.op, Op::Exists | Op::Null)
        && !a.negated
        && !b.negated
        && a.quantifier == b.quantifier
        && a.case_sensitive == b.case_sensitive
        && a.missing == b.missing
}

fn predicate(field: &str, op: Op, values: Vec<Literal>, case_sensitive: bool, span: Span) -> Expr {
    let mut out = Predicate::new(Subject::Field(Field::new(field)), op, values);
    out.case_sensitive = case_sensitive;
    out.span = span;
    Expr::Predicate(out)
}

fn of_field(field: &str, wanted: &Wanted<'_>, span: Span, losses: &mut Vec<Loss>) -> Expr {
    match kind(field) {
        Kind::Text(analyzer) => terms(field, analyzer, wanted, span, losses),
        Kind::Ip => match network(wanted.glob) {
            Some(network) => {
                let literal = Literal::new(Scalar::Network(network), wanted.span);
                predicate(field, Op::Cidr, vec![literal], false, span)
            }
            None => whole(field, false, wanted, span),
        },
        Kind::Keyword => whole(field, true, wanted, span),
        Kind::EventId | Kind::Caseless => whole(field, false, wanted, span),
    }
}

/// The value has to cover the field's.
fn whole(field: &str, case_sensitive: bool, wanted: &Wanted<'_>, span: Span) -> Expr {
    let (op, value) = match narrow(wanted.glob) {
        Some((Op::Exists, _)) => return predicate(field, Op::Exists, Vec::new(), false, span),
        Some((Op::Eq, plain)) => (Op::Eq, scalar(field, plain, wanted)),
        Some((op, plain)) => (op, Scalar::Text(plain)),
        None => (Op::Wildcard, Scalar::Glob(wanted.glob.clone())),
    };
    let knows_case = matches!(value, Scalar::Text(_) | Scalar::Glob(_)) && case_sensitive;
    predicate(field, op, vec![literal(value, wanted)], knows_case, span)
}

/// A number is one where it is not quoted; the number of an event is one anyway.
fn scalar(field: &str, plain: String, wanted: &Wanted<'_>) -> Scalar {
    let may_be_number = !wanted.phrase || kind(field) == Kind::EventId;
    match (plain.as_str(), Number::parse(&plain)) {
        ("true", _) => Scalar::Bool(true),
        ("false", _) => Scalar::Bool(false),
        (_, Some(n)) if may_be_number && n.as_str() == plain => Scalar::Number(n),
        _ => Scalar::Text(plain),
    }
}

fn literal(value: Scalar, wanted: &Wanted<'_>) -> Literal {
    let mut literal = Literal::new(value, wanted.span);
    let shown = wanted.raw.trim_matches('*');
    if shown != literal.display() && wanted.raw != literal.display() {
        literal.authored = Some(wanted.raw.to_owned());
    }
    literal
}

/// An address with a mask.
fn network(glob: &Glob) -> Option<String> {
    let text = glob.as_text()?;
    text.contains('/').then_some(())?;
    text.parse::<ipnet::IpNet>().ok().map(|_| text.to_owned())
}

/// A text has the value's terms: all of them side by side for a phrase, one of them otherwise
/// (<https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-match-query>,
/// "operator"; `query-dsl-match-query-phrase`).
fn terms(
    field: &str,
    analyzer: Analyzer,
    wanted: &Wanted<'_>,
    span: Span,
    losses: &mut Vec<Loss>,
) -> Expr {
    if narrow(wanted.glob).is_some_and(|(op, _)| op == Op::Exists) {
        return predicate(field, Op::Exists, Vec::new(), false, span);
    }
    let op = match analyzer {
        Analyzer::Standard => Op::Term,
        Analyzer::PowerShell => Op::Word,
    };
    let Some(plain) = wanted.glob.as_text() else {
        if let Some((op, value)) = within_a_word(wanted.glob, analyzer) {
            return predicate(field, op, vec![literal(value, wanted)], false, span);
        }
        let what = "a term with wildcards is held against terms that are cut at `_` and `-` too";
        losses.push(Loss { span: wanted.span, what: what.to_owned(), effect: Effect::More });
        let value = match wanted.glob.pieces.as_slice() {
            [Piece::Any, Piece::Text(text), Piece::Any] => {
                (Op::Contains, Scalar::Text(text.clone()))
            }
            _ => (op, Scalar::Glob(wanted.glob.clone())),
        };
        return predicate(field, value.0, vec![literal(value.1, wanted)], false, span);
    };
    let all: Vec<&str> = plain.split(|c| !analyzer.holds(c)).filter(|t| !t.is_empty()).collect();
    let term = |text: &str| literal(Scalar::Text(text.to_owned()), wanted);
    if all.is_empty() {
        let what = "the value has no term, and an empty query finds nothing";
        losses.push(Loss { span: wanted.span, what: what.to_owned(), effect: Effect::Unknown });
        return Expr::Const(false);
    }
    if all.len() > 1 && !wanted.phrase {
        let values = all.iter().map(|text| term(text)).collect();
        cut_elsewhere(analyzer, wanted.span, losses);
        return predicate(field, op, values, false, span);
    }
    // What stands around the first and last term says nothing.
    let phrase = plain.trim_matches(|c| !analyzer.holds(c));
    if all.len() > 1 {
        let what = "what stands between the terms of a phrase may be anything";
        losses.push(Loss { span: wanted.span, what: what.to_owned(), effect: Effect::More });
        let mut literal = term(phrase);
        literal.forms = vec![side_by_side(&all)];
        return predicate(field, Op::Contains, vec![literal], false, span);
    }
    cut_elsewhere(analyzer, wanted.span, losses);
    predicate(field, op, vec![term(phrase)], false, span)
}

/// The terms one after another, with anything between them. Characters beyond ASCII may be terms by
/// themselves, as ideographs are.
fn side_by_side(terms: &[&str]) -> Glob {
    let mut glob = Glob::new();
    for term in terms {
        for (i, c) in term.chars().enumerate() {
            if i == 0 || !c.is_ascii() {
                glob.push(Piece::Any);
            }
            glob.push_char(c);
            if !c.is_ascii() {
                glob.push(Piece::Any);
            }
        }
    }
    glob.trimmed()
}

/// A test with wildcards for a term that a pattern cuts out, where all of it is within one: what is
/// contained in such a term is contained in the text.
fn within_a_word(glob: &Glob, analyzer: Analyzer) -> Option<(Op, Scalar)> {
    let held = |text: &String| text.chars().all(|c| analyzer.holds(c));
    let all = glob.pieces.iter().all(|piece| match piece {
        Piece::Text(text) => held(text),
        Piece::Any | Piece::One => true,
        Piece::OneOf(_) => false,
    });
    match (analyzer, glob.pieces.as_slice()) {
        (Analyzer::Standard, _) => None,
        (Analyzer::PowerShell, [Piece::Any, Piece::Text(text), Piece::Any]) if all => {
            Some((Op::Contains, Scalar::Text(text.clone())))
        }
        (Analyzer::PowerShell, _) => all.then(|| (Op::Word, Scalar::Glob(glob.clone()))),
    }
}

/// The standard analyzer keeps more together than letters and digits; the pattern of the other says
/// what a term holds.
fn cut_elsewhere(analyzer: Analyzer, span: Span, losses: &mut Vec<Loss>) {
    if analyzer == Analyzer::PowerShell {
        return;
    }
    let what = "a term is looked for between characters that are neither letters nor digits, some of \
                which the field's analyzer keeps in a term";
    losses.push(Loss { span, what: what.to_owned(), effect: Effect::More });
}

/// A value that any field of the event may have. Elasticsearch compares it with each by its kind;
/// that it is contained in one is more.
fn keyword(wanted: &Wanted<'_>, span: Span, losses: &mut Vec<Loss>) -> Expr {
    let value = match narrow(wanted.glob) {
        Some((Op::Exists, _)) => return Expr::Const(true),
        Some((_, plain)) => Scalar::Text(plain),
        None => Scalar::Glob(wanted.glob.trimmed()),
    };
    let what = "a value without a field is looked for within any of the event's";
    losses.push(Loss { span: wanted.span, what: what.to_owned(), effect: Effect::More });
    let mut out = Predicate::new(Subject::Event, Op::Keyword, vec![literal(value, wanted)]);
    out.span = span;
    Expr::Predicate(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_its_terms_in_order() {
        let glob = side_by_side(&["rc", "local"]);
        for text in ["rc.local", "rc local", "a rc-x local b"] {
            assert!(glob.opened(true, true).covers(text), "{text}");
        }
        assert!(!glob.opened(true, true).covers("local rc"));
        // Ideographs are terms by themselves.
        assert!(side_by_side(&["漢字"]).covers("漢 字"));
    }
}
