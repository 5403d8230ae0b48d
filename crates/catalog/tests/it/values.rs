//! Values that are held in memory answer as the database does.

use rulescope_catalog::Catalog;
use rulescope_catalog::list::Filter;
use rulescope_ir::Kind;

use crate::support::{built, corpora};

#[test]
fn values_in_memory_answer_as_the_database_does() {
    let Some(corpora) = corpora() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rules.db");
    built(&file, &[&corpora.join("mdecrevoisier")]);
    let catalog = Catalog::open(&file).expect("a catalog");
    let (values, facets) =
        (catalog.all_values().expect("values"), catalog.facets().expect("facets"));
    let filters = [
        Filter::default(),
        Filter { severity: Some("HIGH".to_owned()), ..Filter::default() },
        Filter { tactic: Some("Persistence".to_owned()), ..Filter::default() },
        Filter { field: Some("CommandLine".to_owned()), ..Filter::default() },
        Filter { vendor: Some("nobody".to_owned()), ..Filter::default() },
    ];
    let mut compared = 0;
    for query in ["cmd.exe", "PowerShell", "admin", "\\", "x", "\"net user\"", "é", ""] {
        for filter in &filters {
            let found = catalog.search(query, filter, usize::MAX).expect("found");
            let (hits, of_values) = match query {
                "" => Default::default(),
                query => values.holding(query),
            };
            assert_eq!(hits, found.values, "{query}");
            let rows = catalog.ranked(&facets, query, &of_values).expect("rows");
            let rows = catalog.let_through(&facets, filter, &rows).expect("rows");
            let lines = catalog.lines(&rows).expect("lines");
            assert_eq!(lines, found.rules, "{query} {filter:?}");
            let mut counts = facets.count(&rows);
            counts.retain(|facet, _| found.facets.contains_key(facet));
            assert_eq!(counts, found.facets, "{query}");
            for hit in &hits {
                let kind = Kind::from_name(&hit.kind).expect("a kind");
                let plain = catalog.indicator(&hit.field, kind, &hit.value).expect("a page");
                let held = catalog.indicator_among(Some(&values), &hit.field, kind, &hit.value);
                assert_eq!(held.expect("a page"), plain);
                compared += 1;
            }
        }
    }
    assert!(compared > 100, "{compared}");
}
