//! What the real packs hold, as committed counts, and the counts against the packs' own files.

use std::collections::BTreeSet;
use std::fmt::Write;

use rulescope_ir::Severity;
use rulescope_knowledge::{EventFacts, Facts, PackKind, read};

use crate::corpora::{corpus, files, packs};

fn by<T>(facts: &Facts<T>, pack: usize) -> usize {
    facts.iter().filter(|fact| fact.origins.contains(&pack)).count()
}

#[test]
fn every_pack_is_read() {
    let Some(known) = packs() else { return };
    let mut out = String::from(
        "files failed unknown subjects  facts events titles fields examples warnings pack\n",
    );
    for (pack, report) in known.packs.iter().enumerate() {
        let of = |count: fn(&EventFacts, usize) -> usize| -> usize {
            known.events.values().map(|facts| count(facts, pack)).sum()
        };
        let fields = |facts: &EventFacts, pack: usize| {
            let stated = facts.fields.values().filter(|field| {
                by(&field.types, pack) + by(&field.descriptions, pack) + by(&field.samples, pack)
                    > 0
            });
            stated.count()
        };
        let titled = of(|facts, pack| usize::from(by(&facts.titles, pack) > 0));
        let warnings = known.findings.iter().filter(|f| f.pack == Some(pack)).count();
        writeln!(
            out,
            "{:5} {:6} {:7} {:8} {:6} {:6} {:6} {:6} {:8} {:8} {} ({})",
            report.files,
            report.failed,
            report.unknown,
            report.subjects,
            report.facts,
            of(|facts, pack| {
                let mut titled = by(&facts.titles, pack) + by(&facts.uses, pack);
                titled +=
                    by(&facts.levels, pack) + by(&facts.versions, pack) + by(&facts.examples, pack);
                titled += by(&facts.subcategories, pack) + by(&facts.vendor_fields, pack);
                usize::from(titled > 0)
            }),
            titled,
            of(fields),
            of(|facts, pack| by(&facts.examples, pack)),
            warnings,
            report.name,
            report.kind.name(),
        )
        .expect("a string takes it");
        assert!(report.licence.is_some(), "{} has a licence", report.name);
    }
    let events = known.events.len();
    let titled = known.events.keys().filter(|key| known.title(key).is_some()).count();
    let shown = known.events.keys().filter(|key| known.example(key).is_some()).count();
    let whole = known.events.keys().filter(|k| k.provider.is_some() && k.channel.is_some()).count();
    let differ = known.events.keys().filter(|key| !known.disagreements(key).is_empty()).count();
    writeln!(
        out,
        "events {events}, named in full {whole}, with title {titled}, with example {shown}, on \
         which packs disagree {differ}\nother records {}, techniques {}, data components {}, \
         strategies {}, analytics {}, relations {}, subcategories {}, providers {}, channels {}",
        known.records.len(),
        known.attack.techniques.len(),
        known.attack.components.len(),
        known.attack.strategies.len(),
        known.attack.analytics.len(),
        known.relations.len(),
        known.subcategories.len(),
        known.providers.len(),
        known.channels.len(),
    )
    .expect("a string takes it");
    insta::assert_snapshot!(out);
    let folders = ["knowledge", "corpora/splunk/data_sources"].into_iter().filter_map(corpus);
    let folders: Vec<_> = folders.collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    assert!(pool.install(|| read(&folders)) == *known, "one thread reads the same");
    let lost: Vec<String> = known
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(ToString::to_string)
        .collect();
    assert_eq!(lost, [""; 0], "no file of the real packs is lost");
}

/// Ids that stand in a pack's files, counted without its reader.
#[test]
fn subjects_are_those_of_the_files() {
    let (Some(known), Some(root)) = (packs(), corpus("knowledge")) else { return };
    let subjects = |kind: PackKind| {
        known.packs.iter().find(|pack| pack.kind == kind).map(|pack| pack.subjects)
    };
    let maps = files(&root.join("evtxecmd-maps"));
    let maps: Vec<_> =
        maps.iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "map")).collect();
    assert_eq!(subjects(PackKind::EvtxEcmd), Some(maps.len()));

    let mut external: BTreeSet<String> = BTreeSet::new();
    for (path, text) in files(&root.join("attack-v18.1")) {
        let folder =
            path.parent().and_then(|p| p.file_name()).unwrap_or_default().to_string_lossy();
        if !["x-mitre-data-source", "x-mitre-matrix", "attack-v18.1"].contains(&&*folder) {
            let own = text.split("\"source_name\": \"mitre-attack\"").nth(1).expect("it has an id");
            let id =
                own.split("\"external_id\": \"").nth(1).and_then(|rest| rest.split('"').next());
            external.insert(id.expect("it has an id").to_owned());
        }
    }
    assert_eq!(subjects(PackKind::Stix), Some(external.len()));

    let mut events: BTreeSet<(String, String)> = BTreeSet::new();
    for (_, text) in files(&root.join("ossem-dd")) {
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key))?;
            Some(line.trim().trim_matches('\'').to_lowercase())
        };
        if let (Some(source), Some(id)) = (value("log_source:"), value("event_id:")) {
            events.insert((source, id));
        }
    }
    assert_eq!(subjects(PackKind::OssemDd), Some(events.len()));
    let sysmon = files(&root.join("sysinternals-sysmon"));
    let headings: usize =
        sysmon.iter().map(|(_, text)| text.matches("\n### Event ID ").count()).sum();
    assert_eq!(subjects(PackKind::Sysmon), Some(headings));
}

#[test]
fn the_newer_version_of_attack_stands_beside_the_older() {
    let Some(known) = packs() else { return };
    let technique = &known.attack.techniques["T1562.001"];
    let packs = |wanted: &str| {
        let fact = technique.successors.iter().find(|fact| fact.value == wanted);
        fact.map(|fact| fact.origins.iter().map(|i| known.packs[*i].kind).collect::<Vec<_>>())
    };
    assert_eq!(packs("T1685"), Some(vec![PackKind::AttackTable]));
    assert_eq!(technique.statuses.len(), 2, "v18.1 has it, v19.2 has revoked it");
    let sysmon = known.event("sysmon", 1).map(|(key, _)| key).expect("Sysmon 1 is known");
    assert!(known.components_of(sysmon).any(|id| id == "DC0032"), "process creation");
    assert!(known.relations_of(sysmon).count() > 3);
}
