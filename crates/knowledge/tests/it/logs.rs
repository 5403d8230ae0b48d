//! Examples taken from logs.

use rulescope_events::Reader;
use rulescope_knowledge::{ExampleFormat, Knowledge, PackKind, read, recorded};

use crate::packs::{event, fields, folder, paths};

fn xml(id: u32, visitor: &str) -> String {
    format!(
        "<Event xmlns='x'><System><Provider Name='Vendor-Doors' Guid='{{AB}}'/><EventID>{id}</EventID>\
         <TimeCreated SystemTime='2024-05-06T07:08:09.123456700Z'/><EventRecordID>3</EventRecordID>\
         <Channel>Doors</Channel><Computer>c</Computer></System><EventData><Data Name='Visitor'>{visitor}\
         </Data><Data Name='Why'>a &amp; b</Data></EventData></Event>\n"
    )
}

#[test]
fn the_first_event_of_a_kind_is_its_example() {
    let first = format!("{}{}{}", xml(7, "eve"), xml(7, "mallory"), xml(8, "eve"));
    let logs = folder(&[("a.xml", &first), ("b.xml", &xml(7, "trudy")), ("c.xml", &xml(9, "eve"))]);
    let found = recorded(&paths(&[&logs]));
    assert_eq!(
        (found.logs, found.events.len(), found.unread.len()),
        (3, 3, 0),
        "{:?}",
        found.unread
    );
    assert_eq!(found, recorded(&paths(&[&logs])), "it is the same every time");
    let mut known = Knowledge::default();
    known.add_recorded("my logs", found);
    assert_eq!(known.packs[0].kind, PackKind::Recorded);
    let (key, door) = known.event("Vendor-Doors", 7).expect("it is in a log");
    assert_eq!(key.channel.as_deref(), Some("Doors"));
    assert_eq!(fields(door), ["Visitor", "Why"]);
    let example = known.example(key).expect("it has an example");
    assert_eq!((example.value.format, &*example.origins), (ExampleFormat::Json, &[0][..]));
    assert!(example.value.text.contains("eve") && !example.value.text.contains("trudy"));
}

#[test]
fn an_example_reads_as_the_event_that_it_is_of() {
    let original = xml(7, "eve");
    let logs = folder(&[("a.xml", &original)]);
    let mut known = Knowledge::default();
    known.add_recorded("my logs", recorded(&paths(&[&logs])));
    let (key, _) = known.event("Vendor-Doors", 7).expect("it is in a log");
    let text = known.example(key).expect("it has an example").value.text.clone();
    let one = |name: &str, text: String| {
        let mut reader = Reader::from_read(name, std::io::Cursor::new(text.into_bytes()));
        reader.next().expect("one event").expect("it can be read")
    };
    let (there, back) = (one("a.xml", original), one("a.json", text));
    assert_eq!((there.provider(), there.channel()), (back.provider(), back.channel()));
    assert_eq!(
        (there.time, there.record_id, there.event_id),
        (back.time, back.record_id, back.event_id)
    );
    assert_eq!(there.data, back.data);
}

#[test]
fn recorded_examples_come_behind_the_packs() {
    let logs = folder(&[("a.xml", &xml(7, "eve")), ("broken.xml", "<Event><System>")]);
    let pack = folder(&[(
        "a.map",
        "Description: Door opened\nEventId: 7\nChannel: DOORS\nProvider: vendor-doors\nMaps:\n",
    )]);
    let mut known = read(&paths(&[&pack]));
    known.add_recorded("my logs", recorded(&paths(&[&logs])));
    let door = event(&known, "Vendor-Doors", 7);
    assert_eq!(door.titles.len(), 1, "they are one event");
    assert_eq!(door.examples.first().map(|fact| &*fact.origins), Some(&[1][..]));
    assert_eq!(known.packs[1].facts, 3, "the example and its two fields");
    assert_eq!(known.packs[1].failed, 1);
    assert_eq!(known.findings.last().map(|finding| finding.code), Some("pack/unread-log"));
}
