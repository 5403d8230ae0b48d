//! Building: what is redone, what survives, what is refused.

use std::fs;

use rulescope_catalog::{Catalog, Error, Event};

use crate::support::{built, pages, rule};

const SEL: &str = "  sel:\n    Image|endswith: '\\a.exe'\n  condition: sel\n";
const OTHER: &str = "  sel:\n    Image|endswith: '\\b.exe'\n  condition: sel\n";

fn id(n: u32) -> String {
    format!("{n:08x}-0000-4000-8000-000000000000")
}

#[test]
fn a_rebuild_redoes_only_what_changed_and_equals_a_fresh_build() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir_all(rules.join("deprecated")).expect("made");
    for n in 0..20 {
        fs::write(rules.join(format!("r{n}.yml")), rule("T", &id(n), SEL)).expect("written");
    }
    let catalog = folder.path().join("c.db");
    assert_eq!(built(&catalog, &[&rules]).0.written, 20);
    assert_eq!(built(&catalog, &[&rules]).0.written, 0);

    fs::write(rules.join("r3.yml"), rule("Changed title", &id(3), OTHER)).expect("written");
    fs::remove_file(rules.join("r5.yml")).expect("removed");
    fs::write(rules.join("deprecated/old.yml"), rule("T", &id(60), SEL)).expect("written");
    let report = built(&catalog, &[&rules]).0;
    assert_eq!((report.written, report.removed, report.rules), (2, 1, 20));

    let fresh = folder.path().join("fresh.db");
    built(&fresh, &[&rules]);
    for (id, page) in pages(&fresh) {
        assert!(pages(&catalog)[&id] == page, "{id} differs from a fresh build");
    }
    let count = |path: &std::path::Path, value: &str| {
        let catalog = Catalog::open(path).expect("a catalog");
        catalog.corpus("Image", rulescope_ir::Kind::EndsWith, value).expect("a count").corpus
    };
    assert_eq!(
        count(&catalog, "\\a.exe"),
        18,
        "r3 is other now, r5 is gone, the new one deprecated"
    );
    assert_eq!(count(&catalog, "\\b.exe"), 1);
    let stats = |path| Catalog::open(path).expect("a catalog").stats().expect("counts");
    assert_eq!(stats(&catalog), stats(&fresh));
}

#[test]
fn a_correlation_follows_the_rule_that_it_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir_all(&rules).expect("made");
    let base = |image: &str| {
        rule("Base", &id(1), &format!("  sel:\n    Image: '{image}'\n  condition: sel\n"))
            .replace("status: test", "name: base\nstatus: test")
    };
    fs::write(rules.join("base.yml"), base("one.exe")).expect("written");
    fs::write(
        rules.join("many.yml"),
        "title: Many\nid: 00000002-0000-4000-8000-000000000000\ncorrelation:\n  type: event_count\n  \
         rules: [base]\n  group-by: [Computer]\n  timespan: 5m\n  condition:\n    gte: 10\n",
    )
    .expect("written");
    let catalog = folder.path().join("c.db");
    built(&catalog, &[&rules]);
    assert!(pages(&catalog)["rules/many"].contains("one.exe"));
    assert!(pages(&catalog)["rules/many"].contains("\"shape\": \"aggregate\""));

    fs::write(rules.join("base.yml"), base("two.exe")).expect("written");
    let report = built(&catalog, &[&rules]).0;
    assert_eq!(report.written, 2, "the correlation is written again with its rule");
    assert!(pages(&catalog)["rules/many"].contains("two.exe"));

    fs::remove_file(rules.join("base.yml")).expect("removed");
    built(&catalog, &[&rules]);
    let page = &pages(&catalog)["rules/many"];
    assert!(
        page.contains("sigma/correlation-rule") && page.contains("\"level\": \"opaque\""),
        "{page}"
    );
}

#[test]
fn a_filter_document_is_put_on_the_rules_it_fits_and_taken_off_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir_all(&rules).expect("made");
    fs::write(rules.join("a.yml"), rule("A", &id(1), SEL)).expect("written");
    fs::write(rules.join("b.yml"), rule("B", &id(2), OTHER)).expect("written");
    let catalog = folder.path().join("c.db");
    built(&catalog, &[&rules]);
    let before = pages(&catalog);
    fs::write(
        rules.join("filter.yml"),
        format!(
            "title: No admins\nlogsource:\n  product: windows\n  category: process_creation\n\
             filter:\n  rules: [{}]\n  admin:\n    User|startswith: adm_\n  condition: not admin\n",
            id(1)
        ),
    )
    .expect("written");
    built(&catalog, &[&rules]);
    let with = pages(&catalog);
    assert!(with["rules/a"].contains("adm_") && with["rules/a"].contains("No admins"));
    assert!(with["rules/b"] == before["rules/b"], "b is not named");
    fs::remove_file(rules.join("filter.yml")).expect("removed");
    built(&catalog, &[&rules]);
    assert!(pages(&catalog) == before);
}

#[test]
fn slugs_stay_when_files_come_and_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    for sub in ["a", "m", "z"] {
        fs::create_dir_all(rules.join(sub)).expect("made");
    }
    fs::write(rules.join("m/same.yml"), rule("M", &id(1), SEL)).expect("written");
    let catalog = folder.path().join("c.db");
    built(&catalog, &[&rules]);
    fs::write(rules.join("a/same.yml"), rule("A", &id(0xabc), SEL)).expect("written");
    fs::write(rules.join("z/same.yml"), rule("Z", "77", SEL)).expect("written");
    built(&catalog, &[&rules]);
    let titles = || -> Vec<(String, String)> {
        let catalog = Catalog::open(&catalog).expect("a catalog");
        let rules = catalog.rules(&Default::default()).expect("rules");
        rules.into_iter().map(|r| (r.slug, r.title)).collect()
    };
    let first = titles();
    assert!(first.contains(&("same".to_owned(), "M".to_owned())), "{first:?}");
    assert!(first.contains(&("same-00000abc".to_owned(), "A".to_owned())), "{first:?}");
    fs::write(rules.join("m/same.yml"), rule("M", &id(1), OTHER)).expect("written");
    built(&catalog, &[&rules]);
    assert_eq!(titles(), first, "a changed file keeps its slug");
}

#[test]
fn one_bad_file_stops_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir_all(&rules).expect("made");
    fs::write(rules.join("good.yml"), rule("Good", &id(1), SEL)).expect("written");
    fs::write(rules.join("broken.yml"), "title: x\ndetection:\n  sel: [1, {\n").expect("written");
    fs::write(rules.join("binary.yml"), b"title: \0").expect("written");
    fs::write(rules.join("latin.yml"), b"title: caf\xe9\n").expect("written");
    fs::write(rules.join("notes.yml"), "just: yaml\n").expect("written");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&rules, rules.join("loop")).expect("linked");
    let catalog = folder.path().join("c.db");
    let (report, events) = built(&catalog, &[&rules]);
    assert_eq!(report.rules, pages(&catalog).len());
    assert!(pages(&catalog).contains_key("rules/good"));
    assert!(!report.is_complete());
    let told: Vec<String> = events
        .iter()
        .filter_map(|e| match e {
            Event::Problem(p) if p.loses_rules => Some(format!("{} {}", p.path, p.message)),
            _ => None,
        })
        .collect();
    for (path, word) in [("binary.yml", "binary"), ("latin.yml", "UTF-8")] {
        assert!(told.iter().any(|t| t.starts_with(path) && t.contains(word)), "{told:?}");
    }
    #[cfg(unix)]
    assert!(told.iter().any(|t| t.starts_with("loop")), "{told:?}");
}

#[test]
fn the_old_catalog_outlives_a_build_that_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir_all(&rules).expect("made");
    fs::write(rules.join("a.yml"), rule("A", &id(1), SEL)).expect("written");
    let catalog = folder.path().join("c.db");
    built(&catalog, &[&rules]);
    let before = fs::read(&catalog).expect("read");

    // A build that was killed leaves a half-written file: it is begun anew.
    let part = folder.path().join("c.db.building");
    fs::write(&part, &before[..before.len() / 2]).expect("written");
    fs::write(rules.join("b.yml"), rule("B", &id(2), SEL)).expect("written");
    assert_eq!(built(&catalog, &[&rules]).0.rules, 2);
    assert!(!part.exists());

    // Another build at the same time is told so and touches nothing.
    let before = fs::read(&catalog).expect("read");
    let held = fs::File::create(&part).expect("made");
    held.lock().expect("locked");
    let spec =
        rulescope_rulefile::source::SourceSpec::from_flag(&format!("sigma={}", rules.display()))
            .expect("a folder");
    let build = || {
        rulescope_catalog::build(&catalog, std::slice::from_ref(&spec), "".as_ref(), &mut |_| {})
    };
    assert!(matches!(build(), Err(Error::Busy { .. })));
    drop(held);
    assert_eq!(fs::read(&catalog).expect("read"), before);

    // A file that is no catalog is nobody's to overwrite.
    fs::write(&catalog, "my notes").expect("written");
    assert!(matches!(build(), Err(Error::Foreign { .. })));
    assert_eq!(fs::read_to_string(&catalog).expect("read"), "my notes");
    assert!(!part.exists(), "nothing is left behind");
}

#[test]
fn a_vendor_without_a_front_end_is_told_and_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("spl");
    fs::create_dir_all(&rules).expect("made");
    fs::write(rules.join("a.yml"), "search: index=x\n").expect("written");
    let spec =
        rulescope_rulefile::source::SourceSpec::from_flag(&format!("splunk={}", rules.display()))
            .expect("a folder");
    let catalog = folder.path().join("c.db");
    let mut warnings = Vec::new();
    let report = rulescope_catalog::build(&catalog, &[spec], "".as_ref(), &mut |e| {
        if let Event::Warning(text) = e {
            warnings.push(text);
        }
    })
    .expect("it builds");
    assert!(!report.is_complete() && warnings[0].contains("front end"), "{warnings:?}");
    let stats = Catalog::open(&catalog).expect("a catalog").stats().expect("counts");
    assert_eq!((stats.vendors["splunk"].files, stats.vendors["splunk"].readable), (1, false));
}
