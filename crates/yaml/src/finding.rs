//! Defects as the builder sees them: kinds and spans, turned into diagnostics only at the end.
//!
//! Kept apart from [`Diagnostic`] because messages name lines, and lines cost a pass over the
//! text that a clean file should not pay for.

use rulescope_ir::{Diagnostic, LineIndex, Severity, Span};

/// Defects of one kind and document that are listed; a hostile file could hold millions.
pub(crate) const MOST_FINDINGS: usize = 200;

/// A defect with its place.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) span: Span,
    pub(crate) what: What,
}

/// The kinds of defects.
#[derive(Debug, Clone)]
pub(crate) enum What {
    DuplicateKey { key: String, first: Span },
    KeyNotScalar,
    UnknownAlias { name: String },
    RecursiveAlias,
    AliasBomb { limit: usize },
    BadMerge,
    UnknownTag { tag: String },
    TabIndentation { columns: usize },
    UnquotedValue { value: String },
    BadEscape,
    UnclosedQuote,
    UnclosedBracket,
    NonPrintable { character: char },
    TooDeep { lost: Lost },
    Syntax { problem: String, lost: Lost },
    MoreOmitted { omitted: usize },
}

/// What a syntax error made unreadable.
#[derive(Debug, Clone)]
pub(crate) enum Lost {
    /// One top-level entry; the rest of the document is there.
    Block { key: String, at: Span },
    /// Everything from the error to the document's end.
    Rest,
    /// The document.
    All,
}

impl Finding {
    pub(crate) fn new(span: Span, what: What) -> Finding {
        Finding { span, what }
    }

    /// Puts every span of the finding through `place`.
    pub(crate) fn relocated(mut self, place: &impl Fn(Span) -> Span) -> Finding {
        self.span = place(self.span);
        if let What::DuplicateKey { first, .. } = &mut self.what {
            *first = place(*first);
        }
        self
    }

    pub(crate) fn into_diagnostic(self, lines: &LineIndex) -> Diagnostic {
        let (code, severity, message) = self.what.describe(lines);
        Diagnostic::new(code, severity, message, self.span)
    }
}

impl What {
    /// The top-level entry that was left out because of this.
    pub(crate) fn lost_block(&self) -> Option<Span> {
        match self {
            What::TooDeep { lost: Lost::Block { at, .. } }
            | What::Syntax { lost: Lost::Block { at, .. }, .. } => Some(*at),
            _ => None,
        }
    }

    fn describe(self, lines: &LineIndex) -> (&'static str, Severity, String) {
        use Severity::{Error, Note, Warning};
        match self {
            What::DuplicateKey { key, first } => (
                "yaml/duplicate-key",
                Warning,
                format!(
                    "the key `{key}` is already on line {}; only this later one counts: remove \
                     one of the two or merge them",
                    lines.line(first.start)
                ),
            ),
            What::KeyNotScalar => (
                "yaml/key-not-scalar",
                Warning,
                "a list or mapping stands as a key; put the text in quotes if it is meant as text"
                    .to_owned(),
            ),
            What::UnknownAlias { name } => (
                "yaml/unknown-alias",
                Warning,
                format!(
                    "`*{name}` names no anchor and is read as text; put it in single quotes if \
                     it is text"
                ),
            ),
            What::RecursiveAlias => (
                "yaml/recursive-alias",
                Error,
                "the alias stands inside of its own anchor and is read as null; write the value \
                 out"
                .to_owned(),
            ),
            What::AliasBomb { limit } => (
                "yaml/alias-bomb",
                Error,
                format!(
                    "aliases of this document copy more than {limit} nodes; this one is read as \
                     null: write the value out"
                ),
            ),
            What::BadMerge => (
                "yaml/bad-merge",
                Error,
                "the merge key `<<` takes a mapping or a list of mappings; the value is left out"
                    .to_owned(),
            ),
            What::UnknownTag { tag } => (
                "yaml/unknown-tag",
                Warning,
                format!("the tag `{tag}` is unknown and ignored; put the value in quotes if `!` is \
                     part of it"),
            ),
            What::TabIndentation { columns } => (
                "yaml/tab-indentation",
                Warning,
                format!("a tab is used as indentation and read as {columns} columns; use spaces"),
            ),
            What::UnquotedValue { value } => (
                "yaml/unquoted-value",
                Warning,
                format!("`{value}` can't stand without quotes and is read as text; put it in \
                     single quotes"),
            ),
            What::BadEscape => (
                "yaml/bad-escape",
                Warning,
                "a backslash in double quotes begins no known escape; the backslashes of this \
                 value are read as they stand: use single quotes"
                    .to_owned(),
            ),
            What::UnclosedQuote => (
                "yaml/unclosed-quote",
                Warning,
                "the quote is never closed; the value is read up to the end of its line: close it"
                    .to_owned(),
            ),
            What::UnclosedBracket => (
                "yaml/unclosed-bracket",
                Warning,
                "the bracket is never closed; the value is read up to the end of its line: close it"
                    .to_owned(),
            ),
            What::NonPrintable { character } => (
                "yaml/non-printable",
                Warning,
                format!(
                    "the character U+{:04X} is not allowed in YAML; remove it or escape it in double \
                     quotes",
                    u32::from(character)
                ),
            ),
            What::TooDeep { lost } => (
                "yaml/too-deep",
                Error,
                format!("collections are nested deeper than 255 levels; {}", lost.describe(lines)),
            ),
            What::Syntax { problem, lost } => (
                "yaml/syntax",
                Error,
                format!("{problem}; {}", lost.describe(lines)),
            ),
            What::MoreOmitted { omitted } => (
                "yaml/more-omitted",
                Note,
                format!("{omitted} more defects of this document are not listed; mend the first"),
            ),
        }
    }
}

impl Lost {
    fn describe(&self, lines: &LineIndex) -> String {
        match self {
            Lost::Block { key, at } => {
                let (first, last) = (lines.line(at.start), lines.line(at.end.max(1) - 1));
                let place = if first == last {
                    format!("line {first}")
                } else {
                    format!("lines {first} to {last}")
                };
                format!("`{key}` ({place}) is left out, the rest of the document is read: mend it")
            }
            Lost::Rest => "the document is read up to here: mend it".to_owned(),
            Lost::All => "nothing of this document is read: mend it".to_owned(),
        }
    }
}
