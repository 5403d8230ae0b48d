//! Words that have no place in the project's texts.

use super::{Finding, Source};

/// Marks of unfinished work; put together here so that this file does not hold them.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];

/// Folders of a machine that somebody works on.
const WORKPLACE: [&str; 2] = [concat!("/wo", "rk/"), concat!("/tm", "p/")];

/// Marks of unfinished work.
pub(super) fn unfinished(source: &Source) -> Vec<Finding> {
    if source.is_data() {
        return Vec::new();
    }
    each_line(source, |line| {
        let word = UNFINISHED.iter().find(|word| holds(line, word, |c| c.is_alphanumeric()))?;
        Some(format!("`{word}`: finish it, or open an issue"))
    })
}

/// Paths of a workplace; tests may name the folder of temporary files.
pub(super) fn workplace(source: &Source) -> Vec<Finding> {
    if source.is_data() || source.is_test() {
        return Vec::new();
    }
    let text = if source.is_rust() { before_tests(&source.text) } else { &source.text };
    let own = Source { path: source.path.clone(), text: text.to_owned() };
    each_line(&own, |line| {
        let path = WORKPLACE.iter().find(|path| {
            holds(line, path, |c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
        })?;
        Some(format!("`{path}` is a folder of somebody's machine"))
    })
}

/// A Rust file up to its tests, which stand at its end.
pub(super) fn before_tests(text: &str) -> &str {
    text.find("\n#[cfg(test)]").map_or(text, |at| &text[..at])
}

fn each_line(source: &Source, check: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let lines = source.text.lines().enumerate();
    lines.filter_map(|(i, line)| Some(Finding::new(source, i + 1, check(line)?))).collect()
}

/// Whether a line holds the word with no such character before it, nor behind one that ends in a
/// letter.
fn holds(line: &str, word: &str, joins: fn(char) -> bool) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next().filter(|_| !word.ends_with('/'));
        !before.is_some_and(joins) && !after.is_some_and(joins)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source;

    #[test]
    fn marks_are_whole_words() {
        let found = |text: &str| unfinished(&source("a/src/b.rs", text)).len();
        assert_eq!(found(&format!("//! A.\n// {}: later\n", UNFINISHED[0])), 1);
        assert_eq!(found(&format!("let {}S = 1;\n", UNFINISHED[0])), 0);
        assert_eq!(found(&format!("see {}X\n", UNFINISHED[2])), 0);
    }

    #[test]
    fn paths_of_a_workplace_are_found_outside_of_tests() {
        let path = format!("see {}x", WORKPLACE[0]);
        let other = format!("a\n#[cfg(test)]\nlet p = \"{}x\";", WORKPLACE[1]);
        assert_eq!(workplace(&source("a/src/b.rs", &path)).len(), 1);
        assert_eq!(workplace(&source("README.md", &path)).len(), 1);
        assert_eq!(workplace(&source("a/tests/it/b.rs", &path)).len(), 0);
        assert_eq!(workplace(&source("a/src/b.rs", &other)).len(), 0);
        assert_eq!(workplace(&source("a.md", "https://x.org/frame/work/a")).len(), 0);
    }
}
