//! Elastic's repository: every rule and hunt is read, its literals accounted for, and most can run.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use rulescope_eval::{Certainty, run, witness};
use rulescope_ir::{
    Effect, Expr, Fate, Fidelity, LineIndex, Logic, Pattern, account, normalize, print, shape,
    visit,
};
use rulescope_rulefile::elastic;
use rulescope_rulefile::source::Vendor;
use rulescope_rulefile::walk::{read, walk};
use rulescope_rulefile::{FileRule, is_deprecated};

use crate::corpora::shared;

/// Every rule of the repository with its path.
fn rules(root: &Path) -> Vec<(String, FileRule)> {
    let listing = walk(root, Vendor::Elastic).expect("a folder");
    let mut out = Vec::new();
    for entry in &listing.entries {
        let text = read(entry).expect("a text");
        let file = elastic::read(&text);
        assert_eq!(file.failed, 0, "{}: {:?}", entry.path, file.diagnostics);
        assert!(file.is_rule_file && !file.rules.is_empty(), "{}", entry.path);
        out.extend(file.rules.into_iter().map(|rule| (entry.path.clone(), rule)));
    }
    out
}

fn is_opaque(logic: &Logic) -> bool {
    let mut opaque = false;
    visit::exprs(&logic.pattern, &mut |e| opaque |= matches!(e, Expr::Opaque { .. }));
    visit::patterns(&logic.pattern, &mut |p| opaque |= matches!(p, Pattern::Opaque { .. }));
    opaque
}

/// Whether a rule's query is in one of the languages of conditions.
fn is_condition(rule: &FileRule) -> bool {
    matches!(rule.body.language.as_str(), "kuery" | "lucene")
}

#[test]
fn every_rule_is_read_and_its_losses_are_said() {
    let Some(root) = shared() else {
        println!("skipped: no corpora");
        return;
    };
    let all = rules(&root.join("corpora/elastic"));
    let mut languages: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut shapes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut fates: BTreeMap<Fate, usize> = BTreeMap::new();
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    let (mut opaque, mut unknown, mut conditions) = (0, 0, 0);
    let mut lossy = String::new();
    let mut vanished: Vec<String> = Vec::new();
    for (path, rule) in &all {
        let logic = &rule.logic;
        let kind = (rule.body.language.as_str(), logic.fidelity.name());
        *languages.entry(kind).or_default() += 1;
        for (span, fate) in account(logic) {
            if fate == Fate::Vanished {
                vanished.push(format!("{path}: {}", span.slice(&rule.body.text)));
            }
            *fates.entry(fate).or_default() += 1;
        }
        *shapes.entry(shape(&normalize(&logic.pattern)).name()).or_default() += 1;
        for diagnostic in &logic.diagnostics {
            *codes.entry(diagnostic.code.to_string()).or_default() += 1;
        }
        unknown += usize::from(logic.losses.iter().any(|l| l.effect == Effect::Unknown));
        if is_condition(rule) {
            conditions += 1;
            opaque += usize::from(is_opaque(logic));
        }
        // What no log answers has one loss, that of its type.
        if matches!(logic.fidelity, Fidelity::Exact | Fidelity::NotEvaluable) {
            continue;
        }
        let _ = writeln!(lossy, "{path} {}", logic.fidelity.name());
        for loss in &logic.losses {
            let _ = writeln!(lossy, "  {} {}", loss.effect.name(), loss.what);
        }
    }
    let counts = format!(
        "rules: {}\nlanguage and fidelity: {languages:#?}\nshape: {shapes:?}\nliterals: {fates:?}\n\
         diagnostics: {codes:#?}\nof {conditions} conditions with an opaque part: {opaque}\nrules with a \
         loss of unknown effect: {unknown}\n\n{lossy}",
        all.len(),
    );
    insta::assert_snapshot!("elastic", counts);
    assert!(vanished.is_empty(), "{}", vanished.join("\n"));
    assert_eq!(opaque, 0);
    assert!(unknown * 100 <= all.len() * 3, "{unknown} of unknown effect");
}

#[test]
fn active_rules_of_windows_are_runnable() {
    let Some(root) = shared() else {
        println!("skipped: no corpora");
        return;
    };
    let mut all = rules(&root.join("corpora/elastic"));
    // What is met with indicators is possible at best.
    let kind = |rule: &FileRule| rule.metadata.extra.get("type").cloned().unwrap_or_default();
    all.retain(|(path, rule)| {
        let active = !is_deprecated(rule.metadata.status.as_deref(), path);
        active && is_condition(rule) && kind(rule) != ["threat_match"]
    });
    let mut text = String::new();
    let (mut windows, mut runnable_windows, mut runnable) = (0, 0, 0);
    for (path, rule) in &all {
        let of_windows = rule.metadata.tags.iter().any(|tag| tag == "OS: Windows");
        windows += usize::from(of_windows);
        match witness(&normalize(&rule.logic.pattern)) {
            Ok(found) => {
                let certain = |events: &[_]| {
                    let found = run(&rule.logic.pattern, events, None);
                    found.iter().any(|m| m.certainty == Certainty::Certain)
                };
                // Of the pattern itself as of its normal form.
                assert!(certain(&found.events), "{path}");
                assert!(run(&rule.logic.pattern, &found.near_miss, None).is_empty(), "{path}");
                runnable += 1;
                runnable_windows += usize::from(of_windows);
            }
            Err(no) => {
                let _ = writeln!(text, "{path}: {no}");
            }
        }
    }
    let count = all.len();
    let text = format!(
        "windows: {runnable_windows} of {windows} have a witness\nall: {runnable} of {count}\n{text}"
    );
    insta::assert_snapshot!("elastic_runnable", text);
    assert!(windows > 60 && runnable_windows * 100 >= windows * 95, "{text}");
    assert!(runnable * 100 >= count * 95, "{text}");
}

/// A rule file around a query.
fn file(query: &str) -> String {
    format!("[rule]\nname = \"n\"\nrule_id = \"i\"\nindex = [\"x\"]\n{query}")
}

#[test]
fn a_defect_has_the_place_that_it_stands_at() {
    let text = file("type = \"query\"\nlanguage = \"kuery\"\nquery = '''\na:x and\n  b:)\n'''\n");
    let read = elastic::read(&text);
    let rule = &read.rules[0];
    let defect = rule.logic.diagnostics.iter().find(|d| d.code == "kuery/syntax");
    let defect = defect.expect("a defect");
    let place = LineIndex::new(&text).position(&text, defect.span.start);
    assert_eq!((place.line, place.column), (9, 5), "{defect:?}");
    // An escape of a basic string is one character of the query.
    let text = file("query = \"a:\\\"x y\\\" and\\n c:\"");
    let read = elastic::read(&text);
    let defect = &read.rules[0].logic.diagnostics[0];
    assert_eq!(&text[..defect.span.start as usize], &text[..text.len() - 1], "{defect:?}");
}

#[test]
fn broken_files_are_read_as_far_as_they_go() {
    for (text, rules, failed, code) in [
        // What stands before and after the defect is read, and the rule is said to be broken.
        (file("query = 'a:x'\nnote = \"\"\"never closed"), 1, 0, Some("toml/syntax")),
        (file("query = 'a:x'\nquery = 'b:x'"), 1, 0, Some("toml/syntax")),
        (file("severity = low\nquery = 'a:x'"), 1, 0, Some("toml/syntax")),
        (file(""), 0, 1, Some("elastic/query")),
        (file("query = 5"), 0, 1, Some("elastic/query")),
        (file("query = 'a:x'\nlanguage = 'klingon'"), 0, 1, Some("elastic/language")),
        (file("query = 'a:x'\ntype = 'threshold'"), 0, 1, Some("elastic/threshold")),
        (file("query = 'a:x'\ntype = 'new_terms'"), 0, 1, Some("elastic/new-terms")),
        (file("type = 'machine_learning'"), 0, 1, Some("elastic/job")),
        (file("query = 'a:x'\ntype = 'odd'"), 1, 0, Some("elastic/type")),
        ("rule = 1".to_owned(), 0, 1, Some("elastic/rule")),
        ("[hunt]\nname = 'n'".to_owned(), 0, 1, Some("elastic/query")),
        (
            "[hunt]\nquery = ['a:x', 1, 'process where true']".to_owned(),
            2,
            1,
            Some("elastic/query"),
        ),
        ("[tool]\nx = 1".to_owned(), 0, 0, None),
        (String::new(), 0, 0, None),
    ] {
        let read = elastic::read(&text);
        assert_eq!((read.rules.len(), read.failed), (rules, failed), "{text}: {read:?}");
        let of_rules = read.rules.iter().flat_map(|r| &r.logic.diagnostics);
        let codes: Vec<&str> =
            read.diagnostics.iter().chain(of_rules).map(|d| d.code.as_ref()).collect();
        assert_eq!(code.is_some_and(|c| codes.contains(&c)), code.is_some(), "{text}: {codes:?}");
        assert_eq!(read.is_rule_file, rules + failed as usize > 0, "{text}");
    }
}

#[test]
fn what_a_type_makes_of_a_query() {
    let normal = |more: &str| {
        let read = elastic::read(&file(&format!("query = 'a:x'\n{more}")));
        assert_eq!(read.rules.len(), 1, "{read:?}");
        let logic = &read.rules[0].logic;
        for (span, fate) in account(logic) {
            assert_ne!(fate, Fate::Vanished, "{more}: {span:?}");
        }
        let text = print::pattern(&logic.pattern);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(normal("type = 'query'"), "(filter a eq \"x\" cased (events index=x))");
    let types = [
        normal(
            "type = 'threshold'\nfrom = 'now-1h'\ninterval = '30m'\n[rule.threshold]\nfield = \
                 ['host.id']\nvalue = 20\n[[rule.threshold.cardinality]]\nfield = 'user.name'\nvalue = 3",
        ),
        normal(
            "type = 'new_terms'\n[rule.new_terms]\nfield = 'new_terms_fields'\nvalue = ['a', \
                 'b']\n[[rule.new_terms.history_window_start]]\nfield = 'history_window_start'\nvalue = \
                 'now-7d'",
        ),
        normal(
            "type = 'threat_match'\nthreat_index = ['logs-ti_*']\nthreat_query = 'c:y'\n\
                 [[rule.threat_mapping]]\n[[rule.threat_mapping.entries]]\nfield = 'a'\ntype = \
                 'mapping'\nvalue = 'threat.a'",
        ),
        normal("type = 'machine_learning'\nmachine_learning_job_id = ['one', 'two']"),
        normal(
            "type = 'query'\n[[rule.filters]]\n[rule.filters.meta]\nnegate = \
                 true\n[rule.filters.query.wildcard.'b']\nvalue = 'C:\\\\x?*'\ncase_insensitive = true\n\
                 [[rule.filters]]\n[rule.filters.query]\n[rule.filters.query.bool]\nshould = \
                 [{ match_phrase = { c = 'y' } }, { exists = { field = 'd' } }]\nmust_not = { term = { e \
                 = 5 } }\n[[rule.filters]]\n[rule.filters.query.range.n]\ngte = 3\nlt = 9",
        ),
    ];
    insta::assert_snapshot!("elastic_types", types.join("\n"));
}

#[test]
fn hostile_files_are_read_in_time() {
    let deep = 200_000;
    for text in [
        file(&format!("query = '{}'", "(".repeat(1 << 20))),
        file(&format!("query = \"{}\"", "\\u0028".repeat(1 << 17))),
        file(&format!("query = 'a:x'\nnote = {}", "[".repeat(deep))),
        file(&format!("query = 'a:x'\nnote = {}", "{a=".repeat(deep))),
        file(&format!("query = 'a:x'\n{}", "a.".repeat(deep))),
        file(&format!("query = 'a:x'\n{}", "[[rule.filters]]\n".repeat(20_000))),
        format!("[hunt]\nquery = [{}]", "'a:x',".repeat(50_000)),
    ] {
        let start = std::time::Instant::now();
        let read = elastic::read(&text);
        let took = start.elapsed();
        assert!(read.is_rule_file, "{}", &text[..80]);
        // In release each takes less than 100 ms; an unoptimised build on a busy machine gets more.
        assert!(took.as_secs() < 5, "{took:?}: {}", &text[..120]);
        println!("{took:?}: {}", text[..text.len().min(120)].replace('\n', " "));
    }
}
