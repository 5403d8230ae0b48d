//! What goes along while a search is lowered: where its text stands, and what is lost of it.

use std::collections::{BTreeMap, BTreeSet};

use rulescope_ir::{
    Diagnostic, Effect, Expr, Function, Loss, Scalar, Span, StagePredicate, Subject, Value, visit,
};

use super::super::context::MAX_DIAGNOSTICS;
use super::super::expand::Expansion;
use super::super::lookups::Lookups;

/// Values may grow by so many parts in all; what would go beyond stays as text.
const MAX_PARTS: usize = 50_000;

/// What a value hangs on that is not followed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Foreign {
    /// An expression, as text.
    Text(String),
    /// A lookup table.
    Table(String),
    /// A trained model, by the command that runs it.
    Model(String),
}

/// The losses, defects and places of a search. Spans that go in count in the expanded text, spans
/// that come out in the body.
pub(super) struct Context<'a> {
    /// The text with its macros put in.
    pub(super) expansion: &'a Expansion,
    /// Tables whose rows are known.
    pub(super) lookups: &'a Lookups,
    /// What is lost.
    pub(super) losses: Vec<Loss>,
    /// What is wrong.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Where counts, spans and labels stand.
    pub(super) thresholds: Vec<Span>,
    /// What only presents the result.
    pub(super) presentation: Vec<Span>,
    /// The predicates of each command, by the span of the command in the expanded text.
    pub(super) predicates: BTreeMap<Span, Vec<StagePredicate>>,
    /// What no log holds, by the name or text that stands for it in values.
    pub(super) tables: BTreeMap<String, Foreign>,
    /// Names that were made and are there on every row.
    pub(super) always: BTreeSet<String>,
    /// Whether the outcome hangs on what no log holds and no table says.
    pub(super) not_evaluable: bool,
    /// Names that a row has or had: an event's field, or something that was made.
    used: BTreeSet<String>,
    /// Losses that were told.
    told: BTreeSet<(Span, String)>,
    parts: usize,
}

impl<'a> Context<'a> {
    pub(super) fn new(expansion: &'a Expansion, lookups: &'a Lookups) -> Context<'a> {
        Context {
            expansion,
            lookups,
            losses: Vec::new(),
            diagnostics: Vec::new(),
            thresholds: Vec::new(),
            presentation: Vec::new(),
            predicates: BTreeMap::new(),
            tables: BTreeMap::new(),
            always: BTreeSet::new(),
            not_evaluable: false,
            used: BTreeSet::new(),
            told: BTreeSet::new(),
            parts: MAX_PARTS,
        }
    }

    /// Where a span of the expanded text was written.
    pub(super) fn place(&self, span: Span) -> Span {
        self.expansion.place(span)
    }

    /// A part of the expanded text.
    pub(super) fn text(&self, span: Span) -> &'a str {
        span.slice(self.expansion.text())
    }

    pub(super) fn loss(&mut self, what: impl Into<String>, effect: Effect, span: Span) {
        let what = what.into();
        let span = self.place(span);
        if self.losses.len() + 1 < MAX_DIAGNOSTICS {
            if self.told.insert((span, what.clone())) {
                self.losses.push(Loss { span, what, effect });
            }
        } else if self.losses.len() < MAX_DIAGNOSTICS {
            let span = self.place(Span::new(0, self.expansion.text().len()));
            let what = "more is lost than is listed here".to_owned();
            self.losses.push(Loss { span, what, effect: Effect::Unknown });
        }
    }

    pub(super) fn warning(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        let message = message.into();
        let span = self.place(span);
        if self.diagnostics.len() < MAX_DIAGNOSTICS && self.told.insert((span, message.clone())) {
            self.diagnostics.push(Diagnostic::warning(code, message, span));
        }
    }

    /// A place where a count, a span of time or a label stands.
    pub(super) fn threshold(&mut self, span: Span) {
        let span = self.place(span);
        self.thresholds.push(span);
    }

    /// A place whose content changes no match.
    pub(super) fn presents(&mut self, span: Span) {
        let span = self.place(span);
        self.presentation.push(span);
    }

    /// An event's field is read by this name; nothing that is made later may have it.
    pub(super) fn reads(&mut self, name: &str) {
        if !self.used.contains(name) {
            self.used.insert(name.to_owned());
        }
    }

    /// A name for something that is made: the one wished for, unless it is taken.
    pub(super) fn made(&mut self, wish: &str) -> String {
        let mut name = wish.to_owned();
        let mut n = 1;
        while !self.is_free(&name) {
            n += 1;
            // Without a dot it is no member of what may be there.
            name = format!("{}#{n}", wish.replace('.', "_"));
        }
        self.used.insert(name.clone());
        name
    }

    /// Whether no name is this one, a member of it or what it is a member of: the IR reads a dot as
    /// a path, Splunk reads it as a part of the name.
    fn is_free(&self, name: &str) -> bool {
        let below = format!("{name}.");
        let has_members =
            self.used.range(below.clone()..).next().is_some_and(|n| n.starts_with(&below));
        let is_member = name.match_indices('.').any(|(at, _)| self.used.contains(&name[..at]));
        !(self.used.contains(name) || has_members || is_member)
    }

    /// The first thing that a condition hangs on and that is not followed.
    pub(super) fn hangs_on(&self, expr: &Expr) -> Option<Foreign> {
        let mut found = None;
        visit::walk(expr, &mut |e| {
            let Expr::Predicate(p) = e else { return };
            let subject = match &p.subject {
                Subject::Field(field) => self.tables.get(&field.native).cloned(),
                Subject::Value(value) => self.foreign_of(value),
                Subject::Event => None,
            };
            let value = p.values.iter().find_map(|l| match &l.value {
                Scalar::Field(field) => self.tables.get(&field.native).cloned(),
                Scalar::Value(value) => self.foreign_of(value),
                _ => None,
            });
            found = found.take().or(subject).or(value);
        });
        found
    }

    /// The table or model that a value hangs on.
    pub(super) fn table_of(&self, value: &Value) -> Option<Foreign> {
        self.foreign_of(value).filter(|f| !matches!(f, Foreign::Text(_)))
    }

    /// What a value hangs on that is not followed, first of all a table or model.
    pub(super) fn foreign_of(&self, value: &Value) -> Option<Foreign> {
        match value {
            Value::Field(field) => self.tables.get(&field.native).cloned(),
            Value::Opaque { text, .. } => {
                Some(self.tables.get(text).cloned().unwrap_or_else(|| Foreign::Text(text.clone())))
            }
            Value::List(items) | Value::Call { args: items, .. } => {
                let all = || items.iter().filter_map(|v| self.foreign_of(v));
                all().find(|f| !matches!(f, Foreign::Text(_))).or_else(|| all().next())
            }
            Value::Truth(expr) => self.hangs_on(expr),
            Value::Literal(_) => None,
        }
    }

    /// Whether a value is there on every row.
    pub(super) fn is_always_there(&self, value: &Value) -> bool {
        match value {
            Value::Literal(literal) => literal.value != Scalar::Null,
            Value::Field(field) => self.always.contains(&field.native),
            Value::Call { function: Function::Time | Function::Now, .. } => true,
            Value::Call { function: Function::Coalesce, args } => {
                args.iter().any(|v| self.is_always_there(v))
            }
            Value::Call { function: Function::Bin | Function::Lower | Function::Upper, args } => {
                args.iter().all(|v| self.is_always_there(v))
            }
            Value::List(_) | Value::Call { .. } | Value::Truth(_) | Value::Opaque { .. } => false,
        }
    }

    /// Takes so many parts of what values may grow by; whether there were enough.
    pub(super) fn afford(&mut self, parts: usize) -> bool {
        let enough = self.parts >= parts;
        self.parts = self.parts.saturating_sub(parts);
        enough
    }
}
