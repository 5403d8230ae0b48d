//! Elastic's rules in a catalog: which events they can fire on, and how the repository's come out.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use rulescope_catalog::list::Filter;
use rulescope_catalog::load::from_files;
use rulescope_catalog::show::RulePage;
use rulescope_catalog::store::Named;
use rulescope_catalog::{BuildReport, Catalog, Packs, build};
use rulescope_rulefile::source::{SourceSpec, Vendor};

use crate::support::corpora;

fn built(catalog: &Path, folder: &Path) -> BuildReport {
    let spec = SourceSpec::from_flag(&format!("elastic={}", folder.display())).expect("a folder");
    build(catalog, &[spec], Path::new(""), &Packs::default(), &mut |_| {}).expect("it builds")
}

/// A rule file with a query, an index and further keys.
fn rule(name: &str, index: &str, query: &str, more: &str) -> String {
    format!(
        "[metadata]\ncreation_date = \"2024/01/02\"\nmaturity = \"production\"\n\n[rule]\nname = \
         \"{name}\"\nrule_id = \"{name}-0000\"\ntype = \"query\"\nlanguage = \"kuery\"\nseverity = \
         \"low\"\nindex = [\"{index}\"]\nquery = '''\n{query}\n'''\n{more}"
    )
}

fn page(catalog: &Catalog, name: &str) -> RulePage {
    let Named::One(row) = catalog.find(name).expect("read") else { panic!("{name} is one rule") };
    catalog.show(row).expect("a page")
}

fn events(page: &RulePage) -> Vec<String> {
    page.events.iter().map(|e| format!("{}/{} {}", e.provider, e.event_id, e.coverage)).collect()
}

/// The events of rules with these queries.
fn events_of(queries: &[(&str, &str)]) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("rules");
    fs::create_dir_all(&source).expect("made");
    for (i, (index, query)) in queries.iter().enumerate() {
        let text = rule(&format!("rule{i}"), index, query, "");
        fs::write(source.join(format!("r{i}.toml")), text).expect("written");
    }
    let file = folder.path().join("c.db");
    let report = built(&file, &source);
    assert!(report.is_complete(), "{report:?}");
    let catalog = Catalog::open(&file).expect("a catalog");
    (0..queries.len()).map(|i| events(&page(&catalog, &format!("rule{i}")))).collect()
}

#[test]
fn what_selects_events_tells_the_coverage() {
    let beat = "winlogbeat-*";
    let found = events_of(&[
        (beat, "event.action:\"audit-log-cleared\""),
        (beat, "event.code:1102 and winlog.channel:Security"),
        (beat, "event.action:logon-failed and winlog.logon.type:Network"),
        (beat, "event.category:process and event.type:start and process.name:a.exe"),
        ("logs-endpoint.events.process-*", "event.type:start and process.parent.name:a.exe"),
        ("logs-endpoint.events.*", "event.category:process and host.os.type:linux and user.name:x"),
        (beat, "event.category:registry and host.os.type:windows and registry.path:*Run*"),
        (beat, "(event.action:logged-in or event.action:logon-failed) and source.ip:10.0.0.0/8"),
        (beat, "not event.action:logged-in and event.code:(4624 or 4625)"),
        ("logs-aws.cloudtrail-*", "event.action:DeleteTrail"),
    ]);
    let auditing = |id: u32| format!("Security-Auditing/{id} full");
    assert_eq!(found[0], ["Eventlog/1102 full"]);
    assert_eq!(found[1], ["Eventlog/1102 full"]);
    assert_eq!(found[2], [auditing(4625)]);
    assert_eq!(found[3], ["Sysmon/1 full".to_owned(), auditing(4688)]);
    assert_eq!(found[4], ["Sysmon/1 full".to_owned(), auditing(4688)]);
    assert_eq!(found[5], Vec::<String>::new());
    let registry = ["Sysmon/12 full", "Sysmon/13 full", "Sysmon/14 full"];
    assert_eq!(found[6][..3], registry);
    assert_eq!(found[7], [auditing(4624), auditing(4625)]);
    assert_eq!(found[8], [auditing(4625)]);
    assert_eq!(found[9], Vec::<String>::new());
}

#[test]
fn a_rule_is_shown_and_loaded_with_what_its_file_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let more = "tags = [\"OS: Windows\"]\n[[rule.threat]]\nframework = \"MITRE ATT&CK\"\n\
        [[rule.threat.technique]]\nid = \"T1059\"\nname = \"x\"\n\
        [[rule.threat.technique.subtechnique]]\nid = \"T1059.001\"\nname = \"y\"\n\
        [rule.threat.tactic]\nid = \"TA0002\"\nname = \"z\"\n";
    let query =
        "event.category:process and process.name:(a.exe or b*) and\n  not process.args:\"-x\"";
    let source = folder.path().join("rules");
    fs::create_dir_all(&source).expect("made");
    fs::write(source.join("a.toml"), rule("one", "winlogbeat-*", query, more)).expect("written");
    let file = folder.path().join("c.db");
    assert!(built(&file, &source).is_complete());
    let catalog = Catalog::open(&file).expect("a catalog");
    let shown = page(&catalog, "one");
    assert_eq!(shown.body.language, "kuery");
    assert_eq!(shown.attack.len(), 1);
    assert_eq!(shown.attack[0].technique, "T1059.001");
    let stage = &shown.stages[0];
    assert_eq!((stage.label.as_str(), stage.text.as_str()), ("query", query));
    let predicates: Vec<(&str, bool)> =
        stage.predicates.iter().map(|p| (p.native_field.as_str(), p.negated)).collect();
    // A part of a canonical field is shown as it is computed.
    let names = ["event.category", "basename(Image)", "basename(Image)", "process.args"];
    assert_eq!(predicates.iter().map(|(n, _)| *n).collect::<Vec<_>>(), names);
    assert!(predicates[3].1 && !predicates[1].1);
    let loaded = from_files(&[&source.join("a.toml")], Vendor::Elastic).expect("read");
    assert_eq!((loaded.rules.len(), loaded.failed.len()), (1, 0));
}

#[test]
fn the_repository() {
    let Some(corpora) = corpora() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("c.db");
    let report = built(&file, &corpora.join("elastic"));
    assert!(report.is_complete(), "{report:?}");
    let catalog = Catalog::open(&file).expect("a catalog");
    insta::assert_json_snapshot!("elastic_stats", catalog.stats().expect("counts"));

    // The events of each active KQL rule that can fire on Windows, and whether it can run.
    let filter = Filter { deprecated: Some(false), ..Filter::default() };
    let (mut windows, mut runnable) = (0, 0);
    let mut text = String::new();
    for line in catalog.rules(&filter).expect("rules") {
        if !matches!(line.language.as_str(), "kuery" | "lucene") {
            continue;
        }
        let Named::One(row) = catalog.find(&line.id).expect("read") else { panic!("{}", line.id) };
        let shown = catalog.show(row).expect("a page");
        // What is met with indicators is possible at best.
        let hangs = shown.not_runnable.as_deref().is_some_and(|why| why.contains("the table"));
        if shown.events.is_empty() || hangs {
            continue;
        }
        windows += 1;
        runnable += usize::from(shown.runnable);
        let events = events(&shown);
        let first = events.iter().take(6).cloned().collect::<Vec<_>>().join(", ");
        let rest = if events.len() > 6 {
            format!(" and {} more", events.len() - 6)
        } else {
            String::new()
        };
        let _ = writeln!(text, "{} {}: {first}{rest}", line.slug, line.fidelity);
    }
    insta::assert_snapshot!("elastic_events", format!("{runnable} of {windows} run\n{text}"));
    assert!(windows >= 85 && runnable * 100 >= windows * 95, "{runnable} of {windows}");
}
