//! Filter documents: conditions that are put on rules of other documents
//! (sigma-filters-specification.md).

use rulescope_ir::{Expr, Loss, Pattern, Scope, Span, Stage, StageKind, visit};
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
    /// What must hold besides the rule's own condition; its spans are nowhere, since it stands in
    /// another text than the rule.
    pub expr: Expr,
    /// Its stages, added to the rule's.
    pub stages: Vec<Stage>,
    /// What was lost of it.
    pub losses: Vec<Loss>,
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
                Targets::Rules(rules) => {
                    rules.iter().any(|r| Some(r.as_str()) == id || Some(r.as_str()) == name)
                }
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
    let mut pattern = Pattern::events(Scope::default()).filter(Expr::any(built.exprs));
    visit::clear_spans(&mut pattern);
    let expr = match pattern {
        Pattern::Filter { expr, .. } => expr,
        _ => Expr::Const(true),
    };
    let mut stages = built.stages;
    for stage in &mut stages {
        stage.label = format!("{title}: {}", stage.label);
        stage.kind = StageKind::Filter;
        stage.span = Span::NONE;
        for predicate in &mut stage.predicates {
            predicate.predicate.span = Span::NONE;
            predicate.predicate.values.iter_mut().for_each(|v| v.span = Span::NONE);
        }
    }
    let losses = cx.losses.iter().map(|l| Loss { span: Span::NONE, ..l.clone() }).collect();
    FilterDocument { title: title.to_owned(), targets, scope, expr, stages, losses }
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
