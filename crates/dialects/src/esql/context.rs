//! What is wrong with a query, collected while it is read.

use rulescope_ir::{Diagnostic, Severity, Span};

use crate::source::Source;

/// So many defects are told of one query; one more says that there were others.
pub(super) const MAX_DIAGNOSTICS: usize = 200;

/// A part could not be read, and a diagnostic says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unread;

/// What was read of a part.
pub(super) type Read<T> = Result<T, Unread>;

/// The defects found so far; spans count in the query's text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Defects {
    list: Vec<Diagnostic>,
    more: bool,
    /// Where the last error stands; a second one there tells nothing new.
    last: Option<u32>,
}

impl Defects {
    /// Tells of a part that could not be read.
    pub(super) fn error(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        if self.last.replace(span.start) != Some(span.start) {
            self.tell(code, Severity::Error, message, span);
        }
    }

    /// Tells of a defect that was read around.
    pub(super) fn warning(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        self.tell(code, Severity::Warning, message, span);
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
            self.list.push(Diagnostic::error("esql/more-defects", message, span));
        }
    }

    /// The diagnostics, with spans of the body.
    pub(super) fn placed(self, source: &Source) -> Vec<Diagnostic> {
        let place = |mut d: Diagnostic| {
            d.span = source.place(d.span);
            d
        };
        let mut list: Vec<Diagnostic> = self.list.into_iter().map(place).collect();
        list.sort_by_key(|d| d.span);
        list
    }
}
