//! Canonical names for a rule's fields: the one place where the taxonomy's names meet a rule.

use rulescope_rulefile::{FileRule, whole_scope};
use rulescope_taxonomy::fields::Mappings;
use rulescope_taxonomy::logsources::Resolution;

/// Gives the rule's fields their canonical names, by the user's own mappings before the tables. They
/// are those of Windows' events; another product's field of the same letters is another.
pub(crate) fn rename(rule: &mut FileRule, vendor: &str, own: &Mappings) {
    let windows = Resolution::of(&rule.scope).is_windows_only();
    if windows || !rule.scope.terms.contains_key("product") {
        rulescope_taxonomy::rename_by(&mut rule.logic, vendor, own);
    }
    // Conditions that only say which events are meant are a part of the scope now; Sigma has none.
    if vendor != "sigma" {
        for (kind, terms) in whole_scope(&rule.logic.pattern).terms {
            rule.scope.terms.entry(kind).or_insert(terms);
        }
    }
}
