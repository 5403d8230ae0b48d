//! A search as people read it: a stage for every command, with its macros put in.

use rulescope_ir::{Stage, StageKind};

use super::ast::{Command, Pipeline, Query, Step};
use super::expand::{Expansion, Outcome};

/// The label of a search in brackets.
const SUBSEARCH: &str = "subsearch";

/// The stages of a search, in order. A stage's text is the command with its macros put in, its span
/// where the command stands in the body as written. A subsearch is a stage within that of its
/// command, with stages of its own. Predicates are left empty.
pub fn stages(query: &Query) -> Vec<Stage> {
    pipeline(&query.pipeline, &query.expansion)
}

fn pipeline(pipeline: &Pipeline, expansion: &Expansion) -> Vec<Stage> {
    pipeline.steps.iter().map(|s| step(s, expansion)).collect()
}

fn step(step: &Step, expansion: &Expansion) -> Stage {
    let mut within: Vec<Stage> =
        step.command.subsearches().into_iter().map(|of| subsearch(of, expansion)).collect();
    if let Command::Map(map) = &step.command
        && let Some(query) = &map.query
    {
        within.push(subsearch(&query.pipeline, &query.expansion));
    }
    let label = if step.name.is_empty() { "?" } else { &step.name };
    Stage {
        label: label.to_owned(),
        kind: kind(step, expansion),
        text: step.span.slice(expansion.text()).to_owned(),
        span: expansion.place(step.span),
        predicates: Vec::new(),
        stages: within,
    }
}

fn subsearch(of: &Pipeline, expansion: &Expansion) -> Stage {
    Stage {
        label: SUBSEARCH.to_owned(),
        kind: StageKind::Source,
        text: of.span.slice(expansion.text()).to_owned(),
        span: expansion.place(of.span),
        predicates: Vec::new(),
        stages: pipeline(of, expansion),
    }
}

fn kind(step: &Step, expansion: &Expansion) -> StageKind {
    match &step.command {
        Command::Opaque { .. } => StageKind::Opaque,
        Command::Macro(call) => {
            let filter = expansion.origin(call.span).map(|c| c.outcome) == Some(Outcome::Filter);
            if filter { StageKind::Filter } else { StageKind::Opaque }
        }
        Command::Search(_)
        | Command::Where(_)
        | Command::Eval(_)
        | Command::Stats { .. }
        | Command::Tstats(_)
        | Command::Chart(_)
        | Command::Tally(_)
        | Command::Rename(_)
        | Command::Fields { .. }
        | Command::Table(_)
        | Command::Rex(_)
        | Command::Regex { .. }
        | Command::Spath(_)
        | Command::Lookup(_)
        | Command::InputLookup { .. }
        | Command::OutputLookup { .. }
        | Command::Join(_)
        | Command::Branches(_)
        | Command::Bin(_)
        | Command::Dedup(_)
        | Command::Transaction(_)
        | Command::Convert { .. }
        | Command::Fill { .. }
        | Command::Multivalue(_)
        | Command::Sort { .. }
        | Command::Slice(_)
        | Command::Replace { .. }
        | Command::From(_)
        | Command::Foreach(_)
        | Command::Map(_)
        | Command::Plain(_) => StageKind::Command,
    }
}
