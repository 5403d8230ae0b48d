//! What is told against what the sources say, read here by other means.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

use rulescope_events::Logs;
use rulescope_knowledge::{Knowledge, PackKind, recorded};
use rulescope_taxonomy::events::{self, SYSTEM_FIELDS};

use crate::corpora::{corpus, files, packs};

const PAGES: &str =
    "knowledge/ms-security-auditing-docs/windows/security/threat-protection/auditing";

/// Microsoft's pages of events: id and text.
fn pages() -> Option<Vec<(u32, String)>> {
    let folder = corpus(PAGES)?;
    let found = files(&folder).into_iter().filter_map(|(path, text)| {
        let name = path.file_stem()?.to_str()?.strip_prefix("event-")?.parse().ok()?;
        Some((name, text))
    });
    Some(found.collect())
}

/// A generator of numbers that look random and are the same every time.
fn chosen(most: usize, count: usize) -> BTreeSet<usize> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut found = BTreeSet::new();
    while found.len() < count.min(most) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        found.insert(usize::try_from(state % most as u64).expect("it is below a length"));
    }
    found
}

#[test]
fn titles_of_security_events_are_microsofts() {
    let (Some(known), Some(pages)) = (packs(), pages()) else { return };
    let origin = known.packs.iter().position(|pack| pack.kind == PackKind::MicrosoftAuditing);
    let origin = origin.expect("the documents are among the packs");
    let mut compared = 0;
    for i in chosen(pages.len(), 50) {
        let (id, text) = &pages[i];
        let heading =
            text.lines().find(|line| line.starts_with("# ")).expect("a page has a heading");
        let (_, title) = heading.split_once("):").expect("a heading has the outcome");
        let title = title.trim().replace("\\_", "_");
        let title = title.strip_suffix('.').unwrap_or(&title);
        if !title.chars().any(char::is_alphabetic) {
            continue;
        }
        let (key, facts) = known.event_of_channel("Security", *id).expect("the event is known");
        let stated = facts.titles.iter().find(|fact| fact.value == title);
        assert!(
            stated.is_some_and(|fact| fact.origins.contains(&origin)),
            "{id}: {:?}",
            facts.titles
        );
        assert_eq!(known.title(key), Some(title), "{id}");
        compared += 1;
    }
    assert!(compared >= 48, "{compared}");
}

/// The names in the example of a page that is of the page's own event.
fn named(text: &str, id: u32) -> Option<BTreeSet<&str>> {
    let own = text.contains(&format!("<EventID>{id}</EventID>"));
    let names = text.split("<Data Name=\"").skip(1).filter_map(|rest| rest.split('"').next());
    own.then(|| names.collect::<BTreeSet<&str>>()).filter(|names| !names.is_empty())
}

#[test]
fn fields_of_security_events_are_those_of_microsofts_examples() {
    let (Some(known), Some(pages)) = (packs(), pages()) else { return };
    let origin = known.packs.iter().position(|pack| pack.kind == PackKind::MicrosoftAuditing);
    let origin = origin.expect("the documents are among the packs");
    let (mut compared, mut described, mut all) = (0, 0, 0);
    for (id, text) in &pages {
        let Some(names) = named(text, *id) else { continue };
        let (_, facts) = known.event_of_channel("Security", *id).expect("the event is known");
        for name in &names {
            assert!(facts.fields.contains_key(*name), "{id} has {name}: {:?}", facts.fields.keys());
        }
        for (name, field) in &facts.fields {
            let by = field.types.iter().any(|fact| fact.origins.contains(&origin));
            assert!(!by || names.contains(name.as_str()), "{id} has no {name}");
            described += usize::from(by);
        }
        all += names.len();
        compared += 1;
    }
    assert!(compared >= 160, "{compared}");
    // The pages describe labels; most of them are told to be a field of the example.
    assert!(described * 100 >= all * 80, "{described} of {all}");
}

type Found = BTreeMap<(String, String, u32), BTreeSet<String>>;

/// With examples of these very logs, every kind of event in them has one.
fn examples_fill_the_gaps(known: &Knowledge, paths: &[PathBuf], found: &Found) {
    let recorded = recorded(paths);
    assert_eq!(recorded.events.len(), found.len());
    let mut known = known.clone();
    known.add_recorded("logs", recorded);
    for (_, channel, id) in found.keys().filter(|(_, channel, _)| !channel.is_empty()) {
        let (key, _) = known.event_of_channel(channel, *id).expect("it is in a log");
        assert!(known.example(key).is_some(), "{key}");
    }
}

/// Fields that no pack and no table has, by event, and how many pairs have a title and an example.
#[test]
fn fields_of_real_events_are_known() {
    let (Some(known), Some(logs)) = (packs(), corpus("events")) else { return };
    let mut found = Found::new();
    let mut paths = Vec::new();
    for log in Logs::new([&logs]) {
        let log = log.expect("the corpora can be walked");
        if !log.name.ends_with(".evtx") {
            continue;
        }
        paths.push(PathBuf::from(&*log.name));
        for event in log.open().flatten() {
            let Some(id) = event.event_id else { continue };
            let key = (event.provider().to_owned(), event.channel().to_owned(), id);
            // The name of the whole of an event's data is none of its fields.
            let names = event.data.iter().map(|(name, _)| name.to_string());
            let names = names.filter(|name| name != "EventData_Name");
            found.entry(key).or_default().extend(names);
        }
    }
    examples_fill_the_gaps(known, &paths, &found);
    let mut out = String::new();
    let (mut fields, mut unknown, mut titled, mut shown) = (0, 0, 0, 0);
    let mut pairs: BTreeSet<(&str, u32)> = BTreeSet::new();
    for ((provider, channel, id), names) in &found {
        fields += names.len();
        let missing: Vec<&str> = names
            .iter()
            .map(String::as_str)
            .filter(|name| !is_known(known, provider, channel, *id, name))
            .collect();
        unknown += missing.len();
        if !missing.is_empty() {
            writeln!(out, "{provider} / {channel} / {id}: {}", missing.join(", "))
                .expect("a string takes it");
        }
        if pairs.insert((channel, *id)) {
            let key = known.event_of_channel(channel, *id).map(|(key, _)| key);
            let core = events::events_of_channel(channel).any(|event| event.id == *id);
            titled += usize::from(core || key.is_some_and(|key| known.title(key).is_some()));
            shown += usize::from(key.is_some_and(|key| known.example(key).is_some()));
        }
    }
    writeln!(
        out,
        "{} kinds of events with {fields} fields, unknown {unknown}\n{} pairs of channel and id, with title \
         {titled}, with example {shown}",
        found.len(),
        pairs.len(),
    )
    .expect("a string takes it");
    insta::assert_snapshot!(out);
}

/// Whether a field is known of an event: to a pack that knows the event by any of its names, or
/// to the built-in table.
fn is_known(known: &Knowledge, provider: &str, channel: &str, id: u32, name: &str) -> bool {
    let packs = [known.event(provider, id), known.event_of_channel(channel, id)];
    let mut packs = packs.into_iter().flatten();
    let table = events::event(provider, id);
    SYSTEM_FIELDS.contains(&name)
        || packs.any(|(_, facts)| facts.field(name).is_some())
        || table.is_some_and(|event| event.has_field(name))
}
