//! Gives the fields of a rule their canonical names, and paths of the registry their spelling.

use rulescope_ir::fields::{fields_mut, predicate_fields_mut};
use rulescope_ir::visit::predicates_mut;
use rulescope_ir::{Field, Logic, Stage};

use crate::fields::canonical;
use crate::registry::shorten;

/// Sets the canonical name of every field of a rule of this vendor, in its pattern and its stages,
/// where it differs from the native one, and brings paths of the registry that it compares with to
/// the spelling that records have ([`crate::registry`]).
pub fn rename(logic: &mut Logic, vendor: &str) {
    let mut name = |field: &mut Field| {
        let name = canonical(vendor, &field.native);
        if name != field.native {
            field.canonical = Some(name.into_owned());
        }
    };
    fields_mut(&mut logic.pattern, &mut name);
    predicates_mut(&mut logic.pattern, &mut shorten);
    logic.stages.iter_mut().for_each(|s| stage(s, &mut name));
}

fn stage(s: &mut Stage, f: &mut impl FnMut(&mut Field)) {
    for p in &mut s.predicates {
        predicate_fields_mut(&mut p.predicate, f);
        shorten(&mut p.predicate);
    }
    s.stages.iter_mut().for_each(|s| stage(s, f));
}
