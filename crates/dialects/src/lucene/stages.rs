//! A query as people read it: one stage.

use rulescope_ir::{Span, Stage, StageKind};

use super::ast::Query;

/// The stages of a query: the whole of it. Predicates are left empty.
pub fn stages(query: &Query) -> Vec<Stage> {
    let text = query.source.text();
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    let span = query.source.place(Span::new(start, start + trimmed.len()));
    vec![Stage {
        label: "query".to_owned(),
        kind: StageKind::Selection,
        text: trimmed.to_owned(),
        span,
        predicates: Vec::new(),
        stages: Vec::new(),
    }]
}
