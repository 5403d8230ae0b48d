//! The user's own mappings of fields in a catalog.

use std::fs;
use std::path::Path;

use rulescope_catalog::show::RulePage;
use rulescope_catalog::store::Named;
use rulescope_catalog::{BuildReport, Catalog, Packs, build};
use rulescope_rulefile::config::Config;

use crate::support::{pages, rule};

const OWN: &str = "  sel:\n    proc|endswith: '\\a.exe'\n  filter:\n    proc|contains: '\\b\\'\n  \
                   condition: sel and not filter\n";
const OTHER: &str = "  sel:\n    Commandline|contains: ' -x'\n  condition: sel\n";
const SOURCE: &str = "[[source]]\nvendor = \"sigma\"\npath = \"rules\"\n";

fn field(rest: &str) -> String {
    format!("{SOURCE}[[field]]\nvendor = \"sigma\"\nnative = \"Proc\"\n{rest}")
}

fn built(folder: &Path, config: &str) -> BuildReport {
    let config = Config::parse(config, &folder.join("rulescope.toml")).expect("well formed");
    let catalog = folder.join("c.db");
    build(&catalog, &config.sources, Path::new(""), &Packs::default(), &mut |_| {})
        .expect("it builds")
}

fn page(folder: &Path, title: &str) -> RulePage {
    let catalog = Catalog::open(&folder.join("c.db")).expect("a catalog");
    let Named::One(row) = catalog.find(title).expect("read") else { panic!("one rule") };
    catalog.show(row).expect("a page")
}

fn tested(folder: &Path) -> Vec<String> {
    let page = page(folder, "Own names");
    let indicators = page.indicators.iter().map(|i| format!("{} {}", i.field, i.kind));
    indicators
        .chain(page.exclusions.iter().map(|e| format!("not {} {}", e.field, e.kind)))
        .collect()
}

#[test]
fn an_own_name_is_shown_as_the_canonical_one_and_follows_its_mapping() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::create_dir_all(folder.join("rules")).expect("made");
    let id = |n: u32| format!("{n:08x}-0000-4000-8000-000000000000");
    let write = |name: &str, text: String| {
        fs::write(folder.join("rules").join(name), text).expect("written");
    };
    write("own.yml", rule("Own names", &id(1), OWN));
    write("other.yml", rule("Other names", &id(2), OTHER));
    built(folder, SOURCE);
    assert_eq!(tested(folder), ["proc ends_with", "not proc match"]);
    let unmapped = pages(&folder.join("c.db"));

    let image = field("canonical = \"Image\"\n");
    assert_eq!(built(folder, &image).written, 2, "every rule of the vendor may read otherwise");
    assert_eq!(tested(folder), ["Image ends_with", "not Image match"]);
    let shown = page(folder, "Own names");
    let predicate = &shown.stages[1].predicates[0];
    assert_eq!((&*predicate.field, &*predicate.native_field), ("Image", "proc"));
    assert!(!shown.events.is_empty(), "the events have the canonical field");
    let other = page(folder, "Other names");
    assert_eq!(other.indicators[0].field, "CommandLine", "the tables count for the rest");
    assert_eq!(built(folder, &image).written, 0, "nothing changed");

    let elsewhere = field("canonical = \"ParentImage\"\ncontext = \"ps_script\"\n");
    assert_eq!(built(folder, &elsewhere).written, 2);
    assert_eq!(tested(folder), ["proc ends_with", "not proc match"]);
    let here = field("canonical = \"ParentImage\"\ncontext = \"process_creation\"\n");
    assert_eq!(built(folder, &here).written, 2);
    assert_eq!(tested(folder), ["ParentImage ends_with", "not ParentImage match"]);

    // A file's name is the end of its path.
    built(folder, &field("canonical = \"Image\"\nhow = \"basename\"\n"));
    assert_eq!(page(folder, "Own names").fidelity.level, "exact");

    assert_eq!(built(folder, SOURCE).written, 2);
    assert_eq!(pages(&folder.join("c.db")), unmapped, "without mappings all is as before");
}

#[test]
fn a_mapping_changes_no_rule_without_its_name() {
    let Some(corpora) = crate::support::corpora() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let source = corpora.join("sigmahq/rules/windows/builtin");
    let source = format!("[[source]]\nvendor = \"sigma\"\npath = '{}'\n", source.display());
    let rules = built(folder, &source).rules;
    let before = pages(&folder.join("c.db"));
    let mapped = format!(
        "{source}[[field]]\nvendor = \"sigma\"\nnative = \"no_rule_has_it\"\ncanonical = \"Image\"\n"
    );
    assert!(built(folder, &mapped).written >= rules && rules > 200, "{rules}");
    let after = pages(&folder.join("c.db"));
    assert_eq!(before.len(), after.len());
    for (id, page) in before {
        assert!(after[&id] == page, "{id} reads otherwise");
    }
}
