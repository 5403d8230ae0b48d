//! A query as people read it: a stage for every event and pipe.

use rulescope_ir::{Span, Stage, StageKind};

use super::ast::{Body, Filter, Query, Step};

/// The stages of a query, in order: the event, or the head of a series and its events, then the pipes.
/// A stage's text is the verbatim text of the query, its span where it stands in the body. The label
/// of an event is its category, of what ends a series `until`. Predicates are left empty.
pub fn stages(query: &Query) -> Vec<Stage> {
    let mut out = Vec::new();
    let mut stage = |label: &str, kind: StageKind, span: Span| {
        out.push(Stage {
            label: label.to_owned(),
            kind,
            text: span.slice(query.source.text()).to_owned(),
            span: query.source.place(span),
            predicates: Vec::new(),
            stages: Vec::new(),
        });
    };
    match &query.statement.body {
        Body::Event(filter) => stage(&label(filter), StageKind::Event, filter.span),
        Body::Series(series) => {
            stage(series.kind.word(), StageKind::Condition, series.head);
            series.steps.iter().for_each(|s| stage(&of_step(s), StageKind::Event, s.span));
            series.until.iter().for_each(|s| stage("until", StageKind::Event, s.span));
        }
        Body::Opaque { span, .. } => stage("?", StageKind::Opaque, *span),
    }
    query.statement.pipes.iter().for_each(|p| stage(&p.name, StageKind::Command, p.span));
    out
}

fn label(filter: &Filter) -> String {
    filter.category.as_ref().map_or_else(|| "any".to_owned(), super::text::decoded)
}

fn of_step(step: &Step) -> String {
    let label = label(&step.filter);
    if step.missing { format!("no {label}") } else { label }
}
