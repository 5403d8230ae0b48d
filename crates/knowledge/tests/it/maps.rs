//! Packs that describe one event a file: EvtxECmd's maps, OSSEM-DD, Splunk's data sources.

use rulescope_knowledge::{ExampleFormat, PackKind, VendorField};

use crate::packs::{clean, event, events, fields, findings, knowledge, values};

const MAP: &str = r#"Author: me
Description: A door was opened.
EventId: 7
Channel: Doors/Operational
Provider: Vendor-Doors
Maps:
  -
    Property: UserName
    PropertyValue: "%who% (%why%)"
    Values:
      -
        Name: who
        Value: "/Event/EventData/Data[@Name=\"Visitor\"]"
      -
        Name: why
        Value: "/Event/EventData/Data[@Name=\"Reason\"]"
  -
    Property: PayloadData1
    PropertyValue: "%at%"
    Values:
      -
        Name: at
        Value: "/Event/UserData/Door/Number"
Lookups:
  -
    Name: why
    Default: no reason
    Values:
      0: Delivery
      0x2: "Fire: drill"

# Documentation:
# https://example.org/doors
#
# Example Event Data:
# <Event>
#   <System>
#     <Provider Name="Vendor-Doors" Guid="{ABCD}" />
#     <EventID>7</EventID>
#     <Version>2</Version>
#     <Level>4</Level>
#     <Task>3</Task>
#     <Channel>Doors/Operational</Channel>
#   </System>
#   <EventData>
#     <Data Name="Visitor">eve</Data>
#     <Data Name="Reason">0</Data>
#     <Data Name="Hour">12</Data>
#   </EventData>
# </Event>
"#;

#[test]
fn a_map_of_evtxecmd() {
    let known = clean(&[("Doors_7.map", MAP), ("README.md", "# Maps\n"), ("LICENSE", "free")]);
    let pack = &known.packs[0];
    assert_eq!((pack.kind, pack.files, pack.failed, pack.unknown), (PackKind::EvtxEcmd, 1, 0, 1));
    assert!(pack.licence.as_ref().is_some_and(|path| path.ends_with("LICENSE")));
    assert_eq!(events(&known), ["Vendor-Doors / Doors/Operational / 7"]);
    let door = event(&known, "vendor-doors", 7);
    assert_eq!(values(&door.titles), ["A door was opened"]);
    assert_eq!(fields(door), ["Hour", "Number", "Reason", "Visitor"]);
    assert_eq!(values(&door.levels), ["Information"]);
    assert_eq!((values(&door.tasks), values(&door.versions)), (vec!["3".into()], vec!["2".into()]));
    let meanings: Vec<String> = door.fields["Reason"]
        .values
        .values()
        .map(|v| format!("{}={}", v.value, v.meaning))
        .collect();
    assert_eq!(meanings, ["0=Delivery", "0x2=Fire: drill"]);
    assert_eq!(values(&door.references), ["https://example.org/doors"]);
    let example = &values(&door.examples)[0];
    assert_eq!(example.format, ExampleFormat::Xml);
    assert!(example.text.starts_with("<Event>\n  <System>") && example.text.ends_with("</Event>"));
    assert!(door.vendor_fields.has(&VendorField {
        vendor: "evtxecmd".into(),
        name: "UserName".into(),
        field: Some("Visitor".into()),
    }));
    assert_eq!(values(&known.providers["Vendor-Doors"].guids), ["abcd"]);
}

#[test]
fn a_map_whose_example_is_of_another_event() {
    let known = knowledge(&[("a.map", &MAP.replace("<EventID>7<", "<EventID>8<"))]);
    assert!(findings(&known)[0].contains("of another event"), "{:?}", findings(&known));
    let door = event(&known, "Vendor-Doors", 7);
    assert!(door.examples.is_empty());
    assert_eq!(fields(door), ["Number", "Reason", "Visitor"]);
}

const DICTIONARY: &str = "\
name: 'Event ID 7: Door opened'
description: Somebody opened a door.
platform: windows
log_source: Vendor-Doors
event_id: '7'
event_version: '1'
event_fields:
- standard_name: UserName
  standard_type: TBD
  name: Visitor
  type: UnicodeString
  description: who it was
  sample_value: eve
- standard_name: TBD
  standard_type: TBD
  name: Reason
  type: UInt32
  description:
  sample_value:
references:
- text: Doors
  link: https://example.org/doors
tags:
- etw_level_Warning
- etw_task_Opening
- etw_opcode_Info
event_sample:
- format: friendly view
  sample: 'Eve opened it.'
";

#[test]
fn data_dictionaries_of_ossem() {
    let second = DICTIONARY
        .replace("'Event ID 7: Door opened'", "Event 7 - task_0")
        .replace("event_version: '1'", "event_version: '2'")
        .replace("name: Reason", "name: Speed")
        .replace("etw_task_Opening", "etw_task_task_0");
    let table = DICTIONARY
        .replace("event_id: '7'", "event_id: DoorEvents")
        .replace("log_source: Vendor-Doors", "log_source: Door Cloud");
    let known = clean(&[
        ("windows/doors/events/event-7.yml", DICTIONARY),
        ("windows/doors/events/event-7_v2.yml", &second),
        ("windows/cloud/events/DoorEvents.yml", &table),
        ("windows/doors/README.yml", "name: Doors\n"),
    ]);
    assert_eq!(known.packs[0].kind, PackKind::OssemDd);
    assert_eq!((known.packs[0].files, known.packs[0].unknown), (3, 1));
    assert_eq!(events(&known), ["Vendor-Doors / ? / 7"]);
    let door = event(&known, "Vendor-Doors", 7);
    assert_eq!(values(&door.titles), ["Door opened"], "a placeholder is no title");
    assert_eq!(values(&door.tasks), ["Opening"]);
    assert_eq!(
        (values(&door.levels), values(&door.opcodes)),
        (vec!["Warning".into()], vec!["Info".into()])
    );
    assert_eq!(fields(door), ["Reason", "Speed", "Visitor"]);
    let visitor = &door.fields["Visitor"];
    assert_eq!(values(&visitor.types), ["UnicodeString"]);
    assert_eq!(values(&visitor.descriptions), ["who it was"]);
    assert_eq!(values(&visitor.samples), ["eve"]);
    assert_eq!(values(&visitor.versions), ["1", "2"]);
    assert_eq!(values(&door.fields["Speed"].versions), ["2"]);
    assert!(door.fields["Reason"].descriptions.is_empty());
    let record = known.records.iter().next().expect("a table is a record of another log");
    assert_eq!((record.0.source.as_str(), record.0.name.as_str()), ("Door Cloud", "DoorEvents"));
    assert_eq!(fields(record.1), ["Reason", "Visitor"]);
}

const SOURCE: &str = r#"name: Windows Event Log Doors 7
id: 0
description: Data source object for Windows Event Log Doors 7
source: XmlWinEventLog:Doors/Operational
sourcetype: xmlwineventlog
supported_TA:
- name: Doors
  url: https://example.org/ta
fields:
- Visitor
- user
field_mappings:
- data_model: cim
  data_set: Doors
  mapping:
    Visitor: Doors.user
    Visitor|endswith: Doors.name
example_log: <Event><System><Provider Name='Vendor-Doors'/><EventID>7</EventID><Channel>Doors/Operational</Channel></System><EventData><Data
  Name='Visitor'>eve</Data></EventData></Event>
"#;

#[test]
fn data_sources_of_splunk() {
    let cloud = "name: Cloud Doors\ndescription: Data source object for doors\nsource: doors:cloud\n\
                 sourcetype: doors\nfields:\n- user\nexample_log: '{\"user\": \"eve\"}'\n";
    let rule = "name: Door rule\nsearch: '`doors` | stats count'\n";
    let known = clean(&[
        ("data_sources/doors_7.yml", SOURCE),
        ("data_sources/cloud.yml", cloud),
        ("detections/rule.yml", rule),
        ("LICENSE", "free"),
    ]);
    let pack = &known.packs[0];
    assert_eq!((pack.kind, pack.files, pack.unknown), (PackKind::SplunkDataSources, 2, 1));
    assert_eq!(events(&known), ["Vendor-Doors / Doors/Operational / 7"]);
    let door = event(&known, "Vendor-Doors", 7);
    assert!(door.titles.is_empty() && door.descriptions.is_empty(), "it has placeholders only");
    assert_eq!(fields(door), ["Visitor"], "names of Splunk's are no fields of the event");
    let names: Vec<String> = door
        .vendor_fields
        .values()
        .map(|f| format!("{}: {} = {}", f.vendor, f.name, f.field.as_deref().unwrap_or("?")))
        .collect();
    assert_eq!(
        names,
        ["splunk: Visitor = Visitor", "splunk: user = ?", "cim Doors: Doors.user = Visitor"]
    );
    let (key, cloud) = known.records.iter().next().expect("a record that is no Windows event");
    assert_eq!((key.source.as_str(), key.name.as_str()), ("doors:cloud", "Cloud Doors"));
    assert_eq!(values(&cloud.examples)[0].format, ExampleFormat::Json);
}

#[test]
fn a_data_source_whose_example_is_of_another_event() {
    let known = knowledge(&[("data_sources/a.yml", &SOURCE.replace("<EventID>7<", "<EventID>8<"))]);
    assert!(findings(&known)[0].contains("Doors/Operational / 8"), "{:?}", findings(&known));
    assert!(
        known.event_of_channel("Doors/Operational", 7).is_some_and(|(_, f)| f.examples.is_empty())
    );
}
