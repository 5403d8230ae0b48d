//! Rules as they are run.

use rulescope_ir::{Expr, Pattern, Scope, print, visit};

use crate::route::Source;

/// A rule in normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// `<source>/<slug>`, or the path of its file.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its vendor.
    pub vendor: String,
    /// Its severity.
    pub severity: Option<String>,
    /// What it means.
    pub normal: Pattern,
}

/// A rule that is not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its id.
    pub id: String,
    /// Why.
    pub why: String,
    /// What was lost, with the file and the line, where that is why.
    pub lost: Option<String>,
}

impl Rule {
    /// Whether one event decides; otherwise events that pass one of the leaves are kept until the logs
    /// end, and decided together.
    pub(crate) fn is_of_one_event(&self) -> bool {
        match &self.normal {
            Pattern::Events { .. } => true,
            Pattern::Filter { input, .. } => matches!(**input, Pattern::Events { .. }),
            _ => false,
        }
    }

    /// The log sources that it reads, each with the condition next to it.
    pub(crate) fn leaves(&self) -> Vec<(&Scope, Option<&Expr>)> {
        leaves(&self.normal)
    }

    /// Whether one of its log sources means an event that can be in a Windows log.
    pub fn can_read_windows(&self) -> bool {
        self.leaves().iter().any(|(scope, _)| Source::of(scope).can_be_windows())
    }

    /// The names of the fields that it tests or reads of events, sorted.
    pub fn fields(&self) -> Vec<String> {
        let mut made = Vec::new();
        visit::patterns(&self.normal, &mut |p| match p {
            Pattern::Aggregate { keys, aggregates, .. } => {
                made.extend(keys.iter().map(|k| k.name.clone()));
                made.extend(aggregates.iter().map(|a| a.name.clone()));
            }
            Pattern::Extend { assignments, .. } => {
                made.extend(assignments.iter().map(|a| a.name.clone()));
            }
            Pattern::Windowed { functions, .. } => {
                made.extend(functions.iter().map(|f| f.name.clone()));
            }
            Pattern::Expand { name, .. } => made.push(name.clone()),
            _ => {}
        });
        let mut out = self.names();
        out.retain(|name| !made.contains(name));
        out
    }

    /// The names of all fields in it, of events and of what it makes of them, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut out = Vec::new();
        let mut pattern = self.normal.clone();
        rulescope_ir::fields::fields_mut(&mut pattern, &mut |f| out.push(f.name().to_owned()));
        out.sort_unstable();
        out.dedup();
        out
    }
}

/// A log source as text.
pub(crate) fn scope_text(scope: &Scope) -> String {
    let text = print::pattern(&Pattern::events(scope.clone()));
    text.trim().trim_start_matches("(events").trim_end_matches(')').trim().to_owned()
}

/// The log sources that a pattern reads, each with the condition next to it.
pub(crate) fn leaves(pattern: &Pattern) -> Vec<(&Scope, Option<&Expr>)> {
    let mut out = Vec::new();
    collect(pattern, None, &mut out);
    out
}

fn collect<'r>(
    pattern: &'r Pattern,
    expr: Option<&'r Expr>,
    out: &mut Vec<(&'r Scope, Option<&'r Expr>)>,
) {
    match pattern {
        Pattern::Events { scope } => out.push((scope, expr)),
        Pattern::Filter { input, expr } => collect(input, Some(expr), out),
        _ => pattern.children().into_iter().for_each(|p| collect(p, None, out)),
    }
}
