//! What is wrong with a search, collected while it is read.

use rulescope_ir::{Diagnostic, Severity, Span};

use super::expand::Expansion;

/// So many defects are told of one search; one more says that there were others.
pub(super) const MAX_DIAGNOSTICS: usize = 200;

/// A part could not be read, and a diagnostic says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unread;

/// What was read of a part.
pub(super) type Read<T> = Result<T, Unread>;

/// The defects found so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Defects {
    list: Vec<Diagnostic>,
    more: bool,
}

impl Defects {
    /// Goes on from a list; its spans count in the expanded text.
    pub(super) fn new(list: Vec<Diagnostic>) -> Defects {
        Defects { list, more: false }
    }

    /// Tells of a part that could not be read.
    pub(super) fn error(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        self.tell(code, Severity::Error, message, span);
    }

    /// Tells of a defect that was read around.
    pub(super) fn warning(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        self.tell(code, Severity::Warning, message, span);
    }

    /// Tells of what is worth knowing.
    pub(super) fn note(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        self.tell(code, Severity::Note, message, span);
    }

    fn tell(
        &mut self,
        code: &'static str,
        severity: Severity,
        message: impl Into<String>,
        span: Span,
    ) {
        if self.list.len() < MAX_DIAGNOSTICS {
            self.list.push(Diagnostic::new(code, severity, message, span));
        } else if !std::mem::replace(&mut self.more, true) {
            let message = "more is wrong than is listed here; mend the first defects";
            self.list.push(Diagnostic::error("spl/more-defects", message, span));
        }
    }

    /// The diagnostics, with spans of the body.
    pub(super) fn placed(self, expansion: &Expansion) -> Vec<Diagnostic> {
        let place = |mut d: Diagnostic| {
            d.span = expansion.place(d.span);
            d
        };
        self.list.into_iter().map(place).collect()
    }
}
