//! A query as people read it: a stage for every command.

use rulescope_ir::{Stage, StageKind};

use super::ast::{CommandKind, Query};

/// The stages of a query, in order. A stage's label is the command's name, its text is the verbatim
/// text of the command, its span where it stands in the body. Predicates are left empty.
pub fn stages(query: &Query) -> Vec<Stage> {
    let text = query.source.text();
    let stage = |command: &super::ast::Command| Stage {
        label: label(&command.kind).to_owned(),
        kind: match &command.kind {
            CommandKind::From { .. } => StageKind::Event,
            CommandKind::Opaque(_) => StageKind::Opaque,
            _ => StageKind::Command,
        },
        text: command.span.slice(text).to_owned(),
        span: query.source.place(command.span),
        predicates: Vec::new(),
        stages: Vec::new(),
    };
    query.statement.commands.iter().map(stage).collect()
}

fn label(kind: &CommandKind) -> &'static str {
    match kind {
        CommandKind::From { .. } => "from",
        CommandKind::Where(_) => "where",
        CommandKind::Eval(_) => "eval",
        CommandKind::Columns { drop: false, .. } => "keep",
        CommandKind::Columns { drop: true, .. } => "drop",
        CommandKind::Rename(_) => "rename",
        CommandKind::Stats { inline: false, .. } => "stats",
        CommandKind::Stats { inline: true, .. } => "inline stats",
        CommandKind::Sort(_) => "sort",
        CommandKind::Limit { .. } => "limit",
        CommandKind::Extract { grok: true, .. } => "grok",
        CommandKind::Extract { grok: false, .. } => "dissect",
        CommandKind::Expand(_) => "mv_expand",
        CommandKind::Enrich { .. } => "enrich",
        CommandKind::Join { .. } => "lookup join",
        CommandKind::Completion { .. } => "completion",
        CommandKind::Opaque(_) => "?",
    }
}
