//! Knowledge packs in the catalog: what is stored, what pages say of it, what a rebuild redoes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use rulescope_catalog::{Catalog, Error, Event, Packs};

use crate::support::{built_with, corpora, rule};

const MAP: &str = "Author: us\nDescription: Door opened\nEventId: 7\nChannel: Doors\n\
                   Provider: Vendor-Doors\nMaps:\n  -\n    Property: UserName\n    \
                   PropertyValue: \"%Visitor%\"\n    Values:\n      -\n        Name: Visitor\n        \
                   Value: \"/Event/EventData/Data[@Name=\\\"Visitor\\\"]\"\n";
const SYSMON: &str = "Author: us\nDescription: A program began\nEventId: 1\n\
                      Channel: Microsoft-Windows-Sysmon/Operational\n\
                      Provider: Microsoft-Windows-Sysmon\nMaps:\n";

fn record(id: u32, visitor: &str) -> String {
    format!(
        "<Event xmlns='x'><System><Provider Name='Vendor-Doors'/><EventID>{id}</EventID>\
         <Channel>Doors</Channel></System><EventData><Data Name='Visitor'>{visitor}</Data>\
         </EventData></Event>\n"
    )
}

/// A folder with rules, a pack with a broken file, and logs.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    };
    let detection = "  sel:\n    Image|endswith: '\\a.exe'\n  condition: sel\n";
    let id = "00000001-0000-4000-8000-000000000000";
    write("rules/a.yml", &rule("A", id, detection));
    write("pack/doors.map", MAP);
    write("pack/sysmon.map", SYSMON);
    write("pack/broken.map", "Author: us\nDescription: [\n");
    write("logs/a.xml", &(record(7, "eve") + &record(8, "mallory")));
    folder
}

fn packs(root: &Path) -> Packs {
    Packs { knowledge: vec![root.join("pack")], events: vec![root.join("logs")] }
}

#[test]
fn pages_show_what_packs_state_with_its_origin() {
    let folder = folder();
    let file = folder.path().join("c.db");
    let (report, events) =
        built_with(&file, &[&folder.path().join("rules")], &packs(folder.path()));
    assert!(!report.is_complete() && report.knowledge.read, "{report:?}");
    assert_eq!((report.knowledge.packs, report.knowledge.failed), (2, 1));
    let problems: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Pack(problem) if problem.loses_facts => Some(problem),
            _ => None,
        })
        .collect();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!((&*problems[0].path, problems[0].pack.as_deref()), ("broken.map", Some("pack")));
    assert!(problems[0].line.is_some(), "{problems:?}");

    let catalog = Catalog::open(&file).expect("a catalog");
    // No rule and no table knows this event.
    let page = catalog.event("vendor-doors", 7).expect("read").expect("packs know it");
    assert_eq!((&*page.title, &*page.channel), ("Door opened", "Doors"));
    assert_eq!(page.address, "vendor-doors/7");
    let known = page.known.expect("packs state something");
    assert_eq!(known.titles[0].origins, ["pack"]);
    assert!(known.examples[0].text.contains("eve"), "{:?}", known.examples);
    assert_eq!(known.examples[0].origins, ["recorded events"]);
    let origins: Vec<&str> = known.origins.iter().map(|origin| &*origin.kind).collect();
    assert_eq!(origins, ["evtxecmd", "recorded"]);
    assert_eq!((&*page.fields[0].name, page.fields.len()), ("Visitor", 1));
    assert_eq!(page.fields[0].known.origins, ["pack", "recorded events"]);
    // Only a log knows this one, and a channel names it too.
    let page = catalog.event("Doors", 8).expect("read").expect("a log knows it");
    assert_eq!((&*page.address, &*page.title), ("vendor-doors/8", ""));

    // The built-in table's title stays; that of the pack stands beside it.
    let page = catalog.event("sysmon", 1).expect("read").expect("the table knows it");
    assert_eq!(page.title, "Process creation");
    let titles = page.known.expect("a pack states a title").titles;
    let titles: Vec<(&str, &str)> =
        titles.iter().map(|title| (&*title.value, &*title.origins[0])).collect();
    assert_eq!(titles, [("Process creation", "built-in table"), ("A program began", "pack")]);
    let image = page.fields.iter().find(|field| field.name == "Image").expect("a field");
    assert_eq!((image.rules, &*image.known.origins), (1, &["built-in table".to_owned()][..]));

    let stats = catalog.stats().expect("counts");
    assert_eq!(stats.packs, 2);
    assert!(stats.facts > 0 && stats.events_with_title == stats.events, "{stats:?}");
}

#[test]
fn packs_are_read_again_only_when_they_changed() {
    let folder = folder();
    let (file, rules) = (folder.path().join("c.db"), folder.path().join("rules"));
    let all = packs(folder.path());
    let first = built_with(&file, &[&rules], &all).0.knowledge;
    let (second, events) = built_with(&file, &[&rules], &all);
    assert!(!second.knowledge.read && !second.is_complete(), "what failed is still missing");
    assert!(!events.iter().any(|event| matches!(event, Event::Pack(_))));
    assert_eq!((second.knowledge.facts, second.knowledge.events), (first.facts, first.events));

    fs::remove_file(folder.path().join("pack/broken.map")).expect("removed");
    fs::write(folder.path().join("logs/b.xml"), record(9, "trudy")).expect("written");
    let third = built_with(&file, &[&rules], &all).0;
    assert!(third.knowledge.read && third.is_complete(), "{third:?}");
    assert_eq!(third.knowledge.events, first.events + 1);

    // Packs that are not named any more are forgotten, with the events that only they know.
    let none = built_with(&file, &[&rules], &Packs::default()).0.knowledge;
    assert_eq!((none.packs, none.facts, none.events), (0, 0, 0));
    let catalog = Catalog::open(&file).expect("a catalog");
    assert_eq!(catalog.event("vendor-doors", 7).expect("read"), None);
    let page = catalog.event("sysmon", 1).expect("read").expect("the table knows it");
    assert_eq!((page.known, &*page.title), (None, "Process creation"));
}

#[test]
fn a_technique_has_the_strategies_of_a_stix_pack_and_mitres_notice() {
    let folder = folder();
    let object = |name: &str, text: &str| {
        let path = folder.path().join("stix").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, format!("{{\"type\": \"bundle\", \"objects\": [{text}]}}"))
            .expect("written");
    };
    let id = |id: &str| {
        format!(
            "\"external_references\": [{{\"source_name\": \"mitre-attack\", \
             \"external_id\": \"{id}\", \"url\": \"https://attack.mitre.org/{id}\"}}]"
        )
    };
    let objects = [
        format!(
            "{{\"type\": \"attack-pattern\", \"id\": \"attack-pattern--1\", \"name\": \"WMI\", \
             \"description\": \"Uses **it**.\", {}}}",
            id("T1047")
        ),
        format!(
            "{{\"type\": \"x-mitre-detection-strategy\", \"id\": \"x-mitre-detection-strategy--1\", \
             \"name\": \"Watch it\", \"x_mitre_analytic_refs\": [\"x-mitre-analytic--1\"], {}}}",
            id("DET0001")
        ),
        format!(
            "{{\"type\": \"x-mitre-detection-strategy\", \"id\": \"x-mitre-detection-strategy--2\", \
             \"name\": \"Strategy for T1047.\", {}}}",
            id("DET0002")
        ),
        format!(
            "{{\"type\": \"x-mitre-detection-strategy\", \"id\": \"x-mitre-detection-strategy--3\", \
             \"name\": \"Strategy for T1047.001\", {}}}",
            id("DET0003")
        ),
        format!(
            "{{\"type\": \"x-mitre-analytic\", \"id\": \"x-mitre-analytic--1\", \"name\": \"One\", \
             \"description\": \"Looks.\", \"x_mitre_platforms\": [\"Windows\"], \
             \"x_mitre_log_source_references\": [{{\"name\": \"WinEventLog:Sysmon\", \
             \"channel\": \"EventCode=1\"}}], {}}}",
            id("AN0001")
        ),
        "{\"type\": \"relationship\", \"id\": \"relationship--1\", \"relationship_type\": \"detects\", \
         \"source_ref\": \"x-mitre-detection-strategy--1\", \"target_ref\": \"attack-pattern--1\"}"
            .to_owned(),
    ];
    object("enterprise-attack.json", &objects.join(", "));
    let notice = "© 2001 The MITRE Corporation.";
    fs::write(folder.path().join("stix/LICENSE.txt"), format!("Licence\n\"{notice}\"\n"))
        .expect("written");
    let packs = Packs { knowledge: vec![folder.path().join("stix")], events: Vec::new() };
    let file = folder.path().join("c.db");
    let (report, _) = built_with(&file, &[&folder.path().join("rules")], &packs);
    assert!(report.is_complete(), "{report:?}");
    let catalog = Catalog::open(&file).expect("a catalog");
    let page = catalog.technique("T1047").expect("read").expect("ATT&CK has it");
    let known = page.known.expect("a pack states something");
    assert_eq!(known.descriptions[0].value, "Uses **it**.");
    assert_eq!(known.descriptions[0].origins, ["stix"]);
    assert_eq!(known.notice, notice);
    let strategies: Vec<&str> = known.strategies.iter().map(|one| &*one.id).collect();
    assert_eq!(strategies, ["DET0001", "DET0002"], "one is linked, one named after it");
    let analytic = &known.strategies[0].analytics[0];
    assert_eq!((&*analytic.id, &*analytic.description), ("AN0001", "Looks."));
    let source = &analytic.log_sources[0];
    assert_eq!((&*source.name, &*source.channel), ("WinEventLog:Sysmon", "EventCode=1"));
    let page = catalog.technique("T1059").expect("read").expect("ATT&CK has it");
    assert_eq!(page.known, None);
}

#[test]
fn a_catalog_of_another_version_says_so() {
    let folder = folder();
    let file = folder.path().join("c.db");
    built_with(&file, &[&folder.path().join("rules")], &Packs::default());
    let mut bytes = fs::read(&file).expect("read");
    // SQLite's header holds the user version in its bytes 60 to 63.
    let older = rulescope_catalog::schema::VERSION - 1;
    bytes[60..64].copy_from_slice(&older.to_be_bytes());
    fs::write(&file, bytes).expect("written");
    let error = Catalog::open(&file).expect_err("it is older");
    assert!(matches!(error, Error::Version { .. }), "{error}");
    let (report, _) = built_with(&file, &[&folder.path().join("rules")], &Packs::default());
    assert_eq!(report.written, 1, "it is built anew");
    assert!(Catalog::open(&file).is_ok());
}

/// Of the pairs of channel and event id that rules read, how many have a title and an example, and
/// which have none.
#[test]
fn events_of_the_rules_are_known() {
    let Some(corpora) = corpora() else { return };
    let shared = corpora.join("..");
    let packs = Packs {
        knowledge: vec![shared.join("knowledge"), corpora.join("splunk/data_sources")],
        events: vec![shared.join("events")],
    };
    if !packs.knowledge.iter().chain(&packs.events).all(|folder| folder.is_dir()) {
        eprintln!("skipped: no packs or no logs at {}", shared.display());
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("c.db");
    let rules = [corpora.join("sigmahq"), corpora.join("mdecrevoisier")];
    let (report, _) = built_with(&file, &[&rules[0], &rules[1]], &packs);
    assert!(report.is_complete(), "{report:?}");
    let catalog = Catalog::open(&file).expect("a catalog");
    let mut pairs: BTreeMap<(String, u32), (String, bool)> = BTreeMap::new();
    // Each pair as often as rules name it: what a reader of rules meets.
    let (mut named, mut named_shown) = (0, 0);
    for line in catalog.events().expect("events") {
        let channel = if line.channel.is_empty() { line.provider } else { line.channel };
        named += line.rules;
        named_shown += if line.has_example { line.rules } else { 0 };
        let pair = pairs.entry((channel, line.event_id)).or_default();
        if pair.0.is_empty() {
            pair.0 = line.title;
        }
        pair.1 |= line.has_example;
    }
    let titled = pairs.values().filter(|(title, _)| !title.is_empty()).count();
    let shown = pairs.values().filter(|(_, has_example)| *has_example).count();
    assert!(titled * 100 >= pairs.len() * 96, "{titled} of {}", pairs.len());
    let mut out = format!(
        "{} pairs of channel and event id, with title {titled}, with example {shown}\n\
         {named} times that a rule names an event, with example {named_shown}\n",
        pairs.len()
    );
    for ((channel, id), (title, has_example)) in &pairs {
        let missing = match (title.is_empty(), *has_example) {
            (true, false) => "no title, no example",
            (true, true) => "no title",
            (false, false) => "no example",
            (false, true) => continue,
        };
        writeln!(out, "{channel} / {id}: {missing}").expect("a string takes it");
    }
    insta::assert_snapshot!("events_of_the_rules", out);
}

/// Numbers below `most` that look random and are the same every time.
fn chosen(most: usize, count: usize) -> BTreeSet<usize> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut found = BTreeSet::new();
    while found.len() < count.min(most) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        found.insert(usize::try_from(state % most as u64).expect("it is below a length"));
    }
    found
}

/// Pages of Security events say what the documents say, read here by other means.
#[test]
fn pages_of_security_events_are_microsofts() {
    let Some(corpora) = corpora() else { return };
    let root = corpora.join("../knowledge/ms-security-auditing-docs");
    let documents = root.join("windows/security/threat-protection/auditing");
    let Ok(entries) = fs::read_dir(&documents) else {
        eprintln!("skipped: no documents at {}", documents.display());
        return;
    };
    let mut pages: Vec<(u32, String)> = entries
        .filter_map(|entry| {
            let path = entry.expect("an entry can be read").path();
            let id = path.file_stem()?.to_str()?.strip_prefix("event-")?.parse().ok()?;
            Some((id, fs::read_to_string(&path).expect("a document can be read")))
        })
        .collect();
    pages.sort();
    let folder = folder();
    let file = folder.path().join("c.db");
    let packs = Packs { knowledge: vec![root], events: Vec::new() };
    let (report, _) = built_with(&file, &[&folder.path().join("rules")], &packs);
    assert!(report.is_complete(), "{report:?}");
    let catalog = Catalog::open(&file).expect("a catalog");
    let (mut titles, mut examples) = (0, 0);
    for at in chosen(pages.len(), 50) {
        let (id, text) = &pages[at];
        let page = catalog.event("Security", *id).expect("read").expect("it is documented");
        let known = page.known.expect("a pack states something");
        assert_eq!(page.channel, "Security");
        let heading = text.lines().find(|line| line.starts_with("# ")).expect("a heading");
        let (_, title) = heading.split_once("):").expect("a heading has the outcome");
        let title = title.trim().replace("\\_", "_");
        let title = title.strip_suffix('.').unwrap_or(&title);
        if title.chars().any(char::is_alphabetic) {
            let stated = known.titles.iter().find(|stated| stated.value == title);
            let origins = stated.map(|stated| stated.origins.last().map(String::as_str));
            let ours = Some(Some("ms-security-auditing-docs"));
            assert_eq!(origins, ours, "{id} {title}: {:?}", known.titles);
            titles += 1;
        }
        let names = text.split("<Data Name=\"").skip(1).filter_map(|rest| rest.split('"').next());
        if text.contains(&format!("<EventID>{id}</EventID>")) {
            for name in names {
                let field = page.fields.iter().find(|field| field.name == name);
                assert!(field.is_some(), "{id} has {name}");
            }
            let shown = known.examples.first().expect("it shows one");
            assert!(shown.text.contains(&format!("<EventID>{id}</EventID>")), "{id}");
            examples += 1;
        }
    }
    assert!(titles >= 45 && examples >= 20, "{titles} {examples}");
}
