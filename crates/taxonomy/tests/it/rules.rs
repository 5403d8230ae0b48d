//! Public Sigma rules, read line by line, against log sources, tags and event ids.

use std::collections::BTreeSet;

use rulescope_taxonomy::{attack, logsources};

use crate::corpora;

/// What a rule's text says, by lines: enough for the flat keys that are tested here.
#[derive(Debug, Default)]
struct Rule {
    product: Option<String>,
    category: Option<String>,
    service: Option<String>,
    tags: Vec<String>,
    event_ids: Vec<u32>,
}

fn value(line: &str) -> String {
    let value = line.split(" #").next().unwrap_or_default().trim();
    value.trim_matches(['\'', '"']).to_owned()
}

fn read(text: &str) -> Rule {
    let mut rule = Rule::default();
    let mut block = "";
    let mut key = "";
    let mut in_ids = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if !line.starts_with([' ', '\t', '-']) {
            block = trimmed.split(':').next().unwrap_or_default();
        }
        let item = trimmed.strip_prefix("- ").unwrap_or(trimmed).trim();
        match block {
            "tags" if trimmed.starts_with('-') => rule.tags.push(value(item)),
            "logsource" => {
                // The items of a list are added to the key above them, as a flow list would read.
                let (name, rest) = match trimmed.split_once(':') {
                    Some((name, rest)) => (name, value(rest)),
                    None => (key, format!(",{}", value(item))),
                };
                key = name;
                let slot = match name {
                    "product" => &mut rule.product,
                    "category" => &mut rule.category,
                    "service" => &mut rule.service,
                    _ => continue,
                };
                slot.get_or_insert_default().push_str(&rest);
            }
            "detection" => {
                if let Some(rest) = item.strip_prefix("EventID:") {
                    in_ids = rest.trim().is_empty() || rest.trim().starts_with('#');
                    rule.event_ids.extend(value(rest).parse::<u32>());
                } else if in_ids && trimmed.starts_with('-') {
                    rule.event_ids.extend(value(item).parse::<u32>());
                } else {
                    in_ids = false;
                }
            }
            _ => {}
        }
    }
    rule
}

fn resolved(rule: &Rule) -> logsources::Resolution {
    logsources::resolve(rule.product.as_deref(), rule.category.as_deref(), rule.service.as_deref())
}

fn sigmahq() -> Vec<(String, Rule)> {
    let Some(root) = corpora::folder("corpora/sigmahq") else { return Vec::new() };
    corpora::files(&root, &["yml", "yaml"])
        .into_iter()
        .filter(|(path, _)| {
            let relative = path.strip_prefix(&root).expect("below the root");
            relative.starts_with("rules") || relative.to_string_lossy().starts_with("rules-")
        })
        .map(|(path, text)| (path.display().to_string(), read(&text)))
        .collect()
}

fn mdecrevoisier() -> Vec<(String, Rule)> {
    let Some(root) = corpora::folder("corpora/mdecrevoisier") else { return Vec::new() };
    corpora::files(&root, &["yml", "yaml"])
        .into_iter()
        .map(|(path, text)| (path.display().to_string(), read(&text)))
        .collect()
}

#[test]
fn every_log_source_of_sigmahq_is_known() {
    let rules = sigmahq();
    let mut windows = 0;
    let mut without_event = BTreeSet::new();
    let mut unknown = BTreeSet::new();
    for (path, rule) in &rules {
        let source = resolved(rule);
        if !source.known {
            unknown.insert((path, format!("{rule:?}")));
        }
        if source.is_windows_only() {
            windows += 1;
            if source.channels.is_empty() && source.events.is_empty() {
                without_event.insert(path);
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
    if !rules.is_empty() {
        println!("{} rules, {windows} of Windows", rules.len());
        assert!(rules.len() >= 3_779 && windows >= 2_871, "{} {windows}", rules.len());
        // One rule names the product alone.
        assert!(without_event.len() <= 1, "{without_event:#?}");
    }
}

#[test]
fn every_windows_log_source_of_mdecrevoisier_is_known() {
    let mut windows = 0;
    for (path, rule) in mdecrevoisier() {
        let source = resolved(&rule);
        if source.is_windows_only() {
            windows += 1;
            assert!(source.known, "{path}: {rule:?}");
            assert!(!source.candidates().is_empty(), "{path}: {rule:?}");
        }
    }
    println!("{windows} rules of Windows");
}

#[test]
fn every_technique_tag_of_sigmahq_resolves() {
    let rules = sigmahq();
    let mut rows = 0;
    for (path, rule) in &rules {
        let found = attack::coverage(rule.tags.iter().map(String::as_str));
        assert!(found.unknown.is_empty() && found.misspelt.is_empty(), "{path}: {found:?}");
        for tag in rule.tags.iter().filter_map(|tag| tag.strip_prefix("attack.t")) {
            if tag.starts_with(|c: char| c.is_ascii_digit()) {
                let current = attack::today(&format!("T{tag}"));
                let current = current.unwrap_or_else(|| panic!("{path}: {tag}"));
                assert!(
                    found.rows.iter().any(|row| row.technique == current.technique),
                    "{path}: {tag}"
                );
            }
        }
        rows += found.rows.len();
    }
    if !rules.is_empty() {
        println!("{rows} rows of coverage");
        assert!(rows >= 4_400, "{rows}");
    }
}

#[test]
fn unknown_tags_of_mdecrevoisier_are_those_that_name_nothing() {
    let rules = mdecrevoisier();
    let mut unknown = BTreeSet::new();
    let mut misspelt = BTreeSet::new();
    for (_, rule) in &rules {
        let found = attack::coverage(rule.tags.iter().map(String::as_str));
        unknown.extend(found.unknown);
        misspelt.extend(found.misspelt);
    }
    if rules.is_empty() {
        return;
    }
    let unknown: Vec<&str> = unknown.iter().map(String::as_str).collect();
    assert_eq!(
        unknown,
        [
            "attack.",
            "attack.account_discovery",
            "attack.account_manipulation",
            "attack.credential_dumping",
            "attack.t",
            "attack.t0136",
            "attack.t0884",
            "attack.valid_account",
        ]
    );
    let misspelt: Vec<&str> = misspelt.iter().map(|(tag, _)| tag.as_str()).collect();
    assert_eq!(misspelt, ["attack.defense_evesion", "attack.privilege_execution"]);
}

#[test]
fn event_ids_that_rules_name_are_events_of_their_channel() {
    let mut named = BTreeSet::new();
    let mut unknown = BTreeSet::new();
    for (_, rule) in sigmahq().into_iter().chain(mdecrevoisier()) {
        let source = resolved(&rule);
        if source.channels.is_empty() {
            continue;
        }
        let channel = source.channels[0].name;
        named.extend(rule.event_ids.iter().map(|id| (channel, *id)));
        unknown.extend(source.unknown_ids(&rule.event_ids).into_iter().map(|id| (channel, id)));
    }
    if named.is_empty() {
        return;
    }
    println!("{} pairs of channel and event id, unknown: {unknown:?}", named.len());
    let known = named.len() - unknown.len();
    assert!(known * 100 >= named.len() * 97, "{known} of {}: {unknown:?}", named.len());
}

#[test]
fn looking_up_a_whole_corpus_is_cheap() {
    let rules = sigmahq();
    if rules.is_empty() {
        return;
    }
    let start = std::time::Instant::now();
    let first = resolved(&rules[0].1);
    let parsed = start.elapsed();
    let start = std::time::Instant::now();
    let mut events = first.candidates().len();
    for (_, rule) in &rules {
        let source = resolved(rule);
        events += source.events_with_id(&rule.event_ids).len();
        events += attack::coverage(rule.tags.iter().map(String::as_str)).rows.len();
        for name in ["Commandline", "Image", "cs-uri-query"] {
            events += rulescope_taxonomy::fields::canonical("sigma", name).len();
        }
    }
    let looked_up = start.elapsed();
    println!("tables {parsed:?}, {} rules {looked_up:?} ({events})", rules.len());
    // Far above what it takes (some 20 ms); a scan of the tables for every rule would not pass.
    assert!(looked_up.as_millis() < 2_000, "{looked_up:?}");
}
