//! Packs with defects, and folders that mean harm: what is wrong is said with its line, the rest
//! is read, and nothing hangs or grows.

use std::fs;
use std::time::Instant;

use rulescope_ir::Severity;
use rulescope_knowledge::{LARGEST, MOST_TEXT, MOST_VALUES, PackKind, read};

use crate::packs::{events, findings, folder, knowledge, paths, values};

const MAP: &str = "Author: me\nDescription: Door opened\nEventId: 7\nChannel: Doors\n\
                   Provider: Vendor-Doors\nMaps:\n";

/// A pack of maps with one good file and this one.
fn beside_a_good_map(text: &str) -> (usize, Vec<String>) {
    let known = knowledge(&[("a.map", MAP), ("b.map", text)]);
    assert_eq!(events(&known)[0], "Vendor-Doors / Doors / 7", "the good file is read");
    (known.packs[0].failed, findings(&known))
}

#[test]
fn a_broken_map_is_reported_with_its_line_and_skipped() {
    let broken = |text: &str, wanted: &str| {
        let (failed, findings) = beside_a_good_map(text);
        assert_eq!((failed, findings.len()), (1, 1), "{findings:?}");
        assert!(findings[0].starts_with(wanted), "{findings:?}");
        assert!(findings[0].ends_with("(pack/broken-file)"), "{findings:?}");
    };
    broken(
        &MAP.replace("EventId: 7", "EventId: seven"),
        "b.map:3: error: `EventId` is no event id",
    );
    broken(&MAP.replace("EventId: 7\n", ""), "b.map:1: error: it has no `EventId`");
    broken(&MAP.replace("Channel: Doors\n", ""), "b.map:1: error: it has no `Channel`");
    broken("Description: [a\nEventId: }\n", "b.map:");
    broken("", "b.map:1: error: it holds no keys");
    broken("a: 1\n\0", "b.map:2: error: binary");
    broken(&MAP.replace("Maps:\n", ""), "b.map:5: error: it has no `Maps`");
}

#[test]
fn an_example_without_its_ends_is_told() {
    for text in
        ["# <Event>\n#  <System>\n#  </System>\n", "#  <System>\n#  </System>\n# </Event>\n"]
    {
        let (failed, findings) = beside_a_good_map(&format!("{MAP}{text}"));
        assert_eq!((failed, findings.len()), (0, 1), "{findings:?}");
        assert!(findings[0].contains("no whole `<Event>` element"), "{findings:?}");
    }
}

#[test]
fn a_bundle_that_breaks_off_is_named_beside_other_packs() {
    let cut = "{ \"type\": \"bundle\",\n \"objects\": [{\"type\": \"attack-pattern\",\n";
    let known = knowledge(&[("maps/a.map", MAP), ("stix/bundle.json", cut)]);
    assert_eq!(events(&known), ["Vendor-Doors / Doors / 7"]);
    let found = findings(&known);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("bundle.json:"), "{found:?}");
}

#[test]
fn bytes_that_are_no_text_are_reported() {
    let pack = folder(&[("a.map", MAP)]);
    fs::write(pack.path().join("b.map"), b"Description: a\nx: \xE9\n").expect("it can be written");
    // UTF-16 is text.
    let mut wide = vec![0xFF, 0xFE];
    wide.extend(MAP.replace("7", "9").encode_utf16().flat_map(u16::to_le_bytes));
    fs::write(pack.path().join("c.map"), wide).expect("it can be written");
    let known = read(&paths(&[&pack]));
    assert_eq!(known.packs[0].failed, 1);
    assert_eq!(events(&known), ["Vendor-Doors / Doors / 7", "Vendor-Doors / Doors / 9"]);
    assert!(findings(&known)[0].starts_with("b.map:2: error: not UTF-8"), "{:?}", findings(&known));
}

#[test]
fn every_reader_reports_a_broken_file() {
    let json = r#"{"type": "bundle", "id": "bundle--1", "objects": []}"#;
    let cases = [
        ("attack-pattern/a.json", json, "attack-pattern/b.json", "{\"type\": \"bundle\",\n 1}", 2),
        (
            "events/event-1.yml",
            "name: x\nlog_source: P\nevent_id: 1\n",
            "events/event-2.yml",
            "name: x\nevent_id: 1\n",
            1,
        ),
        (
            "relationships/a.yml",
            "relationship_id: R\nbehavior:\n  source: a\n",
            "relationships/b.yml",
            "name: x\n",
            1,
        ),
        (
            "data_sources/a.yml",
            "name: a\ndescription: Data source\nsource: s\nsourcetype: t\n",
            "data_sources/b.yml",
            "- a\n",
            1,
        ),
        ("event-4688.md", "# 4688(S): A.\n", "event-4689.md", "# Other\n", 1),
        (
            "eid_subcategory_mapping.csv",
            "\"Event ID\",\"Category\",\"Subcategory\",\"GUID\"\n",
            "security_rules.json",
            "[{\"level\": 1}]",
            1,
        ),
        (
            "config/channel_eid_info.txt",
            "Channel,EventID,EventTitle\n",
            "config/data_mapping/b.yaml",
            "Title: x\nRewriteFieldData:\n",
            1,
        ),
        (
            "Events/RecommendedEvents.csv",
            "Category,Name,ID,Level,Event Log,Event Source,\n",
            "Events/RecommendedEvents.json",
            "{\"x\":\n 1}",
            2,
        ),
        (
            "a/attack_enterprise.json",
            "{\"attack_version\": \"1\", \"tactics\": {}}",
            "b/attack_enterprise.json",
            "{\n\n\"tactics\": 1}",
            3,
        ),
    ];
    for (good, text, bad, broken, line) in cases {
        let known = knowledge(&[(good, text), (bad, broken)]);
        let said = findings(&known);
        assert_eq!(said.len(), 1, "{bad}: {said:?}");
        assert_eq!((known.packs[0].files, known.packs[0].failed), (1, 1), "{bad}: {said:?}");
        assert!(said[0].starts_with(&format!("{bad}:{line}: error: ")), "{bad}: {said:?}");
    }
}

#[test]
fn folders_that_are_no_packs_are_said() {
    let none = folder(&[("a.txt", "x")]);
    let missing = none.path().join("missing");
    let known = read(&[missing.clone(), none.path().to_owned()]);
    assert!(known.packs.is_empty() && known.events.is_empty());
    let codes: Vec<(&str, Severity)> =
        known.findings.iter().map(|f| (f.code, f.severity)).collect();
    assert_eq!(codes, [("pack/no-folder", Severity::Error), ("pack/unknown", Severity::Warning)]);
    assert_eq!(known.findings[0].path, missing.to_string_lossy());
}

#[test]
fn large_files_and_long_texts_are_bounded() {
    let pack = folder(&[("a.map", MAP)]);
    let large = format!("{MAP}#{}\n", "x".repeat(usize::try_from(LARGEST).expect("it fits")));
    fs::write(pack.path().join("b.map"), large).expect("it can be written");
    let long = MAP.replace("Door opened", &"x".repeat(MOST_TEXT + 1)).replace(": 7", ": 8");
    fs::write(pack.path().join("c.map"), long).expect("it can be written");
    let known = read(&paths(&[&pack]));
    assert!(
        findings(&known)[0].starts_with("b.map: error: more than 8388608 bytes"),
        "{:?}",
        findings(&known)
    );
    assert!(findings(&known)[1].contains("pack/long-text"), "{:?}", findings(&known));
    let (_, facts) = known.event("Vendor-Doors", 8).expect("a text is cut, not dropped");
    assert_eq!(values(&facts.titles)[0].len(), MOST_TEXT);
}

#[test]
fn lists_are_bounded_and_it_is_said() {
    use std::fmt::Write;
    let mut table = String::from("Channel,EventID,EventTitle\n");
    for i in 0..MOST_VALUES + 10 {
        writeln!(table, "Doors,7,Title {i}").expect("a string takes it");
    }
    let started = Instant::now();
    let known = knowledge(&[("channel_eid_info.txt", &table)]);
    assert!(started.elapsed().as_secs() < 20);
    assert_eq!(known.event_of_channel("Doors", 7).map(|(_, f)| f.titles.len()), Some(MOST_VALUES));
    let said = findings(&known);
    assert!(said[0].contains("10 values are left out"), "{said:?}");
}

#[test]
fn findings_are_bounded() {
    use std::fmt::Write;
    let mut table = String::from("Channel,EventID,EventTitle\n");
    for i in 0..1_000 {
        writeln!(table, "Doors,x{i},Title").expect("a string takes it");
    }
    let known = knowledge(&[("channel_eid_info.txt", &table)]);
    assert_eq!(known.findings.len(), 201);
    assert!(findings(&known)[200].contains("800 more"), "{}", findings(&known)[200]);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_not_followed() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    let outside = folder(&[("b.map", &MAP.replace("7", "8"))]);
    let pack = folder(&[("a.map", MAP), ("inner/README.md", "x")]);
    let at = |path: &str| pack.path().join(path);
    symlink(pack.path(), at("inner/loop")).expect("a link can be made");
    symlink(outside.path(), at("out")).expect("a link can be made");
    symlink(outside.path().join("b.map"), at("c.map")).expect("a link can be made");
    let _socket = UnixListener::bind(at("d.map")).expect("a socket can be made");
    let known = read(&paths(&[&pack]));
    assert_eq!(events(&known), ["Vendor-Doors / Doors / 7"]);
    let said = findings(&known);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("c.map: error: a link"), "{said:?}");
    assert!(said[1].starts_with("d.map: error: a pipe, socket or device"), "{said:?}");
}

#[test]
fn texts_of_openings_do_not_take_for_ever() {
    let many = |text: &str| text.repeat(1_000_000 / text.len());
    let page = |body: &str| format!("# 4688(S): A.\n\n***Event XML:***\n{body}\n");
    let started = Instant::now();
    let known = knowledge(&[
        ("event-4688.md", &page(&format!("<Event>{}</Event>", many("<Data>")))),
        ("event-4689.md", &format!("# 4689(S): {}\n", many("[<a"))),
        ("event-4690.md", &format!("# 4690(S): {}\n", many("[a](("))),
    ]);
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
    assert_eq!(known.packs[0].files, 3, "{:?}", findings(&known).len());
}

#[test]
fn yaml_that_grows_is_bounded() {
    let bomb: String = (0..30)
        .map(|i| {
            format!("a{}: &a{} [{}]\n", i, i, vec![format!("*a{}", i.max(1) - 1); 10].join(", "))
        })
        .collect();
    let started = Instant::now();
    let known = knowledge(&[("a.map", MAP), ("b.map", &bomb)]);
    assert!(started.elapsed().as_secs() < 20);
    assert_eq!(known.packs[0].kind, PackKind::EvtxEcmd);
    assert_eq!(known.packs[0].failed, 1);
}
