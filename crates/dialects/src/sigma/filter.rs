//! Filter documents: conditions that are put on rules of other documents
//! (sigma-filters-specification.md).

use rulescope_ir::{Expr, Loss, Scope, Span, Stage, StageKind, visit};
use rulescope_yaml::{Kind, Node};

use super::ast::Detection;
use super::context::Context;
use super::detection::detection;
use super::lower::Built;

/// Which rules a filter is put on, besides that their log source must fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Targets {
    /// Every rule of the log source.
    Any,
    /// The rules of these ids or names.
    Rules(Vec<String>),
}

/// A filter document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterDocument {
    /// Its title.
    pub title: String,
    /// Which rules it is put on.
    pub targets: Targets,
    /// The log source that a rule must have.
    pub scope: Scope,
    /// What must hold besides the rule's own condition. Its spans count in the filter's own text.
    pub expr: Expr,
    /// Its stages, added to the rule's.
    pub stages: Vec<Stage>,
    /// What was lost of it.
    pub losses: Vec<Loss>,
    /// How long the filter's text is.
    length: usize,
}

impl FilterDocument {
    /// Whether a rule of this log source, id and name gets the filter. A rule's log source fits when
    /// it has every term that the filter's has.
    pub fn fits(&self, scope: &Scope, id: Option<&str>, name: Option<&str>) -> bool {
        let within = self.scope.terms.iter().all(|(kind, terms)| {
            scope.terms.get(kind).is_some_and(|own| {
                terms.iter().any(|t| own.iter().any(|o| o.eq_ignore_ascii_case(t)))
            })
        });
        within
            && match &self.targets {
                Targets::Any => true,
                Targets::Rules(rules) => rules.iter().any(|r| {
                    id.is_some_and(|id| id.eq_ignore_ascii_case(r)) || Some(r.as_str()) == name
                }),
            }
    }
}

/// Reads the `filter` section of a filter document with this title and log source. The context
/// keeps what is wrong with it.
pub fn filter(node: &Node<'_>, title: &str, scope: Scope, cx: &mut Context<'_>) -> FilterDocument {
    let targets = targets(node, cx);
    let mut section: Detection = detection(node, cx);
    section.selections.retain(|s| s.name != "rules");
    let built = Built::new(&section, cx);
    let mut stages = built.stages;
    for stage in &mut stages {
        stage.label = format!("{title}: {}", stage.label);
        stage.kind = StageKind::Filter;
    }
    let losses = cx
        .losses
        .iter()
        .map(|l| Loss { what: format!("in the filter `{title}`: {}", l.what), ..l.clone() })
        .collect();
    FilterDocument {
        title: title.to_owned(),
        targets,
        scope,
        expr: Expr::any(built.exprs),
        stages,
        losses,
        length: cx.text.len(),
    }
}

/// What filters add to a rule. They stand in other texts than the rule: their spans are moved past
/// the end of its body, one filter's after the other's, so that each stays apart and none covers a
/// place of the body.
pub(super) struct Added {
    pub(super) exprs: Vec<Expr>,
    pub(super) stages: Vec<Stage>,
    pub(super) losses: Vec<Loss>,
}

impl Added {
    pub(super) fn new(filters: &[&FilterDocument], body: usize) -> Added {
        let mut out = Added { exprs: Vec::new(), stages: Vec::new(), losses: Vec::new() };
        let mut start = body + 1;
        for filter in filters {
            let place = |span: Span| if span.is_none() { span } else { span.shifted(start) };
            let shift = |predicate: &mut rulescope_ir::Predicate| {
                predicate.span = place(predicate.span);
                predicate.values.iter_mut().for_each(|v| v.span = place(v.span));
            };
            let mut expr = filter.expr.clone();
            visit::expr_predicates_mut(&mut expr, &mut |p| shift(p));
            out.exprs.push(expr);
            for stage in &filter.stages {
                let mut stage = stage.clone();
                stage.span = place(stage.span);
                stage.predicates.iter_mut().for_each(|p| shift(&mut p.predicate));
                out.stages.push(stage);
            }
            out.losses
                .extend(filter.losses.iter().map(|l| Loss { span: place(l.span), ..l.clone() }));
            start += filter.length + 1;
        }
        out
    }
}

fn targets(node: &Node<'_>, cx: &mut Context<'_>) -> Targets {
    let names = |nodes: &[Node<'_>]| -> Vec<String> {
        nodes.iter().filter_map(|n| n.as_str()).map(str::to_owned).collect()
    };
    match node.get("rules").map(|n| &n.kind) {
        Some(Kind::Scalar(scalar)) if scalar.text.eq_ignore_ascii_case("any") => Targets::Any,
        Some(Kind::Scalar(scalar)) => Targets::Rules(vec![scalar.text.clone().into_owned()]),
        Some(Kind::Sequence(list)) if list.is_empty() => Targets::Any,
        Some(Kind::Sequence(list)) => Targets::Rules(names(list)),
        Some(Kind::Mapping(_)) | None => {
            let span = cx.span(node);
            cx.error("sigma/filter-rules", "a filter needs `rules`: `any`, an id or a list", span);
            Targets::Rules(Vec::new())
        }
    }
}
