//! KQL and Lucene: what queries come to as goldens, laws, hostile texts.

mod hostile;
mod laws;
mod meaning;

use rulescope_dialects::{Source, kuery, lucene};
use rulescope_ir::{Logic, Scope};

/// A language of conditions.
#[derive(Debug, Clone, Copy)]
enum Language {
    Kuery,
    Lucene,
}

impl Language {
    const BOTH: [Language; 2] = [Language::Kuery, Language::Lucene];

    fn lower(self, text: &str) -> Logic {
        let (source, scope) = (Source::at(text, 0), Scope::of("index", "x"));
        match self {
            Language::Kuery => kuery::lower(&kuery::parse(&source), &scope),
            Language::Lucene => lucene::lower(&lucene::parse(&source), &scope),
        }
    }

    /// The query as it is printed, and whether it had no defect.
    fn emitted(self, text: &str) -> (String, bool) {
        let source = Source::at(text, 0);
        match self {
            Language::Kuery => {
                let query = kuery::parse(&source);
                let emitted = query.expr.map(|e| kuery::emit(&e, text)).unwrap_or_default();
                (emitted, query.diagnostics.is_empty())
            }
            Language::Lucene => {
                let query = lucene::parse(&source);
                (lucene::emit(&query.clauses, text), query.diagnostics.is_empty())
            }
        }
    }
}
