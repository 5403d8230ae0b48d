//! Packs that list events: Hayabusa, WELA, NSA, OSSEM-DM.

use rulescope_knowledge::{PackKind, Priority, Use};

use crate::packs::{clean, event, events, findings, knowledge, values};

#[test]
fn tables_of_hayabusa() {
    let mapping = "Title: 'Door'\nChannel: Doors\nEventID: 7\nRewriteFieldData:\n    Reason:\n        \
                   - '0': 'DELIVERY'\n        - '%%2': 'FIRE'\n    Data[1]:\n        - '9': 'NINE'\n\
                   sample-message: |\n    Door opened.\nreferences:\n    - 'https://example.org/7'\n";
    let known = clean(&[
        (
            "config/channel_eid_info.txt",
            "Channel,EventID,EventTitle\nDoors,7,Door Opened\nDoors,8,\"Door closed, locked\"\n",
        ),
        ("config/channel_abbreviations.txt", "Channel,Abbreviation\nDoors,Drs\n"),
        ("config/provider_abbreviations.txt", "Provider,Abbreviation\nVendor-Doors,VD\n"),
        ("config/target_event_IDs.txt", "7\n900900\n"),
        ("config/data_mapping/Doors_7.yaml", mapping),
        ("config/other.txt", "nothing of events\n"),
    ]);
    assert_eq!((known.packs[0].kind, known.packs[0].files), (PackKind::Hayabusa, 5));
    // An id alone belongs to no event of the many that have it.
    assert_eq!(events(&known), ["? / ? / 7", "? / ? / 900900", "? / Doors / 7", "? / Doors / 8"]);
    let (_, door) = known.event_of_channel("doors", 7).expect("the channel's event");
    assert_eq!(values(&door.titles), ["Door Opened", "Door"]);
    let reason: Vec<(String, String)> = door.fields["Reason"]
        .values
        .values()
        .map(|v| (v.value.clone(), v.meaning.clone()))
        .collect();
    assert_eq!(reason, [("0".into(), "DELIVERY".into()), ("%%2".into(), "FIRE".into())]);
    assert!(door.labels.contains_key("Data[1]"));
    assert_eq!(values(&known.channels["Doors"].abbreviations), ["Drs"]);
    assert_eq!(values(&known.providers["Vendor-Doors"].abbreviations), ["VD"]);
}

#[test]
fn a_row_without_an_id_is_left_out() {
    let known = knowledge(&[(
        "channel_eid_info.txt",
        "Channel,EventID,EventTitle\nDoors,seven,Door\nDoors,8,Closed\n",
    )]);
    assert_eq!(events(&known), ["? / Doors / 8"]);
    assert_eq!(
        findings(&known),
        ["channel_eid_info.txt:2: warning: the row has no event id; write a number (pack/bad-row)"]
    );
}

#[test]
fn tables_of_wela() {
    let rules = r#"[
        {"level": "high", "channel": ["sec"], "event_ids": ["4688"], "subcategory_guids": []},
        {"level": "high", "channel": ["sec"], "event_ids": ["4688", "4689"], "subcategory_guids": []},
        {"level": "low", "channel": ["pwsh", "pwsh"], "event_ids": ["400"], "subcategory_guids": []}
    ]"#;
    let known = clean(&[
        (
            "config/eid_subcategory_mapping.csv",
            "\"Event ID\",\"Category\",\"Subcategory\",\"GUID\"\n\"\",\"Detailed Tracking\",,\"X\"\n\
             \"4688\",\"Detailed Tracking\",\"Process Creation\",\"0CCE922B\"\n",
        ),
        ("config/security_rules.json", rules),
    ]);
    assert_eq!(known.packs[0].kind, PackKind::Wela);
    assert_eq!(known.subcategories.keys().collect::<Vec<_>>(), ["Process Creation"]);
    assert_eq!(values(&known.subcategories["Process Creation"].guids), ["0cce922b"]);
    let creation = event(&known, "security-auditing", 4688);
    assert_eq!(values(&creation.subcategories), ["Process Creation"]);
    assert_eq!(values(&creation.uses), [Use::Rules { level: "high".into(), rules: 2 }]);
    let classic = event(&known, "powershell", 400);
    assert_eq!(values(&classic.uses), [Use::Rules { level: "low".into(), rules: 1 }]);
}

#[test]
fn lists_of_the_nsa() {
    let list = r#"{"Recommended Events to Collect": {"Doors": {
        "description": ["Doors matter.", "Close them."],
        "events": {"Door opened": {"7, 8": {"level": "Warning", "eventlog": "Doors", "eventsource": "Vendor-Doors"}}}
    }}}"#;
    let subscription = "<Subscription xmlns=\"x\"><SubscriptionId>Doors</SubscriptionId><Query><![CDATA[\
        <QueryList><Query><!-- EventID=99 --><Select Path=\"Doors\">*[System[Provider[@Name='Vendor-Doors'] \
        and (EventID=7 or (EventID &gt;= 20 and EventID &lt;= 21))]]</Select></Query></QueryList>]]></Query>\
        </Subscription>";
    let known = clean(&[
        ("Events/RecommendedEvents.json", list),
        (
            "Events/RecommendedEvents.csv",
            "Category,Name,ID,Level,Event Log,Event Source,\n\"Doors\",\"Door jammed\",\"9\",\"Error\",\"Doors\",\"Vendor-Doors\",\n",
        ),
        ("Subscriptions/Doors.xml", subscription),
    ]);
    assert_eq!((known.packs[0].kind, known.packs[0].files), (PackKind::Nsa, 3));
    let ids: Vec<u32> = known.events.keys().map(|key| key.id).collect();
    assert_eq!(ids, [7, 8, 9, 20, 21]);
    let door = event(&known, "Vendor-Doors", 7);
    assert_eq!(values(&door.priorities), [Priority::High]);
    assert_eq!(values(&door.categories), ["Doors"]);
    assert_eq!(values(&door.recommendations), ["Doors matter.\n\nClose them."]);
    assert_eq!(values(&door.uses), [Use::Subscription("Doors".into())]);
    assert_eq!(values(&event(&known, "Vendor-Doors", 9).titles), ["Door jammed"]);
}

#[test]
fn relations_of_ossem() {
    let relation = "relationship_id: REL-1\nname: User opened Door\nattack:\n  data_source: door\n  \
        data_component: door opening\nbehavior:\n  source: user\n  relationship: opened\n  target: door\n\
        security_events:\n- event_id: '4688'\n  name: A new process has been created.\n  platform: windows\n  \
        audit_category: Detailed Tracking\n  audit_sub_category: Process Creation\n  channel: Security\n  \
        log_source: Microsoft-Windows-Security-Auditing\n- event_id: DoorEvents\n  name: DoorEvents\n  \
        platform: windows\n  log_source: Door Cloud\n  filter_in:\n  - ActionType: Opened\n";
    let table = "Data Source,Component,Source,Relationship,Target,OSSEM Id,EventID,Event Name,Event Platform,\
        Log Source,Filter in Log,Audit Category,Audit Sub-Category,Channel,Enable Commands,GPO Audit Policy\n\
        door,door opening,user,opened,door,REL-1,4689,A process has exited.,windows,\
        Microsoft-Windows-Security-Auditing,,Detailed Tracking,Process Termination,Security,auditpol /set x,y\n\
        door,door opening,user,opened,door,REL-1,DoorEvents,DoorEvents,windows,Door Cloud,\
        [{'ActionType': 'Opened'}],,,,,\n";
    let known = clean(&[
        ("relationships/user_opened_door.yml", relation),
        ("use-cases/mapping.csv", table),
        (
            "relationships/all.json",
            r#"[{"relationship_id": "REL-2", "name": "Two", "behavior": {"source": "a", "relationship": "b", "target": "c"}, "security_events": []}]"#,
        ),
    ]);
    assert_eq!((known.packs[0].kind, known.packs[0].files), (PackKind::OssemDm, 3));
    let door = &known.relations["REL-1"];
    assert_eq!(values(&door.components), [("door".to_owned(), "door opening".to_owned())]);
    assert_eq!(values(&door.behaviours), [("user".into(), "opened".into(), "door".into())]);
    let shown: Vec<String> = door.events.values().map(|(key, _)| key.to_string()).collect();
    assert_eq!(
        shown,
        [
            "Microsoft-Windows-Security-Auditing / Security / 4688",
            "Microsoft-Windows-Security-Auditing / Security / 4689"
        ]
    );
    assert_eq!(
        values(&door.records),
        [("Door Cloud".into(), "DoorEvents".into(), "ActionType: Opened".into())],
        "both files say the same"
    );
    let (key, creation) = known.event("security-auditing", 4688).expect("it is named");
    assert_eq!(values(&creation.titles), ["A new process has been created"]);
    assert_eq!(known.relations_of(key).map(|(id, _)| id).collect::<Vec<_>>(), ["REL-1"]);
    assert_eq!(values(&known.subcategories["Process Termination"].commands), ["auditpol /set x"]);
    assert_eq!(known.relations.keys().collect::<Vec<_>>(), ["REL-1", "REL-2"]);
}
