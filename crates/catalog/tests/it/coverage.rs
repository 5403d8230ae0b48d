//! Which rules can fire on what is logged, over real rules and policies.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use rulescope_catalog::Catalog;
use rulescope_catalog::coverage::CoverageReport;
use rulescope_catalog::list::Filter;
use rulescope_policy::{Assumed, Logged, Machine};
use rulescope_taxonomy::audit;

use crate::support::{built, corpora};

fn report(catalog: &Catalog, files: &[&Path], assumed: Assumed) -> CoverageReport {
    let files: Vec<_> = files.iter().map(|f| f.to_path_buf()).collect();
    let logged = Logged::read(&files, assumed).expect("a policy");
    catalog.coverage(&logged, &Filter::default()).expect("a report")
}

const RULES: [(&str, &str); 4] = [
    (
        "created",
        "process_creation\ndetection:\n  s:\n    Image|endswith: '\\a.exe'\n  condition: s",
    ),
    ("renamed", "process_creation\ndetection:\n  s:\n    OriginalFileName: a.exe\n  condition: s"),
    (
        "run",
        "registry_set\ndetection:\n  s:\n    TargetObject|contains: '\\CurrentVersion\\Run\\'\n  condition: s",
    ),
    (
        "other",
        "registry_set\ndetection:\n  s:\n    TargetObject|endswith: '\\Other'\n  condition: s",
    ),
];

const CONFIG: &str = "<Sysmon><EventFiltering>\n<RegistryEvent onmatch='include'>\
    <TargetObject condition='contains'>CurrentVersion\\Run</TargetObject></RegistryEvent>\n\
    <ProcessCreate onmatch='exclude'><Image condition='end with'>\\b.exe</Image></ProcessCreate>\
    </EventFiltering></Sysmon>";

#[test]
fn a_policy_says_which_rules_can_fire() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("ours");
    std::fs::create_dir(&rules).expect("made");
    for (name, rest) in RULES {
        let text = format!(
            "title: {name}\nlogsource:\n  product: windows\n  category: {rest}\nlevel: high\n"
        );
        std::fs::write(rules.join(format!("{name}.yml")), text).expect("written");
    }
    let file = folder.path().join("c.db");
    built(&file, &[&rules]);
    let catalog = Catalog::open(&file).expect("a catalog");
    let state = |report: &CoverageReport| -> BTreeMap<String, &str> {
        let mut out: BTreeMap<String, &str> =
            RULES.iter().map(|(name, _)| ((*name).to_owned(), "full")).collect();
        for (rules, word) in [(&report.partly, "part"), (&report.cant_fire, "none")] {
            for rule in rules {
                out.insert(rule.title.clone(), word);
            }
        }
        out
    };
    let words = |report: &CoverageReport| state(report).into_values().collect::<Vec<_>>().join(" ");
    // created other renamed run
    let bare = report(&catalog, &[], Assumed::default());
    assert_eq!(words(&bare), "none none none none");
    let gains: Vec<(&str, usize)> =
        bare.gains.iter().map(|g| (g.switch.as_str(), g.rules)).collect();
    assert_eq!(
        gains,
        [
            ("Sysmon ProcessCreate", 2),
            ("Sysmon RegistryEvent", 2),
            ("audit Registry (Success)", 2),
            ("audit Process Creation (Success)", 1),
        ]
    );
    let baseline = report(&catalog, &[], Assumed::Baseline(Machine::Server));
    assert_eq!(words(&baseline), "full none none none");
    let audit = folder.path().join("audit.csv");
    let text = "Subcategory GUID,Inclusion Setting\n{0CCE922B-69AE-11D9-BED3-505054503030},Failure\n\
                {0CCE921E-69AE-11D9-BED3-505054503030},Success\n";
    std::fs::write(&audit, text).expect("written");
    // A process creation is a success.
    assert_eq!(words(&report(&catalog, &[&audit], Assumed::default())), "none full none full");
    let config = folder.path().join("sysmon.xml");
    std::fs::write(&config, CONFIG).expect("written");
    let with_sysmon = report(&catalog, &[&config], Assumed::default());
    // The witness of `run` passes the filter, the one of `other` does not.
    assert_eq!(words(&with_sysmon), "full part full full");
    assert_eq!(
        with_sysmon.partly[0].wants,
        ["Sysmon RegistryEvent", "audit Registry (Success) and an audit entry on the object"]
    );
    let costs: Vec<(&str, usize)> =
        with_sysmon.costs.iter().map(|g| (g.switch.as_str(), g.rules)).collect();
    assert_eq!(costs, [("Sysmon ProcessCreate", 2), ("Sysmon RegistryEvent", 1)]);
    let both = report(&catalog, &[&config, &audit], Assumed::default());
    assert_eq!(words(&both), "full full full full");
    let list = folder.path().join("list.txt");
    std::fs::write(&list, "security-auditing/4688\n").expect("written");
    assert_eq!(words(&report(&catalog, &[&list], Assumed::default())), "full none none none");
    assert_eq!(words(&report(&catalog, &[], Assumed::Everything)), "full full full full");
}

#[test]
fn a_command_line_wants_a_setting_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("ours");
    std::fs::create_dir(&rules).expect("made");
    let rule = |name: &str, source: &str, selection: &str| {
        let text = format!(
            "title: {name}\nlogsource:\n  product: windows\n  {source}\ndetection:\n  s:\n{selection}\n  \
             condition: s\n"
        );
        std::fs::write(rules.join(format!("{name}.yml")), text).expect("written");
    };
    rule("typed", "category: process_creation", "    CommandLine|contains: ' -x '");
    rule(
        "either",
        "category: process_creation",
        "  - CommandLine|contains: ' -x '\n  - Image|endswith: '\\a.exe'",
    );
    rule("opened", "service: security", "    EventID: 4663\n    ObjectName|endswith: '\\a'");
    let file = folder.path().join("c.db");
    built(&file, &[&rules]);
    let catalog = Catalog::open(&file).expect("a catalog");
    let titles = |of: &[rulescope_catalog::coverage::RuleCoverage]| -> Vec<String> {
        of.iter().map(|rule| format!("{}: {}", rule.title, rule.wants.join(" or "))).collect()
    };
    let baseline = report(&catalog, &[], Assumed::Baseline(Machine::Server));
    let setting = "Include command line in process creation events";
    assert_eq!(
        titles(&baseline.cant_fire),
        [
            "opened: audit File System (Success) and an audit entry on the object".to_owned(),
            format!("typed: {setting} or Sysmon ProcessCreate"),
        ][..]
    );
    assert_eq!(titles(&baseline.partly), [format!("either: {setting} or Sysmon ProcessCreate")]);
    let gain = baseline.gains.iter().find(|gain| gain.switch == setting).expect("a gain");
    assert_eq!((gain.rules, gain.better), (1, 1));
    let bare = report(&catalog, &[], Assumed::default());
    let both = format!("audit Process Creation (Success) and {setting}");
    assert!(bare.gains.iter().any(|gain| gain.switch == both && gain.rules == 1), "{bare:?}");
    // A list of settings alone leaves the events as they are; one of events says all.
    let list = folder.path().join("list.txt");
    std::fs::write(&list, format!("{setting}\n")).expect("written");
    let with = report(&catalog, &[&list], Assumed::Baseline(Machine::Server));
    assert_eq!((with.counts.full, with.counts.none), (2, 1));
    std::fs::write(&list, "security-auditing/4688\n").expect("written");
    let listed = report(&catalog, &[&list], Assumed::default());
    assert_eq!((listed.counts.full, listed.counts.part), (0, 1));
    let all = report(&catalog, &[], Assumed::Everything);
    assert_eq!(all.counts.full, 3);
    assert_eq!((all.needs.len(), all.needs[0].rules), (1, 1));
}

#[test]
fn three_policies_over_sigmahq() {
    let Some(corpora) = corpora() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("c.db");
    built(&file, &[&corpora.join("sigmahq")]);
    let catalog = Catalog::open(&file).expect("a catalog");
    let policies = [
        ("default", Assumed::default()),
        ("baseline", Assumed::Baseline(Machine::Server)),
        ("everything", Assumed::Everything),
    ];
    let mut text = String::new();
    let mut states: BTreeMap<String, [&str; 3]> = BTreeMap::new();
    for (i, (name, assumed)) in policies.into_iter().enumerate() {
        let report = report(&catalog, &[], assumed);
        let c = report.counts;
        let _ = writeln!(
            text,
            "{name}: {} rules, {} full, {} part, {} none",
            c.rules, c.full, c.part, c.none
        );
        for (rules, word) in [(report.partly, "part"), (report.cant_fire, "none")] {
            for rule in rules {
                states.entry(rule.id).or_insert(["full"; 3])[i] = word;
            }
        }
    }
    insta::assert_snapshot!("policies", text);
    let (mut looked_at, mut wrong) = (0, Vec::new());
    for line in include_str!("coverage_verdicts.tsv").lines().filter(|l| !l.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let found = states.get(cells[0]).copied().unwrap_or(["full"; 3]);
        if found != cells[1..4] {
            wrong.push(format!("{}: {found:?}", cells[0]));
        }
        looked_at += 1;
    }
    assert_eq!(wrong, [""; 0]);
    assert_eq!(looked_at, 50);
    against_wela(&corpora, &catalog);
}

/// WELA lists the subcategories that each of SigmaHQ's rules over the Security log needs.
fn against_wela(corpora: &Path, catalog: &Catalog) {
    let path = corpora.join("../knowledge/wela/config/security_rules.json");
    let text = std::fs::read_to_string(&path).expect("WELA's list");
    let list: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
    let mut theirs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let strings = |value: &'_ serde_json::Value| -> Vec<String> {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|v| Some(v.as_str()?.to_owned()))
            .collect()
    };
    for rule in &list {
        if !strings(&rule["channel"]).contains(&"sec".to_owned()) {
            continue;
        }
        let known = theirs.entry(rule["title"].as_str().unwrap_or_default()).or_default();
        for guid in strings(&rule["subcategory_guids"]) {
            known.extend(audit::by_guid(&guid).map(|s| s.name));
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let nothing = folder.path().join("list.txt");
    std::fs::write(&nothing, "openssh/4\n").expect("written");
    let report = report(catalog, &[&nothing], Assumed::default());
    let (mut same, mut other) = (0, BTreeMap::<String, usize>::new());
    for rule in report.cant_fire.iter().chain(&report.partly) {
        let Some(theirs) = theirs.get(rule.title.as_str()) else { continue };
        let ids = rule.events.iter().filter_map(|e| e.strip_prefix("security-auditing/"));
        let ids = ids.filter_map(|id| id.parse::<u32>().ok());
        let ours: BTreeSet<&str> =
            ids.flat_map(audit::subcategories_of).map(|subcategory| subcategory.name).collect();
        if ours == *theirs {
            same += 1;
        } else {
            let more: Vec<_> = ours.difference(theirs).copied().collect();
            let less: Vec<_> = theirs.difference(&ours).copied().collect();
            *other.entry(format!("ours {more:?}, WELA's {less:?}")).or_default() += 1;
        }
    }
    let mut text = format!("{same} rules alike\n");
    for (difference, rules) in &other {
        let _ = writeln!(text, "{rules}: {difference}");
    }
    insta::assert_snapshot!("wela", text);
}
