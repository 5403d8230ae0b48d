//! Text with gaps: what several tests of one value leave open, put together and filled in.

use rulescope_ir::{Glob, Op, Piece};

/// A part of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seg {
    /// This text.
    Text(String),
    /// Any one character.
    One,
    /// Anything that is as long as this text at least; this text where nothing else is wanted.
    Gap(String),
}

/// Text with gaps; open where more may come before or after it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Template {
    pub(super) segs: Vec<Seg>,
    pub(super) open_start: bool,
    pub(super) open_end: bool,
}

/// How gaps are filled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fill<'f> {
    /// What goes into a gap; without it what suits the text around the gap.
    inner: Option<&'f str>,
    /// What goes before and after, where that is open.
    outer: &'f str,
    /// The character for [`Seg::One`].
    one: char,
}

pub(super) const fn fill<'f>(inner: Option<&'f str>, outer: &'f str, one: char) -> Fill<'f> {
    Fill { inner, outer, one }
}

/// The ways to fill gaps, the plainest first. The later ones are for tests that must not pass.
pub(super) const FILLS: [Fill<'static>; 10] = [
    fill(None, "", 'x'),
    fill(Some(""), "", 'x'),
    fill(Some("x"), "", '1'),
    fill(None, "x", 'a'),
    fill(Some(" "), " ", '-'),
    fill(Some("\\"), "\\", '0'),
    fill(Some("1"), "1", '_'),
    fill(Some("-"), "-", '.'),
    fill(Some("/"), "/", 'z'),
    fill(Some(" xyz "), "C:\\xyz\\", 'x'),
];

impl Template {
    /// The texts that pass a glob under an operator that compares text.
    pub(super) fn of_glob(op: Op, glob: &Glob) -> Template {
        let (open_start, open_end) = op.open_ends();
        let seg = |piece: &Piece| match piece {
            Piece::Text(text) => Seg::Text(text.clone()),
            Piece::Any => Seg::Gap(String::new()),
            Piece::One => Seg::One,
            Piece::OneOf(set) => Seg::Text(set.first().map_or_else(String::new, char::to_string)),
        };
        let inner = glob.trimmed();
        Template {
            open_start: open_start || glob.starts_open(),
            open_end: open_end || glob.ends_open(),
            segs: inner.pieces.iter().map(seg).collect(),
        }
    }

    /// The whole text, where nothing is open.
    pub(super) fn as_text(&self) -> Option<String> {
        if self.open_start || self.open_end {
            return None;
        }
        self.segs
            .iter()
            .map(|seg| match seg {
                Seg::Text(text) => Some(text.as_str()),
                Seg::One | Seg::Gap(_) => None,
            })
            .collect()
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.segs.iter().filter_map(|seg| match seg {
            Seg::Text(text) => Some(text.as_str()),
            Seg::One | Seg::Gap(_) => None,
        })
    }

    fn weight(&self) -> usize {
        self.texts().map(str::len).sum()
    }

    /// Whether a text of `other` holds all of this one, which is open on both sides.
    fn within(&self, other: &Template) -> bool {
        let open = self.open_start && self.open_end;
        match self.segs.as_slice() {
            [Seg::Text(text)] if open => other.texts().any(|t| t.contains(text.as_str())),
            [] => open,
            _ => false,
        }
    }

    /// The text with its gaps filled, at least `length` characters where it has room.
    pub(super) fn filled(&self, fill: Fill<'_>, length: usize) -> String {
        let mut out = String::new();
        let mut room = None;
        if self.open_start {
            out.push_str(fill.outer);
            room = Some(out.len());
        }
        for (i, seg) in self.segs.iter().enumerate() {
            match seg {
                Seg::Text(text) => out.push_str(text),
                Seg::One => out.push(fill.one),
                Seg::Gap(least) => {
                    room.get_or_insert(out.len());
                    let text = fill.inner.unwrap_or_else(|| {
                        suited(out.chars().next_back(), self.segs.get(i + 1), least)
                    });
                    out.push_str(if text.len() < least.len() { least } else { text });
                }
            }
        }
        if self.open_end {
            room.get_or_insert(out.len());
            out.push_str(fill.outer);
        }
        let short = length.saturating_sub(out.chars().count());
        if let (Some(at), 1..) = (room, short) {
            out.insert_str(at, &"x".repeat(short));
        }
        out
    }
}

/// What suits a gap: nothing where it needs nothing, a blank between words, a name in a path.
fn suited(before: Option<char>, after: Option<&Seg>, least: &str) -> &'static str {
    let after = match after {
        Some(Seg::Text(text)) => text.chars().next(),
        Some(Seg::One | Seg::Gap(_)) | None => None,
    };
    match (before, after) {
        (Some('\\' | '/'), Some('\\' | '/')) => "x",
        (Some(a), Some(b)) if a.is_whitespace() || b.is_whitespace() => "",
        (Some(a), Some(b)) if !matches!(a, '\\' | '/') && !matches!(b, '\\' | '/' | '.') => " ",
        _ if least.is_empty() => "",
        _ => "x",
    }
}

/// One template for the texts that pass all of several, as far as there is one: from the longest
/// start to the longest end, with the others in the gaps. Whether a text passes is asked later.
pub(super) fn merged(parts: &[Template]) -> Template {
    let longest = |closed: &dyn Fn(&Template) -> bool| {
        // The first of the longest.
        let all = parts.iter().enumerate().filter(|(_, t)| closed(t));
        all.rev().max_by_key(|(_, t)| t.weight()).map(|(i, _)| i)
    };
    let whole = longest(&|t| !t.open_start && !t.open_end);
    let (start, end) = match whole {
        Some(i) => (Some(i), Some(i)),
        None => (longest(&|t| !t.open_start), longest(&|t| !t.open_end)),
    };
    let between: Vec<&Template> = parts
        .iter()
        .enumerate()
        .filter(|(i, t)| {
            let taken = Some(*i) == start || Some(*i) == end;
            let told = |(j, other): (usize, &Template)| {
                *i != j && t.within(other) && (!other.within(t) || j < *i)
            };
            !taken && t.open_start && t.open_end && !parts.iter().enumerate().any(told)
        })
        .map(|(_, t)| t)
        .collect();
    let gap = || Seg::Gap(String::new());
    let mut middle = Vec::new();
    for (i, template) in between.iter().enumerate() {
        if i > 0 {
            middle.push(gap());
        }
        middle.extend(template.segs.iter().cloned());
    }
    if let Some(whole) = whole.map(|i| &parts[i]) {
        let mut segs = whole.segs.clone();
        let gap_at = segs.iter().position(|s| matches!(s, Seg::Gap(_)));
        if let (Some(at), false) = (gap_at, middle.is_empty()) {
            middle.insert(0, gap());
            segs.splice(at..at, middle);
        }
        return Template { segs, open_start: false, open_end: false };
    }
    let mut segs = start.map_or_else(Vec::new, |i| parts[i].segs.clone());
    let end_segs = end.map_or(&[][..], |i| parts[i].segs.as_slice());
    for more in [middle.as_slice(), end_segs] {
        if !more.is_empty() {
            if !segs.is_empty() {
                segs.push(gap());
            }
            segs.extend(more.iter().cloned());
        }
    }
    Template { segs, open_start: start.is_none(), open_end: end.is_none() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(parts: &[(Op, &str)]) -> String {
        let parts: Vec<Template> =
            parts.iter().map(|(op, text)| Template::of_glob(*op, &Glob::text(*text))).collect();
        merged(&parts).filled(FILLS[0], 0)
    }

    #[test]
    fn starts_ends_and_what_lies_between_are_one_text() {
        assert_eq!(
            plain(&[(Op::Contains, "b"), (Op::EndsWith, "c"), (Op::StartsWith, "a")]),
            "a b c"
        );
        assert_eq!(
            plain(&[(Op::Contains, "a"), (Op::Contains, "-ab"), (Op::Contains, "a")]),
            "-ab"
        );
        assert_eq!(
            plain(&[(Op::StartsWith, "C:\\x\\"), (Op::EndsWith, "\\y.exe")]),
            "C:\\x\\x\\y.exe"
        );
        assert_eq!(plain(&[]), "");
    }

    #[test]
    fn what_must_be_in_a_whole_text_goes_into_its_gap() {
        let mut glob = Glob::text("a");
        glob.push(Piece::Any);
        glob.push(Piece::Text("z".to_owned()));
        let parts = [
            Template::of_glob(Op::Wildcard, &glob),
            Template::of_glob(Op::Contains, &Glob::text("m")),
        ];
        assert_eq!(merged(&parts).filled(FILLS[0], 0), "a m z");
        assert_eq!(merged(&parts).filled(FILLS[0], 8).chars().count(), 8);
    }
}
