//! What goes along while a query is lowered: where its text stands, what is lost of it, and the
//! aggregates that a value is made of.

use std::collections::{BTreeMap, BTreeSet};

use rulescope_ir::{Aggregate, Diagnostic, Effect, Loss, Span, StagePredicate};

use super::super::ast::Query;
use crate::elasticsearch::defects::MAX_DIAGNOSTICS;
use crate::source::Source;

/// What is lost of a value that is not read yet. The span counts in the query's text.
pub(super) type Untold = (String, Effect, Span);

/// The losses, defects and places of a query. Spans that go in count in the query's text, spans that
/// come out in the body.
pub(super) struct Context<'a> {
    query: &'a Query,
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
    /// The aggregates of a value of `stats`, where one is being read.
    pub(super) aggregates: Option<Vec<Aggregate>>,
    /// The losses of a value that may never be read.
    pub(super) pending: Option<Vec<Untold>>,
    /// How many parts were read by name for the current value, and how deep they go.
    pub(super) size: usize,
    pub(super) depth: usize,
    /// How many parts may still be read by name.
    pub(super) budget: usize,
    /// Aggregates that are lists of values.
    pub(super) lists: BTreeSet<String>,
    /// Aggregates that are times.
    pub(super) times: BTreeSet<String>,
    /// The literals that a text is made of, by its span in the body.
    pub(super) parts: BTreeMap<Span, Vec<Span>>,
    made: usize,
    told: BTreeSet<(Span, String)>,
}

/// So many parts may be read by name in a query; the greatest of Elastic's reads some thousands.
const BUDGET: usize = 50_000;

impl<'a> Context<'a> {
    pub(super) fn new(query: &'a Query) -> Context<'a> {
        Context {
            query,
            losses: Vec::new(),
            diagnostics: Vec::new(),
            thresholds: Vec::new(),
            presentation: Vec::new(),
            predicates: BTreeMap::new(),
            aggregates: None,
            pending: None,
            size: 0,
            depth: 0,
            budget: BUDGET,
            lists: BTreeSet::new(),
            times: BTreeSet::new(),
            parts: BTreeMap::new(),
            made: 0,
            told: BTreeSet::new(),
        }
    }

    /// The query's text.
    pub(super) fn text(&self) -> &'a str {
        self.query.source.text()
    }

    /// The query's text with its places.
    pub(super) fn source(&self) -> &'a Source {
        &self.query.source
    }

    /// Where a span of the text was written.
    pub(super) fn place(&self, span: Span) -> Span {
        self.query.source.place(span)
    }

    /// Says that something is lost, now or when the value is read.
    pub(super) fn loss(&mut self, what: impl Into<String>, effect: Effect, span: Span) {
        let what = what.into();
        if let Some(pending) = &mut self.pending {
            pending.push((what, effect, span));
            return;
        }
        let span = self.place(span);
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

    /// What is wrong with a query within a text; its spans count in the body.
    pub(super) fn told(&mut self, diagnostics: Vec<Diagnostic>) {
        for diagnostic in diagnostics {
            let own = (diagnostic.span, diagnostic.message.clone());
            if self.diagnostics.len() < MAX_DIAGNOSTICS && self.told.insert(own) {
                self.diagnostics.push(diagnostic);
            }
        }
    }

    /// Says that a text is made of these literals, which are accounted for in its place. The span
    /// counts in the query's text, those of the literals in the body.
    pub(super) fn made_of(&mut self, text: Span, literals: Vec<Span>) {
        let text = self.place(text);
        self.parts.insert(text, literals);
    }

    /// A name that no query can write.
    pub(super) fn made(&mut self, wish: &str) -> String {
        self.made += 1;
        format!("{wish}#{}", self.made)
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

    /// A place in the body where a number stands that became part of an expression.
    pub(super) fn counts(&mut self, span: Span) {
        self.thresholds.push(span);
    }
}
