//! Macro calls to the text that they stand for.
//!
//! A call stands in backticks, with arguments in parentheses; each `$name$` of the definition is
//! replaced by its argument, as text
//! (<https://help.splunk.com/en/splunk-enterprise/manage-knowledge-objects/knowledge-management-manual/9.4/search-macros/use-search-macros-in-searches>).
//! Calls within double quotes and within comments of three backticks are left alone. An argument in
//! double quotes loses them: searches write `drop_dm_object_name("X")` and `drop_dm_object_name(X)`
//! for the same.

use rulescope_ir::{Diagnostic, Span};

use super::context::MAX_DIAGNOSTICS;
use super::macros::{Found, Macros, is_filter};
use crate::source::Source;

/// Deeper calls than this are not expanded.
const MAX_DEPTH: usize = 32;
/// Macros may add so many bytes to a search, counted at every level of nesting.
const MAX_ADDED: usize = 256 * 1024;
/// A search may hold so many calls, those in definitions included.
const MAX_CALLS: usize = 10_000;

/// What became of a macro call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Its definition is put in its place.
    Expanded,
    /// The same, with a definition that the table does not have and every search counts on.
    BuiltIn,
    /// The rule's own place for a user to filter its results; it stays in the text and lets
    /// everything pass.
    Filter,
    /// It has no definition and stays in the text.
    Missing,
    /// Its macro takes another number of arguments; it stays in the text.
    Arguments,
    /// It calls itself, by others or at once; the inner call stays in the text.
    Cyclic,
    /// The text would have become too large; it stays as it is.
    TooLarge,
}

/// A macro call of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The macro's name.
    pub name: String,
    /// Its arguments, without double quotes around them.
    pub args: Vec<String>,
    /// Where it stands in the body; within a definition, where the outermost call stands.
    pub span: Span,
    /// The call whose definition holds it, as a place in [`Expansion::calls`].
    pub within: Option<usize>,
    /// What became of it.
    pub outcome: Outcome,
    /// What it covers in the expanded text: its definition, or itself where it stays. Nothing
    /// where its definition is empty.
    pub expanded: Span,
}

/// A search with its macros put in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expansion {
    source: Source,
    /// The calls, in the order of the text, an outer one before those in its definition.
    pub calls: Vec<Call>,
}

impl Expansion {
    /// The expanded text; the spans of a syntax tree count in it.
    pub fn text(&self) -> &str {
        self.source.text()
    }

    /// Where a span of the expanded text was written in the body. What a macro gave was written
    /// where the macro is called, its arguments where they stand in the call.
    pub fn place(&self, span: Span) -> Span {
        self.source.place(span)
    }

    /// The innermost macro call that gave what starts at a span of the expanded text, or that
    /// stands there itself.
    pub fn origin(&self, span: Span) -> Option<&Call> {
        self.calls.get(self.source.call(span.start)? as usize)
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }
}

/// Puts macros into a text.
pub(super) fn expand(
    source: &Source,
    macros: &Macros,
    diagnostics: &mut Vec<Diagnostic>,
) -> Expansion {
    let mut expander = Expander { macros, diagnostics, calls: Vec::new(), added: 0, told: false };
    let mut out = Source::default();
    expander.text(source, None, &mut out);
    let mut calls = expander.calls;
    for (call, span) in out.calls() {
        let mut at = Some(call as usize);
        while let Some(i) = at {
            calls[i].expanded = calls[i].expanded.join(span);
            at = calls[i].within;
        }
    }
    Expansion { source: out, calls }
}

struct Expander<'a> {
    macros: &'a Macros,
    diagnostics: &'a mut Vec<Diagnostic>,
    calls: Vec<Call>,
    added: usize,
    /// Whether it was said that the text would become too large.
    told: bool,
}

impl Expander<'_> {
    /// Copies a text with its calls expanded; `within` is the call whose definition the text is.
    fn text(&mut self, from: &Source, within: Option<usize>, out: &mut Source) {
        let call = within.and_then(|i| u32::try_from(i).ok());
        let text = from.text();
        let mut copied = 0;
        let mut at = 0;
        while let Some(found) = next_call(text, at) {
            if self.calls.len() >= MAX_CALLS {
                self.too_large("this call", from.place(Span::new(at, text.len())));
                break;
            }
            let (open, close) = match found {
                Some(place) => place,
                None => {
                    let at = unclosed(text, at);
                    let span = from.place(Span::new(at, text.len()));
                    let message = "the backtick is not closed; close it after the macro's name";
                    self.diagnostics.push(Diagnostic::error("spl/unclosed-macro", message, span));
                    break;
                }
            };
            out.copy(from, copied, open, call);
            self.call(from, open, close, within, out);
            copied = close + 1;
            at = copied;
        }
        out.copy(from, copied, text.len(), call);
    }

    /// Expands the call between two backticks.
    fn call(
        &mut self,
        from: &Source,
        open: usize,
        close: usize,
        within: Option<usize>,
        out: &mut Source,
    ) {
        let text = from.text();
        let (name, ranges) = head(text, open + 1, close);
        let span = match within {
            Some(outer) => self.calls[outer].span,
            None => from.place(Span::new(open, close + 1)),
        };
        let id = self.calls.len();
        let args = ranges.iter().map(|(start, end)| text[*start..*end].to_owned()).collect();
        let (outcome, definition) = self.outcome(name, ranges.len(), within);
        self.calls.push(Call {
            name: name.to_owned(),
            args,
            span,
            within,
            outcome,
            expanded: Span::NONE,
        });
        self.report(id);
        let call = u32::try_from(id).ok();
        let Some((names, definition)) = definition else {
            // It stays, as something that this call gave.
            let mut stays = Source::default();
            stays.copy(from, open, close + 1, call);
            out.copy(&stays, 0, stays.text().len(), call);
            return;
        };
        let body = self.substituted(from, span, id, definition, &names, &ranges);
        self.text(&body, Some(id), out);
    }

    /// What becomes of a call, and the definition that takes its place.
    fn outcome(
        &mut self,
        name: &str,
        args: usize,
        within: Option<usize>,
    ) -> (Outcome, Option<(Vec<String>, String)>) {
        let (names, definition, built_in) = match self.macros.find(name, args) {
            Found::Macro { args, definition, built_in } => (args, definition, built_in),
            Found::Arguments => return (Outcome::Arguments, None),
            Found::Nothing if is_filter(name, None) => return (Outcome::Filter, None),
            Found::Nothing => return (Outcome::Missing, None),
        };
        if is_filter(name, Some(definition)) {
            return (Outcome::Filter, None);
        }
        let mut depth = 0;
        let mut outer = within;
        while let Some(i) = outer {
            let call = &self.calls[i];
            if call.name == name && call.args.len() == args {
                return (Outcome::Cyclic, None);
            }
            depth += 1;
            outer = call.within;
        }
        self.added += definition.len();
        if depth >= MAX_DEPTH || self.added > MAX_ADDED {
            return (Outcome::TooLarge, None);
        }
        let outcome = if built_in { Outcome::BuiltIn } else { Outcome::Expanded };
        let names = names.into_iter().map(str::to_owned).collect();
        (outcome, Some((names, definition.to_owned())))
    }

    /// A definition with the arguments put in; each keeps the place where it stands in the call.
    fn substituted(
        &mut self,
        from: &Source,
        span: Span,
        id: usize,
        definition: String,
        names: &[String],
        ranges: &[(usize, usize)],
    ) -> Source {
        let call = u32::try_from(id).unwrap_or(u32::MAX);
        let mut body = Source::default();
        let mut rest = definition.as_str();
        while let Some(at) = rest.find('$') {
            let (before, after) = rest.split_at(at);
            body.push_call(before, span, call);
            let name = after[1..].split('$').next().unwrap_or_default();
            let index = names.iter().position(|n| n == name);
            match index.and_then(|i| ranges.get(i)) {
                Some((start, end)) if after[1 + name.len()..].starts_with('$') => {
                    self.added += end - start;
                    if self.added <= MAX_ADDED {
                        body.copy(from, *start, *end, Some(call));
                    }
                    rest = &after[name.len() + 2..];
                }
                Some(_) | None => {
                    body.push_call("$", span, call);
                    rest = &after[1..];
                }
            }
        }
        body.push_call(rest, span, call);
        body
    }

    fn report(&mut self, id: usize) {
        let call = &self.calls[id];
        let (name, span) = (&call.name, call.span);
        let diagnostic = match call.outcome {
            Outcome::Expanded | Outcome::BuiltIn | Outcome::Filter => return,
            Outcome::Missing => Diagnostic::warning(
                "spl/missing-macro",
                format!("the macro `{name}` has no definition here; its text stays as it is"),
                span,
            ),
            Outcome::Arguments => Diagnostic::warning(
                "spl/macro-arguments",
                format!("no macro `{name}` takes {} arguments; check the call", call.args.len()),
                span,
            ),
            Outcome::Cyclic => Diagnostic::error(
                "spl/cyclic-macro",
                format!("the macro `{name}` calls itself; its inner call stays as it is"),
                span,
            ),
            Outcome::TooLarge => {
                let name = format!("`{name}`");
                return self.too_large(&name, span);
            }
        };
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Says once that no more is expanded.
    fn too_large(&mut self, at: &str, span: Span) {
        if !std::mem::replace(&mut self.told, true) {
            let message =
                format!("macros make the search too large at {at}; from here on they stay as text");
            self.diagnostics.push(Diagnostic::error("spl/macro-size", message, span));
        }
    }
}

/// The next call's backticks at or after a place: `None` where there is none, `Some(None)` where a
/// backtick is not closed.
#[expect(clippy::option_option, reason = "no call and half a call are different answers")]
fn next_call(text: &str, from: usize) -> Option<Option<(usize, usize)>> {
    let open = next_backtick(text, from)?;
    let close = text[open + 1..].find('`').map(|n| open + 1 + n);
    Some(close.map(|close| (open, close)))
}

/// Where the backtick stands that [`next_call`] found not closed.
fn unclosed(text: &str, from: usize) -> usize {
    next_backtick(text, from).unwrap_or(text.len())
}

/// The next backtick that is in no text in quotes and no comment.
fn next_backtick(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => at = closing_quote(bytes, at).map_or(bytes.len(), |close| close + 1),
            b'`' if text[at..].starts_with("```") => {
                at = text[at + 3..].find("```").map_or(bytes.len(), |n| at + n + 6);
            }
            b'`' => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// The double quote that closes the one at a place; a backslash takes the next byte with it.
pub(super) fn closing_quote(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// A call's name and the ranges of its arguments, without white space and double quotes around
/// them. Commas in quotes or parentheses do not part arguments.
fn head(text: &str, start: usize, end: usize) -> (&str, Vec<(usize, usize)>) {
    let inner = text[start..end].trim();
    let Some((name, _)) = inner.split_once('(').filter(|_| inner.ends_with(')')) else {
        return (inner, Vec::new());
    };
    let first = start + text[start..end].find('(').unwrap_or(0) + 1;
    let last = start + text[start..end].rfind(')').unwrap_or(end - start);
    let bytes = text.as_bytes();
    let mut ranges = Vec::new();
    let mut depth = 0usize;
    let mut begin = first;
    let mut at = first;
    while at < last {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => at = closing_quote(&bytes[..last], at).unwrap_or(last),
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                ranges.push(trimmed(text, begin, at));
                begin = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    if begin < last || !ranges.is_empty() {
        ranges.push(trimmed(text, begin, last));
    }
    (name.trim(), ranges)
}

fn trimmed(text: &str, start: usize, end: usize) -> (usize, usize) {
    let part = &text[start..end];
    let begin = start + (part.len() - part.trim_start().len());
    let inner = part.trim();
    let stop = begin + inner.len();
    let quoted = inner.len() > 1 && inner.starts_with('"') && inner.ends_with('"');
    if quoted { (begin + 1, stop - 1) } else { (begin, stop) }
}

#[cfg(test)]
mod tests {
    use super::super::macros::Macro;
    use super::*;

    fn macros(of: &[(&str, &[&str], &str)]) -> Macros {
        let mut macros = Macros::new();
        for (name, args, definition) in of {
            let args = args.iter().map(|a| (*a).to_owned()).collect();
            macros.insert(*name, Macro { args, definition: Some((*definition).to_owned()) });
        }
        macros
    }

    fn expanded(text: &str, macros: &Macros) -> (Expansion, Vec<String>) {
        let mut diagnostics = Vec::new();
        let out = expand(&Source::at(text, 0), macros, &mut diagnostics);
        (out, diagnostics.into_iter().map(|d| d.code.into_owned()).collect())
    }

    #[test]
    fn arguments_keep_their_places() {
        let table = macros(&[("m", &["a", "b"], "x=$a$ y=\"$b$\" z=$c$")]);
        let (out, told) = expanded("k `m(one, \"two, three\")` l", &table);
        assert_eq!(out.text(), "k x=one y=\"two, three\" z=$c$ l");
        assert!(told.is_empty());
        let at = out.text().find("two").expect("it is there");
        assert_eq!(out.place(Span::new(at, at + 3)), Span::new(11, 14));
        assert_eq!(out.place(Span::new(2, 3)), Span::new(2, 24));
        assert_eq!(out.origin(Span::new(2, 3)).map(|c| c.name.as_str()), Some("m"));
        assert!(out.origin(Span::new(0, 1)).is_none());
        assert_eq!(out.calls[0].args, ["one", "two, three"]);
        assert_eq!(out.calls[0].expanded.slice(out.text()), "x=one y=\"two, three\" z=$c$");
    }

    #[test]
    fn macros_call_macros_and_none_itself() {
        let table = macros(&[("a", &[], "1 `b` 2"), ("b", &[], "3 `a` 4"), ("c", &[], "`d`")]);
        let (out, told) = expanded("`a` `c`", &table);
        assert_eq!(out.text(), "1 3 `a` 4 2 `d`");
        assert_eq!(told, ["spl/cyclic-macro", "spl/missing-macro"]);
        let outcomes: Vec<Outcome> = out.calls.iter().map(|c| c.outcome).collect();
        let (yes, no) = (Outcome::Expanded, Outcome::Missing);
        assert_eq!(outcomes, [yes, yes, Outcome::Cyclic, yes, no]);
        assert_eq!(out.calls[2].within, Some(1));
        assert_eq!(out.calls[0].expanded.slice(out.text()), "1 3 `a` 4 2");
        assert_eq!(out.calls[2].span, Span::new(0, 3));
    }

    #[test]
    fn texts_and_comments_are_left_alone() {
        let table = macros(&[("a", &[], "x")]);
        let text = "\"`a`\" ```see `a` ``` \\\"`a`\\\"";
        assert_eq!(expanded(text, &table).0.text(), "\"`a`\" ```see `a` ``` \\\"x\\\"");
        let (out, told) = expanded("k `a", &table);
        assert_eq!((out.text(), told), ("k `a", vec!["spl/unclosed-macro".to_owned()]));
    }

    #[test]
    fn a_filter_stays_and_is_no_defect() {
        let (out, told) = expanded("| `some_rule_filter`", &Macros::new());
        assert_eq!(out.text(), "| `some_rule_filter`");
        assert!(told.is_empty());
        assert_eq!(out.origin(Span::new(2, 3)).map(|c| c.outcome), Some(Outcome::Filter));
        assert_eq!(out.calls[0].expanded, Span::new(2, 20));
    }

    #[test]
    fn a_bomb_is_bounded() {
        let names: Vec<String> = (0..40).map(|i| format!("m{i}")).collect();
        let mut table = Macros::new();
        for pair in names.windows(2) {
            let next = format!("`{0}` `{0}` `{0}` `{0}`", pair[1]);
            table.insert(pair[0].clone(), Macro { args: vec![], definition: Some(next) });
        }
        table.insert("m39", Macro { args: vec![], definition: Some("boom".into()) });
        let (out, told) = expanded("`m0`", &table);
        assert!(out.text().len() < 2 * MAX_ADDED, "{}", out.text().len());
        assert_eq!(told, ["spl/macro-size"]);
        let doubling = macros(&[("d", &["x"], "`e($x$ $x$)`"), ("e", &["x"], "`f($x$ $x$)`")]);
        let long = format!("`d({})`", "x".repeat(200_000));
        assert!(expanded(&long, &doubling).0.text().len() < 4 * MAX_ADDED);
    }

    #[test]
    fn a_call_with_another_number_of_arguments_stays() {
        let table = macros(&[("a", &["x"], "$x$")]);
        let (out, told) = expanded("`a` `a(1,2)` `a()` `a(1)`", &table);
        assert_eq!(out.text(), "`a` `a(1,2)` `a()` 1");
        assert_eq!(told, ["spl/macro-arguments"; 3]);
    }
}
