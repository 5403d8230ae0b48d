//! Rows of two sides that share keys.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rulescope_ir::{Duration, JoinKind, Value};

use crate::datum::Datum;
use crate::group::{Part, joined};
use crate::rows::{Position, Row};
use crate::truth::Truth;

/// Whether a join gives nothing where the right side has no row.
pub(crate) fn needs_right(kind: JoinKind) -> bool {
    match kind {
        JoinKind::Inner | JoinKind::InnerUnique | JoinKind::LeftSemi | JoinKind::RightOuter => true,
        JoinKind::LeftOuter | JoinKind::FullOuter | JoinKind::LeftAnti => false,
    }
}

/// Values that one side of a join has for a key, which the other's rows need to have too.
#[derive(Debug, Clone)]
pub(crate) struct Sought {
    /// The key on the other side.
    value: Value,
    parts: Arc<BTreeSet<Part>>,
}

/// What the right side's rows leave to the left's: keys of which a right row's value is unknown are
/// left out.
pub(crate) fn sought(right: &[Row], on: &[(Value, Value)], at: &Position<'_>) -> Vec<Sought> {
    let of = |(left, right_value): &(Value, Value)| {
        let parts: BTreeSet<Part> = right
            .iter()
            .map(|row| Part::of(at.value(right_value, row).as_ref()))
            .filter(|part| *part != Part::Missing)
            .collect();
        let known = !parts.contains(&Part::Unknown);
        known.then(|| Sought { value: left.clone(), parts: Arc::new(parts) })
    };
    on.iter().filter_map(of).collect()
}

impl Sought {
    /// Whether it is the value of a field of this name.
    pub(crate) fn is_field(&self, name: &str) -> bool {
        matches!(&self.value, Value::Field(field) if field.name() == name)
    }

    /// Whether it may change with a field of this name.
    pub(crate) fn may_read(&self, name: &str) -> bool {
        match &self.value {
            Value::Field(field) => {
                let rest = field.name().strip_prefix(name);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
            _ => true,
        }
    }

    /// The same of another value.
    pub(crate) fn of(&self, value: &Value) -> Sought {
        Sought { value: value.clone(), parts: Arc::clone(&self.parts) }
    }

    /// Whether a row's value is one of them, or may be.
    pub(crate) fn may_be(&self, row: &Row, at: &Position<'_>) -> bool {
        let part = Part::of(at.value(&self.value, row).as_ref());
        part == Part::Unknown || self.parts.contains(&part)
    }
}

/// The rows of a join. A pair's row has the fields of both, the left's where both have a name.
pub(crate) fn rows(
    left: &[Row],
    right: &[Row],
    kind: JoinKind,
    on: &[(Value, Value)],
    within: Option<Duration>,
    at: &Position<'_>,
) -> Vec<Row> {
    let (lefts, rights): (Vec<Value>, Vec<Value>) = on.iter().cloned().unzip();
    let left: Vec<Side<'_>> = left.iter().map(|row| Side::new(row, &lefts, at)).collect();
    let right: Vec<Side<'_>> = right.iter().map(|row| Side::new(row, &rights, at)).collect();
    let places = Places::of(&right);
    let within = within.map(|d| i64::try_from(d.millis).unwrap_or(i64::MAX));
    let mut out = Vec::new();
    let pairs = matches!(
        kind,
        JoinKind::Inner | JoinKind::LeftOuter | JoinKind::RightOuter | JoinKind::FullOuter
    );
    for l in &left {
        let partners: Vec<(&Side<'_>, Truth)> =
            places.near(l).map(|r| &right[r]).map(|r| (r, l.meets(r, within))).collect();
        let met = Truth::any(partners.iter().map(|(_, truth)| *truth));
        if pairs {
            for (r, truth) in &partners {
                out.extend(given(*truth, || pair(l.row, r.row, at)));
            }
        }
        match kind {
            JoinKind::Inner | JoinKind::RightOuter => {}
            JoinKind::InnerUnique => {
                // Any of the possible ones before the first certain one may be the first.
                for (r, truth) in &partners {
                    let first = Truth::all([*truth, met]);
                    out.extend(given(first, || pair(l.row, r.row, at)));
                    if *truth == Truth::True {
                        break;
                    }
                }
            }
            JoinKind::LeftSemi => out.extend(given(met, || l.row.clone())),
            JoinKind::LeftOuter | JoinKind::FullOuter | JoinKind::LeftAnti => {
                out.extend(given(!met, || l.row.clone()));
            }
        }
    }
    if matches!(kind, JoinKind::RightOuter | JoinKind::FullOuter) {
        let places = Places::of(&left);
        for r in &right {
            let met = Truth::any(places.near(r).map(|l| r.meets(&left[l], within)));
            out.extend(given(!met, || r.row.clone()));
        }
    }
    out
}

/// The row where it is there.
fn given(truth: Truth, row: impl FnOnce() -> Row) -> Option<Row> {
    match truth {
        Truth::True => Some(row()),
        Truth::Unknown => Some(row().possible()),
        Truth::False => None,
    }
}

/// The rows of a side by their keys.
struct Places<'s> {
    by_keys: BTreeMap<&'s [Part], Vec<usize>>,
    /// Those of which a key may be any.
    loose: Vec<usize>,
    all: usize,
}

impl<'s> Places<'s> {
    fn of(sides: &'s [Side<'_>]) -> Places<'s> {
        let mut out = Places { by_keys: BTreeMap::new(), loose: Vec::new(), all: sides.len() };
        for (i, side) in sides.iter().enumerate() {
            match &side.keys {
                None => {}
                Some(keys) if keys.contains(&Part::Unknown) => out.loose.push(i),
                Some(keys) => out.by_keys.entry(keys).or_default().push(i),
            }
        }
        out
    }

    /// The places, in order, of all rows that may share the keys of a row of the other side.
    fn near(&self, side: &Side<'_>) -> impl Iterator<Item = usize> {
        let mut out = match &side.keys {
            None => Vec::new(),
            Some(keys) if keys.contains(&Part::Unknown) => (0..self.all).collect(),
            Some(keys) => self.by_keys.get(keys.as_slice()).cloned().unwrap_or_default(),
        };
        if out.len() < self.all && !self.loose.is_empty() && side.keys.is_some() {
            out.extend(&self.loose);
            out.sort_unstable();
        }
        out.into_iter()
    }
}

struct Side<'r> {
    row: &'r Row,
    keys: Option<Vec<Part>>,
}

impl<'r> Side<'r> {
    fn new(row: &'r Row, values: &[Value], at: &Position<'_>) -> Side<'r> {
        Side { row, keys: joined(values, row, at) }
    }

    /// Whether the other is there, shares the keys and is near. Whether this row is there its own
    /// certainty says.
    fn meets(&self, other: &Side<'_>, within: Option<i64>) -> Truth {
        let (Some(a), Some(b)) = (&self.keys, &other.keys) else { return Truth::False };
        let near =
            within.is_none_or(|w| self.row.time.abs_diff(other.row.time) <= w.unsigned_abs());
        let equal = a.iter().zip(b).map(|(a, b)| match (a, b) {
            (Part::Unknown, _) | (_, Part::Unknown) => Truth::Unknown,
            (a, b) => Truth::from(a == b),
        });
        let there = if other.row.certain { Truth::True } else { Truth::Unknown };
        Truth::all(equal.chain([Truth::from(near), there]))
    }
}

fn pair(left: &Row, right: &Row, at: &Position<'_>) -> Row {
    let mut fields = BTreeMap::new();
    for row in [right, left] {
        if let Datum::Object(members) = at.view(row).object() {
            fields.extend(members);
        }
    }
    let mut row = Row::of_rows([left, right], fields);
    row.blurred = left.blurred || right.blurred;
    row
}
