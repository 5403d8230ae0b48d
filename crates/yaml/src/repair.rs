//! Reading around syntax errors: what real, dirty rule files get wrong, and the text that was
//! meant.
//!
//! A broken document is read again with small edits, each suggested by the error and kept only if
//! the parser then gets past that line. Where no edit helps, the top-level entry with the error is
//! blanked out, so that the other entries survive. Spans lead back to the original text.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::ErrorKind;
use rulescope_ir::Span;

use crate::builder::{Failure, build};
use crate::edits::{Edit, Edits};
use crate::finding::{Finding, Lost, What};
use crate::line::{Line, is_printable, line_at, top_level_block};
use crate::tree::Document;

/// Errors that one document is mended of.
const MOST_REPAIRS: usize = 64;

/// Text that all repairs of a file may read again, in bytes; keeps hostile files cheap.
const REPARSE_BUDGET: usize = 8 << 20;

/// Characters that YAML forbids that one document is mended of.
const MOST_STAND_INS: usize = 1000;

/// The first of the private characters (plane 16's last ones) that stand for forbidden ones.
const STAND_IN: u32 = 0x10_F000;

/// What can still be spent on repairs.
pub(crate) struct Budget {
    bytes: usize,
}

impl Budget {
    pub(crate) fn new() -> Budget {
        Budget { bytes: REPARSE_BUDGET }
    }

    fn spend(&mut self, bytes: usize) -> bool {
        let enough = self.bytes >= bytes;
        self.bytes = self.bytes.saturating_sub(bytes);
        enough
    }
}

/// A document read around its errors.
pub(crate) struct Repaired {
    pub(crate) documents: Vec<Document<'static>>,
    pub(crate) findings: Vec<Finding>,
}

/// Where an error was seen, relative to the document's text.
struct Place {
    kind: ErrorKind,
    problem: String,
    offset: usize,
    open_flow: Option<usize>,
}

impl Place {
    fn of(failure: &Failure<'_>, back: impl Fn(usize) -> usize) -> Place {
        Place {
            kind: failure.kind.clone(),
            problem: failure.problem.clone(),
            offset: back(failure.offset),
            open_flow: failure.open_flow.map(back),
        }
    }
}

/// Reads the broken document `text`, which stands at byte `base`; `first` is its first error.
pub(crate) fn repair(
    text: &str,
    base: usize,
    first: &Failure<'_>,
    budget: &mut Budget,
) -> Option<Repaired> {
    let mut edits = Edits::default();
    let mut notes: Vec<Finding> = Vec::new();
    let mut complete = true;
    let mut place = Place::of(first, |offset| offset.saturating_sub(base).min(text.len()));
    for _ in 0..MOST_REPAIRS {
        let mended = candidates(text, &edits, &place).into_iter().find_map(|candidate| {
            let last = candidate.iter().map(|(edit, _)| edit.end).max()?;
            let first = candidate.iter().map(|(edit, _)| edit.start).min()?;
            // A run of tabs is read at once; what follows its first line is checked by the parser.
            // Stand-ins repair one character of many lines, and never the same one twice.
            let tabs = matches!(candidate[..], [_, (_, Some(What::TabIndentation { .. })), ..]);
            let stand_ins = candidate.iter().all(|(_, what)| what.is_none());
            let line_end = line_at(text, if tabs { first } else { last }).end;
            let passed = (!stand_ins).then_some(line_end);
            let mut said = Vec::new();
            let mut made = Vec::new();
            for (edit, what) in candidate {
                let span = Span::new(edit.start, edit.end);
                said.extend(what.map(|what| Finding::new(span, what)));
                made.push(edit);
            }
            let tried = edits.with(made)?;
            attempt(text, &tried, passed, budget).map(|got| (tried, got, said))
        });
        let (tried, got, said) = match mended {
            Some(mended) => mended,
            None => {
                let (tried, got, what) = blanked(text, &edits, &place, budget)?;
                complete = false;
                if let Some(block) = what.lost_block() {
                    notes.retain(|note| !block.contains(note.span));
                }
                let span = Span::new(place.offset, place.offset);
                (tried, got, vec![Finding::new(span, what)])
            }
        };
        edits = tried;
        notes.extend(said);
        match got {
            Got::Read { documents, findings } => {
                let shift = |span: Span| span.shifted(base);
                let documents = documents
                    .into_iter()
                    .map(|d| Document {
                        root: d.root.map(|n| n.relocated(&shift, &|text| text.into_owned())),
                        span: d.span.shifted(base),
                        complete,
                    })
                    .collect();
                let findings =
                    notes.into_iter().chain(findings).map(|f| f.relocated(&shift)).collect();
                return Some(Repaired { documents, findings });
            }
            Got::Further(next) => place = next,
        }
    }
    None
}

enum Got {
    Read { documents: Vec<Document<'static>>, findings: Vec<Finding> },
    Further(Place),
}

/// Parses the edited text; `None` if that does not get past the offset `passed` of the
/// original.
fn attempt(text: &str, edits: &Edits, passed: Option<usize>, budget: &mut Budget) -> Option<Got> {
    if !budget.spend(text.len()) {
        return None;
    }
    let edited = edits.apply(text);
    let outcome = build(&edited, 0);
    if let Some(failure) = outcome.failure {
        let next = Place::of(&failure, |offset| edits.original(offset).min(text.len()));
        let further = passed.is_none_or(|line_end| next.offset > line_end);
        return further.then_some(Got::Further(next));
    }
    let back = |span: Span| edits.original_span(span);
    let documents = outcome
        .documents
        .into_iter()
        .map(|d| Document {
            root: d.root.map(|n| n.relocated(&back, &restored)),
            span: back(d.span),
            complete: d.complete,
        })
        .collect();
    let findings = outcome.findings.into_iter().map(|f| f.relocated(&back)).collect();
    Some(Got::Read { documents, findings })
}

/// Edits that belong together, each with what to say of it.
type Candidate = Vec<(Edit, Option<What>)>;

/// The edits that may be what was meant, the likeliest first.
fn candidates(text: &str, edits: &Edits, place: &Place) -> Vec<Candidate> {
    let mut found = tab_candidates(text, edits, place.offset);
    let mut single = |edit: Option<Edit>, what: Option<What>| {
        found.extend(edit.map(|edit| vec![(edit, what)]));
    };
    let line = line_at(text, place.offset);
    match place.kind {
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => {
            single(line.literal_backslashes(text), Some(What::BadEscape));
            if text[place.offset..].starts_with('\\') {
                let (start, end) = (place.offset, place.offset + 1);
                let edit = Edit { start, end, text: "\\\\".to_owned() };
                single(Some(edit), Some(What::BadEscape));
            }
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            single(line.closed_quote(text), Some(What::UnclosedQuote));
        }
        // The characters themselves are reported with all others of their kind.
        ErrorKind::UnexpectedCharacter { character } if !is_printable(character) => {
            return vec![stand_ins(text, edits)];
        }
        // Quotes around too many brackets would hide them.
        ErrorKind::RecursionLimitExceeded => return found,
        _ => {}
    }
    let lines = [place.open_flow, Some(place.offset)].into_iter().flatten();
    for line in lines.map(|offset| line_at(text, offset)) {
        if place.open_flow.is_some() {
            single(line.closed_brackets(text), Some(What::UnclosedBracket));
        }
        if let Some((edit, value)) = line.quoted_value(text) {
            single(Some(edit), Some(What::UnquotedValue { value }));
        }
    }
    found
}

/// Private characters in the place of all those that YAML forbids, for the time of parsing.
fn stand_ins(text: &str, edits: &Edits) -> Candidate {
    text.char_indices()
        .filter(|(_, c)| !is_printable(*c))
        .take(MOST_STAND_INS)
        .filter_map(|(start, c)| {
            let end = start + c.len_utf8();
            let stand_in = char::from_u32(STAND_IN + (u32::from(c) & 0xFFF))?;
            let edit = Edit { start, end, text: stand_in.to_string() };
            (!edits.touches(&(start..end))).then_some((edit, None))
        })
        .collect()
}

/// Puts the forbidden characters back.
fn restored(text: Cow<'_, str>) -> String {
    let original = |c: char| match u32::from(c).checked_sub(STAND_IN) {
        Some(n @ (0xFFE | 0xFFF)) => char::from_u32(0xF000 + n).unwrap_or(c),
        Some(n @ 0..0xA0) => char::from_u32(n).unwrap_or(c),
        Some(_) | None => c,
    };
    if text.chars().any(|c| original(c) != c) {
        text.chars().map(original).collect()
    } else {
        text.into_owned()
    }
}

/// Readings of the first lines from the error on that are indented with tabs.
///
/// The parser may see the error at the scalar before such a line, so the line after the error's
/// counts too. A tab is four columns, or two, or eight, or else stands for the indentation above.
fn tab_candidates(text: &str, edits: &Edits, offset: usize) -> Vec<Candidate> {
    let mut line = line_at(text, offset);
    let mut indents = Vec::new();
    let mut at_error = true;
    while indents.len() < MOST_REPAIRS {
        let blank = text[line.start..line.end].trim().is_empty();
        match tabs_of(text, line).filter(|tabs| !edits.touches(tabs)) {
            Some(tabs) => indents.push(tabs),
            None if blank || at_error => {}
            None => break,
        }
        at_error = false;
        match next_line(text, line) {
            Some(next) => line = next,
            None => break,
        }
    }
    let Some(first) = indents.first() else { return Vec::new() };
    let before = text[..first.start].lines().rev().find(|l| !l.trim().is_empty());
    let above = before.map_or(0, |l| l.len() - l.trim_start_matches(' ').len());
    let reading = |columns: usize, as_above: bool| -> Candidate {
        let edit = |tabs: &Range<usize>| {
            let indent = match as_above {
                true => " ".repeat(columns),
                false => text[tabs.clone()].replace('\t', &" ".repeat(columns)),
            };
            let edit = Edit { start: tabs.start, end: tabs.end, text: indent };
            (edit, Some(What::TabIndentation { columns }))
        };
        indents.iter().map(edit).collect()
    };
    vec![reading(4, false), reading(2, false), reading(8, false), reading(above, true)]
}

/// A line's indentation if there is a tab in it and something behind it.
fn tabs_of(text: &str, line: Line) -> Option<Range<usize>> {
    let shown = &text[line.start..line.end];
    let indent = shown.len() - shown.trim_start_matches([' ', '\t']).len();
    (shown[..indent].contains('\t') && indent < shown.len())
        .then_some(line.start..line.start + indent)
}

fn next_line(text: &str, line: Line) -> Option<Line> {
    text[line.end..].find('\n').map(|n| line_at(text, line.end + n + 1))
}

/// Blanks the top-level entry that holds the error, in the text as edited so far.
fn blanked(
    text: &str,
    edits: &Edits,
    place: &Place,
    budget: &mut Budget,
) -> Option<(Edits, Got, What)> {
    let from = place.open_flow.unwrap_or(place.offset);
    for offset in [from, place.offset] {
        let Some((block, key)) = top_level_block(text, offset) else { continue };
        let blank = blank(&text[block.clone()]);
        // Edits inside of the block are void with it.
        let mut tried = edits.without(&block);
        tried = tried.with(vec![Edit { start: block.start, end: block.end, text: blank }])?;
        let line_end = place.offset.max(block.end.saturating_sub(1));
        if let Some(got) = attempt(text, &tried, Some(line_end), budget) {
            let lost = Lost::Block {
                key,
                at: Span::new(block.start, block.start + text[block].trim_end().len()),
            };
            return Some((tried, got, syntax(place, lost)));
        }
    }
    None
}

fn blank(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let keep = matches!(c, '\n' | '\r');
            std::iter::repeat_n(if keep { c } else { ' ' }, if keep { 1 } else { c.len_utf8() })
        })
        .collect()
}

fn syntax(place: &Place, lost: Lost) -> What {
    if place.kind == ErrorKind::RecursionLimitExceeded {
        What::TooDeep { lost }
    } else {
        What::Syntax { problem: place.problem.clone(), lost }
    }
}

/// What to say of an error that nothing could be done about.
pub(crate) fn unrepaired(failure: &Failure<'_>) -> Finding {
    let lost = if failure.partial.is_some() { Lost::Rest } else { Lost::All };
    let place = Place::of(failure, |offset| offset);
    Finding::new(Span::new(failure.offset, failure.offset), syntax(&place, lost))
}
