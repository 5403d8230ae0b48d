//! Flat records of the same names, which an exporter writes over and over: what each name is was found
//! out with the first of them.
//!
//! It is a short way to what [`flat::read`](super::flat::read) does, and is taken only where the names
//! say all; values that decide too send the record the long way.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::flat::{self, Chosen};
use super::nested::plain;
use super::{paths, winlog};
use crate::event::Event;
use crate::time;
use crate::value::{Name, Value};

/// Layouts that are remembered; who makes names up has no more of it.
const MOST: usize = 1024;
/// Layouts that are made before no more are: then names are not shared between records.
const MADE: usize = 16_384;

/// The layouts that were seen.
#[derive(Debug, Default)]
pub(crate) struct Layouts {
    known: FxHashMap<u64, Option<Arc<Layout>>>,
    made: usize,
}

/// What the names of a flat record are.
#[derive(Debug)]
pub(super) struct Layout {
    names: Box<[Name]>,
    /// Of each, the value of the header that it is by its own name.
    header: Box<[Option<&'static str>]>,
    /// What is taken into the header first, by the place of a name, in order.
    first: Vec<(usize, &'static str)>,
}

/// Names whose text may hold the record, and those that are told by their case.
const SPECIAL: [&str; 3] = ["_raw", "Payload", "event_id"];

impl Layouts {
    /// The layout of members; `None` where their names do not say all.
    pub(super) fn of(&mut self, members: &[(Name, Value)]) -> Option<Arc<Layout>> {
        let scalar = |v: &Value| !matches!(v, Value::List(_) | Value::Object(_));
        if !members.iter().all(|(_, value)| scalar(value)) {
            return None;
        }
        // Names are shared, so that a name is told by where it stands in memory.
        let mut hash = members.len() as u64;
        for (name, _) in members {
            let at = name.as_ptr() as u64;
            hash = (hash.rotate_left(5) ^ at).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
        if let Some(known) = self.known.get(&hash) {
            let known = known.as_ref()?;
            return known.is_of(members).then(|| Arc::clone(known));
        }
        if self.made == MADE {
            return None;
        }
        self.made += 1;
        if self.known.len() == MOST {
            self.known.clear();
        }
        let layout = Layout::new(members).map(Arc::new);
        self.known.insert(hash, layout.clone());
        layout
    }
}

impl Layout {
    fn new(members: &[(Name, Value)]) -> Option<Layout> {
        let long_way = |name: &str| {
            SPECIAL.contains(&name) || name.starts_with("event_data.") || winlog::is_dotted(name)
        };
        if paths::is(members) || members.iter().any(|(name, _)| long_way(name)) {
            return None;
        }
        let names: Box<[Name]> = members.iter().map(|(name, _)| Name::clone(name)).collect();
        let Chosen { time, id, others } = Chosen::of(&names);
        let mut first = Vec::new();
        first.extend(time.map(|at| (at, "TimeCreated")));
        first.push((id?, "EventID"));
        first.extend(others);
        let header = names.iter().map(|name| flat::of_header(name)).collect();
        Some(Layout { names, header, first })
    }

    fn is_of(&self, members: &[(Name, Value)]) -> bool {
        self.names.len() == members.len()
            && self.names.iter().zip(members).all(|(own, (name, _))| Arc::ptr_eq(own, name))
    }

    /// Whether the values are such that the first of each list of names is the one that counts.
    fn decides(&self, members: &[(Name, Value)]) -> bool {
        self.first.iter().all(|(at, known)| {
            let value = &members[*at].1;
            match *known {
                "EventID" => value.unsigned().is_some(),
                "TimeCreated" => value.text().is_some_and(|t| time::parse(&t).is_some()),
                _ => value.text().is_some(),
            }
        })
    }

    /// Reads a record; gives the members back where their values send it the long way.
    pub(super) fn read(
        &self,
        mut members: Vec<(Name, Value)>,
        event: &mut Event,
    ) -> Result<(), Vec<(Name, Value)>> {
        if !self.decides(&members) {
            return Err(members);
        }
        for (at, known) in &self.first {
            let value = &mut members[*at].1;
            let own = self.header[*at] == Some(*known);
            let value = if own { std::mem::replace(value, Value::Null) } else { value.clone() };
            event.set_header(known, value);
        }
        event.data.reserve_exact(members.len());
        for ((name, value), header) in members.into_iter().zip(&self.header) {
            match header {
                Some(known) => event.set_header(known, value),
                None => event.data.push((name, plain(value))),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Place;
    use crate::names::Names;

    /// Whatever values the names have, the short way gives the event that the long way gives.
    #[test]
    fn the_short_way_is_the_long_way() {
        let names = [
            ["EventID", "Channel", "Image", "TimeCreated"],
            ["Id", "LogName", "TimeCreated", "Image"],
            ["Id", "Image", "UtcTime", "x"],
            ["EventCode", "EventID", "ComputerName", "_time"],
            ["event.code", "host.name", "@timestamp", "Level"],
            ["Provider_Guid", "Source", "EventID", "ProviderName"],
            ["UtcTime", "TimeCreated", "EventID", "Hostname"],
        ];
        let guid = "5770385F-C22A-43E0-BF4C-06F5698FFBD9";
        let values = ["1", "", "x", "2026-01-02T03:04:05Z", guid].map(Value::of);
        let values = [&values[..], &[Value::Null, Value::Bool(true)]].concat();
        let (mut shared, mut layouts, mut short) = (Names::default(), Layouts::default(), 0);
        for names in names {
            for case in 0..values.len().pow(4) {
                let value = |i: u32| &values[case / values.len().pow(i) % values.len()];
                let members: Vec<(Name, Value)> =
                    (0..4).map(|i| (shared.name(names[i as usize]), value(i).clone())).collect();
                let mut long = Event::new(&"log".into(), Place::Log);
                flat::read(members.clone(), &mut long, &mut shared);
                let Some(layout) = layouts.of(&members) else { continue };
                let mut event = Event::new(&"log".into(), Place::Log);
                if layout.read(members.clone(), &mut event).is_ok() {
                    short += 1;
                    assert_eq!(event, long, "{members:?}");
                }
            }
        }
        assert!(short > 500, "{short}");
    }

    #[test]
    fn names_that_decide_by_more_go_the_long_way() {
        let mut shared = Names::default();
        for other in ["_raw", "Payload", "winlog.channel", "event_data.Image", "Event.System.Level"]
        {
            let members: Vec<(Name, Value)> = ["EventID", other]
                .map(|name| (shared.name(name), Value::of("1")))
                .into_iter()
                .collect();
            assert!(Layouts::default().of(&members).is_none(), "{other}");
        }
    }
}
