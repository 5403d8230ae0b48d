//! What goes along while a document is read: its text, and what is wrong with it.

use rulescope_ir::{Diagnostic, Effect, Loss, Span};
use rulescope_yaml::Node;

/// The text that spans count in and the defects found so far.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// The body's text.
    pub text: &'a str,
    /// Where the body starts in the file that the YAML tree's spans count in.
    base: usize,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// What is lost.
    pub losses: Vec<Loss>,
    /// Every literal of the query.
    pub literals: Vec<Span>,
    /// Items that a later one of the same key took the place of, and what to say of each.
    pub(super) duplicates: Vec<(Span, String)>,
}

impl<'a> Context<'a> {
    /// A context for a body that starts at byte `base` of its file.
    pub fn new(text: &'a str, base: usize) -> Context<'a> {
        Context {
            text,
            base,
            diagnostics: Vec::new(),
            losses: Vec::new(),
            literals: Vec::new(),
            duplicates: Vec::new(),
        }
    }

    /// A file's span in the body.
    pub fn place(&self, span: Span) -> Span {
        let base = self.base;
        let at = |n: u32| (n as usize).saturating_sub(base);
        Span::new(at(span.start), at(span.end))
    }

    /// A node's span in the body.
    pub fn span(&self, node: &Node<'_>) -> Span {
        self.place(node.span)
    }

    pub(super) fn error(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        self.diagnostics.push(Diagnostic::error(code, message, span));
    }

    pub(super) fn warning(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        self.diagnostics.push(Diagnostic::warning(code, message, span));
    }

    pub(super) fn note(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        self.diagnostics.push(Diagnostic::note(code, message, span));
    }

    pub(super) fn loss(&mut self, what: impl Into<String>, effect: Effect, span: Span) {
        self.losses.push(Loss { span, what: what.into(), effect });
    }
}

/// The text of a block as it stands, without the indentation that it has in its document.
pub(super) fn dedented(text: &str, span: Span) -> String {
    let line_start = text[..(span.start as usize).min(text.len())].rfind('\n').map_or(0, |n| n + 1);
    let before = &text[line_start..(span.start as usize).min(text.len())];
    let indent = before.chars().take_while(|c| c.is_whitespace()).count();
    let body = span.slice(text).trim_end();
    if indent == 0 || !body.contains('\n') {
        return body.to_owned();
    }
    let mut out = String::with_capacity(body.len());
    for (i, line) in body.split('\n').enumerate() {
        if i == 0 {
            out.push_str(line);
            continue;
        }
        out.push('\n');
        let own = line.chars().take(indent).take_while(|c| c.is_whitespace()).count();
        let cut = line.char_indices().nth(own).map_or(line.len(), |(at, _)| at);
        out.push_str(&line[cut..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_loses_its_indentation_and_nothing_else() {
        let text = "a:\n  b:\n    - x\n   \n    # c\n  d: 1\n";
        assert_eq!(dedented(text, Span::new(5, 28)), "b:\n  - x\n \n  # c");
        assert_eq!(dedented(text, Span::new(0, 2)), "a:");
    }
}
