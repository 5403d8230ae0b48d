//! The tables against Microsoft's own documents.

use rulescope_taxonomy::events;

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
