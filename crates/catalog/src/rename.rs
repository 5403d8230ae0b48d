//! Canonical names for a rule's fields: the one place where the taxonomy's names meet a rule.

use rulescope_ir::{Key, Pattern, Value};
use rulescope_rulefile::FileRule;
use rulescope_taxonomy::logsources::Resolution;

/// Gives the rule's fields their canonical names. They are those of Windows' events; another
/// product's field of the same letters is another.
pub(crate) fn rename(rule: &mut FileRule, vendor: &str) {
    let windows = Resolution::of(&rule.scope).is_windows_only();
    if windows || !rule.scope.terms.contains_key("product") {
        rulescope_taxonomy::rename(&mut rule.logic, vendor);
        name_keys(&mut rule.logic.pattern);
    }
}

/// Names the keys of groups as their fields are named now. A key that is called as its field in the
/// rule's text is read above the group by that field, which has its canonical name there too.
fn name_keys(pattern: &mut Pattern) {
    if let Pattern::Aggregate { keys, .. } = pattern {
        let mut taken: Vec<String> = keys.iter().map(|k| k.name.clone()).collect();
        for (i, Key { name, value, .. }) in keys.iter_mut().enumerate() {
            if let Value::Field(field) = value
                && field.native == *name
                && !taken.iter().any(|t| t == field.name())
            {
                field.name().clone_into(name);
                name.clone_into(&mut taken[i]);
            }
        }
    }
    pattern.children_mut().into_iter().for_each(name_keys);
}

#[cfg(test)]
mod tests {
    use super::*;
    use rulescope_ir::{Aggregate, Field, Scope, Window};

    #[test]
    fn a_key_is_named_as_its_field_and_no_two_alike() {
        let key = |native: &str, canonical: &str| {
            let field = Field { native: native.to_owned(), canonical: Some(canonical.to_owned()) };
            Key { name: native.to_owned(), value: Value::Field(field), keep_missing: false }
        };
        let mut pattern = Pattern::Aggregate {
            input: Box::new(Pattern::events(Scope::default())),
            keys: vec![key("dest", "Computer"), key("name", "Image"), key("path", "Image")],
            aggregates: vec![Aggregate::count("count")],
            window: Window::Whole,
        };
        name_keys(&mut pattern);
        let Pattern::Aggregate { keys, .. } = pattern else { panic!("it is an aggregate") };
        let names: Vec<&str> = keys.iter().map(|k| k.name.as_str()).collect();
        assert_eq!(names, ["Computer", "Image", "path"]);
    }
}
