//! Events, and what the evaluator asks of them.

use std::collections::{BTreeMap, BTreeSet};

use rulescope_ir::{Scope, fold};

use crate::datum::{self, Datum};

/// What the evaluator asks of an event. A reader of an event format implements it.
pub trait View {
    /// When it happened: milliseconds since 1970 in UTC.
    fn time(&self) -> i64;

    /// What tells it from every other event; empty where nothing does. Events of one identity are
    /// one event wherever events are counted or put in order.
    fn identity(&self) -> String;

    /// What puts events of one time in order; where it is the same, the order of the list counts.
    fn rank(&self) -> String {
        self.identity()
    }

    /// The names of its values, sorted.
    fn names(&self) -> Vec<String>;

    /// The value of a name, or of a dotted path; `None` where there is none. Names are exact.
    fn field(&self, name: &str) -> Option<Datum>;

    /// Whether it is of the log source or kind that a term of a scope names.
    fn in_scope(&self, kind: &str, term: &str) -> bool;

    /// All its values as they were logged, lists and objects walked.
    fn values(&self) -> Vec<Datum> {
        let mut out = Vec::new();
        for name in self.names() {
            if let Some(value) = self.field(&name) {
                value.leaves(&mut out);
            }
        }
        out
    }

    /// Whether it is in a scope: for every kind one of the terms.
    fn within(&self, scope: &Scope) -> bool {
        scope.terms.iter().all(|(kind, terms)| terms.iter().any(|term| self.in_scope(kind, term)))
    }
}

/// An event that holds its values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// When it happened: milliseconds since 1970 in UTC.
    pub time: i64,
    /// What tells it from every other event; empty where nothing does.
    pub identity: String,
    /// Its values by name.
    pub values: BTreeMap<String, Datum>,
    /// The terms of scopes that it satisfies, as kind and term; terms are compared without case.
    pub scopes: BTreeSet<(String, String)>,
}

impl Event {
    /// An event without a value.
    pub fn at(time: i64) -> Event {
        Event { time, ..Event::default() }
    }

    /// The same with a value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Datum>) -> Event {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    /// The same within a scope's term.
    #[must_use]
    pub fn of(mut self, kind: &str, term: &str) -> Event {
        self.scopes.insert((kind.to_owned(), fold(term)));
        self
    }
}

impl From<&str> for Datum {
    fn from(text: &str) -> Datum {
        Datum::text(text)
    }
}

impl From<i32> for Datum {
    fn from(n: i32) -> Datum {
        Datum::int(n.into())
    }
}

impl View for Event {
    fn time(&self) -> i64 {
        self.time
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn names(&self) -> Vec<String> {
        self.values.keys().cloned().collect()
    }

    fn field(&self, name: &str) -> Option<Datum> {
        datum::member(&self.values, name)
    }

    fn in_scope(&self, kind: &str, term: &str) -> bool {
        let term = fold(term);
        self.scopes.iter().any(|(k, t)| k == kind && fold(t) == term)
    }
}
