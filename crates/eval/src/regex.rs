//! Regular expressions, compiled with limits and kept.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use regex_automata::meta;
use regex_automata::util::syntax;
use rulescope_ir::Regex;

/// The greatest size of a compiled expression, in bytes; a greater one counts as not understood.
const SIZE_LIMIT: usize = 10 << 20;

/// The same of one that a record gave.
const COMPUTED_LIMIT: usize = 256 << 10;

thread_local! {
    static KEPT: RefCell<BTreeMap<Regex, Option<Rc<meta::Regex>>>> = const { RefCell::new(BTreeMap::new()) };
}

/// The compiled expression; `None` where it is not one that the engine reads. It is shared and not
/// cloned: a clone would begin without the states that searches have built.
pub(crate) fn compiled(regex: &Regex) -> Option<Rc<meta::Regex>> {
    KEPT.with_borrow_mut(|kept| {
        if let Some(known) = kept.get(regex) {
            return known.clone();
        }
        let compiled = build(regex).map(Rc::new);
        kept.insert(regex.clone(), compiled.clone());
        compiled
    })
}

/// An expression that a record gave, compiled and not kept: every record may give another one.
pub(crate) fn computed(source: &str) -> Option<meta::Regex> {
    let config = meta::Config::new().nfa_size_limit(Some(COMPUTED_LIMIT));
    meta::Regex::builder().configure(config).build(source).ok()
}

/// Compiles an expression with the limits that all expressions of rules have; `None` where it is not
/// one that the engine reads. What compiles it shares it by itself.
pub fn build(regex: &Regex) -> Option<meta::Regex> {
    let flag = |f: char| regex.flags.contains(f);
    let syntax = syntax::Config::new()
        .case_insensitive(flag('i'))
        .multi_line(flag('m'))
        .dot_matches_new_line(flag('s'));
    let config = meta::Config::new().nfa_size_limit(Some(SIZE_LIMIT));
    let source =
        if regex.whole { format!(r"\A(?:{})\z", regex.source) } else { regex.source.clone() };
    meta::Regex::builder().configure(config).syntax(syntax).build(&source).ok()
}
