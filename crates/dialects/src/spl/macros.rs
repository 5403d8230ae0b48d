//! Search macros: the table that a search is expanded with.
//!
//! A macro is a text with a name; macros of one name may differ in how many arguments they take
//! (<https://help.splunk.com/en/splunk-enterprise/manage-knowledge-objects/knowledge-management-manual/9.4/search-macros/define-search-macros-in-settings>,
//! "Steps", Name).

use std::collections::BTreeMap;

/// A macro: the names of its arguments and its definition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Macro {
    /// The arguments' names, in order; `$name$` stands for each in the definition.
    pub args: Vec<String>,
    /// The text that it stands for; `None` where it is named without one.
    pub definition: Option<String>,
}

/// Macros by name and number of arguments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Macros {
    by_name: BTreeMap<String, BTreeMap<usize, Macro>>,
}

/// Macros that every search of the security content counts on: name, arguments, definition. The
/// first belongs to the Common Information Model add-on (its `macros.conf`), which the content
/// needs; the others are the content's own.
const BUILT_IN: [(&str, &[&str], &str); 3] = [
    ("drop_dm_object_name", &["object_name"], "rename $object_name$.* as *"),
    (
        "security_content_ctime",
        &["field"],
        "convert timeformat=\"%Y-%m-%dT%H:%M:%S\" ctime($field$)",
    ),
    (
        "security_content_summariesonly",
        &[],
        "summariesonly=false allow_old_summaries=true fillnull_value=null",
    ),
];

/// What the table says of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// This macro; `built_in` where the table itself does not have it.
    Macro { args: Vec<&'a str>, definition: &'a str, built_in: bool },
    /// The name is known, but not with so many arguments.
    Arguments,
    /// Nothing of the name, or no definition.
    Nothing,
}

impl Macros {
    /// A table without macros; the built-in ones are found nevertheless.
    pub fn new() -> Macros {
        Macros::default()
    }

    /// Adds a macro. A later one of the same name and number of arguments takes its place.
    pub fn insert(&mut self, name: impl Into<String>, of: Macro) {
        self.by_name.entry(name.into()).or_default().insert(of.args.len(), of);
    }

    /// How many macros the table has.
    pub fn len(&self) -> usize {
        self.by_name.values().map(BTreeMap::len).sum()
    }

    /// Whether the table has none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The macro of a name with so many arguments.
    pub fn get(&self, name: &str, args: usize) -> Option<&Macro> {
        self.by_name.get(name)?.get(&args)
    }

    pub(super) fn find(&self, name: &str, args: usize) -> Found<'_> {
        if let Some(Macro { args, definition: Some(definition) }) = self.get(name, args) {
            let args = args.iter().map(String::as_str).collect();
            return Found::Macro { args, definition, built_in: false };
        }
        let built_in = BUILT_IN.iter().find(|(n, a, _)| *n == name && a.len() == args);
        if let Some((_, args, definition)) = built_in {
            return Found::Macro { args: args.to_vec(), definition, built_in: true };
        }
        let other = self.by_name.get(name).is_some_and(|m| !m.contains_key(&args));
        if other || BUILT_IN.iter().any(|(n, _, _)| *n == name) {
            return Found::Arguments;
        }
        Found::Nothing
    }
}

/// Whether a macro is the place where a user filters a rule's results: its name ends in `_filter`
/// and it has no definition, or one that lets everything pass.
pub(super) fn is_filter(name: &str, definition: Option<&str>) -> bool {
    let passes = |d: &str| d.split_whitespace().eq(["search", "*"]);
    name.ends_with("_filter") && definition.is_none_or(passes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_arguments_is_part_of_a_name() {
        let mut macros = Macros::new();
        macros.insert("m", Macro { args: vec![], definition: Some("a".into()) });
        macros.insert("m", Macro { args: vec!["x".into()], definition: Some("b".into()) });
        assert!(matches!(macros.find("m", 1), Found::Macro { definition: "b", .. }));
        assert_eq!(macros.find("m", 2), Found::Arguments);
        assert_eq!(macros.find("n", 0), Found::Nothing);
        assert_eq!(macros.len(), 2);
    }

    #[test]
    fn a_definition_of_the_table_comes_before_a_built_in_one() {
        let mut macros = Macros::new();
        let name = "security_content_summariesonly";
        assert!(matches!(macros.find(name, 0), Found::Macro { built_in: true, .. }));
        assert_eq!(macros.find(name, 1), Found::Arguments);
        macros.insert(name, Macro { args: vec![], definition: Some("x=1".into()) });
        assert!(matches!(macros.find(name, 0), Found::Macro { built_in: false, .. }));
    }

    #[test]
    fn a_filter_that_says_something_is_a_macro_like_any() {
        assert!(is_filter("some_rule_filter", None));
        assert!(is_filter("some_rule_filter", Some(" search  * ")));
        assert!(!is_filter("some_rule_filter", Some("search NOT user=svc")));
        assert!(!is_filter("remove_valid_domains", None));
    }
}
