//! Packs together: what is one event, what they agree and disagree on, and in which order.

use rulescope_knowledge::{PackKind, read};

use crate::packs::{event, events, folder, knowledge, paths, values};

fn map(provider: &str, channel: &str, id: u32, title: &str) -> String {
    format!(
        "Author: me\nDescription: {title}\nEventId: {id}\nChannel: {channel}\nProvider: {provider}\nMaps:\n"
    )
}

const TITLES: &str = "Channel,EventID,EventTitle\n";

#[test]
fn events_are_put_together_by_provider_channel_and_id() {
    let known = knowledge(&[
        ("1-maps/a.map", &map("Vendor-Doors", "Doors", 7, "Door opened")),
        ("1-maps/b.map", &map("Vendor-Doors", "Doors/Debug", 8, "Debugged")),
        ("1-maps/c.map", &map("Vendor-Doors", "Doors", 8, "Door closed")),
        (
            "2-titles/channel_eid_info.txt",
            &format!("{TITLES}DOORS,7,Door was opened\nWindows,7,Window\n"),
        ),
        (
            "3-dictionary/events/event-7.yml",
            "name: 'Event ID 7: Door opened.'\nlog_source: vendor-doors\nevent_id: 7\nevent_fields: []\n",
        ),
        (
            "3-dictionary/events/event-8.yml",
            "name: 'Event ID 8: Closed'\nlog_source: Vendor-Doors\nevent_id: 8\n",
        ),
    ]);
    assert_eq!(
        events(&known),
        [
            // A channel of which nothing else is known.
            "? / Windows / 7",
            // Two channels have an event of this id, and the pack does not say which it means.
            "Vendor-Doors / ? / 8",
            "Vendor-Doors / Doors / 7",
            "Vendor-Doors / Doors / 8",
            "Vendor-Doors / Doors/Debug / 8",
        ]
    );
    let kinds: Vec<PackKind> = known.packs.iter().map(|pack| pack.kind).collect();
    assert_eq!(kinds, [PackKind::EvtxEcmd, PackKind::Hayabusa, PackKind::OssemDd]);
    let door = event(&known, "Vendor-Doors", 7);
    let titles: Vec<(&str, &[usize])> =
        door.titles.iter().map(|fact| (fact.value.as_str(), &*fact.origins)).collect();
    assert_eq!(titles, [("Door opened", &[0, 2][..]), ("Door was opened", &[1][..])]);
}

#[test]
fn the_built_in_table_says_what_a_pack_leaves_out() {
    let known = knowledge(&[(
        "channel_eid_info.txt",
        &format!(
            "{TITLES}Security,4688,Made\nsecurity,1102,Cleared\nMicrosoft-Windows-Sysmon/Operational,1,Made\n"
        ),
    )]);
    assert_eq!(
        events(&known),
        [
            "Microsoft-Windows-Eventlog / Security / 1102",
            "Microsoft-Windows-Security-Auditing / Security / 4688",
            "Microsoft-Windows-Sysmon / Microsoft-Windows-Sysmon/Operational / 1",
        ]
    );
    let (key, _) = known.event("eventlog", 1102).expect("by the name of addresses");
    assert_eq!(known.title(key), Some("Cleared"));
    assert!(known.event("sysmon", 1).is_some() && known.event("Sysmon", 2).is_none());
}

#[test]
fn the_title_is_that_of_the_pack_whose_word_counts_most() {
    let known = knowledge(&[
        ("1/channel_eid_info.txt", &format!("{TITLES}Security,4688,Process Creation\n")),
        ("2/event-4688.md", "# 4688(S): A new process has been created.\n"),
    ]);
    let (key, facts) = known.event("security-auditing", 4688).expect("it is known");
    assert_eq!(known.title(key), Some("A new process has been created"));
    assert_eq!(facts.titles.first().map(|fact| fact.value.as_str()), Some("Process Creation"));
    let about: Vec<String> = known.disagreements(key).into_iter().map(|d| d.about).collect();
    assert_eq!(about, ["title"]);
    assert_eq!(known.disagreements(key)[0].values.len(), 2);
}

#[test]
fn a_title_of_the_built_in_table_stands_in() {
    let list = "4688\n";
    let known = knowledge(&[
        ("target_event_IDs.txt", list),
        ("channel_abbreviations.txt", "Channel,Abbreviation\nSecurity,Sec\n"),
    ]);
    let (key, facts) = known.event("security-auditing", 4688).expect("one event has the id");
    assert!(facts.titles.is_empty());
    assert_eq!(known.title(key), Some("A new process has been created"));
    assert_eq!(known.example(key), None);
}

#[test]
fn xml_is_the_example_to_show() {
    let dictionary = "name: 'Event ID 7: Door'\nlog_source: Vendor-Doors\nevent_id: 7\nevent_sample:\n\
        - format: text\n  sample: Door opened.\n- format: xml\n  sample: \"<Event><System>\
        <Provider Name='Vendor-Doors'/><EventID>7</EventID><Channel>Doors</Channel></System></Event>\"\n";
    let known = knowledge(&[("events/event-7.yml", dictionary)]);
    let (key, facts) = known.event("Vendor-Doors", 7).expect("it is known");
    assert_eq!(facts.examples.len(), 2);
    assert!(known.example(key).is_some_and(|fact| fact.value.text.starts_with("<Event>")));
}

#[test]
fn a_folder_may_be_a_pack_or_hold_packs() {
    let one = folder(&[("deep/er/a.map", &map("P", "C", 1, "One"))]);
    assert_eq!(read(&paths(&[&one])).packs.len(), 1);
    let licensed = folder(&[
        ("first/LICENSE", "free"),
        ("first/a.map", &map("P", "C", 1, "One")),
        ("second/LICENSE", "free"),
        ("second/inner/a.map", &map("P", "C", 2, "Two")),
    ]);
    let known = read(&paths(&[&licensed]));
    let names: Vec<&str> = known.packs.iter().map(|pack| pack.name.as_str()).collect();
    assert_eq!(names, ["first", "second"], "each has a licence of its own");
    let mixed = folder(&[
        ("a.map", &map("P", "C", 1, "One")),
        ("channel_eid_info.txt", TITLES),
        ("inner/sysmon.md", "# Sysmon\n\n### Event ID 1: Process creation\n\nx\n"),
    ]);
    let known = read(&paths(&[&mixed]));
    let kinds: Vec<(PackKind, usize)> =
        known.packs.iter().map(|pack| (pack.kind, pack.files)).collect();
    assert_eq!(kinds, [(PackKind::EvtxEcmd, 1), (PackKind::Hayabusa, 1), (PackKind::Sysmon, 1)]);
}

#[test]
fn packs_keep_the_order_of_the_folders() {
    let first = folder(&[("a.map", &map("P", "C", 1, "One"))]);
    let second =
        folder(&[("a.map", &map("P", "C", 1, "Uno")), ("b.map", &map("P", "C", 2, "Two"))]);
    let forth = read(&paths(&[&first, &second]));
    let back = read(&paths(&[&second, &first]));
    let titles = |known| values(&event(known, "P", 1).titles);
    assert_eq!(titles(&forth), ["One", "Uno"]);
    assert_eq!(titles(&back), ["Uno", "One"]);
    let facts: Vec<usize> = forth.packs.iter().map(|pack| pack.facts).collect();
    assert_eq!(facts, [1, 2]);
    assert_eq!(forth.packs[1].subjects, 2);
}

#[test]
fn threads_make_no_difference() {
    let texts: Vec<(String, String)> = (0..200)
        .map(|i| {
            (format!("{i}.map"), map("P", &format!("C{}", i % 7), i % 50, &format!("Title {i}")))
        })
        .collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (&**path, &**text)).collect();
    let pack = folder(&texts);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| read(&paths(&[&pack])))
    };
    let one = with(1);
    assert!(one.events.len() > 100);
    assert_eq!(one, with(4));
}
