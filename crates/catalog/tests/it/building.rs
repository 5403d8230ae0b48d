//! Building: what is redone, what survives, what is refused.

use std::fs;

use rulescope_catalog::{Catalog, Error, Event, Packs};

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

    let changes = |path: &std::path::Path| Catalog::open(path).expect("opens").changes();
    let noted: Vec<(String, String)> = changes(&catalog)
        .expect("changes")
        .into_iter()
        .map(|c| (c.id.split_once('/').expect("a slug").1.to_owned(), c.what))
        .collect();
    let expected = [("deprecated/old", "added"), ("r3", "changed"), ("r5", "removed")];
    let slug = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    assert_eq!(noted, expected.map(|(path, what)| (slug(path), what.to_owned())));
    // A build that changes nothing forgets none of it.
    let before = changes(&catalog).expect("changes");
    built(&catalog, &[&rules]);
    assert_eq!(changes(&catalog).expect("changes"), before);

    let fresh = folder.path().join("fresh.db");
    built(&fresh, &[&rules]);
    assert_eq!(changes(&fresh).expect("changes"), []);
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
        rulescope_catalog::build(
            &catalog,
            std::slice::from_ref(&spec),
            "".as_ref(),
            &Packs::default(),
            &mut |_| {},
        )
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
    let rules = folder.path().join("mql");
    fs::create_dir_all(&rules).expect("made");
    fs::write(rules.join("a.yml"), "source: type.inbound\n").expect("written");
    let spec =
        rulescope_rulefile::source::SourceSpec::from_flag(&format!("sublime={}", rules.display()))
            .expect("a folder");
    let catalog = folder.path().join("c.db");
    let mut warnings = Vec::new();
    let report =
        rulescope_catalog::build(&catalog, &[spec], "".as_ref(), &Packs::default(), &mut |e| {
            if let Event::Warning(text) = e {
                warnings.push(text);
            }
        })
        .expect("it builds");
    assert!(!report.is_complete() && warnings[0].contains("front end"), "{warnings:?}");
    let stats = Catalog::open(&catalog).expect("a catalog").stats().expect("counts");
    assert_eq!((stats.vendors["sublime"].files, stats.vendors["sublime"].readable), (1, false));
}

#[test]
fn a_source_that_is_not_there_keeps_its_rules() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    for (n, rules) in [&one, &two].into_iter().enumerate() {
        fs::create_dir_all(rules).expect("made");
        fs::write(rules.join("r.yml"), rule("R", &id(n as u32), SEL)).expect("written");
    }
    let catalog = folder.path().join("c.db");
    built(&catalog, &[&one, &two]);
    let before = pages(&catalog);
    fs::rename(&two, folder.path().join("unmounted")).expect("moved");
    let (report, _) = built(&catalog, &[&one, &two]);
    assert!(!report.is_complete());
    assert!(pages(&catalog) == before);
    fs::rename(&one, folder.path().join("gone")).expect("moved");
    let spec =
        rulescope_rulefile::source::SourceSpec::from_flag(&format!("sigma={}", one.display()))
            .expect("a folder");
    let again =
        rulescope_catalog::build(&catalog, &[spec], "".as_ref(), &Packs::default(), &mut |_| {});
    assert!(matches!(again, Err(Error::NoSource { .. })));
    assert!(pages(&catalog) == before);
}

#[test]
fn rules_of_a_correlation_may_be_named_by_id_and_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir_all(&rules).expect("made");
    for (n, name) in [(1, "first"), (2, "second")] {
        let text =
            rule("R", &id(n), SEL).replace("status: test", &format!("name: {name}\nstatus: test"));
        fs::write(rules.join(format!("{name}.yml")), text).expect("written");
    }
    let correlation = |rules: &str, condition: &str| {
        format!(
            "title: C\nid: 00000009-0000-4000-8000-000000000000\ncorrelation:\n  type: temporal\n  \
             rules: [{rules}]\n  group-by: [ip]\n  timespan: 5m\n  aliases:\n    ip:\n      first: A\n      \
             second: B\n{condition}"
        )
    };
    let condition = "  condition: first and not second\n";
    let pattern = |text: String| {
        fs::write(rules.join("c.yml"), text).expect("written");
        let catalog = folder.path().join("c.db");
        built(&catalog, &[&rules]);
        let page: serde_json::Value =
            serde_json::from_str(&pages(&catalog)["rules/c"]).expect("JSON");
        assert_eq!(page["fidelity"]["level"], "exact", "{}", page["fidelity"]);
        page["pattern"]["text"].as_str().expect("text").to_owned()
    };
    for condition in ["", condition] {
        let by_name = pattern(correlation("first, second", condition));
        let ids = format!("{}, {}", id(1), id(2).to_uppercase());
        let by_id = pattern(correlation(&ids, condition));
        let named = by_id
            .replace(&id(2).to_uppercase(), "second")
            .replace(&id(1), "first")
            .replace("$\"first\"", "first");
        assert_eq!(named, by_name);
    }
}

#[test]
fn correlations_of_correlations_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir_all(&rules).expect("made");
    fs::write(
        rules.join("base.yml"),
        rule("R", &id(1), SEL).replace("status: test", "name: c0\nstatus: test"),
    )
    .expect("written");
    let document = |n: usize, names: &str| {
        format!(
            "title: C{n}\nname: c{n}\ncorrelation:\n  type: temporal\n  rules: [{names}]\n  timespan: 5m\n"
        )
    };
    // Each twice the one before: without a bound 2^60 rules; and one after another, 200 deep.
    for n in 1..60 {
        let before = format!("c{}, c{}", n - 1, n - 1);
        fs::write(rules.join(format!("d{n}.yml")), document(n, &before)).expect("written");
    }
    for n in 1000..1200 {
        fs::write(rules.join(format!("l{n}.yml")), document(n, &format!("c{}", n + 1)))
            .expect("written");
    }
    fs::write(rules.join("circle.yml"), document(1200, "c1200, c1000")).expect("written");
    let many: Vec<String> = (0..40).map(|_| "c0".to_owned()).collect();
    let choose = document(5000, &many.join(", ")) + "  condition:\n    gte: 20\n";
    fs::write(rules.join("choose.yml"), choose).expect("written");
    let catalog = folder.path().join("c.db");
    let (report, _) = built(&catalog, &[&rules]);
    assert_eq!(report.rules, 1 + 59 + 200 + 2);
    let pages = pages(&catalog);
    assert!(pages["rules/circle"].contains("correlated with itself"));
    assert!(pages["rules/choose"].contains("too many choices"));
    assert!(pages.values().any(|p| p.contains("correlations more than 16 deep")));
    assert!(pages.values().any(|p| p.contains("stands for too many rules")));
    let level = "\"level\": \"exact\"";
    assert!(!pages["rules/d59"].contains(level), "what is lost below is lost above");
    assert!(pages["rules/d3"].contains("\"level\": \"exact\""));
}

#[test]
fn each_filter_has_its_own_exclusions() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir_all(&rules).expect("made");
    fs::write(rules.join("r.yml"), rule("R", &id(1), SEL)).expect("written");
    for (title, user) in [("One", "adm_"), ("Two", "svc_")] {
        let text = format!(
            "title: {title}\nlogsource:\n  product: windows\nfilter:\n  rules: any\n  people:\n    \
             User|startswith: {user}\n  condition: not people\n"
        );
        fs::write(rules.join(format!("{title}.yml")), text).expect("written");
    }
    let unfit = "title: Nobody's\nlogsource:\n  product: macos\nfilter:\n  rules: any\n  s:\n    A: b\n  condition: not s\n";
    fs::write(rules.join("unfit.yml"), unfit).expect("written");
    let catalog = folder.path().join("c.db");
    let (_, events) = built(&catalog, &[&rules]);
    let page: serde_json::Value = serde_json::from_str(&pages(&catalog)["rules/r"]).expect("JSON");
    let exclusions: Vec<(String, String)> = page["exclusions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|e| {
            (
                e["stage"].as_str().expect("text").to_owned(),
                e["values"][0].as_str().expect("text").to_owned(),
            )
        })
        .collect();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(exclusions, [pair("One: people", "adm_"), pair("Two: people", "svc_")]);
    let told =
        events.iter().any(|e| matches!(e, Event::Problem(p) if p.code == "sigma/filter-unused"));
    assert!(told, "{events:?}");
}

#[test]
fn a_condition_that_never_or_always_holds_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir_all(&rules).expect("made");
    for (name, condition) in
        [("never", "sel and not sel"), ("always", "sel or not sel"), ("fine", "sel")]
    {
        let detection = format!("  sel:\n    Image: a\n  condition: {condition}\n");
        fs::write(rules.join(format!("{name}.yml")), rule(name, &id(1), &detection))
            .expect("written");
    }
    fs::write(
        rules.join("empty.yml"),
        rule("E", &id(2), "  sel: {}\n  o:\n    A: b\n  condition: sel or o\n"),
    )
    .expect("written");
    fs::write(
        rules.join("broken.yml"),
        rule("B", &id(3), "  sel:\n    A|re: '((('\n  condition: sel\n"),
    )
    .expect("written");
    let catalog = folder.path().join("c.db");
    built(&catalog, &[&rules]);
    let pages = pages(&catalog);
    assert!(pages["rules/never"].contains("logic/never"));
    assert!(pages["rules/always"].contains("logic/always"));
    assert!(!pages["rules/fine"].contains("logic/"));
    assert!(pages["rules/empty"].contains("sigma/empty-selection"));
    assert!(pages["rules/empty"].contains("\"level\": \"partial\""));
    assert!(pages["rules/broken"].contains("the expression can't be read"));
    assert!(pages["rules/broken"].contains("\"level\": \"opaque\""));
}
