//! Slugs: the part of a rule's id that a person reads (`<source>/<slug>`).

use std::collections::HashSet;

/// The slug of a file's stem: every run of characters other than letters, digits, `.`, `_` and
/// `-` made one `-`, the ends trimmed. A stem of none of these gives `rule`.
pub fn slug(stem: &str) -> String {
    let mut out = String::with_capacity(stem.len());
    let mut gap = false;
    for c in stem.chars() {
        if c.is_alphanumeric() || matches!(c, '.' | '_' | '-') {
            if gap && !out.is_empty() {
                out.push('-');
            }
            gap = false;
            out.push(c);
        } else {
            gap = true;
        }
    }
    let trimmed = out.trim_matches('-');
    // `.` and `..` name folders.
    if trimmed.chars().all(|c| c == '.') { "rule".to_owned() } else { trimmed.to_owned() }
}

/// The slug of a path's file.
pub fn of_path(path: &str) -> String {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    slug(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
}

/// The mark that tells a further rule of the same slug from the first: the first eight characters of
/// its upstream id, or of a hash of its path and its place in the file.
pub fn mark(upstream_id: Option<&str>, path: &str, ordinal: usize) -> String {
    match upstream_id {
        Some(id) if id.chars().count() >= 8 => slug(&id.chars().take(8).collect::<String>()),
        _ => {
            let place = if ordinal == 0 { path.to_owned() } else { format!("{path}#{ordinal}") };
            format!("{:08x}", (fnv1a(place.as_bytes()) >> 32) as u32)
        }
    }
}

/// A slug for a rule that no other has, which is taken then: the one it had before, the file's stem,
/// or that with a mark.
pub fn take(
    taken: &mut HashSet<String>,
    former: Option<&String>,
    path: &str,
    ordinal: usize,
    upstream_id: Option<&str>,
) -> String {
    let stem = of_path(path);
    let marked = format!("{stem}-{}", mark(upstream_id, path, ordinal));
    // Two rules of one name and one id: the place tells them apart.
    let placed = format!("{marked}-{}", mark(None, path, ordinal));
    let numbered = (2..).map(|number| format!("{marked}-{number}"));
    let candidates = former.cloned().into_iter().chain([stem, marked.clone(), placed]);
    for candidate in candidates.chain(numbered) {
        if taken.insert(candidate.clone()) {
            return candidate;
        }
    }
    // There are more numbers than rules.
    marked
}

/// The 64-bit FNV-1a hash: the same on every machine and in every version.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stem_keeps_what_a_url_can_show() {
        assert_eq!(slug("win-os-WMIexec execution (SYSMON)"), "win-os-WMIexec-execution-SYSMON");
        assert_eq!(slug("  a & b__c.d "), "a-b__c.d");
        assert_eq!(slug("()"), "rule");
        assert_eq!(slug(".."), "rule");
        assert_eq!(of_path("a.b/c d.e.yml"), "c-d.e");
    }

    #[test]
    fn marks_are_stable() {
        assert_eq!(mark(Some("0f06a3a5-6a09-413f-8743-e6cf35561297"), "x", 0), "0f06a3a5");
        assert_eq!(mark(None, "a/b.yml", 0), mark(Some("12"), "a/b.yml", 0));
        assert_ne!(mark(None, "a/b.yml", 0), mark(None, "a/b.yml", 1));
    }
}
