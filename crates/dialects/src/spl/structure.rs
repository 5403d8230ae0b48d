//! Where the commands, subsearches and parentheses of a text begin and end.
//!
//! One pass over the expanded text. A pipe parts commands unless it stands in double quotes, in a
//! macro call, in a comment or after a backslash
//! (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/search>,
//! "Backslashes"). Brackets hold subsearches.

use rulescope_ir::{Diagnostic, Span};

use super::expand::closing_quote;

/// Subsearches within subsearches may go so deep.
const MAX_SUBSEARCHES: usize = 24;

/// A pipeline's text: the whole search or what stands in a pair of brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    /// Its first byte, after the bracket.
    pub(super) start: usize,
    /// One past its last byte, where the closing bracket stands.
    pub(super) end: usize,
    /// Where its pipes stand, those of subsearches left out.
    pub(super) pipes: Vec<usize>,
}

/// The pipelines and parentheses of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Structure {
    /// Pipelines by their start; the first is the whole text.
    regions: Vec<Region>,
    /// Opening parentheses with the closing one of each, 0 where it has none.
    parens: Vec<(usize, usize)>,
}

impl Structure {
    /// Reads the structure of a text. Spans of what is wrong count in it.
    pub(super) fn new(text: &str, diagnostics: &mut Vec<Diagnostic>) -> Structure {
        let regions = vec![Region { start: 0, end: text.len(), pipes: Vec::new() }];
        let scan = Scan {
            text,
            out: Structure { regions, parens: Vec::new() },
            open: vec![(0, 0)],
            unmatched: Vec::new(),
            ignored: 0,
            diagnostics,
        };
        scan.run()
    }

    /// The whole text.
    pub(super) fn top(&self) -> &Region {
        &self.regions[0]
    }

    /// The subsearch whose opening bracket stands at a place.
    pub(super) fn subsearch(&self, bracket: usize) -> Option<&Region> {
        let found = self.regions[1..].binary_search_by_key(&(bracket + 1), |r| r.start).ok()?;
        self.regions.get(found + 1)
    }

    /// Where the parenthesis at a place is closed.
    pub(super) fn closing(&self, open: usize) -> Option<usize> {
        let found = self.parens.binary_search_by_key(&open, |(open, _)| *open).ok()?;
        Some(self.parens[found].1).filter(|close| *close > 0)
    }
}

struct Scan<'a> {
    text: &'a str,
    out: Structure,
    /// The pipelines that are open: which, and how many parentheses were open before it.
    open: Vec<(usize, usize)>,
    /// Parentheses that are open, as places in the list of them.
    unmatched: Vec<usize>,
    /// Brackets that are open beyond the limit.
    ignored: usize,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Scan<'_> {
    fn run(mut self) -> Structure {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' if escapes(bytes.get(at + 1).copied()) => at += 1,
                b'"' => match closing_quote(bytes, at) {
                    Some(close) => at = close,
                    None => {
                        let message = "the double quote is not closed; close it";
                        self.error("spl/unclosed-quote", message, at);
                        break;
                    }
                },
                b'`' => match comment(self.text, at) {
                    Some(end) => {
                        if !self.text[..end].ends_with("```") || end < at + 6 {
                            let message = "the comment is not closed; close it with ```";
                            self.error("spl/unclosed-comment", message, at);
                        }
                        at = end - 1;
                    }
                    None => at = closing_backtick(self.text, at).unwrap_or(at),
                },
                b'|' if self.ignored == 0 => {
                    let (region, parens) = self.innermost();
                    self.out.regions[region].pipes.push(at);
                    self.unmatched.truncate(parens);
                }
                b'[' => self.opened(at),
                b']' => self.closed(at),
                b'(' => {
                    self.unmatched.push(self.out.parens.len());
                    self.out.parens.push((at, 0));
                }
                b')' => {
                    if self.unmatched.len() > self.innermost().1
                        && let Some(open) = self.unmatched.pop()
                    {
                        self.out.parens[open].1 = at;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        if self.open.len() > 1 {
            let (region, _) = self.innermost();
            let at = self.out.regions[region].start - 1;
            self.error("spl/unclosed-bracket", "the bracket is not closed; close it", at);
        }
        self.out
    }

    fn innermost(&self) -> (usize, usize) {
        self.open.last().copied().unwrap_or((0, 0))
    }

    fn opened(&mut self, at: usize) {
        if self.open.len() > MAX_SUBSEARCHES {
            if self.ignored == 0 {
                let message = "subsearches are nested too deep; those within are kept as text";
                self.error("spl/too-deep", message, at);
            }
            self.ignored += 1;
            return;
        }
        self.open.push((self.out.regions.len(), self.unmatched.len()));
        self.out.regions.push(Region { start: at + 1, end: self.text.len(), pipes: Vec::new() });
    }

    fn closed(&mut self, at: usize) {
        if self.ignored > 0 {
            self.ignored -= 1;
            return;
        }
        if self.open.len() == 1 {
            self.error("spl/bracket", "no bracket is open here; remove this one", at);
            return;
        }
        if let Some((region, parens)) = self.open.pop() {
            self.out.regions[region].end = at;
            self.unmatched.truncate(parens);
        }
    }

    fn error(&mut self, code: &'static str, message: &str, at: usize) {
        if self.diagnostics.len() < super::context::MAX_DIAGNOSTICS {
            self.diagnostics.push(Diagnostic::error(code, message, Span::new(at, at + 1)));
        }
    }
}

/// Whether a backslash takes the byte after it along, outside of quotes.
pub(super) fn escapes(next: Option<u8>) -> bool {
    matches!(next, Some(b'\\' | b'"' | b'|' | b'`'))
}

/// The end of the comment that starts at a place: three backticks to three backticks.
pub(super) fn comment(text: &str, at: usize) -> Option<usize> {
    let rest = text[at..].strip_prefix("```")?;
    Some(rest.find("```").map_or(text.len(), |n| at + n + 6))
}

/// The backtick that closes the one at a place.
pub(super) fn closing_backtick(text: &str, at: usize) -> Option<usize> {
    text[at + 1..].find('`').map(|n| at + 1 + n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn structure(text: &str) -> (Structure, Vec<String>) {
        let mut diagnostics = Vec::new();
        let out = Structure::new(text, &mut diagnostics);
        (out, diagnostics.into_iter().map(|d| d.code.into_owned()).collect())
    }

    #[test]
    fn pipes_belong_to_their_pipeline() {
        let text = "a \"|\" ```|``` `m(|)` \\| [b | c] | (d [e])";
        let (out, told) = structure(text);
        let find = |part: &str| text.find(part).expect("it is there");
        assert_eq!(out.top().pipes, [find("| (d")]);
        let inner = out.subsearch(find("[b")).expect("a subsearch");
        assert_eq!((inner.start, inner.end), (find("b | c"), find("] |")));
        assert_eq!(inner.pipes, [find("| c]")]);
        assert_eq!(out.closing(find("(d")), Some(text.len() - 1));
        assert!(told.is_empty());
    }

    #[test]
    fn parentheses_end_with_their_command() {
        let (out, _) = structure("(a | b) (c)");
        assert_eq!(out.closing(0), None);
        assert_eq!(out.closing(8), Some(10));
    }

    #[test]
    fn what_is_not_closed_is_said() {
        assert_eq!(structure("a \"b | c").1, ["spl/unclosed-quote"]);
        assert_eq!(structure("a [b").1, ["spl/unclosed-bracket"]);
        assert_eq!(structure("a ] b").1, ["spl/bracket"]);
        assert_eq!(structure("a ```b").1, ["spl/unclosed-comment"]);
        assert_eq!(structure("a ``````b").1, Vec::<String>::new());
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!("{}a{}", "[".repeat(9000), "]".repeat(9000));
        let (out, told) = structure(&deep);
        assert_eq!(told, ["spl/too-deep"]);
        assert_eq!(out.regions.len(), MAX_SUBSEARCHES + 1);
    }
}
