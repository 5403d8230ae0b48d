//! Which events a search reads: the terms at its start that name a source.
//!
//! `index`, `sourcetype`, `source` and `eventtype` say where events lie; they become the scope. A
//! condition that names different sources on its two sides becomes a union, so that each part of the
//! condition stays with the source that it belongs to. A macro that joins terms of several kinds by
//! `OR` is a term of its own, `macro`.

use std::collections::BTreeMap;

use rulescope_ir::{Scope, Span};

use super::super::ast::{self, Comparison, SearchExpr};
use super::super::expand::Outcome;
use super::super::text::searched;
use super::context::Context;

/// A side of a search: what it reads, and what must hold of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Branch<'q> {
    pub(super) terms: BTreeMap<String, Vec<String>>,
    span: Span,
    pub(super) conditions: Vec<&'q SearchExpr>,
}

impl Branch<'_> {
    /// The scope of the branch.
    pub(super) fn scope(&self) -> Scope {
        Scope { terms: self.terms.clone(), span: self.span }
    }
}

/// More sides than this are one, with the sources as conditions.
const MAX_BRANCHES: usize = 16;

/// The sides of a condition.
pub(super) fn branches<'q>(expr: &'q SearchExpr, cx: &Context<'_>) -> Vec<Branch<'q>> {
    split(expr, cx).unwrap_or_else(|| plain(expr))
}

fn plain(expr: &SearchExpr) -> Vec<Branch<'_>> {
    vec![Branch { conditions: vec![expr], ..Branch::default() }]
}

/// `None` where there would be too many, or where a source is named twice.
fn split<'q>(expr: &'q SearchExpr, cx: &Context<'_>) -> Option<Vec<Branch<'q>>> {
    if let Some((kind, terms, span)) = term(expr, cx) {
        let terms = BTreeMap::from([(kind, terms)]);
        return Some(vec![Branch { terms, span, conditions: Vec::new() }]);
    }
    match expr {
        SearchExpr::And(of) => {
            let mut out = vec![Branch::default()];
            let mut rest: Vec<&SearchExpr> = Vec::new();
            for part in of {
                if !names_source(part, cx) {
                    rest.push(part);
                    continue;
                }
                let sides = split(part, cx)?;
                if out.len() * sides.len() > MAX_BRANCHES {
                    return None;
                }
                let mut next = Vec::new();
                for left in &out {
                    for right in &sides {
                        next.push(both(left, right)?);
                    }
                }
                out = next;
            }
            out.iter_mut().for_each(|branch| branch.conditions.extend(&rest));
            Some(out)
        }
        SearchExpr::Or(of) if of.iter().any(|e| names_source(e, cx)) => {
            let mut out = Vec::new();
            for part in of {
                out.extend(split(part, cx)?);
                if out.len() > MAX_BRANCHES {
                    return None;
                }
            }
            Some(out)
        }
        SearchExpr::Or(_)
        | SearchExpr::Not(_)
        | SearchExpr::Compare { .. }
        | SearchExpr::In { .. }
        | SearchExpr::Keyword(_)
        | SearchExpr::Segment { .. }
        | SearchExpr::Subsearch(_)
        | SearchExpr::Macro(_)
        | SearchExpr::Opaque { .. } => Some(plain(expr)),
    }
}

fn both<'q>(left: &Branch<'q>, right: &Branch<'q>) -> Option<Branch<'q>> {
    let mut out = left.clone();
    for (kind, terms) in &right.terms {
        if out.terms.insert(kind.clone(), terms.clone()).is_some_and(|was| was != *terms) {
            return None;
        }
    }
    out.span = out.span.join(right.span);
    out.conditions.extend(&right.conditions);
    Some(out)
}

/// The scope's term that a condition is: kind, alternatives, place in the body.
fn term(expr: &SearchExpr, cx: &Context<'_>) -> Option<(String, Vec<String>, Span)> {
    match expr {
        SearchExpr::Compare {
            field,
            op: Comparison::Eq | Comparison::Same | Comparison::Indexed,
            value: ast::Literal::Text(text),
            ..
        } => {
            let kind = kind(&field.raw)?;
            Some((kind.to_owned(), vec![searched(text)], cx.place(text.span)))
        }
        SearchExpr::In { field, values, .. } => {
            let kind = kind(&field.raw)?;
            let mut terms = Vec::new();
            let mut span = Span::NONE;
            for value in values {
                let ast::Literal::Text(text) = value else { return None };
                terms.push(searched(text));
                span = span.join(cx.place(text.span));
            }
            Some((kind.to_owned(), terms, span))
        }
        SearchExpr::Or(of) => {
            let parts: Option<Vec<_>> = of.iter().map(|e| term(e, cx)).collect();
            if let Some(parts) = parts
                && parts.iter().all(|(kind, _, _)| *kind == parts[0].0)
            {
                let kind = parts.first()?.0.clone();
                let span = parts.iter().fold(Span::NONE, |s, (_, _, span)| s.join(*span));
                let terms = parts.into_iter().flat_map(|(_, terms, _)| terms).collect();
                return Some((kind, terms, span));
            }
            if !of.iter().all(names_place) {
                return None;
            }
            let (name, span) = macro_of(expr, cx)?;
            Some(("macro".to_owned(), vec![name], span))
        }
        SearchExpr::Compare { .. }
        | SearchExpr::And(_)
        | SearchExpr::Not(_)
        | SearchExpr::Keyword(_)
        | SearchExpr::Segment { .. }
        | SearchExpr::Subsearch(_)
        | SearchExpr::Macro(_)
        | SearchExpr::Opaque { .. } => None,
    }
}

/// The kind of scope that a field's values are terms of.
fn kind(field: &str) -> Option<&'static str> {
    match field {
        "index" => Some("index"),
        "sourcetype" => Some("sourcetype"),
        "source" => Some("source"),
        "eventtype" => Some("eventtype"),
        _ => None,
    }
}

/// Whether a condition names a source, at any depth but under a `NOT`.
fn names_source(expr: &SearchExpr, cx: &Context<'_>) -> bool {
    match expr {
        SearchExpr::And(of) => of.iter().any(|e| names_source(e, cx)),
        SearchExpr::Or(of) => term(expr, cx).is_some() || of.iter().any(|e| names_source(e, cx)),
        SearchExpr::Compare { .. } | SearchExpr::In { .. } => term(expr, cx).is_some(),
        SearchExpr::Not(_)
        | SearchExpr::Keyword(_)
        | SearchExpr::Segment { .. }
        | SearchExpr::Subsearch(_)
        | SearchExpr::Macro(_)
        | SearchExpr::Opaque { .. } => false,
    }
}

/// Whether a condition says nothing but where events lie.
fn names_place(expr: &SearchExpr) -> bool {
    match expr {
        SearchExpr::And(of) | SearchExpr::Or(of) => of.iter().all(names_place),
        SearchExpr::Compare { field, op: Comparison::Eq | Comparison::Same, .. } => {
            kind(&field.raw).is_some() || matches!(field.raw.as_str(), "Channel" | "host")
        }
        SearchExpr::Compare { .. }
        | SearchExpr::In { .. }
        | SearchExpr::Not(_)
        | SearchExpr::Keyword(_)
        | SearchExpr::Segment { .. }
        | SearchExpr::Subsearch(_)
        | SearchExpr::Macro(_)
        | SearchExpr::Opaque { .. } => false,
    }
}

/// The innermost macro whose definition a condition is the whole of.
fn macro_of(expr: &SearchExpr, cx: &Context<'_>) -> Option<(String, Span)> {
    let mut span = Span::NONE;
    extent(expr, &mut span);
    let calls = cx.expansion.calls.iter().rev();
    let mut given = calls.filter(|call| {
        matches!(call.outcome, Outcome::Expanded | Outcome::BuiltIn) && call.expanded.contains(span)
    });
    let call = given.find(|call| {
        let definition = call.expanded.slice(cx.expansion.text());
        let part = span.slice(cx.expansion.text());
        definition.trim_matches(['(', ')', ' ', '\n']) == part.trim_matches(['(', ')', ' ', '\n'])
    })?;
    Some((call.name.clone(), call.span))
}

fn extent(expr: &SearchExpr, span: &mut Span) {
    match expr {
        SearchExpr::And(of) | SearchExpr::Or(of) => of.iter().for_each(|e| extent(e, span)),
        SearchExpr::Not(inner) => extent(inner, span),
        SearchExpr::Compare { span: own, .. }
        | SearchExpr::In { span: own, .. }
        | SearchExpr::Segment { span: own, .. }
        | SearchExpr::Opaque { span: own, .. } => *span = span.join(*own),
        SearchExpr::Keyword(text) => *span = span.join(text.span),
        SearchExpr::Subsearch(pipeline) => *span = span.join(pipeline.span),
        SearchExpr::Macro(call) => *span = span.join(call.span),
    }
}
