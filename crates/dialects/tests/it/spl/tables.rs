//! Lookup tables whose rows are known.

use rulescope_dialects::spl::{self, LookupTable, Lookups, Macros, Source};
use rulescope_ir::print;

/// Tools by name with wildcards, and what is left where none fits; and a plain table of folders.
fn lookups() -> Lookups {
    let rows = |rows: &[[&str; 2]]| -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|c| (*c).to_owned()).collect()).collect()
    };
    let mut out = Lookups::new();
    out.insert(
        "tools",
        LookupTable {
            columns: vec!["tool".into(), "bad".into()],
            rows: rows(&[["nc.exe", "yes"], ["psexec*", "yes"], ["ping.exe", "no"], ["", "yes"]]),
            wildcards: ["tool".to_owned()].into(),
            case_sensitive: false,
            default: Some("none".into()),
        },
    );
    out.insert(
        "homes",
        LookupTable {
            columns: vec!["name".into(), "folder".into()],
            rows: rows(&[["a.exe", "c:\\a"], ["a.exe", "c:\\b"], ["b.exe", ""]]),
            case_sensitive: true,
            ..LookupTable::default()
        },
    );
    out
}

#[track_caller]
fn lowered(search: &str, pattern: &str) {
    let query = spl::parse(&Source::at(search, 0), &Macros::new());
    let logic = spl::lower(&query, &lookups());
    assert_eq!(print::pattern(&rulescope_ir::normalize(&logic.pattern)), pattern, "{search}");
    assert_eq!(logic.losses, [], "{search}");
    for (span, fate) in rulescope_ir::account(&logic) {
        assert_ne!(fate, rulescope_ir::Fate::Vanished, "{} in {search}", span.slice(search));
    }
}

#[test]
fn an_output_stands_for_the_rows_that_have_it() {
    lowered(
        "index=a | lookup tools tool AS p OUTPUT bad | search bad=YES",
        "(filter\n  (any\n    p eq \"nc.exe\"\n    p starts_with \"psexec\")\n  (events index=a))\n",
    );
    lowered(
        "index=a | lookup tools tool AS p OUTPUT bad | where bad=\"YES\"",
        "(filter\n  false\n  (events index=a))\n",
    );
}

#[test]
fn the_default_stands_where_no_row_fits_and_the_input_is_there() {
    lowered(
        "index=a | lookup tools tool AS p OUTPUT bad | search bad=none",
        "(filter\n  (all\n    p not eq any of \"nc.exe\" \"ping.exe\"\n    p not starts_with \"psexec\"\n    p exists)\n  (events index=a))\n",
    );
}

#[test]
fn a_test_of_a_group_goes_down_to_the_event() {
    lowered(
        "index=a | stats count by p | lookup tools tool AS p OUTPUT bad | search bad=no",
        "(filter\n  (all\n    p eq \"ping.exe\"\n    p exists)\n  (events index=a))\n",
    );
}

#[test]
fn every_row_that_fits_gives_its_value_and_empty_cells_give_none() {
    lowered(
        "index=a | lookup homes name AS p OUTPUT folder | where isnotnull(folder)",
        "(filter\n  p eq \"a.exe\" cased\n  (events index=a))\n",
    );
    lowered(
        "index=a | lookup homes name AS p folder AS d OUTPUT folder AS there | search there=*",
        "(filter\n  (any\n    (all\n      d eq \"c:\\\\a\" cased\n      p eq \"a.exe\" cased)\n    (all\n      d eq \"c:\\\\b\" cased\n      p eq \"a.exe\" cased))\n  (events index=a))\n",
    );
}

#[test]
fn a_listed_table_is_an_alternative_a_row() {
    lowered(
        "index=a NOT [| inputlookup tools | rename tool AS p | eval p=\"*\\\\\".p | fields p]",
        "(filter\n  (all\n    p not ends_with any of \"\\\\nc.exe\" \"\\\\ping.exe\"\n    p not match \"\\\\psexec\")\n  (events index=a))\n",
    );
}
