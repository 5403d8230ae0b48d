//! Rules against their log sources: those that contradict them, and what Splunk declares.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rulescope_analysis::{contradictions, coverage};
use rulescope_catalog::Catalog;
use rulescope_catalog::load::{RunRule, from_files};
use rulescope_catalog::store::Named;
use rulescope_ir::polarity::standings;
use rulescope_ir::{Level, Pattern, visit};
use rulescope_rulefile::source::Vendor;
use rulescope_rulefile::splunk::{self, Repository};
use rulescope_taxonomy::events::event;
use rulescope_taxonomy::fields::is_unmapped;
use rulescope_taxonomy::logsources::{Resolution, resolve_term};

use crate::support::{built, corpora, rule};

fn active(folder: &Path, vendor: Vendor) -> Vec<RunRule> {
    let loaded = from_files(&[folder], vendor).expect("read");
    loaded.rules.into_iter().filter(|rule| !rule.deprecated).collect()
}

/// Which rules get `logsource/contradiction`; each was looked at and is one.
#[test]
fn rules_that_contradict_their_log_source() {
    let Some(corpora) = corpora() else { return };
    let mut out = String::new();
    for (name, vendor) in
        [("sigmahq", Vendor::Sigma), ("mdecrevoisier", Vendor::Sigma), ("splunk", Vendor::Splunk)]
    {
        let rules = active(&corpora.join(name), vendor);
        let mut lines = Vec::new();
        for rule in &rules {
            for found in contradictions(&rule.normal) {
                lines.push(format!("  {}: {}", rule.id, found.message));
            }
        }
        writeln!(out, "{name}: {} of {} active rules", lines.len(), rules.len()).expect("text");
        lines.iter().for_each(|line| writeln!(out, "{line}").expect("text"));
    }
    insta::assert_snapshot!("contradictions", out);
}

#[test]
fn a_contradiction_is_shown_where_it_stands() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir_all(&rules).expect("made");
    let detection = "  sel:\n    Image|endswith: '\\a.exe'\n    EventID: 4624\n  condition: sel\n";
    let id = "00000001-0000-4000-8000-000000000000";
    fs::write(rules.join("a.yml"), rule("Logon", id, detection)).expect("written");
    let file = folder.path().join("c.db");
    built(&file, &[&rules]);
    let catalog = Catalog::open(&file).expect("a catalog");
    let Named::One(row) = catalog.find("Logon").expect("read") else { panic!("one rule") };
    let page = catalog.show(row).expect("a page");
    let [found] = &page.diagnostics[..] else { panic!("{:?}", page.diagnostics) };
    assert_eq!(
        (found.code.as_str(), found.severity.as_str()),
        ("logsource/contradiction", "warning")
    );
    let line = page.body.text.lines().nth(found.line as usize - 1);
    assert_eq!(line.map(str::trim), Some("EventID: 4624"));
    assert!(page.events.is_empty());
}

/// What a rule reads, as one word, for groups of differences.
fn place(normal: &Pattern) -> String {
    let mut terms = BTreeSet::new();
    visit::patterns(normal, &mut |p| {
        if let Pattern::Events { scope } = p {
            for (kind, of) in &scope.terms {
                if ["datamodel", "macro", "source", "sourcetype"].contains(&kind.as_str()) {
                    terms.extend(of.iter().cloned());
                }
            }
        }
    });
    terms.into_iter().collect::<Vec<_>>().join("+")
}

/// Why a rule can't fire on an event.
fn why_not(normal: &Pattern, address: &str) -> String {
    let (provider, id) = address.split_once('/').expect("an address");
    let event = event(provider, id.parse().expect("an id")).expect("a known event");
    let mut reads = false;
    visit::patterns(normal, &mut |p| {
        if let Pattern::Events { scope } = p {
            let found = Resolution::of(scope);
            reads |= found.any_event || found.candidates().contains(&event);
        }
    });
    if !reads {
        return "the search reads another source".to_owned();
    }
    let standings = standings(normal);
    let tests = standings.iter().filter(|s| s.level == Level::Event && !s.negative);
    let fields = tests.filter(|s| !s.predicate.missing).filter_map(|s| s.predicate.field());
    let lacks: BTreeSet<&str> = fields
        .map(|f| f.name())
        .filter(|name| !event.may_have_field(name) && !is_unmapped(name))
        .collect();
    match lacks.into_iter().collect::<Vec<_>>().as_slice() {
        [] => "the search wants other events or values".to_owned(),
        names => format!("the event has no {}", names.join(", ")),
    }
}

#[derive(Default)]
struct Sums {
    rules: usize,
    equal: usize,
    ours: usize,
    theirs: usize,
    both: usize,
}

impl Sums {
    fn line(&self) -> String {
        let share = |n: usize| if n == 0 { 100.0 } else { 100.0 * self.both as f64 / n as f64 };
        format!(
            "{} detections, {} with the same events; {} events of ours, {} of theirs, {} of both; \
             precision {:.1} %, recall {:.1} %",
            self.rules,
            self.equal,
            self.ours,
            self.theirs,
            self.both,
            share(self.ours),
            share(self.theirs)
        )
    }
}

/// The events that we resolve against the data sources that each detection declares.
///
/// A detection declares what its authors tested it with, and we give every event on which its search
/// can fire. Precision is low where the two differ by that: a data model's node reads all events that
/// feed it (`Endpoint.Filesystem` also Sysmon 2, 15, 23 and 26, `Endpoint.Registry` also Security 4657
/// and Sysmon 14, a join with `Endpoint.Processes` also 4688), and they name one. Recall is low where
/// they name an event that lacks what the search asks for: Sysmon 12 has no `Details`, 4688 no
/// `ParentCommandLine` and no `OriginalFileName`; or one that the search does not read, such as 4688
/// beside the macro `sysmon`. Sources that are no Windows events (CrowdStrike's processes, Linux) are
/// left out.
#[test]
fn events_of_detections_are_those_that_splunk_declares() {
    let Some(corpora) = corpora() else { return };
    let mut whole = Sums::default();
    let mut by_place: BTreeMap<String, Sums> = BTreeMap::new();
    let mut missed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut more: BTreeMap<String, usize> = BTreeMap::new();
    let mut others: BTreeMap<String, usize> = BTreeMap::new();
    let mut undeclared = 0;
    for rule in active(&corpora.join("splunk"), Vendor::Splunk) {
        let text = fs::read_to_string(&rule.path).expect("a file of the corpus");
        let file = splunk::read(&text, &Repository::default());
        let Some(read) = file.rules.get(rule.ordinal) else { continue };
        let declared = read.metadata.extra.get("data source").cloned().unwrap_or_default();
        let mut theirs = BTreeSet::new();
        for name in declared.iter().flat_map(|d| d.split(" AND ")).map(str::trim) {
            let Some(found) = resolve_term("data_source", name) else { continue };
            theirs.extend(found.events.iter().map(|e| e.address()));
            if found.events.is_empty() && !found.is_other() {
                *others.entry(name.to_owned()).or_default() += 1;
            }
        }
        let found = coverage::coverage(&rule.normal).events;
        let ours: BTreeSet<String> = found
            .iter()
            .map(|e| {
                let known = event(&e.provider, e.event_id);
                known.map_or(format!("{}/{}", e.provider, e.event_id), |e| e.address())
            })
            .collect();
        if theirs.is_empty() {
            undeclared += usize::from(!ours.is_empty());
            continue;
        }
        let place = place(&rule.normal);
        for sums in [&mut whole, by_place.entry(place.clone()).or_default()] {
            sums.rules += 1;
            sums.equal += usize::from(ours == theirs);
            sums.ours += ours.len();
            sums.theirs += theirs.len();
            sums.both += ours.intersection(&theirs).count();
        }
        for address in theirs.difference(&ours) {
            let key = format!("{place}: {address}: {}", why_not(&rule.normal, address));
            missed.entry(key).or_default().push(rule.id.replace("splunk/", ""));
        }
        for address in ours.difference(&theirs) {
            *more.entry(format!("{place}: {address}")).or_default() += 1;
        }
    }
    let mut out = format!("{}\n", whole.line());
    writeln!(out, "{undeclared} more have Windows events and declare none").expect("text");
    for (place, sums) in by_place {
        writeln!(out, "{place}: {}", sums.line()).expect("text");
    }
    writeln!(out, "\nDeclared, and the search can't fire on them:").expect("text");
    for (key, rules) in missed {
        let names = if rules.len() > 3 { String::new() } else { format!(" {}", rules.join(" ")) };
        writeln!(out, "  {key}: {}{names}", rules.len()).expect("text");
    }
    writeln!(out, "\nThe search can fire on them, and they are not declared:").expect("text");
    more.iter().for_each(|(key, n)| writeln!(out, "  {key}: {n}").expect("text"));
    writeln!(out, "\nDeclared of Windows, and no event of that id is known:").expect("text");
    others.iter().for_each(|(key, n)| writeln!(out, "  {key}: {n}").expect("text"));
    insta::assert_snapshot!("declared", out);
}
