//! What is wrong with a query, collected while it is read.

use rulescope_ir::{Diagnostic, Severity, Span};

use crate::source::Source;

/// So many defects are told of one query; one more says that there were others.
pub(crate) const MAX_DIAGNOSTICS: usize = 200;

/// A part could not be read, and a diagnostic says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unread;

/// What was read of a part.
pub(crate) type Read<T> = Result<T, Unread>;

/// The defects found so far; spans count in the query's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Defects {
    /// The code under which it is told that there are more than are listed.
    code_of_more: &'static str,
    list: Vec<Diagnostic>,
    more: bool,
    /// Where the last error stands; a second one there tells nothing new.
    last: Option<u32>,
}

impl Defects {
    /// None yet; the code says that there are more than are listed.
    pub(crate) fn new(code_of_more: &'static str) -> Defects {
        Defects { code_of_more, list: Vec::new(), more: false, last: None }
    }

    /// Tells of a part that could not be read.
    pub(crate) fn error(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        if self.last.replace(span.start) != Some(span.start) {
            self.tell(code, Severity::Error, message, span);
        }
    }

    /// Tells of a defect that was read around.
    pub(crate) fn warning(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
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
            self.list.push(Diagnostic::error(self.code_of_more, message, span));
        }
    }

    /// The diagnostics, with spans of the body.
    pub(crate) fn placed(self, source: &Source) -> Vec<Diagnostic> {
        let place = |mut d: Diagnostic| {
            d.span = source.place(d.span);
            d
        };
        let mut list: Vec<Diagnostic> = self.list.into_iter().map(place).collect();
        list.sort_by_key(|d| d.span);
        list
    }
}
