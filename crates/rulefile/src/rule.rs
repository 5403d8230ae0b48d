//! A rule as a file gives it, before it has a place in a catalog.

use rulescope_ir::{Body, Diagnostic, Logic, Metadata, Pattern, Scope, visit};

/// One rule of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRule {
    /// What the file says of it.
    pub metadata: Metadata,
    /// Its text; all spans of the logic count from its start.
    pub body: Body,
    /// 1-based line of the file at which the body starts.
    pub line: u32,
    /// Which log sources it names, as authored.
    pub scope: Scope,
    /// What it means.
    pub logic: Logic,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileRules {
    /// The rules that could be read, in the file's order.
    pub rules: Vec<FileRule>,
    /// Defects that belong to no rule; spans count in the file's text.
    pub diagnostics: Vec<Diagnostic>,
    /// How many rules the file holds that could not be read at all.
    pub failed: u32,
}

/// The sources of all parts of a pattern, as alternatives.
pub fn whole_scope(pattern: &Pattern) -> Scope {
    let mut out = Scope::default();
    visit::patterns(pattern, &mut |p| {
        if let Pattern::Events { scope } = p {
            out.span = out.span.join(scope.span);
            for (kind, terms) in &scope.terms {
                let known = out.terms.entry(kind.clone()).or_default();
                for term in terms {
                    if !known.contains(term) {
                        known.push(term.clone());
                    }
                }
            }
        }
    });
    out
}

/// Words that mark a folder of rules that upstream has given up.
const DEPRECATED_FOLDERS: [&str; 3] = ["deprecated", "unsupported", "_deprecated"];

/// Whether a rule is deprecated: by its status, or by a folder of that meaning on its path (relative
/// to the source, with `/`).
pub fn is_deprecated(status: Option<&str>, path: &str) -> bool {
    let by_status = status
        .is_some_and(|s| matches!(s.to_ascii_lowercase().as_str(), "deprecated" | "unsupported"));
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    by_status
        || folders.split('/').any(|f| DEPRECATED_FOLDERS.iter().any(|d| f.eq_ignore_ascii_case(d)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deprecated_by_status_or_folder_never_by_file_name() {
        assert!(is_deprecated(Some("Deprecated"), "a/b.yml"));
        assert!(is_deprecated(Some("test"), "deprecated/windows/b.yml"));
        assert!(is_deprecated(None, "_deprecated/b.yml"));
        assert!(!is_deprecated(Some("test"), "rules/deprecated"));
        assert!(!is_deprecated(None, "deprecated.yml"));
    }
}
