//! Knowledge packs through the binary: what a build says of them, and pages with them.

use std::fs;

use crate::{examples, rulescope};

const MAP: &str = "Author: us\nDescription: A program began\nEventId: 4688\nChannel: Security\n\
                   Provider: Microsoft-Windows-Security-Auditing\nMaps:\n  -\n    \
                   Property: ExecutableInfo\n    PropertyValue: \"%CommandLine%\"\n    Values:\n      -\n        \
                   Name: CommandLine\n        \
                   Value: \"/Event/EventData/Data[@Name=\\\"CommandLine\\\"]\"\n\
                   # Documentation:\n# https://example.org/4688\n# Example Event Data:\n# <Event>\n\
                   #   <System>\n#     <Provider Name=\"Microsoft-Windows-Security-Auditing\"/>\n\
                   #     <EventID>4688</EventID>\n#     <Channel>Security</Channel>\n#   </System>\n\
                   #   <EventData>\n#     <Data Name=\"CommandLine\">a.exe</Data>\n\
                   #   </EventData>\n# </Event>\n";

#[test]
fn a_build_with_packs_and_its_pages() {
    let folder = tempfile::tempdir().expect("a folder");
    let pack = folder.path().join("my-maps");
    fs::create_dir_all(&pack).expect("made");
    fs::write(pack.join("a.map"), MAP).expect("written");
    fs::write(pack.join("LICENSE"), "MIT\n\nCopyright (c) 2001 Us\n").expect("written");
    let source = format!("sigma={}", examples().display());
    let args = ["build", "--source", &source, "--knowledge", "my-maps"];
    let said = |args: &[&str]| {
        let out = rulescope(folder.path(), args);
        (out.status.code(), String::from_utf8(out.stderr).expect("UTF-8"))
    };
    let (code, told) = said(&args);
    assert!(code == Some(0) && told.contains("facts of 1 packs, 0 of their files"), "{told}");
    let (code, told) = said(&args);
    assert!(code == Some(0) && told.contains("1 packs (unchanged)"), "{told}");
    let out = rulescope(folder.path(), &["event", "security-auditing/4688"]);
    let page = String::from_utf8(out.stdout).expect("UTF-8");
    let page = page.replace(&*folder.path().to_string_lossy(), "FOLDER");
    let (known, _) = page.split_once("\nDetected\n").expect("rules read it");
    let (_, origins) = page.split_once("\nOrigins\n").expect("packs are named");
    insta::assert_snapshot!(format!("{known}\n…\n\nOrigins\n{origins}"));

    // A broken file is a warning with its line, and the rest goes on.
    fs::write(pack.join("b.map"), "Author: us\nDescription: [\n").expect("written");
    let (code, told) = said(&args);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("warning: my-maps/b.map:1: "), "{told}");
    assert!(told.contains("1 of their files failed"), "{told}");
    // Nothing that a log says is obeyed by a terminal.
    let record = r##"{"Event": {"System": {"Provider": {"#attributes": {"Name": "Ven\u001b[2Jdor"}},
        "EventID": 7, "Channel": "Doors"}, "EventData": {"Visi\u001b[2Jtor": "e\u001b[2Jve"}}}"##;
    fs::write(folder.path().join("a.json"), record).expect("written");
    assert_eq!(said(&[&args[..3], &["--events", "a.json"]].concat()).0, Some(0));
    let out = rulescope(folder.path(), &["event", "doors/7"]);
    let page = String::from_utf8(out.stdout).expect("UTF-8");
    assert!(page.contains("[recorded events]") && !page.contains('\u{1b}'), "{page}");
    // A folder that is not there is wrong use.
    let (code, told) = said(&["build", "--source", &source, "--events", "nowhere"]);
    assert!(code == Some(2) && told.contains("can't read nowhere"), "{told}");
}
