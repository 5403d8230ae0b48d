//! Microsoft's markdown: pages of events and subcategories, and the page on Sysmon.

use rulescope_knowledge::{Answer, PackKind, Priority};

use crate::packs::{clean, event, events, fields, values};

const PAGE: &str = r#"---
title: 4688(S) A door was opened.
---

# 4688(S): A door was opened.

**Applies to**
-   Windows 10

<img src="x.png" alt="x" />

***Subcategory:***&nbsp;[Audit Process Creation](audit-process-creation.md)

***Event Description:***

This event generates
when a door opens.

> **Note**&nbsp;&nbsp;For recommendations, see [Recommendations](#security-monitoring-recommendations) for this event.

***Event XML:***
```
- <Event xmlns="x">
- <System>
 <Provider Name="Microsoft-Windows-Security-Auditing" Guid="{AB}" />
 <EventID>4688</EventID>
 <Version>2</Version>
 <Level>0</Level>
 <Task>13312</Task>
 <Channel>Security</Channel>
 </System>
- <EventData>
 <Data Name="SubjectUserSid">S-1-5-18</Data>
 <Data Name="NewProcessId">0x2bc</Data>
 <Data Name="DoorKind">%%1</Data>
 <Data Name="CommandLine" />
 </EventData>
</Event>

```

***Required Server Roles:*** None.

***Minimum OS Version:*** Windows Server 2008.

***Event Versions:***

-   0 - Windows Server 2008.

    -   Added a field.

-   2 - Windows 10.

***Field Descriptions:***

**Creator Subject** \[Value for version 0 – **Subject**\]**:**

-   **Security ID** \[Type = SID\]**:** SID of who opened it.

> **Note**&nbsp;&nbsp;A SID is a value.

**Process Information:**

-   **New Process ID** \[Type = Pointer\]: its id.

-   **Door Kind** \[Version 2\] \[Type = UnicodeString\]**:** one of:

| Value | Meaning     |
|-------|-------------|
| %%1   | Front\_door |
| %%2   | Back door   |

-   **Process Command Line** \[Type = UnicodeString\]**:** what was run.

-   **Colour** \[Type = UInt32\]**:** its colour.

## Security Monitoring Recommendations

For 4688(S): A door was opened.

-   Watch the doors.
"#;

const SUBCATEGORY: &str = "---\ntitle: x\n---\n\n# Audit Process Creation\n\n**Applies to**\n-   Windows 10\n\n\
    It audits doors.\n\n**Event volume**: Low to Medium.\n\n\
    | Computer Type     | General Success | General Failure | Stronger Success | Stronger Failure | Comments |\n\
    |-------------------|-----------------|-----------------|------------------|------------------|----------|\n\
    | Domain Controller | Yes             | No              | Yes              | No               | why not  |\n\
    | Workstation       | Yes             | IF              | Yes              | No               |          |\n\n\
    **Events List:**\n\n-   [4688](event-4688.md)(S): A door was opened.\n\n-   4696(S): A key was given.\n";

#[test]
fn pages_on_auditing() {
    let known = clean(&[
        ("docs/event-4688.md", PAGE),
        ("docs/audit-process-creation.md", SUBCATEGORY),
        ("docs/overview.md", "# Overview\n"),
    ]);
    let pack = &known.packs[0];
    assert_eq!((pack.kind, pack.files, pack.unknown), (PackKind::MicrosoftAuditing, 2, 1));
    assert_eq!(
        events(&known),
        [
            "Microsoft-Windows-Security-Auditing / Security / 4688",
            "Microsoft-Windows-Security-Auditing / Security / 4696"
        ]
    );
    let door = event(&known, "security-auditing", 4688);
    assert_eq!(values(&door.titles), ["A door was opened"]);
    assert_eq!(values(&door.descriptions), ["This event generates when a door opens."]);
    assert_eq!(values(&door.subcategories), ["Process Creation"]);
    assert_eq!(values(&door.versions), ["0", "2"]);
    assert_eq!(values(&door.requirements), ["Minimum OS Version: Windows Server 2008"]);
    assert_eq!(values(&door.priorities), [Priority::High]);
    assert!(values(&door.recommendations)[0].ends_with("-   Watch the doors."));
    assert_eq!(fields(door), ["CommandLine", "DoorKind", "NewProcessId", "SubjectUserSid"]);
    let sid = &door.fields["SubjectUserSid"];
    assert_eq!(values(&sid.labels), ["Creator Subject\\Security ID"]);
    assert_eq!(values(&sid.types), ["SID"]);
    assert!(values(&sid.descriptions)[0].starts_with("SID of who opened it."));
    assert_eq!(values(&door.fields["CommandLine"].descriptions), ["what was run."]);
    let kinds: Vec<String> = door.fields["DoorKind"]
        .values
        .values()
        .map(|v| format!("{}={}", v.value, v.meaning))
        .collect();
    assert_eq!(kinds, ["%%1=Front_door", "%%2=Back door"]);
    assert_eq!(door.labels.keys().collect::<Vec<_>>(), ["Process Information\\Colour"]);
    assert!(values(&door.examples)[0].text.starts_with("<Event xmlns"));
    assert_eq!(values(&event(&known, "security-auditing", 4696).titles), ["A key was given"]);
}

#[test]
fn subcategories_have_advice() {
    let known = clean(&[("audit-process-creation.md", SUBCATEGORY)]);
    let doors = &known.subcategories["Process Creation"];
    assert_eq!(values(&doors.descriptions), ["It audits doors."]);
    assert_eq!(values(&doors.volumes), ["Low to Medium"]);
    assert_eq!(values(&doors.events), [4688, 4696]);
    let advice = values(&doors.advice);
    assert_eq!(
        (advice[0].computer.as_str(), advice[0].success),
        ("Domain Controller", Answer::Yes)
    );
    assert_eq!((advice[1].failure, advice[0].comment.as_str()), (Answer::If, "why not"));
}

#[test]
fn the_page_on_sysmon() {
    let page = "# Sysmon v99\n\n## Events\n\n### Event ID 1: Process creation\n\nIt tells of\na process.\n\n\
        More.\n\n### Event ID 255: Error\n\nAn `error`.\n\n## Configuration\n\n\
        | ID | Tag | Event |\n|----|-----|-------|\n| **1** | ProcessCreate | x |\n| **255** | n/a | x |\n";
    let known = clean(&[("sysmon.md", page)]);
    assert_eq!(known.packs[0].kind, PackKind::Sysmon);
    let creation = event(&known, "sysmon", 1);
    assert_eq!(values(&creation.titles), ["Process creation"]);
    assert_eq!(values(&creation.descriptions), ["It tells of a process.\n\nMore."]);
    assert_eq!(values(&creation.settings), ["Sysmon configuration: ProcessCreate"]);
    assert!(values(&creation.references)[0].ends_with("#event-id-1-process-creation"));
    let error = event(&known, "sysmon", 255);
    assert_eq!(values(&error.descriptions), ["An `error`."]);
    assert!(error.settings.is_empty());
}
