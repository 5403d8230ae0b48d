//! What the events of one kind are held against: the conditions that may pass on them, and the
//! literals that make an event a candidate of each.

use std::fmt;

use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder};
use memchr::memmem::Finder;
use rustc_hash::FxHashMap;

use super::look::{Look, Seen};
use super::need::{How, Need, Trigger};

/// A condition by its number in the program.
pub(super) type Unit = u32;

/// Conditions by their place in the plan.
type Members = Box<[u32]>;

/// The conditions of a kind of event.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Those that may pass, in the order of their rules.
    pub(super) units: Vec<Unit>,
    /// Whether any condition reads this kind of event at all.
    pub(super) is_read: bool,
    /// Those that any event may pass.
    always: Vec<u64>,
    /// By field: those that an event with it may pass.
    there: Vec<(usize, Members)>,
    /// By field: those that an event may pass by what the field says.
    fields: Vec<Field>,
    /// Those that an event may pass by some value that it has.
    anywhere: Option<Needles>,
}

/// The literals that make an event a candidate by one field.
#[derive(Debug)]
struct Field {
    slot: usize,
    equal: FxHashMap<Box<str>, Members>,
    needles: Option<Needles>,
    /// All conditions of the field's literals: candidates where it is no single text.
    all: Members,
}

/// Texts that are looked for in one pass over a value.
struct Needles {
    search: Search,
    /// By text: its length, and how it must stand with the conditions that want it so.
    hits: Vec<(usize, Vec<(How, Members)>)>,
}

/// How texts are looked for.
enum Search {
    /// One after another.
    Few(Vec<Finder<'static>>),
    /// At once.
    Many(Box<DoubleArrayAhoCorasick<u32>>),
}

/// Up to so many texts are faster one after another than by the tables of an automaton, which most
/// kinds of events would have for a handful of texts.
const FEW: usize = 12;

impl fmt::Debug for Needles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} texts", self.hits.len())
    }
}

impl Needles {
    fn of(texts: FxHashMap<String, Vec<(How, u32)>>) -> Option<Needles> {
        let mut texts: Vec<(String, Vec<(How, u32)>)> = texts.into_iter().collect();
        texts.sort_unstable();
        let patterns = texts.iter().map(|(text, _)| text.as_str());
        let search = if texts.len() <= FEW {
            Search::Few(patterns.map(|text| Finder::new(text).into_owned()).collect())
        } else {
            let automaton = DoubleArrayAhoCorasickBuilder::new().build::<_, _, u32>(patterns);
            Search::Many(Box::new(automaton.ok()?))
        };
        let hits = texts
            .into_iter()
            .map(|(text, mut wanted)| {
                wanted.sort_unstable();
                wanted.dedup();
                let by_how = wanted.chunk_by(|a, b| a.0 == b.0);
                let members = |of: &[(How, u32)]| of.iter().map(|(_, unit)| *unit).collect();
                (text.len(), by_how.map(|of| (of[0].0, members(of))).collect())
            })
            .collect();
        Some(Needles { search, hits })
    }

    fn find(&self, text: &str, candidates: &mut [u64]) {
        match &self.search {
            Search::Few(finders) => {
                for (finder, (_, wanted)) in finders.iter().zip(&self.hits) {
                    let needle = finder.needle();
                    let stands = |how: How| match how {
                        How::Holds => finder.find(text.as_bytes()).is_some(),
                        How::Begins => text.as_bytes().starts_with(needle),
                        How::Ends => text.as_bytes().ends_with(needle),
                        How::Equal => text.as_bytes() == needle,
                    };
                    mark_those(wanted, stands, candidates);
                }
            }
            Search::Many(automaton) => {
                for found in automaton.find_overlapping_iter(text) {
                    let (length, wanted) = &self.hits[found.value() as usize];
                    let starts = found.end() == *length;
                    let ends = found.end() == text.len();
                    let stands = |how: How| match how {
                        How::Holds => true,
                        How::Begins => starts,
                        How::Ends => ends,
                        How::Equal => starts && ends,
                    };
                    mark_those(wanted, stands, candidates);
                }
            }
        }
    }
}

/// Marks the conditions whose text stands as they want it.
fn mark_those(wanted: &[(How, Members)], stands: impl Fn(How) -> bool, candidates: &mut [u64]) {
    for (_, members) in wanted.iter().filter(|(how, _)| stands(*how)) {
        mark(candidates, members);
    }
}

fn mark(candidates: &mut [u64], members: &[u32]) {
    for member in members {
        candidates[*member as usize / 64] |= 1 << (member % 64);
    }
}

impl Plan {
    /// The plan of conditions with what each needs.
    pub(super) fn of(needs: Vec<(Unit, Need)>) -> Plan {
        let mut plan = Plan { is_read: !needs.is_empty(), ..Plan::default() };
        let mut always: Vec<u32> = Vec::new();
        let mut there: FxHashMap<usize, Vec<u32>> = FxHashMap::default();
        let mut equal: FxHashMap<usize, FxHashMap<String, Vec<u32>>> = FxHashMap::default();
        let mut inner: FxHashMap<usize, FxHashMap<String, Vec<(How, u32)>>> = FxHashMap::default();
        let mut anywhere: FxHashMap<String, Vec<(How, u32)>> = FxHashMap::default();
        for (unit, need) in needs {
            let triggers = match need {
                Need::Never => continue,
                Need::Always => Vec::new(),
                Need::One(triggers) => triggers,
            };
            let Ok(member) = u32::try_from(plan.units.len()) else { continue };
            plan.units.push(unit);
            if triggers.is_empty() {
                always.push(member);
            }
            for trigger in triggers {
                match trigger {
                    Trigger::There(slot) => there.entry(slot).or_default().push(member),
                    Trigger::Text(slot, How::Equal, text) => {
                        equal.entry(slot).or_default().entry(text).or_default().push(member);
                    }
                    Trigger::Text(slot, how, text) => {
                        let texts = inner.entry(slot).or_default();
                        texts.entry(text).or_default().push((how, member));
                    }
                    Trigger::Anywhere(text) => {
                        anywhere.entry(text).or_default().push((How::Holds, member));
                    }
                }
            }
        }
        plan.always = vec![0; plan.units.len().div_ceil(64)];
        mark(&mut plan.always, &always);
        plan.there = there.into_iter().map(|(slot, members)| (slot, members.into())).collect();
        plan.there.sort_unstable_by_key(|(slot, _)| *slot);
        let mut slots: Vec<usize> = equal.keys().chain(inner.keys()).copied().collect();
        slots.sort_unstable();
        slots.dedup();
        for slot in slots {
            let equal = equal.remove(&slot).unwrap_or_default();
            let inner = inner.remove(&slot).unwrap_or_default();
            let mut all: Vec<u32> = equal.values().flatten().copied().collect();
            all.extend(inner.values().flatten().map(|(_, member)| *member));
            all.sort_unstable();
            all.dedup();
            let needles = if inner.is_empty() { None } else { Needles::of(inner.clone()) };
            if !inner.is_empty() && needles.is_none() {
                // Too much for an automaton: every event with the field is a candidate.
                plan.there.push((slot, all.into()));
                continue;
            }
            let equal = equal.into_iter().map(|(t, m)| (t.into(), m.into())).collect();
            plan.fields.push(Field { slot, equal, needles, all: all.into() });
        }
        if !anywhere.is_empty() {
            let all: Vec<u32> = anywhere.values().flatten().map(|(_, member)| *member).collect();
            match Needles::of(anywhere) {
                Some(needles) => plan.anywhere = Some(needles),
                None => mark(&mut plan.always, &all),
            }
        }
        plan
    }

    /// Marks the conditions that an event may pass, by their place.
    pub(super) fn candidates(&self, look: &mut Look<'_, '_>, candidates: &mut Vec<u64>) {
        candidates.clear();
        candidates.extend_from_slice(&self.always);
        for (slot, members) in &self.there {
            if look.seen(*slot) != Seen::Absent {
                mark(candidates, members);
            }
        }
        for field in &self.fields {
            match look.seen(field.slot) {
                Seen::Absent => {}
                Seen::Other => mark(candidates, &field.all),
                Seen::Data(_) | Seen::Header(_) | Seen::Made(..) => {
                    look.fold(field.slot);
                    let text = look.folded(field.slot);
                    if let Some(members) = field.equal.get(text) {
                        mark(candidates, members);
                    }
                    if let Some(needles) = &field.needles {
                        needles.find(text, candidates);
                    }
                }
            }
        }
        if let Some(needles) = &self.anywhere {
            let all = look.everything();
            needles.find(look.part(all), candidates);
        }
    }
}
