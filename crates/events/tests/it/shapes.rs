//! The shapes of JSON and CSV that exporters write: the same event out of each of them.

use rulescope_events::{Event, Value};

use crate::read::{one, read, text};

/// What every shape of the process creation below must say.
fn check(event: &Event) {
    assert_eq!(event.event_id, Some(1));
    assert_eq!(event.record_id, Some(42));
    assert_eq!(event.provider(), "Microsoft-Windows-Sysmon");
    assert_eq!(event.channel(), "Microsoft-Windows-Sysmon/Operational");
    assert_eq!(event.computer(), "host.example");
    assert_eq!(event.timestamp().as_deref(), Some("2024-05-06T07:08:09.123Z"));
    assert_eq!(event.millis(), Some(1_714_979_289_123));
    for name in ["Image", "Event.EventData.Image", "EventData.Image", "winlog.event_data.Image"] {
        assert_eq!(text(event, name).as_deref(), Some(r"C:\a.exe"), "{name}");
    }
    assert_eq!(text(event, "ProcessId").as_deref(), Some("77"));
    let guid = "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}";
    assert_eq!(text(event, "ProcessGuid").as_deref(), Some(guid));
    assert_eq!(text(event, "Provider_Name").as_deref(), Some("Microsoft-Windows-Sysmon"));
    assert_eq!(text(event, "EventID").as_deref(), Some("1"));
    assert_eq!(text(event, "Channel").as_deref(), Some("Microsoft-Windows-Sysmon/Operational"));
    assert_eq!(text(event, "EventRecordID").as_deref(), Some("42"));
}

#[test]
fn evtx_dump() {
    let event = one(
        "-",
        r##"{"Event": {"#attributes": {"xmlns": "http://x"},
        "System": {
            "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon", "Guid": "5770385F-C22A-43E0-BF4C-06F5698FFBD9"}},
            "EventID": {"#attributes": {"Qualifiers": 16384}, "#text": 1},
            "TimeCreated": {"#attributes": {"SystemTime": "2024-05-06T07:08:09.123Z"}},
            "EventRecordID": 42, "Correlation": null,
            "Execution": {"#attributes": {"ProcessID": 5, "ThreadID": 6}},
            "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "host.example",
            "Security": {"#attributes": {"UserID": "S-1-5-18"}}},
        "EventData": {"#attributes": {"Name": "Own"},
            "Image": "C:\\a.exe", "ProcessId": 77, "ProcessGuid": "5770385F-C22A-43E0-BF4C-06F5698FFBD9"}}}"##,
    );
    check(&event);
    for (name, expected) in [
        ("Qualifiers", "16384"),
        ("Execution_ProcessID", "5"),
        ("ThreadID", "6"),
        ("UserID", "S-1-5-18"),
        ("Event.System.Security.#attributes.UserID", "S-1-5-18"),
        ("Provider_Guid", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"),
        ("EventData_Name", "Own"),
    ] {
        assert_eq!(text(&event, name).as_deref(), Some(expected), "{name}");
    }
}

#[test]
fn evtx_dump_with_separate_attributes() {
    check(&one(
        "-",
        r#"{"Event_attributes": {"xmlns": "http://x"}, "Event": {
        "System": {"Provider": null, "Provider_attributes": {"Name": "Microsoft-Windows-Sysmon"},
            "EventID": 1, "EventID_attributes": {"Qualifiers": ""},
            "TimeCreated_attributes": {"SystemTime": "2024-05-06T07:08:09.123Z"}, "EventRecordID": 42,
            "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "host.example"},
        "EventData": {"Image": "C:\\a.exe", "ProcessId": 77, "ProcessGuid": "5770385F-C22A-43E0-BF4C-06F5698FFBD9"}}}"#,
    ));
}

#[test]
fn xml_made_json() {
    check(&one(
        "-",
        r##"{"Event": {"@xmlns": "http://x",
        "System": {"Provider": {"@Name": "Microsoft-Windows-Sysmon"}, "EventID": "1",
            "TimeCreated": {"@SystemTime": "2024-05-06T07:08:09.1230000Z"}, "EventRecordID": "42",
            "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "host.example"},
        "EventData": {"Data": [
            {"@Name": "Image", "#text": "C:\\a.exe"}, {"@Name": "ProcessId", "#text": "77"},
            {"@Name": "ProcessGuid", "#text": "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"},
            {"@Name": "CommandLine"}]}}}"##,
    ));
    let event = one(
        "-",
        r#"{"Events": {"Event": [{"System": {"EventID": {"_": "7", "$": {"Qualifiers": "0"}}},
        "EventData": {"Data": [{"_": "x", "$": {"Name": "A"}}, {"$": {"Name": "B"}}]}}]}}"#,
    );
    assert_eq!((event.event_id, text(&event, "A").as_deref()), (Some(7), Some("x")));
    assert_eq!(text(&event, "B").as_deref(), Some(""));
}

#[test]
fn velociraptor() {
    check(&one(
        "-",
        r#"{"System": {"Provider": {"Name": "Microsoft-Windows-Sysmon"}, "EventID": {"Value": 1},
        "TimeCreated": {"SystemTime": 1714979289.123}, "EventRecordID": 42,
        "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "host.example"},
        "EventData": {"Image": "C:\\a.exe", "ProcessId": 77, "ProcessGuid": "5770385F-C22A-43E0-BF4C-06F5698FFBD9"},
        "Message": "m"}"#,
    ));
}

#[test]
fn flattened() {
    let event = one(
        "-",
        r#"{"EventID": 1, "Provider_Name": "Microsoft-Windows-Sysmon", "EventRecordID": 42,
        "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "host.example",
        "SystemTime": "2024-05-06T07:08:09.123Z", "OriginalLogfile": "a.evtx",
        "Image": "C:\\a.exe", "ProcessId": 77, "ProcessGuid": "5770385F-C22A-43E0-BF4C-06F5698FFBD9"}"#,
    );
    check(&event);
    assert_eq!(text(&event, "OriginalLogfile").as_deref(), Some("a.evtx"));
}

#[test]
fn winlogbeat() {
    let nested = r#"{"@timestamp": "2024-05-06T07:08:09.123Z", "event": {"code": "1", "provider": "Microsoft-Windows-Sysmon"},
        "process": {"executable": "C:\\a.exe", "parent": {"pid": 3}}, "host": {"name": "other"},
        "winlog": {"provider_name": "Microsoft-Windows-Sysmon", "event_id": "1", "record_id": 42,
            "channel": "Microsoft-Windows-Sysmon/Operational", "computer_name": "host.example",
            "process": {"pid": 5, "thread": {"id": 6}}, "task": "Process Create",
            "event_data": {"Image": "C:\\a.exe", "ProcessId": "77", "ProcessGuid": "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"}}}"#;
    let event = one("-", nested);
    check(&event);
    for (name, expected) in [
        ("process.executable", r"C:\a.exe"),
        ("process.parent.pid", "3"),
        ("event.code", "1"),
        ("winlog.task", "Process Create"),
        ("winlog.channel", "Microsoft-Windows-Sysmon/Operational"),
        ("Execution_ThreadID", "6"),
    ] {
        assert_eq!(text(&event, name).as_deref(), Some(expected), "{name}");
    }
    let hit = format!(r#"{{"_index": "i", "_id": "1", "_source": {nested}}}"#);
    check(&one("-", &hit));
    check(&one("-", &format!(r#"{{"took": 1, "hits": {{"total": 1, "hits": [{hit}]}}}}"#)));
    check(&one(
        "-",
        r#"{"@timestamp": "2024-05-06T07:08:09.123Z", "winlog.provider_name": "Microsoft-Windows-Sysmon",
        "winlog.event_id": 1, "winlog.record_id": ["42"], "winlog.channel": "Microsoft-Windows-Sysmon/Operational",
        "winlog.computer_name": "host.example", "winlog.event_data.Image": "C:\\a.exe",
        "winlog.event_data.ProcessId": 77, "winlog.event_data.ProcessGuid": "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"}"#,
    ));
    let cleared = one(
        "-",
        r#"{"winlog": {"event_id": 1102, "user_data": {"xml_name": "LogFileCleared", "SubjectUserName": "u"}}}"#,
    );
    for name in ["SubjectUserName", "Event.UserData.LogFileCleared.SubjectUserName"] {
        assert_eq!(text(&cleared, name).as_deref(), Some("u"), "{name}");
    }
}

#[test]
fn nxlog_and_splunk() {
    check(&one(
        "-",
        r#"{"EventTime": "2024-05-06 07:08:09.123", "Hostname": "host.example", "SourceName": "Microsoft-Windows-Sysmon",
        "EventID": 1, "RecordNumber": 42, "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Image": "C:\\a.exe", "ProcessId": "77", "ProcessGuid": "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}", "Message": "m"}"#,
    ));
    let splunk = r#"{"_time": "2024-05-06T07:08:09.123+00:00", "ComputerName": "host.example", "SourceName": "Microsoft-Windows-Sysmon",
        "EventCode": "1", "RecordNumber": "42", "LogName": "Microsoft-Windows-Sysmon/Operational",
        "Image": "C:\\a.exe", "ProcessId": "77", "ProcessGuid": "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"}"#;
    let event = one("-", splunk);
    check(&event);
    assert_eq!(text(&event, "EventCode").as_deref(), Some("1"));
    check(&one("-", &format!(r#"{{"preview": false, "offset": 0, "result": {splunk}}}"#)));
    check(&one(
        "-",
        r#"{"_time": "x", "host": "h", "_raw": "<Event xmlns='u'><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID><TimeCreated SystemTime='2024-05-06T07:08:09.1230000Z'/><EventRecordID>42</EventRecordID><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>host.example</Computer></System><EventData><Data Name='Image'>C:\\a.exe</Data><Data Name='ProcessId'>77</Data><Data Name='ProcessGuid'>{5770385f-c22a-43e0-bf4c-06f5698ffbd9}</Data></EventData></Event>"}"#,
    ));
}

#[test]
fn powershell_and_evtxecmd() {
    let event = one(
        "-",
        r#"{"Id": 4104, "ProviderName": "P", "LogName": "L", "RecordId": 9, "MachineName": "m",
        "TimeCreated": "/Date(1714979289123)/", "Message": "t"}"#,
    );
    assert_eq!((event.event_id, event.record_id), (Some(4104), Some(9)));
    assert_eq!((event.provider(), event.channel(), event.computer()), ("P", "L", "m"));
    assert_eq!(event.timestamp().as_deref(), Some("2024-05-06T07:08:09.123Z"));
    check(&one(
        "x.csv",
        "RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,Computer,Payload\n\
         3,42,2024-05-06 07:08:09.1230000,1,Info,Microsoft-Windows-Sysmon,Microsoft-Windows-Sysmon/Operational,host.example,\
         \"{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":\"\"Image\"\",\"\"#text\"\":\"\"C:\\\\a.exe\"\"},\
         {\"\"@Name\"\":\"\"ProcessId\"\",\"\"#text\"\":\"\"77\"\"},\
         {\"\"@Name\"\":\"\"ProcessGuid\"\",\"\"#text\"\":\"\"5770385F-C22A-43E0-BF4C-06F5698FFBD9\"\"}]}}\"\n",
    ));
}

#[test]
fn csv_rows_are_flattened_events() {
    let rows = "\u{FEFF}#TYPE X\r\nEventID;Computer;\"Threat Name\";Empty\r\n\r\n1116;c;\"a;\r\n\"\"b\"\"\";\r\n1117;d;e;;extra\r\n";
    let (events, errors) = read("x.csv", rows);
    assert_eq!(errors, [""; 0]);
    assert_eq!(events.len(), 2);
    assert_eq!(text(&events[0], "ThreatName").as_deref(), Some("a;\n\"b\""));
    assert_eq!(events[0].get("Empty"), None);
    assert_eq!(events[0].place.to_string(), ": line 4");
    assert_eq!(
        (events[1].event_id, text(&events[1], "Data").as_deref()),
        (Some(1117), Some("extra"))
    );
}

#[test]
fn what_is_no_windows_event_keeps_its_names() {
    let event = one(
        "-",
        r#"{"eventName": "CreateUser", "userIdentity": {"type": "Root", "list": [{"a": 1}, {"a": 2}]},
        "eventID": "uuid", "level": "x", "Channel": "c", "timestamp": 1714979289123, "GUID": "5770385F-C22A-43E0-BF4C-06F5698FFBD9"}"#,
    );
    assert_eq!((event.event_id, event.channel()), (None, ""));
    assert_eq!(event.timestamp().as_deref(), Some("2024-05-06T07:08:09.123Z"));
    assert_eq!(text(&event, "userIdentity.type").as_deref(), Some("Root"));
    assert_eq!(text(&event, "Channel").as_deref(), Some("c"));
    assert_eq!(text(&event, "GUID").as_deref(), Some("5770385F-C22A-43E0-BF4C-06F5698FFBD9"));
    let list = event.get("userIdentity.list.a").map(|v| v.into_owned());
    assert!(matches!(list, Some(Value::List(items)) if items.len() == 2));
}

#[test]
fn null_empty_and_absent_differ() {
    let event =
        one("-", r#"{"Event": {"System": {"EventID": 1}, "EventData": {"a": null, "b": ""}}}"#);
    assert_eq!(event.get("a").as_deref(), Some(&Value::Null));
    assert_eq!(event.get("b").as_deref(), Some(&Value::of("")));
    assert_eq!(event.get("c"), None);
}

#[test]
fn names_that_are_paths() {
    let pairs = [
        (r"System.Provider.#attributes.Name", "\"Microsoft-Windows-Sysmon\""),
        ("System.EventID", "1"),
        ("System.TimeCreated.@SystemTime", "\"2024-05-06T07:08:09.123Z\""),
        ("System.EventRecordID", "42"),
        ("System.Channel", "\"Microsoft-Windows-Sysmon/Operational\""),
        ("System.Computer", "\"host.example\""),
        ("EventData.Image", r#""C:\\a.exe""#),
        ("EventData.ProcessId", "77"),
        ("EventData.ProcessGuid", "\"5770385F-C22A-43E0-BF4C-06F5698FFBD9\""),
    ];
    let written = |root: &str, mark: &str| {
        let members = pairs.map(|(path, value)| {
            format!("\"{root}{}\": {value}", path.replace('.', mark).replace(":_", ":"))
        });
        format!("{{{}}}", members.join(", "))
    };
    check(&one("-", &written("", ".")));
    check(&one("-", &written("Event.", ".")));
    check(&one("-", &written("Event_", "_")));
    check(&one("-", &written("Event/", "/")));
    let user = one(
        "-",
        r#"{"Event.System.EventID": "1102", "Event.System.Channel": "Security",
        "Event.UserData.LogFileCleared.SubjectUserName": "u", "Event.UserData.LogFileCleared.@xmlns": "x"}"#,
    );
    assert_eq!(text(&user, "SubjectUserName").as_deref(), Some("u"));
    assert_eq!(user.user_data.as_deref(), Some("LogFileCleared"));
}

#[test]
fn winlogbeat_before_its_version_7() {
    check(&one(
        "-",
        r#"{"@timestamp": "2024-05-06T07:08:09.123Z", "event_id": 1, "log_name": "Microsoft-Windows-Sysmon/Operational",
        "source_name": "Microsoft-Windows-Sysmon", "record_number": "42", "computer_name": "host.example",
        "event_data": {"Image": "C:\\a.exe", "ProcessId": "77", "ProcessGuid": "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"},
        "beat": {"name": "b"}}"#,
    ));
}

#[test]
fn wazuh() {
    let record = r#"{"win": {"system": {"providerName": "Microsoft-Windows-Sysmon", "eventID": "1",
        "systemTime": "2024-05-06T07:08:09.1230000Z", "eventRecordID": "42", "processID": "9",
        "channel": "Microsoft-Windows-Sysmon/Operational", "computer": "host.example"},
        "eventdata": {"image": "C:\\a.exe", "processId": "77", "processGuid": "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"}}}"#;
    check(&one("-", &format!(r#"{{"agent": {{"id": "1"}}, "data": {record}}}"#)));
    check(&one("-", record));
    // Its alerts escape twice.
    let doubled = record.replace(r#""C:\\a.exe""#, r#""C:\\\\a.exe""#);
    assert_ne!(doubled, record);
    check(&one("-", &doubled));
}

#[test]
fn all_names_small() {
    let event = one(
        "-",
        r#"{"eventid": "1", "provider_name": "Microsoft-Windows-Sysmon", "eventrecordid": 42,
        "channel": "Microsoft-Windows-Sysmon/Operational", "computer": "host.example",
        "timestamp": "2024-05-06T07:08:09.123Z",
        "image": "C:\\a.exe", "processid": 77, "processguid": "5770385F-C22A-43E0-BF4C-06F5698FFBD9"}"#,
    );
    check(&event);
    check(&one(
        "-",
        r#"{"event_id": 1, "provider_name": "Microsoft-Windows-Sysmon", "record_id": 42,
        "channel": "Microsoft-Windows-Sysmon/Operational", "computer_name": "host.example",
        "timestamp": "2024-05-06T07:08:09.123Z",
        "image": "C:\\a.exe", "processid": 77, "processguid": "5770385F-C22A-43E0-BF4C-06F5698FFBD9"}"#,
    ));
    // Where names have their case, another case is another name.
    let event = one("-", r#"{"EventID": 1, "Channel": "C", "image": "x"}"#);
    assert_eq!(text(&event, "Image"), None);
}

#[test]
fn every_element_a_list() {
    check(&one(
        "-",
        r#"{"Event": {"$": {"xmlns": "x"}, "System": [{"Provider": [{"$": {"Name": "Microsoft-Windows-Sysmon"}}],
        "EventID": ["1"], "TimeCreated": [{"$": {"SystemTime": "2024-05-06T07:08:09.1230000Z"}}], "EventRecordID": ["42"],
        "Channel": ["Microsoft-Windows-Sysmon/Operational"], "Computer": ["host.example"]}],
        "EventData": [{"Data": [{"_": "C:\\a.exe", "$": {"Name": "Image"}}, {"_": "77", "$": {"Name": "ProcessId"}},
            {"_": "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}", "$": {"Name": "ProcessGuid"}}]}]}}"#,
    ));
}
