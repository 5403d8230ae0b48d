//! Values that could pass what is wanted of one field, the plainest first.

use rulescope_ir::Op;

use super::date::{self, DateWish};
use super::template::{FILLS, Template, fill, merged};
use crate::datum::{Datum, compare_numbers};

/// What one test wants of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// To be this.
    Exactly(Datum),
    /// To be a text of one of these.
    Texts(Vec<Template>),
    /// To be one of these, or to lie between them.
    OneOf(Vec<Datum>),
    /// To have this many characters, or around it.
    Length(Op, usize),
    /// To be a time with this part.
    Date(DateWish),
    /// To be there.
    There,
}

/// Values for a field that nothing is wanted of but to be there, and not to be something.
const PLAIN: [&str; 8] =
    ["x", "1", "xyz", "0", "C:\\xyz\\xyz", "10.255.255.254", "-", "0x1f2e3d4c"];

/// What wishes want, by kind. `numbered` is how many further values are made by number, where many
/// must be told apart.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    exact: Vec<Datum>,
    given: Vec<Datum>,
    texts: Vec<Vec<Template>>,
    lengths: Vec<usize>,
    dates: Vec<DateWish>,
    numbered: usize,
}

impl Candidates {
    /// From what each test wants, with further values by number.
    pub(super) fn new(wishes: Vec<Wish>, numbered: usize) -> Candidates {
        let mut out = Candidates { numbered, ..Candidates::default() };
        for wish in wishes {
            match wish {
                Wish::Exactly(value) if !out.exact.contains(&value) => out.exact.push(value),
                Wish::Exactly(_) => {}
                Wish::Texts(list) => match list.as_slice() {
                    [one] if one.as_text().is_some() => {
                        out.exact.extend(one.as_text().map(Datum::text));
                    }
                    _ => out.texts.push(list),
                },
                Wish::OneOf(list) => out.given.extend(list),
                Wish::Length(op, n) => out.lengths.push(match op {
                    Op::Gt => n.saturating_add(1),
                    Op::Lt => n.saturating_sub(1),
                    _ => n,
                }),
                Wish::Date(wish) => out.dates.push(wish),
                Wish::There => {}
            }
        }
        out.given.sort_by(Datum::compare);
        out.given.dedup();
        out
    }

    fn is_open(&self) -> bool {
        self.exact.is_empty()
            && self.given.is_empty()
            && self.texts.is_empty()
            && self.lengths.is_empty()
            && self.dates.is_empty()
    }

    /// The values to try, in order; `None` is to leave the field absent: first where nothing is
    /// wanted, last otherwise.
    pub(super) fn tried(&self) -> impl Iterator<Item = Option<Datum>> {
        let open = self.is_open();
        let further = (2..self.numbered.saturating_add(2)).filter(move |_| open);
        let plain = PLAIN.iter().filter(move |_| open).map(|t| Datum::text(*t));
        let plain = plain.chain(further.map(|n| Datum::text(format!("x{n}"))));
        let length = self.lengths.iter().copied().max().unwrap_or(0);
        let variants = self.texts.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let written = !self.texts.is_empty() || !self.lengths.is_empty();
        let texts = (0..if written { variants } else { 0 }).flat_map(move |variant| {
            let chosen: Vec<Template> = self
                .texts
                .iter()
                .filter_map(|list| list.get(variant % list.len().max(1)).cloned())
                .collect();
            let template = if chosen.is_empty() {
                Template { open_start: true, open_end: true, ..Template::default() }
            } else {
                merged(&chosen)
            };
            let numbered = template.clone();
            let further = (2..self.numbered.saturating_add(2)).map(move |n| {
                let n = n.to_string();
                Datum::text(numbered.filled(fill(Some(&n), &n, 'x'), length))
            });
            let fills = FILLS.iter();
            fills.map(move |fill| Datum::text(template.filled(*fill, length))).chain(further)
        });
        let values = self
            .exact
            .iter()
            .cloned()
            .chain(self.between())
            .chain(date::texts(&self.dates))
            .chain(texts)
            .chain(plain);
        open.then_some(None).into_iter().chain(values.map(Some)).chain([None])
    }

    /// The given values, and those between numbers of them.
    fn between(&self) -> Vec<Datum> {
        let mut out = self.given.clone();
        for pair in self.given.windows(2) {
            if let (Some(a), Some(b)) = (pair[0].number(), pair[1].number())
                && compare_numbers(&a, &b).is_lt()
            {
                out.push(Datum::float((a.as_f64() + b.as_f64()) / 2.0));
            }
        }
        out
    }
}
