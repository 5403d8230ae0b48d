//! Gives the fields of a rule their canonical names, and says its tests of them as tests of the
//! canonical fields.
//!
//! Sigma's values are those of the events. Of other vendors a field may be a part of the canonical
//! one, or the same in other words ([`crate::fields::How`]); what a name means depends on the scope
//! that it is read in, and a name that the rule itself gives to a value is no field of an event.
//! Where a test has no exact counterpart, the rule gets a loss that says which way it moves.

mod lift;
mod pattern;
mod predicate;
mod said;
mod value;

use std::collections::BTreeMap;

use rulescope_ir::fields::{fields_mut, predicate_fields_mut};
use rulescope_ir::visit::predicates_mut;
use rulescope_ir::{Effect, Fidelity, Field, Logic, Loss, Predicate, Span, Stage};

use crate::fields::{How, Mapping, Mappings, canonical, has_contexts, lookup, unmapped};
use crate::{registry, registry_data};

/// Sets the canonical name of every field of a rule of this vendor, in its pattern and its stages,
/// where it differs from the native one. Tests of another vendor than Sigma become tests of the
/// canonical fields. Paths and data of the registry are brought to the spelling that records have
/// ([`crate::registry`], [`crate::registry_data`]).
pub fn rename(logic: &mut Logic, vendor: &str) {
    rename_by(logic, vendor, &Mappings::default());
}

/// The same where the user has mappings of the vendor's fields, which come before the tables. Of a
/// mapped field of Sigma's the tests are rewritten as those of any vendor are.
pub fn rename_by(logic: &mut Logic, vendor: &str, own: &Mappings) {
    if has_contexts(vendor) || !own.is_empty() {
        rewrite(logic, Naming { vendor, own });
    } else {
        name_fields(logic, vendor);
    }
    predicates_mut(&mut logic.pattern, &mut respell);
    logic.stages.iter_mut().for_each(respell_stage);
}

/// Brings what a test looks for to the spelling that records have.
fn respell(predicate: &mut Predicate) {
    registry::respell(predicate);
    registry_data::respell(predicate);
}

fn respell_stage(s: &mut Stage) {
    s.predicates.iter_mut().for_each(|p| respell(&mut p.predicate));
    s.stages.iter_mut().for_each(respell_stage);
}

fn name_fields(logic: &mut Logic, vendor: &str) {
    let mut name = |field: &mut Field| {
        let name = canonical(vendor, &field.native);
        if name != field.native {
            field.canonical = Some(name.into_owned());
        }
    };
    fields_mut(&mut logic.pattern, &mut name);
    logic.stages.iter_mut().for_each(|s| stage(s, &mut name));
}

fn stage(s: &mut Stage, f: &mut impl FnMut(&mut Field)) {
    s.predicates.iter_mut().for_each(|p| predicate_fields_mut(&mut p.predicate, f));
    s.stages.iter_mut().for_each(|s| stage(s, f));
}

fn rewrite(logic: &mut Logic, naming: Naming<'_>) {
    lift::lift(&mut logic.pattern, naming);
    let mut whole = pattern::everything(&logic.pattern);
    whole.name_ids(naming, &logic.pattern);
    for s in &mut logic.stages {
        rewrite_stage(s, &Names { naming, rows: &whole });
    }
    let mut losses = Losses::default();
    pattern::rewrite(&mut logic.pattern, naming, &mut losses);
    for loss in losses.found {
        if !logic.losses.contains(&loss) {
            logic.losses.push(loss);
        }
        logic.fidelity = logic.fidelity.max(Fidelity::Partial);
    }
}

/// Stages show what the rule says: one test stays one test, of a computed value where the canonical
/// field holds more than the vendor's.
fn rewrite_stage(s: &mut Stage, names: &Names<'_>) {
    for p in &mut s.predicates {
        predicate::shown(&mut p.predicate, names);
    }
    s.stages.iter_mut().for_each(|s| rewrite_stage(s, names));
}

/// What names mean on the rows of a pattern.
#[derive(Debug, Clone, Default)]
struct Rows {
    /// Terms of the scopes, and event ids that the conditions so far ask for.
    contexts: Vec<String>,
    /// Names that the rule gave to values, and what they are called now: a key of a group that is
    /// called as its field is called as the canonical one.
    bound: BTreeMap<String, String>,
    /// Whether no other names can be read (rows are groups).
    closed: bool,
    /// Whether they are of another product than Windows: a field of the same letters is another.
    foreign: bool,
}

impl Rows {
    /// The rows of either.
    fn join(mut self, other: Rows) -> Rows {
        for context in other.contexts {
            if !self.contexts.contains(&context) {
                self.contexts.push(context);
            }
        }
        self.bound.extend(other.bound);
        self.closed &= other.closed;
        self.foreign &= other.foreign;
        self
    }

    /// Adds a name that the rule gives.
    fn bind(&mut self, name: &str) {
        self.bound.insert(name.to_owned(), name.to_owned());
    }

    /// What a name is called that the rule itself gave, or one that it is a member of.
    fn own(&self, name: &str) -> Option<String> {
        if let Some(now) = self.bound.get(name) {
            return Some(now.clone());
        }
        name.match_indices(['.', '[']).find_map(|(at, _)| {
            let now = self.bound.get(&name[..at])?;
            Some(format!("{now}{}", &name[at..]))
        })
    }
}

/// Where names are looked up: the user's mappings, then the vendor's tables.
#[derive(Debug, Clone, Copy)]
struct Naming<'a> {
    vendor: &'a str,
    own: &'a Mappings,
}

/// The vendor's names on some rows.
#[derive(Debug, Clone, Copy)]
struct Names<'a> {
    naming: Naming<'a>,
    rows: &'a Rows,
}

/// What a name of a rule is.
enum Meaning {
    /// The rule's own, under this name.
    Own(String),
    /// A field of the event.
    Mapped(Mapping),
    /// A field without a counterpart, under this name.
    Unmapped(String),
}

impl Names<'_> {
    fn meaning(&self, native: &str) -> Meaning {
        if let Some(name) = self.rows.own(native) {
            return Meaning::Own(name);
        }
        if self.rows.closed {
            return Meaning::Own(native.to_owned());
        }
        // Sigma's tables are of names that mean the same on any product.
        if self.rows.foreign && has_contexts(self.naming.vendor) {
            return Meaning::Unmapped(unmapped(self.naming.vendor, native));
        }
        match self.lookup(native) {
            Some(mapping) if mapping.how.has_value() => Meaning::Mapped(mapping),
            _ => Meaning::Unmapped(unmapped(self.naming.vendor, native)),
        }
    }

    /// Whether the vendor's add-ons give every event this field.
    fn is_filled(&self, native: &str) -> bool {
        !self.rows.foreign && self.lookup(native).is_some_and(|m| m.how == How::Filled)
    }

    /// Whether a field is the event's and no canonical one has its value.
    fn is_unmapped(&self, field: &Field) -> bool {
        matches!(self.meaning(&field.native), Meaning::Unmapped(_))
    }

    /// What the user's mappings, else the tables, say of a name of an event.
    fn lookup(&self, native: &str) -> Option<Mapping> {
        let Naming { vendor, own } = self.naming;
        let contexts: Vec<&str> = self.rows.contexts.iter().map(String::as_str).collect();
        let said = own.find(vendor, &contexts, native);
        said.unwrap_or_else(|| lookup(vendor, &contexts, native))
    }
}

/// What was approximated.
#[derive(Debug, Default)]
struct Losses {
    found: Vec<Loss>,
}

impl Losses {
    fn add(&mut self, span: Span, native: &str, mapping: &Mapping, effect: Effect) {
        let what = match mapping.how {
            How::Token => {
                format!("{native} is one element of a list, {} their text", mapping.canonical)
            }
            _ => format!("{native} is a part of {}", mapping.canonical),
        };
        self.found.push(Loss { span, what, effect });
    }
}

/// A field under its canonical name.
fn renamed(field: &Field, name: &str) -> Field {
    let canonical = (name != field.native).then(|| name.to_owned());
    Field { native: field.native.clone(), canonical }
}

#[cfg(test)]
mod tests;
