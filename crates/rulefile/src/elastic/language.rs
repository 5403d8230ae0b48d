//! The languages of queries: the one place that knows which is read how.

use rulescope_dialects::{Source, eql, esql, kuery, lucene};
use rulescope_ir::{Effect, Fidelity, Logic, Loss, Pattern, Scope, Span, Stage, StageKind};

/// A language that a rule file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Kuery,
    Lucene,
    Eql,
    Esql,
    /// Queries of osquery.
    Sql,
}

impl Language {
    /// The language of a name; `None` for one that Elastic's rules do not have.
    pub(super) fn of(name: &str) -> Option<Language> {
        Some(match name.to_ascii_lowercase().as_str() {
            "kuery" | "kql" => Language::Kuery,
            "lucene" => Language::Lucene,
            "eql" => Language::Eql,
            "esql" | "es|ql" => Language::Esql,
            "sql" | "osquery" => Language::Sql,
            _ => return None,
        })
    }

    /// The name under which a body of the language is kept.
    pub(super) fn name(self) -> &'static str {
        match self {
            Language::Kuery => "kuery",
            Language::Lucene => "lucene",
            Language::Eql => "eql",
            Language::Esql => "esql",
            Language::Sql => "osquery",
        }
    }
}

/// The logic of a query that reads the events of a scope.
pub(super) fn lower(language: Language, source: &Source, scope: &Scope) -> Logic {
    match language {
        Language::Kuery => kuery::lower(&kuery::parse(source), scope),
        Language::Lucene => lucene::lower(&lucene::parse(source), scope),
        Language::Eql => eql::lower(&eql::parse(source), scope),
        Language::Esql => esql::lower(&esql::parse(source), scope),
        Language::Sql => {
            let mut logic = unread(source, scope, "osquery asks machines, not logs");
            logic.fidelity = Fidelity::NotEvaluable;
            logic
        }
    }
}

/// A query as text: any of the scope's events may be meant.
pub(super) fn unread(source: &Source, scope: &Scope, why: &str) -> Logic {
    let text = source.text();
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    let span = source.place(Span::new(start, start + trimmed.len()));
    let events = Pattern::events(scope.clone());
    Logic {
        stages: vec![Stage {
            label: "query".to_owned(),
            kind: StageKind::Opaque,
            text: trimmed.to_owned(),
            span,
            predicates: Vec::new(),
            stages: Vec::new(),
        }],
        pattern: Pattern::Opaque { input: Box::new(events), text: trimmed.to_owned(), span },
        fidelity: Fidelity::Opaque,
        losses: vec![Loss { span, what: why.to_owned(), effect: Effect::More }],
        diagnostics: Vec::new(),
        literals: vec![span],
        presentation: Vec::new(),
        thresholds: Vec::new(),
    }
}
