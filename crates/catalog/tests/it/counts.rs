//! What is counted, on rules whose counts a person can see at a glance.

use std::fs;

use rulescope_catalog::Catalog;
use rulescope_ir::Kind;

use crate::support::{built, rule};

fn catalog(rules: &[(&str, String)]) -> (tempfile::TempDir, Catalog) {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("rules");
    for (path, text) in rules {
        let path = source.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
    let file = folder.path().join("c.db");
    built(&file, &[&source]);
    let catalog = Catalog::open(&file).expect("a catalog");
    (folder, catalog)
}

fn count(catalog: &Catalog, field: &str, kind: Kind, value: &str) -> i64 {
    catalog.indicator(field, kind, value).expect("a count").corpus.corpus
}

#[test]
fn rules_are_counted_never_occurrences_and_only_what_stands_positively() {
    let id = |n: u32| format!("{n:08x}-0000-4000-8000-000000000000");
    let (_folder, catalog) = catalog(&[
        (
            "twice.yml",
            rule(
                "Twice",
                &id(1),
                "  a:\n    Image: X.exe\n  b:\n    Image: x.EXE\n  condition: a or b\n",
            ),
        ),
        (
            "filtered.yml",
            rule(
                "Filtered",
                &id(2),
                "  sel:\n    User: u\n  filter_x:\n    Image: x.exe\n  condition: sel and not 1 of filter_*\n",
            ),
        ),
        (
            "double.yml",
            rule("Double", &id(3), "  a:\n    Image: x.exe\n  condition: not (not a)\n"),
        ),
        ("deprecated/old.yml", rule("Old", &id(4), "  a:\n    Image: x.exe\n  condition: a\n")),
        (
            "both.yml",
            rule(
                "Both",
                &id(5),
                "  a:\n    Image: x.exe\n  b:\n    User: u\n  condition: (b and not a) or a\n",
            ),
        ),
        ("neq.yml", rule("Neq", &id(6), "  a:\n    Image|neq: x.exe\n  condition: a\n")),
    ]);
    assert_eq!(count(&catalog, "Image", Kind::Eq, "X.EXE"), 3, "twice, double and both");
    assert_eq!(count(&catalog, "image", Kind::In, "x.exe"), 3, "a list's value is the same value");
    assert_eq!(count(&catalog, "User", Kind::Eq, "u"), 2);
}

#[test]
fn a_value_is_counted_as_it_is_effective_and_before_it_is_expanded() {
    let id = |n: u32| format!("{n:08x}-0000-4000-8000-000000000000");
    let (_folder, catalog) = catalog(&[
        (
            "one.yml",
            rule(
                "One",
                &id(1),
                "  a:\n    CommandLine|contains: '\\\\127.0.0.1\\'\n  condition: a\n",
            ),
        ),
        (
            "two.yml",
            rule(
                "Two",
                &id(2),
                "  a:\n    CommandLine|contains: '\\\\\\\\127.0.0.1\\'\n  condition: a\n",
            ),
        ),
        ("star.yml", rule("Star", &id(3), "  a:\n    CommandLine: '*whoami*'\n  condition: a\n")),
        (
            "dash.yml",
            rule(
                "Dash",
                &id(4),
                "  a:\n    CommandLine|contains|windash: ' -enc '\n  condition: a\n",
            ),
        ),
        (
            "base.yml",
            rule(
                "Base",
                &id(5),
                "  a:\n    CommandLine|base64offset|contains: 'IEX '\n  condition: a\n",
            ),
        ),
        (
            "commandline.yml",
            rule("Case", &id(6), "  a:\n    Commandline|contains: WhoAmI\n  condition: a\n"),
        ),
    ]);
    let count = |value: &str| count(&catalog, "CommandLine", Kind::Match, value);
    assert_eq!(count(r"\127.0.0.1\"), 1);
    assert_eq!(count(r"\\127.0.0.1\"), 1);
    assert_eq!(count("whoami"), 2, "one kind for `*x*` and contains, one field for two spellings");
    assert_eq!(count(" -enc "), 1);
    assert_eq!(count("iex "), 1);
}

#[test]
fn opposites_are_not_equivalent_and_equals_are() {
    let id = |n: u32| format!("{n:08x}-0000-4000-8000-000000000000");
    let filtered = "  sel:\n    Image|endswith: '\\d.exe'\n  filter_main:\n    ParentImage|endswith: \
                    '\\p.exe'\n  condition: sel and not 1 of filter_*\n";
    let (_folder, catalog) = catalog(&[
        ("a.yml", rule("A", &id(1), filtered)),
        ("b.yml", rule("B", &id(2), &filtered.replace("and not", "and"))),
        (
            "c.yml",
            rule(
                "C",
                &id(3),
                "  s:\n    Image: '*\\D.EXE'\n  f:\n    ParentImage|endswith: '\\p.exe'\n  condition: \
                 not (f or not s)\n",
            ),
        ),
    ]);
    let equivalent = |title: &str| -> Vec<String> {
        let rulescope_catalog::store::Named::One(rule) = catalog.find(title).expect("read") else {
            panic!("{title} is one rule")
        };
        let page = catalog.show(rule).expect("a page");
        page.neighbors.equivalent.into_iter().map(|n| n.title).collect()
    };
    assert_eq!(equivalent("A"), ["C"]);
    assert_eq!(equivalent("B"), Vec::<String>::new());
}
