//! The house rules as code: what neither the compiler nor clippy checks.

mod code;
mod edges;
mod names;
mod size;
mod words;

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::step::Outcome;
use crate::{files, project};

/// A file of the project as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// Path below the root, with `/`.
    path: String,
    /// The text.
    text: String,
}

impl Source {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether all of it is test code.
    fn is_test(&self) -> bool {
        let python = self.path.ends_with(".py")
            && self.path.rsplit('/').next().is_some_and(|n| n.starts_with("test_"));
        self.path.contains("/tests/") || python
    }

    /// Whether its content is data: tables, recorded output, rules written as examples.
    fn is_data(&self) -> bool {
        let folders = ["/data/", "/snapshots/", "/tests/it/rules/", "/fixtures/"];
        folders.iter().any(|f| self.path.contains(f)) || self.path.starts_with("examples/")
    }
}

/// Something that breaks a rule, or comes near to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    /// 1-based; 0 for the file as a whole.
    line: usize,
    message: String,
}

impl Finding {
    fn new(source: &Source, line: usize, message: impl Into<String>) -> Finding {
        Finding { path: source.path.clone(), line, message: message.into() }
    }
}

/// Checks every rule on every file.
pub(crate) fn step() -> Result<Outcome> {
    let root = project::root();
    let sources = sources(&root)?;
    let mut found = Vec::new();
    for source in &sources {
        found.extend(size::too_long(source));
        found.extend(names::shapeless(source));
        found.extend(names::without_doc(source));
        found.extend(words::unfinished(source));
        found.extend(words::workplace(source));
        found.extend(code::unwraps(source));
        found.extend(code::ambiguous(source));
    }
    found.extend(edges::wrong(&sources)?);
    found.sort();
    for finding in sources.iter().filter_map(size::long) {
        eprintln!("note: {}: {}", finding.path, finding.message);
    }
    for Finding { path, line, message } in &found {
        match line {
            0 => eprintln!("{path}: {message}"),
            _ => eprintln!("{path}:{line}: {message}"),
        }
    }
    if !found.is_empty() {
        bail!("{} breaches of the house rules", found.len());
    }
    Ok(Outcome::Done(format!("{} files", sources.len())))
}

/// Every text file of the project that people write.
fn sources(root: &Path) -> Result<Vec<Source>> {
    const HIDDEN: [&str; 3] = [".ci", ".cargo", ".github"];
    const ELSEWHERE: [&str; 6] =
        ["target", "corpus", "artifacts", "coverage", "__pycache__", "node_modules"];
    const KINDS: [&str; 9] = ["rs", "md", "toml", "py", "sh", "yml", "yaml", "txt", "snap"];
    let enter = |name: &str| {
        !ELSEWHERE.contains(&name) && (!name.starts_with('.') || HIDDEN.contains(&name))
    };
    let wanted = |name: &str| match name.rsplit_once('.') {
        Some((_, kind)) => KINDS.contains(&kind),
        None => matches!(name, "run" | "NOTICE"),
    };
    let mut out = Vec::new();
    for file in files::below(root, &enter, &wanted)? {
        let below = file.strip_prefix(root).unwrap_or(&file);
        let path = below.to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&file).with_context(|| format!("reading {path}"))?;
        out.push(Source { path, text });
    }
    Ok(out)
}

#[cfg(test)]
pub(crate) fn source(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}
