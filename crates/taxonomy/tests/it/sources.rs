//! Log sources that public rules of other vendors name, found by plain patterns, against the tables.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use regex_automata::meta::Regex;
use rulescope_ir::Scope;
use rulescope_taxonomy::logsources::{Resolution, resolve_term};

use crate::corpora;

/// A kind of term and the term.
type Term = (&'static str, String);

/// The terms of each rule of a corpus, by the kinds of scopes.
type Rules = Vec<BTreeSet<Term>>;

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of this test is well-formed")
}

/// The first group of every match.
fn groups<'t>(regex: &Regex, text: &'t str) -> Vec<&'t str> {
    let first = |captures: regex_automata::util::captures::Captures| {
        captures.iter().skip(1).flatten().next().map(|span| &text[span.range()])
    };
    regex.captures_iter(text).filter_map(first).collect()
}

/// The value of a top-level key of a YAML document, as its lines.
fn yaml_value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let start = text.find(&format!("\n{key}:"))? + key.len() + 2;
    let rest = &text[start..];
    let end = groups(&regex(r"(?m)^([A-Za-z_]+):"), rest)
        .first()
        .map(|key| key.as_ptr() as usize - rest.as_ptr() as usize);
    Some(&rest[..end.unwrap_or(rest.len())])
}

fn splunk() -> Option<Rules> {
    let root = corpora::folder("corpora/splunk")?;
    let place = regex(r"\b(?:sourcetype|source|index|eventtype)\s*=");
    let macros: BTreeSet<String> = corpora::files(&root.join("macros"), &["yml"])
        .into_iter()
        .filter(|(_, text)| place.is_match(yaml_value(text, "definition").unwrap_or(text)))
        .map(|(path, _)| path.file_stem().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    let model = regex(r#"(?i)\bdatamodel[\s=:]+"?([A-Za-z_]+(?:\.[A-Za-z_]+)?)"#);
    let call = regex(r"`([a-z0-9_]+)");
    let terms = [
        ("sourcetype", regex(r#"\bsourcetype\s*=\s*"?([^"\s)|]+)"#)),
        ("source", regex(r#"\bsource\s*=\s*"?([^"\s)|]+)"#)),
        ("eventtype", regex(r#"\beventtype\s*=\s*"?([^"\s)|]+)"#)),
    ];
    let mut rules = Rules::new();
    for (_, text) in corpora::files(&root.join("detections"), &["yml"]) {
        let Some(search) = yaml_value(&text, "search") else { continue };
        let mut found: BTreeSet<Term> =
            groups(&model, search).into_iter().map(|m| ("datamodel", m.to_owned())).collect();
        let calls = groups(&call, search).into_iter().filter(|name| macros.contains(*name));
        found.extend(calls.map(|name| ("macro", name.to_owned())));
        for (kind, regex) in &terms {
            found.extend(groups(regex, search).into_iter().map(|t| (*kind, t.to_owned())));
        }
        rules.push(found);
    }
    Some(rules)
}

fn splunk_data_sources() -> Option<Rules> {
    let root = corpora::folder("corpora/splunk")?;
    let item = regex(r"(?m)^- (.+)$");
    let mut rules = Rules::new();
    for (_, text) in corpora::files(&root.join("detections"), &["yml"]) {
        let Some(list) = yaml_value(&text, "data_source") else { continue };
        let names = groups(&item, list);
        rules.push(names.into_iter().map(|n| ("data_source", n.trim().to_owned())).collect());
    }
    Some(rules)
}

fn elastic() -> Option<Rules> {
    let root = corpora::folder("corpora/elastic")?;
    let list = regex(r"(?ms)^index\s*=\s*\[(.*?)\]");
    let item = regex(r#""([^"]+)""#);
    let from = regex(r"(?mi)^from\s+(.+?)(?:\s+metadata\b.*)?(?:\||$)");
    let category = regex(r"\bevent\.category\s*:\s*\(?\s*([a-z_]+)");
    let mut rules = Rules::new();
    for folder in ["rules", "rules_building_block"] {
        for (_, text) in corpora::files(&root.join(folder), &["toml"]) {
            let mut found: BTreeSet<Term> = groups(&list, &text)
                .into_iter()
                .flat_map(|list| groups(&item, list))
                .map(|index| ("index", index.to_owned()))
                .collect();
            if text.contains("language = \"esql\"") {
                let query = text.split("query = '''").nth(1).unwrap_or_default();
                for names in groups(&from, query) {
                    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
                    found.extend(names.map(|name| ("index", name.to_owned())));
                }
            }
            found.extend(
                groups(&category, &text).into_iter().map(|c| ("event_category", c.to_owned())),
            );
            rules.push(found);
        }
    }
    Some(rules)
}

fn kusto() -> Option<Rules> {
    let sentinel = corpora::folder("corpora/sentinel")?;
    let community = corpora::folder("corpora/kql-bertjanp")?;
    let block = regex(r"(?s)```(?:kql|KQL|kusto)?\n(.*?)```");
    let mut queries: Vec<String> = Vec::new();
    for (_, text) in corpora::files(&sentinel, &["yaml"]) {
        let Some(value) = yaml_value(&text, "query") else { continue };
        queries.push(value.trim_start_matches([' ', '|', '>', '-']).to_owned());
    }
    for (_, text) in corpora::files(&community, &["md"]) {
        queries.extend(groups(&block, &text).into_iter().map(str::to_owned));
    }
    let comment = regex(r"//[^\n]*");
    let string = regex(r#""(?:[^"\\\n]|\\.)*"|'[^'\n]*'"#);
    let named = regex(r"\blet\s+([A-Za-z_]\w*)\s*=");
    let statement = regex(
        r"(?:^|;)\s*(?:let\s+\w+\s*=\s*)?(?:(?:materialize|view)\s*\(\s*)?([A-Za-z_]\w*)\s*(?:\n\s*\||\|)",
    );
    let side = regex(
        r"\bunion\b(?:\s+(?:isfuzzy|kind|withsource)\s*=\s*\w+)*\s+([A-Za-z_]\w*)\s*(?:,|\||\n|\)|$)",
    );
    let inner = regex(r"\(\s*([A-Z_]\w*)\s*\n\s*\|");
    let mut rules = Rules::new();
    for query in queries {
        let mut text = String::new();
        let mut last = 0;
        for span in string.find_iter(&query) {
            text.push_str(&query[last..span.start()]);
            text.push('_');
            last = span.end();
        }
        text.push_str(&query[last..]);
        let mut plain = String::new();
        let mut last = 0;
        for span in comment.find_iter(&text) {
            plain.push_str(&text[last..span.start()]);
            last = span.end();
        }
        plain.push_str(&text[last..]);
        let lets: BTreeSet<&str> = groups(&named, &plain).into_iter().collect();
        let found = [&statement, &side, &inner].into_iter().flat_map(|r| groups(r, &plain));
        let found: BTreeSet<Term> = found
            .filter(|name| !lets.contains(name) && *name != "_" && *name != "let")
            .map(|name| ("table", name.to_owned()))
            .collect();
        rules.push(found);
    }
    Some(rules)
}

fn chronicle() -> Option<Rules> {
    let root = corpora::folder("corpora/chronicle")?;
    let terms = [
        ("event_type", regex(r#"metadata\.event_type\s*=\s*"([^"]+)""#)),
        ("log_type", regex(r#"metadata\.log_type\s*=\s*"([^"]+)""#)),
        ("product_name", regex(r#"metadata\.product_name\s*=\s*"([^"]+)""#)),
        ("vendor_name", regex(r#"metadata\.vendor_name\s*=\s*"([^"]+)""#)),
    ];
    let ids = regex(r#"metadata\.product_event_type\s*=\s*"(\d+)""#);
    let mut rules = Rules::new();
    for (_, text) in corpora::files(&root, &["yaral"]) {
        let mut found = BTreeSet::new();
        for (kind, regex) in &terms {
            found.extend(groups(regex, &text).into_iter().map(|t| (*kind, t.to_owned())));
        }
        found.extend(groups(&ids, &text).into_iter().map(|t| ("product_event_type", t.to_owned())));
        rules.push(found);
    }
    Some(rules)
}

/// How the terms of a corpus resolve: counts, then those that do not, with their rules.
fn account(name: &str, rules: &Rules, out: &mut String) -> (usize, usize) {
    let (mut windows, mut mixed, mut other, mut terms) = (0, 0, 0, 0);
    let mut unresolved: BTreeMap<&Term, usize> = BTreeMap::new();
    for rule in rules {
        for term in rule {
            terms += 1;
            match resolve_term(term.0, &term.1) {
                None => *unresolved.entry(term).or_default() += 1,
                Some(found) if found.is_other() => other += 1,
                Some(found) if found.others.is_empty() => windows += 1,
                Some(_) => mixed += 1,
            }
        }
    }
    let missing: usize = unresolved.values().sum();
    let silent = rules.iter().filter(|rule| rule.is_empty()).count();
    writeln!(
        out,
        "{name}: {} rules, {silent} name no source; {terms} terms: {windows} windows, {mixed} windows and others, {other} others, {missing} unresolved",
        rules.len()
    )
    .expect("a string takes any text");
    for ((kind, term), count) in unresolved {
        writeln!(out, "  {kind}={term} {count}").expect("a string takes any text");
    }
    (terms, missing)
}

#[test]
fn sources_of_other_vendors_resolve() {
    let corpora = [
        ("splunk", splunk()),
        ("splunk data sources", splunk_data_sources()),
        ("elastic", elastic()),
        ("kusto", kusto()),
        ("chronicle", chronicle()),
    ];
    let mut out = String::new();
    for (name, rules) in &corpora {
        let Some(rules) = rules else { return };
        let (terms, missing) = account(name, rules, &mut out);
        assert!(missing * 100 <= terms * 3, "{out}");
    }
    insta::assert_snapshot!("sources", out);
}

#[test]
fn scopes_of_whole_rules_are_known() {
    for (name, rules, least) in [
        ("splunk", splunk(), 1_700),
        ("elastic", elastic(), 2_000),
        ("kusto", kusto(), 2_500),
        ("chronicle", chronicle(), 700),
    ] {
        let Some(rules) = rules else { return };
        let scopes = rules.iter().filter(|rule| !rule.is_empty()).map(|rule| {
            let add = |scope: Scope, (kind, term): &Term| scope.with(kind, term);
            rule.iter().fold(Scope::default(), add)
        });
        let (mut known, mut all, mut events) = (0, 0, 0);
        for scope in scopes {
            let resolution = Resolution::of(&scope);
            all += 1;
            known += usize::from(resolution.known);
            let is_windows = !resolution.events.is_empty()
                || !resolution.also.is_empty()
                || !resolution.channels.is_empty()
                || resolution.any_event;
            events += usize::from(is_windows);
        }
        println!("{name}: {known} of {all} known, {events} with Windows events");
        assert!(known * 100 >= all * 97 && all >= least, "{name}: {known} of {all}");
    }
}
