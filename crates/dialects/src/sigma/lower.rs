//! Detections to the IR.
//!
//! The meaning given to each construct:
//! - Texts are compared without case unless `cased`; `re` is case-sensitive unless `i`
//!   (sigma-rules-specification.md, "Detection", "Special Field Values" and the modifiers appendix).
//! - An absent field passes no test but `null` and `exists: false`, so that a `not` around a test
//!   passes events without the field: Sigma's conditions are two-valued.
//! - `null` means that the field is absent or has no value; `''` that it is there and empty.
//! - Several conditions are alternatives.

use rulescope_ir::polarity::standings;
use rulescope_ir::{
    Effect, Expr, Fidelity, Level, Logic, Pattern, Polarity, Scope, Span, Stage, StageKind,
};

use super::aggregation;
use super::ast::{Aggregation, Detection};
use super::condition::{Resolved, resolve};
use super::context::{Context, dedented};
use super::filter::{Added, FilterDocument};
use super::selection::Lowered;

/// The logic of a detection read from `scope`.
pub fn lower(detection: &Detection, scope: Option<Scope>, cx: Context<'_>) -> Logic {
    lower_with_filters(detection, scope, &[], cx)
}

/// A detection's parts in the IR, before they are put together.
pub(super) struct Built {
    /// Each condition's tree with the selections put in.
    pub(super) exprs: Vec<Expr>,
    /// The same for what stands after `near`.
    pub(super) near: Vec<Option<Resolved>>,
    /// Each condition's tree.
    pub(super) resolved: Vec<Resolved>,
    /// The selections' conditions, in the detection's order.
    pub(super) blocks: Vec<Expr>,
    /// The condition's stage and one for each selection, in the order of the condition.
    pub(super) stages: Vec<Stage>,
}

impl Built {
    /// Lowers a detection's selections and resolves its conditions.
    pub(super) fn new(detection: &Detection, cx: &mut Context<'_>) -> Built {
        let resolved: Vec<Resolved> =
            detection.conditions.iter().map(|c| resolve(&c.tree, detection, cx)).collect();
        let near: Vec<Option<Resolved>> = detection
            .conditions
            .iter()
            .map(|c| match &c.aggregation {
                Some(Aggregation::Near { tree, .. }) => Some(resolve(tree, detection, cx)),
                Some(Aggregation::Count { .. } | Aggregation::Opaque { .. }) | None => None,
            })
            .collect();
        let mut polarities = vec![Polarity::Unused; detection.selections.len()];
        let mut order = Vec::new();
        for tree in resolved.iter().chain(near.iter().flatten()) {
            mark(tree, Polarity::Positive, &mut polarities, &mut order);
        }
        let lowered: Vec<Lowered> = detection
            .selections
            .iter()
            .zip(&polarities)
            .map(|(selection, polarity)| Lowered::new(&selection.block, *polarity, cx))
            .collect();
        for (i, selection) in detection.selections.iter().enumerate() {
            if polarities[i] == Polarity::Unused {
                let in_opaque = resolved.iter().any(|tree| opaque_names(tree, &selection.name));
                let what = if in_opaque {
                    format!(
                        "`{}` stands in what was not understood of the condition",
                        selection.name
                    )
                } else {
                    format!("no condition names `{}`", selection.name)
                };
                if !in_opaque {
                    cx.warning("sigma/unused-selection", what.clone(), selection.span);
                }
                cx.loss(what, Effect::Unknown, selection.span);
                order.push(i);
            }
        }
        for (span, what) in std::mem::take(&mut cx.duplicates) {
            // An item that is gone from a conjunction lets more pass it.
            let polarity = detection
                .selections
                .iter()
                .zip(&polarities)
                .find(|(selection, _)| selection.span.contains(span))
                .map_or(Polarity::Both, |(_, polarity)| *polarity);
            let effect = match polarity {
                Polarity::Positive => Effect::More,
                Polarity::Negative => Effect::Less,
                Polarity::Both | Polarity::Unused => Effect::Unknown,
            };
            cx.loss(what, effect, span);
        }
        let (blocks, predicates): (Vec<Expr>, Vec<_>) =
            lowered.into_iter().map(|l| (l.expr, l.predicates)).unzip();
        let mut predicates: Vec<_> = predicates.into_iter().map(Some).collect();
        let mut stages = vec![condition_stage(detection)];
        for i in order {
            let selection = &detection.selections[i];
            stages.push(Stage {
                label: selection.name.clone(),
                kind: StageKind::Selection,
                text: dedented(cx.text, selection.span),
                span: selection.span,
                predicates: predicates[i].take().unwrap_or_default(),
                stages: Vec::new(),
            });
        }
        let exprs = resolved.iter().map(|tree| expr(tree, &blocks)).collect();
        Built { exprs, near, resolved, blocks, stages }
    }
}

fn condition_stage(detection: &Detection) -> Stage {
    let texts: Vec<&str> = detection.conditions.iter().map(|c| c.text.trim()).collect();
    let span = detection.conditions.iter().fold(Span::NONE, |span, c| span.join(c.span));
    Stage {
        label: "condition".to_owned(),
        kind: StageKind::Condition,
        text: texts.join("\n"),
        span,
        predicates: Vec::new(),
        stages: Vec::new(),
    }
}

/// Notes how each selection stands, and the order in which they are named first.
fn mark(tree: &Resolved, polarity: Polarity, out: &mut [Polarity], order: &mut Vec<usize>) {
    match tree {
        Resolved::And(of) | Resolved::Or(of) | Resolved::AtLeast(_, of) => {
            for t in of {
                mark(t, polarity, out, order);
            }
        }
        Resolved::Not(inner) => mark(inner, polarity.inverted(), out, order),
        Resolved::Selection(i) => {
            if out[*i] == Polarity::Unused {
                order.push(*i);
            }
            out[*i] = out[*i].and(polarity);
        }
        Resolved::Opaque { .. } => {}
    }
}

/// Whether a part of a condition that was not understood has a name in it.
fn opaque_names(tree: &Resolved, name: &str) -> bool {
    match tree {
        Resolved::And(of) | Resolved::Or(of) | Resolved::AtLeast(_, of) => {
            of.iter().any(|t| opaque_names(t, name))
        }
        Resolved::Not(inner) => opaque_names(inner, name),
        Resolved::Selection(_) => false,
        Resolved::Opaque { text, .. } => {
            text.split(|c: char| !(c.is_alphanumeric() || "_-".contains(c))).any(|w| w == name)
        }
    }
}

/// A condition's tree with the selections put in.
pub(super) fn expr(tree: &Resolved, blocks: &[Expr]) -> Expr {
    let list = |of: &[Resolved]| of.iter().map(|t| expr(t, blocks)).collect();
    match tree {
        Resolved::And(of) => Expr::all(list(of)),
        Resolved::Or(of) => Expr::any(list(of)),
        Resolved::AtLeast(count, of) => Expr::AtLeast { count: *count, of: list(of) },
        Resolved::Not(inner) => Expr::not(expr(inner, blocks)),
        Resolved::Selection(i) => blocks[*i].clone(),
        Resolved::Opaque { text, span } => Expr::Opaque { text: text.clone(), span: *span },
    }
}

/// The logic of a detection with filter documents put on it: every one must hold too
/// (sigma-filters-specification.md, "Filter rule").
pub fn lower_with_filters(
    detection: &Detection,
    scope: Option<Scope>,
    filters: &[&FilterDocument],
    mut cx: Context<'_>,
) -> Logic {
    let Built { exprs, near, resolved, blocks, mut stages } = Built::new(detection, &mut cx);
    let events = Pattern::events(scope.unwrap_or_default());
    let mut thresholds: Vec<Span> = Vec::new();
    if let Some((_, span)) = detection.timeframe {
        thresholds.push(span);
        if detection.conditions.iter().all(|c| c.aggregation.is_none()) {
            let what = "the timeframe has no aggregation to go with; each event is taken alone";
            cx.warning("sigma/timeframe", what, span);
            cx.loss(what, Effect::More, span);
        }
    }
    let added = Added::new(filters, cx.text.len());
    stages.extend(added.stages);
    cx.losses.extend(added.losses);
    let filtered = |expr: Expr| {
        let mut all = vec![expr];
        all.extend(added.exprs.iter().cloned());
        Expr::all(all)
    };
    let mut plain = Vec::new();
    let mut sides = Vec::new();
    for (i, (condition, expr)) in detection.conditions.iter().zip(exprs).enumerate() {
        match &condition.aggregation {
            None => plain.push(expr),
            Some(Aggregation::Count { span, .. }) => {
                thresholds.push(*span);
                let input = events.clone().filter(filtered(expr));
                let timeframe = detection.timeframe.map(|(t, _)| t);
                sides.extend(
                    condition
                        .aggregation
                        .as_ref()
                        .map(|a| aggregation::count(a, input, timeframe, &mut cx)),
                );
            }
            Some(Aggregation::Near { span, .. }) => {
                let variables = aggregation::Variables {
                    events: &events,
                    names: detection.selections.iter().map(|s| s.name.as_str()).collect(),
                    blocks: blocks.iter().map(|b| filtered(b.clone())).collect(),
                };
                let near = near[i].as_ref();
                let timeframe = detection.timeframe.map(|(t, _)| t);
                sides.push(aggregation::near(
                    &resolved[i],
                    near,
                    &variables,
                    timeframe,
                    *span,
                    &mut cx,
                ));
            }
            Some(Aggregation::Opaque { text, span }) => {
                cx.loss("what follows the pipe was not understood", Effect::Unknown, *span);
                sides.push(Pattern::Opaque {
                    input: Box::new(events.clone().filter(filtered(expr))),
                    text: text.clone(),
                    span: *span,
                });
            }
        }
    }
    if !plain.is_empty() || sides.is_empty() {
        let any = if detection.conditions.is_empty() {
            cx.loss("the detection has no condition", Effect::Unknown, detection.span);
            Expr::Opaque { text: detection.span.slice(cx.text).to_owned(), span: detection.span }
        } else {
            Expr::any(plain)
        };
        sides.insert(0, events.filter(filtered(any)));
    }
    let pattern = if sides.len() == 1 { sides.remove(0) } else { Pattern::Union { sides } };
    finish(pattern, stages, thresholds, cx)
}

/// Puts a logic together and says how well it was understood.
pub(super) fn finish(
    pattern: Pattern,
    stages: Vec<Stage>,
    thresholds: Vec<Span>,
    cx: Context<'_>,
) -> Logic {
    // A threshold over nothing that is known says nothing.
    let understood = standings(&pattern).iter().any(|s| s.level == Level::Event);
    let fidelity = match (understood, cx.losses.is_empty()) {
        (true, true) => Fidelity::Exact,
        (true, false) => Fidelity::Partial,
        (false, _) => Fidelity::Opaque,
    };
    Logic {
        stages,
        pattern,
        fidelity,
        losses: cx.losses,
        diagnostics: cx.diagnostics,
        literals: cx.literals,
        presentation: Vec::new(),
        thresholds,
    }
}
