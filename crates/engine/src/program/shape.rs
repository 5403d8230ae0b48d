//! Where the events of one shape have their values.
//!
//! Looking a name up is the costliest part of reading an event: by its native names, as a path,
//! without its blanks. Events with the same names give the same answer, so it is found once a shape.

use std::borrow::Cow;

use rulescope_events::{Event, Name, Value};

use crate::record::{Record, Stands};

/// Where a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nobody asked yet.
    Unasked,
    /// Nowhere.
    Absent,
    /// Among the data, by its number.
    Data(u32),
    /// In the header, by its number.
    Header(u32),
    /// It hangs on values.
    Computed,
}

/// The names of an event.
#[derive(Debug)]
pub(super) struct Shape {
    data: Vec<Name>,
    header: Vec<&'static str>,
    user_data: Option<Name>,
    any_case: bool,
    flat: bool,
    places: Vec<Place>,
}

impl Shape {
    pub(super) fn of(event: &Event, slots: usize) -> Shape {
        Shape {
            data: event.data.iter().map(|(name, _)| Name::clone(name)).collect(),
            header: event.header.iter().map(|(name, _)| *name).collect(),
            user_data: event.user_data.clone(),
            any_case: event.any_case,
            flat: is_flat(event),
            places: vec![Place::Unasked; slots],
        }
    }

    /// Whether an event has this shape.
    pub(super) fn is_of(&self, event: &Event) -> bool {
        self.data.len() == event.data.len()
            && self.header.len() == event.header.len()
            && self.any_case == event.any_case
            && self.data.iter().zip(&event.data).all(|(own, (there, _))| own == there)
            && self.header.iter().zip(&event.header).all(|(own, (there, _))| own == there)
            && self.user_data == event.user_data
            && self.flat == is_flat(event)
    }

    /// Where a name's value is in events of this shape.
    pub(super) fn place(&mut self, slot: usize, name: &str, record: &Record<'_>) -> Place {
        if self.places[slot] == Place::Unasked {
            self.places[slot] = self.find(name, record);
        }
        self.places[slot]
    }

    fn find(&self, name: &str, record: &Record<'_>) -> Place {
        // What a path finds hangs on the values below.
        if !self.flat && record.may_walk(name) {
            return Place::Computed;
        }
        match record.stands(name) {
            Stands::Nowhere => Place::Absent,
            Stands::Computed => Place::Computed,
            Stands::Plain(Cow::Owned(_)) => Place::Computed,
            Stands::Plain(Cow::Borrowed(value)) => {
                let event = record.event();
                let is = |there: &Value| std::ptr::eq(there, value);
                let data = event.data.iter().position(|(_, there)| is(there));
                let header = event.header.iter().position(|(_, there)| is(there));
                match (data, header) {
                    (Some(at), _) => u32::try_from(at).map_or(Place::Computed, Place::Data),
                    (None, Some(at)) => u32::try_from(at).map_or(Place::Computed, Place::Header),
                    (None, None) => Place::Computed,
                }
            }
        }
    }
}

/// Whether no value has others below.
fn is_flat(event: &Event) -> bool {
    event.data.iter().all(|(_, value)| !matches!(value, Value::List(_) | Value::Object(_)))
}
