//! Detections that are declared to be of another platform than Windows.
//!
//! A data model holds the events of any platform. A detection whose data sources all are of Linux is
//! made for those events alone, and says nothing of Windows; its sources become a part of its scope.

use rulescope_ir::{Pattern, Scope};
use rulescope_taxonomy::logsources::{Platform, resolve_term};

/// The kind of term that names a declared data source.
const KIND: &str = "data_source";

/// Adds the declared data sources to the scope of each part that reads a data model, where all of them
/// are of one platform that is not Windows.
pub(super) fn declare(declared: &[String], pattern: &mut Pattern) {
    let names: Vec<&str> = declared.iter().flat_map(|d| d.split(" AND ")).map(str::trim).collect();
    let mut platforms = names.iter().map(|name| resolve_term(KIND, name)?.platform);
    let Some(Some(first)) = platforms.next() else { return };
    let elsewhere = matches!(first, Platform::Linux | Platform::Macos);
    if elsewhere && platforms.all(|p| p == Some(first)) {
        add(&names, pattern);
    }
}

fn add(names: &[&str], pattern: &mut Pattern) {
    match pattern {
        Pattern::Events { scope } if scope.terms.contains_key("datamodel") => {
            let declared = names.iter().fold(Scope::default(), |s, name| s.with(KIND, name));
            scope.terms.extend(declared.terms);
        }
        other => other.children_mut().into_iter().for_each(|p| add(names, p)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(sources: &[&str]) -> Vec<String> {
        let sources: Vec<String> = sources.iter().map(|s| (*s).to_owned()).collect();
        let mut pattern = Pattern::events(Scope::of("datamodel", "Endpoint.Processes"));
        declare(&sources, &mut pattern);
        let Pattern::Events { scope } = pattern else { return Vec::new() };
        scope.terms.get(KIND).cloned().unwrap_or_default()
    }

    #[test]
    fn only_what_is_all_of_linux_leaves_windows() {
        let linux = ["Sysmon for Linux EventID 1", "Linux Auditd Execve"];
        assert_eq!(declared(&linux), linux);
        assert_eq!(declared(&["Sysmon for Linux EventID 1", "Sysmon EventID 1"]), [""; 0]);
        assert_eq!(declared(&["Sysmon for Linux EventID 1", "No Such Thing"]), [""; 0]);
        assert_eq!(declared(&["AWS CloudTrail"]), [""; 0]);
        assert_eq!(declared(&[]), [""; 0]);
    }
}
