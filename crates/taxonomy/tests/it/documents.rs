//! The tables against Microsoft's own documents.

use std::collections::BTreeSet;

use rulescope_taxonomy::{audit, events};

use crate::corpora;

#[test]
fn titles_of_security_events_are_microsofts() {
    let folder = "knowledge/ms-security-auditing-docs/windows/security/threat-protection/auditing";
    let Some(folder) = corpora::folder(folder) else { return };
    let mut compared = 0;
    for (path, text) in corpora::files(&folder, &["md"]) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let Some(id) = name.strip_prefix("event-").and_then(|id| id.parse::<u32>().ok()) else {
            continue;
        };
        let provider = if id < 4_000 { "eventlog" } else { "security-auditing" };
        let Some(event) = events::event(provider, id) else {
            // Titles that are a placeholder of the message only.
            assert!([6405, 6406, 6407, 6408].contains(&id), "{id} is not in the table");
            continue;
        };
        let heading = text.lines().find(|l| l.starts_with("# ")).expect("a page has a heading");
        let (_, title) = heading.split_once("):").expect("a heading has the id and its outcome");
        let plain = |text: &str| text.replace('’', "'").to_lowercase();
        // Long titles are cut; four are worded anew.
        if ![4612, 4818, 1108, 5038, 6281].contains(&id) {
            assert!(plain(title.trim()).starts_with(&plain(event.title)), "{id}: {title}");
            compared += 1;
        }
        for native in named_fields(&text) {
            assert!(event.has_field(native), "{id}: {native}");
        }
    }
    println!("{compared} titles compared");
    assert!(compared >= 230, "{compared}");
}

/// The names in the example event of a page.
fn named_fields(text: &str) -> impl Iterator<Item = &str> {
    text.split("<Data Name=\"").skip(1).filter_map(|rest| rest.split('"').next())
}

#[test]
fn titles_of_sysmon_events_are_microsofts() {
    let Some(folder) = corpora::folder("knowledge/sysinternals-sysmon") else { return };
    let mut compared = 0;
    for (_, text) in corpora::files(&folder, &["md"]) {
        for line in text.lines() {
            let Some((id, title)) =
                line.strip_prefix("### Event ID ").and_then(|rest| rest.split_once(": "))
            else {
                continue;
            };
            let id = id.parse().expect("a heading has a number");
            assert_eq!(events::event("sysmon", id).map(|e| e.title), Some(title.trim()));
            compared += 1;
        }
    }
    assert_eq!(compared, 30);
}

#[test]
fn audit_subcategories_of_events_are_microsofts() {
    let folder = "knowledge/ms-security-auditing-docs/windows/security/threat-protection/auditing";
    let Some(folder) = corpora::folder(folder) else { return };
    let (mut pages, mut listed) = (0, 0);
    for (path, text) in corpora::files(&folder, &["md"]) {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(id) = stem.strip_prefix("event-").and_then(|id| id.parse::<u32>().ok()) {
            let line = text.lines().find(|l| l.starts_with("***Subcategor"));
            let line = line.unwrap_or_else(|| panic!("{id} names no subcategory"));
            let names: BTreeSet<&str> =
                line.split('[').skip(1).filter_map(|rest| rest.split(']').next()).collect();
            if names == BTreeSet::from(["Other Events"]) {
                assert_eq!(audit::subcategory(id), None, "{id}");
                continue;
            }
            let documented: BTreeSet<&str> = names.into_iter().map(known).collect();
            let ours: BTreeSet<&str> = audit::subcategories_of(id).map(|s| s.name).collect();
            assert!(documented.is_subset(&ours), "{id}: {documented:?} {ours:?}");
            // 4703 alone has one that its page does not say.
            assert!(ours == documented || id == 4703, "{id}: {documented:?} {ours:?}");
            pages += 1;
        } else if stem.starts_with("audit-") {
            let heading = text.lines().find_map(|l| l.strip_prefix("# "));
            let name = known(heading.expect("a page has a heading").trim());
            for id in text.lines().filter_map(listed_event) {
                assert!(audit::subcategories_of(id).any(|s| s.name == name), "{name}: {id}");
                listed += 1;
            }
        }
    }
    println!("{pages} pages of events and {listed} events of lists compared");
    assert!(pages >= 238 && listed >= 380, "{pages} {listed}");
}

/// Our name of a subcategory that a document names.
fn known(name: &str) -> &'static str {
    audit::by_name(name).unwrap_or_else(|| panic!("{name} is not in the table")).name
}

/// The id of a line in a subcategory's list of events: `- [4688](event-4688.md)(S): …`,
/// `-   4868: …` or `## 4783(S): …`.
fn listed_event(line: &str) -> Option<u32> {
    let item = line.trim_start().strip_prefix("- ").or_else(|| line.strip_prefix("## "))?;
    let item = item.trim_start().trim_start_matches('[');
    let (id, rest) = item.split_at_checked(4)?;
    let head = rest.split_once(": ")?.0;
    let is_head = head.is_empty() || head.starts_with([']', '(']);
    if is_head { id.parse().ok() } else { None }
}

#[test]
fn elements_of_sysmons_configuration_are_microsofts() {
    let Some(folder) = corpora::folder("knowledge/sysinternals-sysmon") else { return };
    let mut compared = 0;
    for (_, text) in corpora::files(&folder, &["md"]) {
        for line in text.lines() {
            let cells: Vec<&str> = line
                .split('|')
                .map(|c| c.trim_matches([' ', '*']))
                .filter(|c| !c.is_empty())
                .collect();
            let [id, tag, _] = cells[..] else { continue };
            let Ok(id) = id.parse::<u32>() else { continue };
            assert_eq!(audit::sysmon_element_of(id), (tag != "n/a").then_some(tag), "{id}");
            compared += 1;
        }
    }
    assert_eq!(compared, 29);
}
