//! Rows made of a row that is known, with other values: one member of a group is solved, the others
//! are its variations, each at the cost of running the pattern over that one row's events.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use rulescope_ir::{Pattern, Value};

use super::keys::read;
use super::rows::Ground;
use crate::datum::Datum;
use crate::event::Event;

/// How many members are solved by themselves before they are only solved: the first may do without
/// the field that a value hangs on (`coalesce(user, "null")`), the next has to have it.
pub(super) const VARIED: usize = 2;

/// How a number is put into a value.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// After a text; added to a number.
    After,
    /// Before a text; added to a number.
    Before,
    /// Added to the address that a text is.
    Address,
}

const WAYS: [Way; 3] = [Way::After, Way::Before, Way::Address];

/// A row, and the fields of its events that values of it hang on.
#[derive(Debug)]
pub(super) struct Varied<'r> {
    pattern: Pattern,
    row: Vec<Event>,
    values: &'r [Value],
    fields: BTreeSet<String>,
}

impl<'r> Varied<'r> {
    /// Of a row that a pattern certainly gives. A value that is a field of the events hangs on it;
    /// for any other it is found by trial. `None` where that finds no field.
    pub(super) fn of(
        pattern: Pattern,
        row: &[Event],
        values: &'r [Value],
        ground: &Ground<'_>,
    ) -> Option<Varied<'r>> {
        let names: BTreeSet<&String> = row.iter().flat_map(|e| e.values.keys()).collect();
        let known = read(&pattern, row, values, ground);
        let mut fields = BTreeSet::new();
        for (value, known) in values.iter().zip(known) {
            let own = match value {
                Value::Field(field) => names.iter().find(|name| name.as_str() == field.name()),
                Value::Literal(_)
                | Value::List(_)
                | Value::Call { .. }
                | Value::Truth(_)
                | Value::Opaque { .. } => None,
            };
            let changes = |name: &str| {
                WAYS.iter().any(|way| {
                    with(row, &BTreeSet::from([name.to_owned()]), *way, 2).is_some_and(|other| {
                        let other = read(&pattern, &other, std::slice::from_ref(value), ground);
                        other[0].is_some() && other[0] != known
                    })
                })
            };
            let name = own.or_else(|| names.iter().find(|name| changes(name)))?;
            fields.insert((*name).clone());
        }
        Some(Varied { pattern, row: row.to_vec(), values, fields })
    }

    /// The row with values made by number, none of which is known of its kind; they are known then.
    pub(super) fn by(
        &self,
        number: usize,
        known: &mut [Vec<Datum>],
        ground: &Ground<'_>,
    ) -> Option<Vec<Event>> {
        WAYS.iter().find_map(|way| {
            let other = with(&self.row, &self.fields, *way, number)?;
            let values = read(&self.pattern, &other, self.values, ground);
            let values: Vec<Datum> =
                values.iter().map(|v| v.as_ref()?.first().cloned()).collect::<Option<_>>()?;
            if values.iter().zip(known.iter()).any(|(value, known)| known.contains(value)) {
                return None;
            }
            known.iter_mut().zip(values).for_each(|(known, value)| known.push(value));
            Some(other)
        })
    }
}

/// Events with a number put into these fields, wherever they have them.
fn with(row: &[Event], fields: &BTreeSet<String>, way: Way, number: usize) -> Option<Vec<Event>> {
    let mut out = row.to_vec();
    for event in &mut out {
        for (_, value) in event.values.iter_mut().filter(|(name, _)| fields.contains(*name)) {
            *value = numbered(value, way, number)?;
        }
    }
    Some(out)
}

fn numbered(value: &Datum, way: Way, number: usize) -> Option<Datum> {
    Some(match (value, way) {
        (Datum::Text(text), Way::After) => Datum::Text(format!("{text}{number}")),
        (Datum::Text(text), Way::Before) => Datum::Text(format!("{number}{text}")),
        (Datum::Text(text), Way::Address) => {
            let address: Ipv4Addr = text.parse().ok()?;
            let next = u32::from(address).checked_add(u32::try_from(number).ok()?)?;
            Datum::text(Ipv4Addr::from(next).to_string())
        }
        (Datum::Number(n), Way::After | Way::Before | Way::Address) => {
            let n: i128 = n.as_str().parse().ok()?;
            Datum::int(n.checked_add(number as i128)?)
        }
        (Datum::Null | Datum::Bool(_) | Datum::List(_) | Datum::Object(_) | Datum::Unknown, _) => {
            return None;
        }
    })
}
