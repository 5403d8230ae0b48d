//! A rule's text with its words coloured and its predicates marked.
//!
//! The text goes in verbatim and comes out as lines of HTML, escaped, with a link from each predicate
//! to the indicator or exclusion that it became. What colours a text is a reading of its outer form;
//! what marks it are the spans of the rule's logic.

mod query;
mod toml;
mod yaml;

use std::ops::Range;

use serde::Serialize;

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// A comment.
    Comment,
    /// A key of a mapping.
    Key,
    /// A quoted text.
    Text,
    /// A number.
    Number,
    /// A word of the language.
    Word,
    /// A function or a macro.
    Call,
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Class::Comment => "c",
            Class::Key => "k",
            Class::Text => "s",
            Class::Number => "n",
            Class::Word => "w",
            Class::Call => "f",
        }
    }
}

/// Coloured pieces in order, none over another.
pub(crate) type Pieces = Vec<(Range<usize>, Class)>;

/// A place in a rule's text that became something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// First byte in the body.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// `indicator`, `exclusion` or `loss`.
    pub kind: &'static str,
    /// The number of the line of that list which it became, from 0.
    pub index: usize,
    /// What is said of it.
    pub note: String,
}

impl Mark {
    /// The id of the line in the page.
    pub fn target(&self) -> String {
        format!("{}-{}", self.kind, self.index)
    }
}

/// A line of a text as HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// 1-based number in the file.
    pub number: u32,
    /// The text, escaped and coloured.
    pub html: String,
}

/// Texts beyond this many bytes are shown without colours.
const COLOURED: usize = 256 << 10;

/// The lines of a text, the first one standing on line `first` of its file.
pub(crate) fn lines(text: &str, vendor: &str, first: u32, marks: &[Mark]) -> Vec<Line> {
    let pieces = match vendor {
        _ if text.len() > COLOURED => Pieces::new(),
        "elastic" => toml::pieces(text),
        _ => yaml::pieces(text),
    };
    let owner = owners(text, marks);
    let mut out = Vec::new();
    let (mut at, mut piece) = (0, 0);
    for (number, line) in (first..).zip(text.split_inclusive('\n')) {
        let end = at + line.trim_end_matches(['\n', '\r']).len();
        let mut html = String::with_capacity(line.len() * 2);
        let text_starts = at + line.len() - line.trim_start().len();
        let mut open: Option<u32> = None;
        let mut from = at;
        while from < end {
            while pieces.get(piece).is_some_and(|(range, _)| range.end <= from) {
                piece += 1;
            }
            let (class, mut to) = match pieces.get(piece) {
                Some((range, class)) if range.start <= from => (Some(*class), range.end.min(end)),
                Some((range, _)) => (None, range.start.min(end)),
                None => (None, end),
            };
            // What a line is indented by is no part of a mark.
            let owned = |i: usize| owner.get(i).copied().flatten().filter(|_| i >= text_starts);
            let mark = owned(from);
            to = (from + 1..to).find(|i| owned(*i) != mark).unwrap_or(to);
            let to = text.ceil_char_boundary(to).min(end).max(from + 1);
            if mark != open {
                if open.is_some() {
                    html.push_str("</a>");
                }
                if let Some(mark) = mark.and_then(|mark| marks.get(mark as usize)) {
                    let (kind, target) = (mark.kind, mark.target());
                    html.push_str(&format!("<a class=\"m {kind}\" href=\"#{target}\" title=\""));
                    escape(&mark.note, &mut html);
                    html.push_str("\">");
                }
                open = mark;
            }
            let part = text.get(from..to).unwrap_or_default();
            match class {
                Some(class) => {
                    html.push_str(&format!("<span class=\"{}\">", class.name()));
                    escape(part, &mut html);
                    html.push_str("</span>");
                }
                None => escape(part, &mut html),
            }
            from = to;
        }
        if open.is_some() {
            html.push_str("</a>");
        }
        out.push(Line { number, html });
        at += line.len();
    }
    out
}

/// The mark of each byte: of several the shortest, and a loss before all others.
fn owners(text: &str, marks: &[Mark]) -> Vec<Option<u32>> {
    let mut order: Vec<usize> = (0..marks.len()).collect();
    let key =
        |mark: &Mark| (mark.kind == "loss", std::cmp::Reverse(mark.end.saturating_sub(mark.start)));
    order.sort_by_key(|i| marks.get(*i).map(key));
    let mut out = vec![None; if marks.is_empty() { 0 } else { text.len() }];
    for i in order {
        let Some(mark) = marks.get(i) else { continue };
        let start = text.floor_char_boundary(mark.start as usize);
        let end = text.ceil_char_boundary((mark.end as usize).min(text.len()));
        if let Some(range) = out.get_mut(start..end) {
            range.fill(u32::try_from(i).ok());
        }
    }
    out
}

/// A text as HTML. What turns the direction of reading is shown by its code, as a rule could look
/// like another one by it.
pub(crate) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                out.extend(c.escape_unicode());
            }
            c if c.is_control() && c != '\t' => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_out_whole_and_escaped() {
        let text = "title: a<b> # é\nx: 'it''s'\r\n\n  - |\n    <script>\u{202e}";
        let mark = Mark { start: 7, end: 11, kind: "indicator", index: 0, note: "\"n\"".into() };
        let lines = lines(text, "sigma", 3, &[mark]);
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0].number, 3);
        assert_eq!(
            lines[0].html,
            "<span class=\"k\">title</span>: <a class=\"m indicator\" href=\"#indicator-0\" \
             title=\"&quot;n&quot;\">a&lt;b&gt;</a> <span class=\"c\"># é</span>"
        );
        assert_eq!(lines[4].html, "    &lt;script&gt;\\u{202e}");
    }

    #[test]
    fn marks_beyond_the_text_do_no_harm() {
        let mark = |start, end| Mark { start, end, kind: "loss", index: 0, note: String::new() };
        let all = [mark(1, 2), mark(0, 900), mark(700, 900), mark(2, 1)];
        for text in ["é€x", "", "a\nb"] {
            let shown: String =
                lines(text, "elastic", 1, &all).into_iter().map(|l| l.html).collect();
            assert!(text.chars().filter(|c| *c != '\n').all(|c| shown.contains(c)), "{shown}");
        }
    }
}
