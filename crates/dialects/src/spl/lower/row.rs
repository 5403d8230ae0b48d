//! The fields of a row by the names that a search has for them.
//!
//! A search names fields anew all the time: `rename`, `eval`, `rex`, `stats … by`. Names are followed
//! here, at lowering, so that a test stands on the field that the event was logged with. An
//! aggregate is a level: a group's keys have a value on the group's row and one on each level below,
//! and a test that reads keys alone is put where the events are.

use std::collections::{BTreeMap, BTreeSet};

use rulescope_ir::{Field, Function, Literal, Scalar, Span, Value};

use super::context::Context;
use super::function::member;
use super::value::bounded;

/// What a name stands for on each level that it has a value on, from the lowest up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    lowest: usize,
    values: Vec<Value>,
}

impl Bound {
    /// A value on this level only.
    pub(super) fn at(level: usize, value: Value) -> Bound {
        Bound { lowest: level, values: vec![value] }
    }

    /// Values from this level up.
    pub(super) fn from(lowest: usize, values: Vec<Value>) -> Bound {
        Bound { lowest, values }
    }

    fn value(&self, level: usize) -> Option<&Value> {
        self.values.get(level.checked_sub(self.lowest)?)
    }
}

/// The row that a command takes.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    names: BTreeMap<String, Bound>,
    /// Whether it has the fields of an event beside its names.
    pub(super) open: bool,
    /// How many aggregates lie between it and the events.
    pub(super) level: usize,
    /// The lowest level that a condition may be put on.
    pub(super) floor: usize,
    /// Names of the event that it no longer has.
    hidden: BTreeSet<String>,
    /// Fields of an event that have another beginning now: before, after.
    prefixes: Vec<(String, String)>,
    /// What gave fields that nobody can name.
    pub(super) foreign: Option<String>,
    /// Whether rows with other names were left out.
    pub(super) incomplete: bool,
    /// JSON texts whose members are fields.
    parsed: Vec<Value>,
}

impl Row {
    /// The row of an event.
    pub(super) fn event() -> Row {
        Row { open: true, ..Row::default() }
    }

    /// A row of this level, below which no condition may be put, without a name yet.
    pub(super) fn at(level: usize) -> Row {
        Row { level, floor: level, ..Row::default() }
    }

    /// The row of a group over this one, without a name yet.
    pub(super) fn group(&self) -> Row {
        let (floor, incomplete) = (self.floor, self.incomplete);
        Row { level: self.level + 1, floor, incomplete, ..Row::default() }
    }

    /// Gives a name a value on the row's own level.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.bind(name, Bound::at(self.level, value));
    }

    pub(super) fn bind(&mut self, name: &str, bound: Bound) {
        self.names.insert(name.to_owned(), bound);
    }

    /// The names that were given, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        self.names.keys().cloned().collect()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// The lowest level on which a name can be read.
    pub(super) fn lowest(&self, name: &str) -> usize {
        let own = match self.names.get(name) {
            Some(bound) => bound.lowest,
            None if self.foreign.is_some() || !self.parsed.is_empty() => self.level,
            None => 0,
        };
        own.max(self.floor)
    }

    /// The levels on which all of these names can be read, from the lowest up.
    pub(super) fn levels<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
    ) -> std::ops::RangeInclusive<usize> {
        let lowest = names.into_iter().map(|n| self.lowest(n)).max().unwrap_or(self.floor);
        lowest..=self.level
    }

    /// The value of a name on a level.
    pub(super) fn value(
        &self,
        name: &str,
        level: usize,
        span: Span,
        cx: &mut Context<'_>,
    ) -> Value {
        if let Some(bound) = self.names.get(name) {
            return bound.value(level).cloned().unwrap_or_else(null);
        }
        if !self.parsed.is_empty() && !self.hidden.contains(name) {
            let place = cx.place(span);
            let members = self.parsed.iter().rev().filter_map(|p| member(p.clone(), name, place));
            let mut values: Vec<Value> = members.collect();
            if self.open {
                values.insert(0, event_field(name, cx));
            }
            if let Some(source) = &self.foreign {
                values.push(Value::Opaque { text: source.clone(), span: place });
            }
            return if values.len() == 1 {
                values.remove(0)
            } else {
                bounded(Value::call(Function::Coalesce, values), span, cx)
            };
        }
        if let Some(source) = &self.foreign {
            return Value::Opaque { text: source.clone(), span: cx.place(span) };
        }
        if !self.open {
            if !(self.incomplete || name.eq_ignore_ascii_case("null")) {
                let message = format!("no command before gives `{name}`; it is never there");
                cx.warning("spl/unknown-field", message, span);
            }
            return null();
        }
        if self.hidden.contains(name) {
            return null();
        }
        if name == "_time" {
            return Value::call(Function::Time, Vec::new());
        }
        for (before, after) in self.prefixes.iter().rev() {
            if let Some(rest) = name.strip_prefix(after.as_str())
                && !name.starts_with(before.as_str())
            {
                let first = event_field(&format!("{before}{rest}"), cx);
                return Value::call(Function::Coalesce, vec![first, event_field(name, cx)]);
            }
        }
        if name.eq_ignore_ascii_case("null") {
            return null();
        }
        event_field(name, cx)
    }

    /// `rename before AS after`: the name before is gone.
    pub(super) fn rename(&mut self, before: &str, after: &str, cx: &mut Context<'_>) {
        if before == after {
            return;
        }
        let bound = match self.names.remove(before) {
            Some(bound) => bound,
            None => {
                if !(self.open || self.foreign.is_some() || !self.parsed.is_empty())
                    || self.hidden.contains(before)
                {
                    // Renaming what is not there changes nothing.
                    return;
                }
                let value = self.value(before, self.level, Span::NONE, cx);
                Bound::at(self.level, value)
            }
        };
        self.hidden.insert(before.to_owned());
        self.names.insert(after.to_owned(), bound);
    }

    /// `rename before* AS after*`, with one wildcard in each: for the names that the row has, and
    /// for an event's fields as they are read.
    pub(super) fn rename_all(
        &mut self,
        before: (&str, &str),
        after: (&str, &str),
        cx: &mut Context<'_>,
    ) {
        for name in self.names() {
            if let Some(part) = matched(&name, before) {
                let new = format!("{}{part}{}", after.0, after.1);
                self.rename(&name, &new, cx);
            }
        }
        if self.open && before.1.is_empty() && after.1.is_empty() {
            self.prefixes.push((before.0.to_owned(), after.0.to_owned()));
        }
    }

    /// The members of a JSON text are fields too.
    pub(super) fn parsed(&mut self, text: Value) {
        // More than these a search does not read.
        if self.parsed.len() < 8 {
            self.parsed.push(text);
        }
    }

    /// Removes a name.
    pub(super) fn hide(&mut self, name: &str) {
        self.names.remove(name);
        self.hidden.insert(name.to_owned());
    }

    /// Keeps these names alone.
    pub(super) fn keep(&mut self, patterns: &[&str], cx: &mut Context<'_>) {
        let mut kept = BTreeMap::new();
        let mut open = false;
        for pattern in patterns {
            if let Some(at) = pattern.find('*') {
                let around = (&pattern[..at], &pattern[at + 1..]);
                let found = self.names.iter().filter(|(n, _)| matched(n, around).is_some());
                kept.extend(found.map(|(n, b)| (n.clone(), b.clone())));
                open |= self.open;
                continue;
            }
            match self.names.get(*pattern) {
                Some(bound) => {
                    kept.insert((*pattern).to_owned(), bound.clone());
                }
                None if self.open || self.foreign.is_some() || !self.parsed.is_empty() => {
                    let value = self.value(pattern, self.level, Span::NONE, cx);
                    kept.insert((*pattern).to_owned(), Bound::at(self.level, value));
                }
                None => {}
            }
        }
        self.names = kept;
        self.open = open;
        if !open {
            self.foreign = None;
            self.parsed.clear();
        }
    }
}

/// A field of the event.
pub(super) fn event_field(name: &str, cx: &mut Context<'_>) -> Value {
    cx.reads(name);
    Value::Field(Field::new(name))
}

/// The part of a name that a wildcard between two texts stands for.
pub(super) fn matched<'n>(name: &'n str, around: (&str, &str)) -> Option<&'n str> {
    name.strip_prefix(around.0)?.strip_suffix(around.1)
}

/// The value that is not there.
pub(super) fn null() -> Value {
    Value::Literal(Literal::new(Scalar::Null, Span::NONE))
}
