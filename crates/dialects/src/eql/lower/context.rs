//! What goes along while a query is lowered: where its text stands, and what is lost of it.

use std::collections::{BTreeMap, BTreeSet};

use rulescope_ir::{Diagnostic, Effect, Loss, Scope, Span, StagePredicate};

use super::super::ast::Query;
use crate::elasticsearch::defects::MAX_DIAGNOSTICS;

/// The losses, defects and places of a query. Spans that go in count in the query's text, spans that
/// come out in the body.
pub(super) struct Context<'a> {
    query: &'a Query,
    /// The terms that the rule file gives.
    pub(super) scope: &'a Scope,
    /// What is lost.
    pub(super) losses: Vec<Loss>,
    /// What is wrong.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Where counts and spans of time stand.
    pub(super) thresholds: Vec<Span>,
    /// What only presents the result, or was decided.
    pub(super) presentation: Vec<Span>,
    /// The predicates of each stage, by its span in the body.
    pub(super) predicates: BTreeMap<Span, Vec<StagePredicate>>,
    /// Whether what is lowered must not happen (a missing event, `until`): a loss moves the rule the
    /// other way.
    pub(super) inverted: bool,
    told: BTreeSet<(Span, String)>,
}

impl<'a> Context<'a> {
    pub(super) fn new(query: &'a Query, scope: &'a Scope) -> Context<'a> {
        Context {
            query,
            scope,
            losses: Vec::new(),
            diagnostics: Vec::new(),
            thresholds: Vec::new(),
            presentation: Vec::new(),
            predicates: BTreeMap::new(),
            inverted: false,
            told: BTreeSet::new(),
        }
    }

    /// The query's text.
    pub(super) fn text(&self) -> &'a str {
        self.query.source.text()
    }

    /// Where a span of the text was written.
    pub(super) fn place(&self, span: Span) -> Span {
        self.query.source.place(span)
    }

    /// Says that something is lost; the effect is that of the test as it stands.
    pub(super) fn loss(&mut self, what: impl Into<String>, effect: Effect, span: Span) {
        let what = what.into();
        let span = self.place(span);
        let effect = if self.inverted { effect.inverted() } else { effect };
        if self.losses.len() < MAX_DIAGNOSTICS && self.told.insert((span, what.clone())) {
            self.losses.push(Loss { span, what, effect });
        }
    }

    pub(super) fn warning(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        let message = message.into();
        let span = self.place(span);
        if self.diagnostics.len() < MAX_DIAGNOSTICS && self.told.insert((span, message.clone())) {
            self.diagnostics.push(Diagnostic::warning(code, message, span));
        }
    }

    /// A place where a count or a span of time stands.
    pub(super) fn threshold(&mut self, span: Span) {
        let span = self.place(span);
        self.thresholds.push(span);
    }

    /// A place whose content changes no match.
    pub(super) fn presents(&mut self, span: Span) {
        let span = self.place(span);
        self.presentation.push(span);
    }
}
