//! Rules of Elastic's can run once their fields are renamed: each has events that it certainly
//! matches, in the names of Windows' events, and a near miss.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use rulescope_catalog::load::from_files;
use rulescope_catalog::{Packs, build};
use rulescope_eval::{Certainty, run, witness};
use rulescope_rulefile::elastic;
use rulescope_rulefile::source::{SourceSpec, Vendor};

use crate::support::corpora;

/// The tag of what is meant for Windows, whatever else it is meant for.
const WINDOWS: &str = "OS: Windows";

/// The languages, each with what share of its rules has a witness at least, in percent.
const LEAST: [(&str, usize); 3] = [("eql", 95), ("kuery", 95), ("esql", 60)];

#[test]
fn rules_of_windows_are_runnable_in_canonical_fields() {
    let Some(corpora) = corpora() else { return };
    let loaded = from_files(&[corpora.join("elastic")], Vendor::Elastic).expect("a folder");
    // By language: rules, and those with a witness.
    let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    let mut without = String::new();
    for rule in loaded.rules.iter().filter(|rule| !rule.deprecated) {
        let text = fs::read_to_string(&rule.path).expect("it was read before");
        let file = elastic::read(&text);
        let read = &file.rules[rule.ordinal];
        // What is met with indicators is possible at best.
        let met = read.metadata.extra.get("type").is_some_and(|of| of == &["threat_match"]);
        let language = read.body.language.as_str();
        let judged = LEAST.iter().any(|(name, _)| *name == language);
        if met || !judged || !read.metadata.tags.iter().any(|tag| tag == WINDOWS) {
            continue;
        }
        let [all, with] = counts.entry(language.to_owned()).or_default();
        *all += 1;
        match witness(&rule.normal) {
            Ok(found) => {
                *with += 1;
                let matches = run(&rule.normal, &found.events, None);
                let certain = matches.iter().any(|m| m.certainty == Certainty::Certain);
                assert!(certain, "{}", rule.id);
                assert!(run(&rule.normal, &found.near_miss, None).is_empty(), "{}", rule.id);
            }
            Err(no) => {
                let _ = writeln!(without, "{} ({language}): {no}", rule.id);
            }
        }
    }
    let mut text = String::new();
    for (language, [all, with]) in &counts {
        let _ = writeln!(text, "{language}: {with} of {all} have a witness");
    }
    insta::assert_snapshot!("elastic_witnesses", format!("{text}\n{without}"));
    for (language, least) in LEAST {
        let [all, with] = counts[language];
        assert!(all > 30 && with * 100 >= all * least, "{language}: {with} of {all}");
    }
}

/// The same of everything that Windows' events can feed, hunts and rules for several systems among
/// it, as a catalog counts it: shares in percent by languages.
#[test]
fn what_windows_events_feed_is_runnable() {
    let Some(corpora) = corpora() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("c.db");
    let folder = corpora.join("elastic");
    let spec = SourceSpec::from_flag(&format!("elastic={}", folder.display())).expect("a folder");
    build(&file, &[spec], Path::new(""), &Packs::default(), &mut |_| {}).expect("it builds");
    let catalog = rusqlite::Connection::open(&file).expect("a catalog");
    for (languages, least) in [("'eql','kuery'", 95), ("'esql'", 70)] {
        let sql = format!(
            "SELECT count(*), count(witness) FROM rule \
             WHERE NOT deprecated AND windows AND language IN ({languages})"
        );
        let count = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let (all, with): (usize, usize) = catalog.query_row(&sql, [], count).expect("counted");
        assert!(all > 90 && with * 100 >= all * least, "{languages}: {with} of {all}");
    }
}
