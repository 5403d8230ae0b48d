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
    /// Added to all but the last byte of the address that a text is.
    Subnet,
}

const WAYS: [Way; 4] = [Way::After, Way::Before, Way::Address, Way::Subnet];

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
        (Datum::Text(text), Way::After) => Datum::text(format!("{text}{number}")),
        (Datum::Text(text), Way::Before) => Datum::text(format!("{number}{text}")),
        (Datum::Text(text), Way::Address | Way::Subnet) => {
            let address: Ipv4Addr = text.parse().ok()?;
            let step = if matches!(way, Way::Subnet) { 256 } else { 1 };
            let by = u32::try_from(number).ok()?.checked_mul(step)?;
            let next = u32::from(address).checked_add(by)?;
            Datum::text(Ipv4Addr::from(next).to_string())
        }
        (Datum::Number(n), Way::After | Way::Before) => {
            let n: i128 = n.as_str().parse().ok()?;
            Datum::int(n.checked_add(number as i128)?)
        }
        (Datum::Number(_), Way::Address | Way::Subnet) => return None,
        (Datum::Null | Datum::Bool(_) | Datum::List(_) | Datum::Object(_) | Datum::Unknown, _) => {
            return None;
        }
    })
}

#[cfg(test)]
mod tests {
    use rulescope_ir::{Expr, Field, Literal, Op, Predicate, Scalar, Scope, Span, Subject};

    use super::*;
    use crate::witness::budget::Budget;
    use crate::witness::{ROOM, START};

    #[test]
    fn addresses_stay_in_their_network_and_no_value_comes_twice() {
        let network = Literal::new(Scalar::Network("10.0.0.0/8".to_owned()), Span::NONE);
        let inside = Predicate::new(Subject::Field(Field::new("ip")), Op::Cidr, vec![network]);
        let pattern = Pattern::events(Scope::of("category", "dns")).filter(Expr::Predicate(inside));
        let row = [Event::at(START).of("category", "dns").with("ip", "10.0.0.1").with("a", "x")];
        let budget = Budget::new();
        let ground = Ground { time: START, now: None, room: ROOM, budget: &budget };
        let values = [Value::field("ip")];
        let varied = Varied::of(pattern, &row, &values, &ground).expect("a field to vary");
        let mut known = vec![vec![Datum::text("10.0.0.1")]];
        for number in 2..600 {
            let other = varied.by(number, &mut known, &ground).expect("another address");
            assert_eq!(other[0].values["a"], Datum::text("x"));
        }
        let all: BTreeSet<&Datum> = known[0].iter().collect();
        assert_eq!(all.len(), 599);
    }
}
