//! An event that is being made: values by place, some of them still absent.
//!
//! A place is the name of a field, or leads into lists and objects that the event will hold: after
//! a name an [`ELEMENT`] with an index, or a [`MEMBER`] with a name. A name with dots is one name, as
//! events have it.

use std::collections::BTreeMap;

use rulescope_ir::Value;

use crate::datum::{self, Datum};
use crate::env::Env;
use crate::event::{Event, View};
use crate::value::eval_value;

/// Stands before an element's index in a place.
pub(super) const ELEMENT: char = '\u{1}';
/// Stands before a member's name in a place.
pub(super) const MEMBER: char = '\u{2}';
/// The place of the event's time: a value in milliseconds since 1970.
pub(super) const TIME: usize = 0;

/// A name that a pattern gives a value, and the value.
pub(super) type Definition<'p> = (&'p str, &'p Value);

/// Variables with the places they stand for, the innermost last.
pub(super) type Bindings = Vec<(String, String)>;

/// The event so far.
#[derive(Debug, Default)]
pub(super) struct Draft<'p> {
    ids: BTreeMap<String, usize>,
    names: Vec<String>,
    /// The values by number of their place.
    pub(super) values: Vec<Option<Datum>>,
    /// The names that the pattern gives, those nearest to the event first.
    pub(super) definitions: Vec<Definition<'p>>,
    /// The surroundings in which conditions are asked.
    pub(super) env: Env,
    /// Whether a place leads into a list or object.
    deep: bool,
}

impl<'p> Draft<'p> {
    /// An event at this time without a value.
    pub(super) fn new(time: i64, now: Option<i64>, definitions: Vec<Definition<'p>>) -> Draft<'p> {
        let env = now.map_or_else(Env::default, Env::at);
        let mut draft = Draft { definitions, env, ..Draft::default() };
        let id = draft.place(&MEMBER.to_string());
        debug_assert_eq!(id, TIME);
        draft.values[TIME] = Some(Datum::int(time.into()));
        draft
    }

    /// Whether a place leads into a list or object, so that places hang on each other.
    pub(super) fn is_deep(&self) -> bool {
        self.deep
    }

    /// The number of a place.
    pub(super) fn place(&mut self, name: &str) -> usize {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = self.names.len();
        self.deep |= id > TIME && name.contains([ELEMENT, MEMBER]);
        self.ids.insert(name.to_owned(), id);
        self.names.push(name.to_owned());
        self.values.push(None);
        id
    }

    /// The name of a place.
    pub(super) fn name(&self, id: usize) -> &str {
        &self.names[id]
    }

    /// The places of values below this one.
    pub(super) fn below<'d>(&'d self, place: &'d str) -> impl Iterator<Item = usize> + 'd {
        self.names.iter().enumerate().filter_map(move |(id, name)| {
            let rest = name.strip_prefix(place)?;
            rest.starts_with([ELEMENT, MEMBER]).then_some(id)
        })
    }

    /// How many elements the list at a place has.
    pub(super) fn elements(&self, list: &str) -> usize {
        let index = |id: usize| {
            let rest = self.names[id][list.len()..].strip_prefix(ELEMENT)?;
            let index: usize = rest.split([ELEMENT, MEMBER]).next()?.parse().ok()?;
            self.values[id].is_some().then_some(index + 1)
        };
        self.below(list).filter_map(index).max().unwrap_or(0)
    }

    /// The place that a name stands for under these variables.
    pub(super) fn resolve(&self, name: &str, bindings: &Bindings) -> String {
        for (variable, place) in bindings.iter().rev() {
            match name.strip_prefix(variable.as_str()) {
                Some("") => return place.clone(),
                Some(rest) if rest.starts_with('.') => {
                    return format!("{place}{MEMBER}{}", &rest[1..]);
                }
                Some(_) | None => {}
            }
        }
        name.to_owned()
    }

    fn at(&self, place: &str) -> Option<Datum> {
        if let Some(value) = self.ids.get(place).and_then(|id| self.values[*id].clone()) {
            return Some(value);
        }
        if !self.deep {
            return None;
        }
        let below: Vec<(&str, &Datum)> = self
            .below(place)
            .filter_map(|id| Some((&self.names[id][place.len()..], self.values[id].as_ref()?)))
            .collect();
        if below.is_empty() { None } else { Some(tree(&below)) }
    }

    /// The draft as conditions see it: under variables, and with this many of the definitions.
    pub(super) fn view<'d>(&'d self, bindings: &'d Bindings, definitions: usize) -> DraftView<'d> {
        DraftView { draft: self, bindings, definitions: &self.definitions[..definitions] }
    }

    /// The event's time in milliseconds since 1970.
    pub(super) fn time(&self) -> i64 {
        let time = self.values[TIME].as_ref().and_then(Datum::number);
        time.and_then(|n| n.as_str().parse().ok()).unwrap_or_default()
    }

    /// The event.
    pub(super) fn event(&self) -> Event {
        let mut event = Event::at(self.time());
        let mut deep: BTreeMap<&str, Vec<(&str, &Datum)>> = BTreeMap::new();
        for (name, value) in self.names.iter().zip(&self.values).skip(TIME + 1) {
            let Some(value) = value else { continue };
            match name.find([ELEMENT, MEMBER]) {
                Some(at) => deep.entry(&name[..at]).or_default().push((&name[at..], value)),
                None => {
                    event.values.insert(name.clone(), value.clone());
                }
            }
        }
        for (name, below) in deep {
            event.values.entry(name.to_owned()).or_insert_with(|| tree(&below));
        }
        event
    }
}

/// The list, object or value that values by the rest of their places make.
fn tree(below: &[(&str, &Datum)]) -> Datum {
    if let Some((_, value)) = below.iter().find(|(rest, _)| rest.is_empty()) {
        return (*value).clone();
    }
    let mut elements: BTreeMap<usize, Vec<(&str, &Datum)>> = BTreeMap::new();
    let mut members: BTreeMap<&str, Vec<(&str, &Datum)>> = BTreeMap::new();
    for (rest, value) in below {
        let end = rest[1..].find([ELEMENT, MEMBER]).map_or(rest.len(), |at| at + 1);
        let (step, rest_of) = rest.split_at(end);
        match step.strip_prefix(ELEMENT).map(str::parse) {
            Some(Ok(index)) => elements.entry(index).or_default().push((rest_of, value)),
            _ => members.entry(&step[1..]).or_default().push((rest_of, value)),
        }
    }
    if members.is_empty() {
        return Datum::List(elements.values().map(|of| tree(of)).collect());
    }
    Datum::Object(members.into_iter().map(|(name, of)| (name.to_owned(), tree(&of))).collect())
}

/// A draft as conditions see it.
pub(super) struct DraftView<'d> {
    draft: &'d Draft<'d>,
    bindings: &'d Bindings,
    definitions: &'d [Definition<'d>],
}

impl View for DraftView<'_> {
    fn time(&self) -> i64 {
        self.draft.time()
    }

    fn identity(&self) -> String {
        String::new()
    }

    fn names(&self) -> Vec<String> {
        self.draft.event().names()
    }

    fn field(&self, name: &str) -> Option<Datum> {
        for (i, (defined, value)) in self.definitions.iter().enumerate().rev() {
            if let Some(rest) = name.strip_prefix(defined)
                && (rest.is_empty() || rest.starts_with('.'))
            {
                let inner = DraftView { definitions: &self.definitions[..i], ..*self };
                let value = eval_value(value, &inner, &self.draft.env)?;
                return if rest.is_empty() { Some(value) } else { value.member(&rest[1..]) };
            }
        }
        if self.bindings.is_empty() {
            return self.draft.at(name).or_else(|| self.walked(name));
        }
        self.draft.at(&self.draft.resolve(name, self.bindings)).or_else(|| self.walked(name))
    }

    fn in_scope(&self, _: &str, _: &str) -> bool {
        false
    }

    fn values(&self) -> Vec<Datum> {
        self.draft.values.iter().skip(TIME + 1).flatten().cloned().collect()
    }
}

impl DraftView<'_> {
    /// A dotted path into a value, as events have it.
    fn walked(&self, name: &str) -> Option<Datum> {
        if !self.draft.deep {
            return None;
        }
        datum::member(&self.draft.event().values, name)
    }
}
