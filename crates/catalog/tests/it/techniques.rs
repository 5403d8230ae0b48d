//! Rules by technique, whichever version of ATT&CK they are tagged for.

use std::fs;

use rulescope_catalog::Catalog;
use rulescope_catalog::list::Filter;
use rulescope_catalog::store::Named;

use crate::support::{built, rule};

const DETECTION: &str = "  sel:\n    Image|endswith: '\\a.exe'\n  condition: sel\n";

#[test]
fn an_older_id_finds_the_rules_of_todays_and_tactics_stand_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir_all(&rules).expect("made");
    let tags =
        [("Old", "attack.t1562.001"), ("New", "attack.t1685"), ("Tactic", "attack.persistence")];
    for (n, (title, tag)) in tags.iter().enumerate() {
        let id = format!("{n:08x}-0000-4000-8000-000000000000");
        let text = format!("tags:\n  - {tag}\n{}", rule(title, &id, DETECTION));
        fs::write(rules.join(format!("{title}.yml")), text).expect("written");
    }
    let path = folder.path().join("c.db");
    built(&path, &[&rules]);
    let catalog = Catalog::open(&path).expect("a catalog");
    let titles = |id: &str| -> Vec<String> {
        let filter = Filter { technique: Some(id.to_owned()), ..Filter::default() };
        let mut titles: Vec<String> =
            catalog.rules(&filter).expect("read").into_iter().map(|r| r.title).collect();
        titles.sort();
        titles
    };
    for id in ["T1562.001", "t1685", "T1685"] {
        assert_eq!(titles(id), ["New", "Old"], "{id}");
    }
    assert_eq!(titles("T1562"), ["New", "Old"], "it became T1685 as a whole");
    assert_eq!(titles("T1059"), [""; 0]);

    let Named::One(row) = catalog.find("Tactic").expect("read") else { panic!("one rule") };
    let attack = catalog.show(row).expect("a page").attack;
    let rows: Vec<_> = attack.iter().map(|a| (a.tactic.as_str(), a.technique.as_str())).collect();
    assert_eq!(rows, [("Persistence", "")]);
}
