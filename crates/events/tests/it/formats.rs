//! The ways that records stand in a log.

use rulescope_events::Value;

use crate::read::{one, read, text};

const XML: &str = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
    <Provider Name='P' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/><EventID Qualifiers='1'>7</EventID>\
    <TimeCreated SystemTime='2024-05-06T07:08:09.1234567Z'/><EventRecordID>42</EventRecordID>\
    <Correlation/><Execution ProcessID='1' ThreadID='2'/><Channel>C</Channel><Computer>h</Computer>\
    <Security/></System>";

#[test]
fn event_xml() {
    let event = one(
        "-",
        &format!(
            "{XML}<EventData><Data Name='Threat Name'> a &lt;b&gt; &#233;&amp;\r\n</Data>\
             <Data Name='x'>1</Data><Data Name='x'/><Data>u</Data><Data><![CDATA[<v>]]></Data>\
             <Binary>00FF</Binary></EventData>\
             <RenderingInfo Culture='en-US'><Message>m</Message></RenderingInfo></Event>"
        ),
    );
    assert_eq!((event.event_id, event.record_id), (Some(7), Some(42)));
    assert_eq!((event.provider(), event.channel(), event.computer()), ("P", "C", "h"));
    assert_eq!(event.timestamp().as_deref(), Some("2024-05-06T07:08:09.123456700Z"));
    assert_eq!(text(&event, "TimeCreated").as_deref(), Some("2024-05-06T07:08:09.1234567Z"));
    assert_eq!(text(&event, "ThreatName").as_deref(), Some(" a <b> é&\r\n"));
    let list = |a: &str, b: &str| Value::List(vec![Value::of(a), Value::of(b)]);
    assert_eq!(event.get("x").as_deref(), Some(&list("1", "")));
    assert_eq!(event.get("Data").as_deref(), Some(&list("u", "<v>")));
    assert_eq!(text(&event, "Binary").as_deref(), Some("00FF"));
    assert_eq!(text(&event, "Message").as_deref(), Some("m"));
    assert_eq!(text(&event, "RenderingInfo.Culture").as_deref(), Some("en-US"));
    let names: Vec<&str> = event.header.iter().map(|(name, _)| *name).collect();
    let expected = [
        "Provider_Name",
        "Provider_Guid",
        "Qualifiers",
        "EventID",
        "TimeCreated",
        "EventRecordID",
        "Execution_ProcessID",
        "Execution_ThreadID",
        "Channel",
        "Computer",
    ];
    assert_eq!(names, expected);
}

#[test]
fn user_data_is_flattened() {
    let event = one(
        "-",
        &format!(
            "{XML}<UserData><LogFileCleared xmlns='u'><SubjectUserName>u</SubjectUserName>\
             <Inner><Channel>System</Channel></Inner></LogFileCleared></UserData></Event>"
        ),
    );
    assert_eq!(text(&event, "SubjectUserName").as_deref(), Some("u"));
    assert_eq!(text(&event, "UserData.LogFileCleared.Inner.Channel").as_deref(), Some("System"));
    assert_eq!(text(&event, "UserData.Other.SubjectUserName"), None);
    assert_eq!(event.channel(), "C");
    let json = one(
        "-",
        r##"{"Event": {"System": {"EventID": 104}, "UserData": {"LogFileCleared": {"#attributes": {"xmlns": "u"},
        "SubjectUserName": "u", "BackupPath": {"#attributes": {"xmlns": "v"}, "#text": "p"}}}}}"##,
    );
    assert_eq!(text(&json, "SubjectUserName").as_deref(), Some("u"));
    assert_eq!(text(&json, "BackupPath").as_deref(), Some("p"));
    assert_eq!(json.data.len(), 2);
}

#[test]
fn unnamed_data_of_json() {
    for (data, expected) in [
        (r##"{"Data": {"#text": ["a", "b"]}}"##, "a\nb"),
        (r##"{"Data": ["a", "b"], "Binary": null}"##, "a\nb"),
        (r##"{"Data": {"#text": "a"}}"##, "a"),
        (r##"["a", "b"]"##, "a\nb"),
        (r##""a""##, "a"),
    ] {
        let event = one(
            "-",
            &format!(r#"{{"Event": {{"System": {{"EventID": 1}}, "EventData": {data}}}}}"#),
        );
        assert_eq!(event.data_text(), expected, "{data}");
        assert_eq!(&*event.data[0].0, "Data");
    }
}

#[test]
fn lists_rows_and_encodings() {
    let event = format!("{XML}<EventData><Data Name='n'>é😀</Data></EventData></Event>");
    let list = format!("<?xml version='1.0'?>\n<Events>{event}\n{event}</Events>");
    let utf16 = |big: bool, text: &str| -> Vec<u8> {
        let units = format!("\u{FEFF}{text}").encode_utf16().collect::<Vec<u16>>();
        units.iter().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    };
    for bytes in [
        list.clone().into_bytes(),
        format!("{event}{event}").into_bytes(),
        utf16(false, &list),
        utf16(true, &list),
    ] {
        let (events, errors) = read("x.xml", bytes);
        assert_eq!((events.len(), errors.len()), (2, 0), "{errors:?}");
        assert!(events.iter().all(|event| text(event, "n").as_deref() == Some("é😀")));
    }
    let record = r#"{"EventID": 1, "n": "é"}"#;
    for (text, count) in [
        (format!("{record}\n{record}\n\n{record}"), 3),
        (format!("[{record},\n{record}]"), 2),
        (format!("{record} {record}"), 2),
        (format!("Record 1\n{{\n\"EventID\": 1\n}}\nRecord 2\n{record}\n"), 2),
        (format!("{{\"Records\": [{record}, {record}]}}"), 2),
        ("[]".to_owned(), 0),
    ] {
        for bytes in [text.clone().into_bytes(), utf16(false, &text)] {
            let (events, errors) = read("x.json", bytes);
            assert_eq!((events.len(), errors.len()), (count, 0), "{text}: {errors:?}");
        }
    }
}

#[test]
fn what_is_no_log_is_told() {
    for (name, bytes, expected) in [
        (
            "-",
            &b"hello"[..],
            "-: is no log that can be read: it is neither EVTX, JSON, event XML nor CSV",
        ),
        (
            "x.xml",
            b"<html></html>",
            "x.xml: is no log that can be read: it holds no <Event> element",
        ),
        ("x.json", b"hello", "x.json: line 1: neither a JSON object nor an array"),
        ("x.evtx", b"", "x.evtx: ends in the middle of the file's header"),
    ] {
        let (events, errors) = read(name, bytes);
        assert_eq!((events.len(), errors), (0, vec![expected.to_owned()]));
    }
    assert_eq!(read("x.json", "").1, [""; 0]);
}
