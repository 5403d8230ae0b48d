//! One event as the program looks at it: every value found and folded once at most, every test
//! answered once at most. What is written down is kept from event to event, so that the next one
//! allocates nothing.

use rulescope_eval::{Datum, Truth, View};
use rulescope_events::{Event, Value};
use rulescope_ir::fold_into;

use super::shape::{Place, Shape};
use crate::record::Record;

/// Where the one text of a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// The field is not there.
    Absent,
    /// Among the event's data.
    Data(u32),
    /// In its header.
    Header(u32),
    /// Among the texts that were made.
    Made(u32, u32),
    /// It is no single text.
    Other,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    /// Of which event the rest is.
    event: u64,
    seen: Seen,
    folded: Option<(u32, u32)>,
}

/// What is written down of an event.
#[derive(Debug, Default)]
pub(super) struct Notes {
    event: u64,
    slots: Vec<Slot>,
    answers: Vec<(u64, Truth)>,
    made: String,
    folds: String,
}

impl Notes {
    pub(super) fn new(slots: usize, atoms: usize) -> Notes {
        Notes {
            event: 0,
            slots: vec![Slot { event: 0, seen: Seen::Absent, folded: None }; slots],
            answers: vec![(0, Truth::False); atoms],
            made: String::new(),
            folds: String::new(),
        }
    }
}

/// More text than this is given back after an event.
const KEPT: usize = 1 << 20;

/// An event.
pub(super) struct Look<'e, 'n> {
    record: &'e Record<'e>,
    names: &'n [String],
    shape: &'n mut Shape,
    notes: &'n mut Notes,
}

impl<'e, 'n> Look<'e, 'n> {
    pub(super) fn new(
        record: &'e Record<'e>,
        names: &'n [String],
        shape: &'n mut Shape,
        notes: &'n mut Notes,
    ) -> Look<'e, 'n> {
        notes.event += 1;
        notes.made.clear();
        notes.folds.clear();
        notes.made.shrink_to(KEPT);
        notes.folds.shrink_to(KEPT);
        Look { record, names, shape, notes }
    }

    pub(super) fn record(&self) -> &'e Record<'e> {
        self.record
    }

    fn event(&self) -> &'e Event {
        self.record.event()
    }

    /// The answer of a test that was asked before.
    pub(super) fn known(&self, atom: u32) -> Option<Truth> {
        let (event, truth) = self.notes.answers[atom as usize];
        (event == self.notes.event).then_some(truth)
    }

    pub(super) fn know(&mut self, atom: u32, truth: Truth) {
        self.notes.answers[atom as usize] = (self.notes.event, truth);
    }

    /// Where the text of a field is.
    pub(super) fn seen(&mut self, slot: usize) -> Seen {
        let known = self.notes.slots[slot];
        if known.event == self.notes.event {
            return known.seen;
        }
        let seen = self.find(slot);
        self.notes.slots[slot] = Slot { event: self.notes.event, seen, folded: None };
        seen
    }

    fn find(&mut self, slot: usize) -> Seen {
        let name = &self.names[slot];
        let (value, seen) = match self.shape.place(slot, name, self.record) {
            Place::Unasked | Place::Computed => {
                let Some(value) = self.record.field(name) else { return Seen::Absent };
                return self.make(&value);
            }
            Place::Absent => return Seen::Absent,
            Place::Data(at) => (&self.event().data[at as usize].1, Seen::Data(at)),
            Place::Header(at) => (&self.event().header[at as usize].1, Seen::Header(at)),
        };
        match value {
            Value::Text(_) => seen,
            Value::Null => Seen::Absent,
            Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => {
                self.make(&crate::record::datum(value))
            }
        }
    }

    fn make(&mut self, value: &Datum) -> Seen {
        match value {
            Datum::Null => Seen::Absent,
            Datum::Text(text) => self.write(text),
            Datum::Bool(_) | Datum::Number(_) => self.write(&value.display()),
            Datum::List(_) if value.elements().is_empty() => Seen::Absent,
            Datum::List(_) | Datum::Object(_) | Datum::Unknown => Seen::Other,
        }
    }

    fn write(&mut self, text: &str) -> Seen {
        match span(&mut self.notes.made, |made| made.push_str(text)) {
            Some((start, end)) => Seen::Made(start, end),
            None => Seen::Other,
        }
    }

    /// The text of a field that is there; empty where it is none.
    pub(super) fn text(&self, slot: usize) -> &str {
        text(self.notes.slots[slot].seen, self.event(), &self.notes.made)
    }

    /// Folds the text of a field that is there.
    pub(super) fn fold(&mut self, slot: usize) {
        if self.notes.slots[slot].folded.is_some() {
            return;
        }
        let seen = self.notes.slots[slot].seen;
        let Notes { made, folds, slots, .. } = &mut *self.notes;
        let text = text(seen, self.record.event(), made);
        slots[slot].folded = span(folds, |folds| fold_into(text, folds));
    }

    /// The folded text of a field that was folded.
    pub(super) fn folded(&self, slot: usize) -> &str {
        match self.notes.slots[slot].folded {
            Some((start, end)) => &self.notes.folds[start as usize..end as usize],
            None => "",
        }
    }

    /// All values of the event, folded, parted by a character that no trigger has.
    pub(super) fn everything(&mut self) -> (u32, u32) {
        let event = self.record.event();
        let folds = &mut self.notes.folds;
        let all = span(folds, |folds| {
            for value in event.values() {
                if let Some(text) = value.text() {
                    fold_into(&text, folds);
                    folds.push('\0');
                }
            }
        });
        all.unwrap_or((0, 0))
    }

    /// A part of what was folded.
    pub(super) fn part(&self, (start, end): (u32, u32)) -> &str {
        &self.notes.folds[start as usize..end as usize]
    }
}

fn text<'t>(seen: Seen, event: &'t Event, made: &'t str) -> &'t str {
    let value = match seen {
        Seen::Data(at) => &event.data[at as usize].1,
        Seen::Header(at) => &event.header[at as usize].1,
        Seen::Made(start, end) => return &made[start as usize..end as usize],
        Seen::Absent | Seen::Other => return "",
    };
    match value {
        Value::Text(text) => text,
        _ => "",
    }
}

/// What a step adds to a text; nothing where the text grows past what is numbered.
fn span(text: &mut String, add: impl FnOnce(&mut String)) -> Option<(u32, u32)> {
    let start = u32::try_from(text.len()).ok()?;
    add(text);
    Some((start, u32::try_from(text.len()).ok()?))
}
