//! What a condition reads besides its row: the time it is asked at, the variables around it.

use std::collections::BTreeMap;

use crate::datum::Datum;
use crate::event::View;

/// The surroundings of a condition or value.
#[derive(Debug, Clone, Default)]
pub struct Env {
    /// The end of the position that a scheduled pattern stands at, in milliseconds since 1970;
    /// without it `now()` is unknown.
    pub now: Option<i64>,
    bindings: Vec<(String, Datum)>,
    counts: BTreeMap<String, Option<u64>>,
}

impl Env {
    /// The surroundings at a time in milliseconds since 1970.
    pub fn at(now: i64) -> Env {
        Env { now: Some(now), ..Env::default() }
    }

    /// The same with a variable, which hides a field or a variable of its name.
    #[must_use]
    pub fn bound(&self, variable: &str, value: Datum) -> Env {
        let mut env = self.clone();
        env.bindings.push((variable.to_owned(), value));
        env
    }

    /// The same with the number of events that a variable of a temporal pattern holds; `None` where
    /// nobody can say.
    pub(crate) fn counted(&self, counts: BTreeMap<String, Option<u64>>) -> Env {
        Env { counts, ..self.clone() }
    }

    /// The number of events that a variable holds, as a value.
    pub(crate) fn count(&self, variable: &str) -> Option<Datum> {
        let count = self.counts.get(variable)?;
        Some(count.map_or(Datum::Unknown, |n| Datum::int(n.into())))
    }

    /// The value of a name: the innermost variable's or its member, the row's otherwise. Null is
    /// absent.
    pub fn field(&self, view: &dyn View, name: &str) -> Option<Datum> {
        for (variable, value) in self.bindings.iter().rev() {
            match name.strip_prefix(variable.as_str()) {
                Some("") => return value.clone().present(),
                Some(rest) if rest.starts_with('.') => {
                    return value.member(&rest[1..]).and_then(Datum::present);
                }
                Some(_) | None => {}
            }
        }
        view.field(name).and_then(Datum::present)
    }
}
