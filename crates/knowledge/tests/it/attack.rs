//! ATT&CK: STIX one object a file, STIX as a bundle, and the table.

use rulescope_knowledge::{PackKind, Status};

use crate::packs::{clean, values};

fn object(kind: &str, number: u32, id: &str, name: &str, more: &str) -> String {
    format!(
        r#"{{"type": "{kind}", "id": "{kind}--{number}", "name": "{name}", "description": "About {name}.",
            "external_references": [{{"source_name": "mitre-attack", "external_id": "{id}",
            "url": "https://example.org/{id}"}}]{more}}}"#
    )
}

fn bundle(objects: &[String]) -> String {
    let objects = objects.join(",");
    format!(r#"{{"type": "bundle", "id": "bundle--1", "objects": [{objects}]}}"#)
}

fn objects() -> Vec<String> {
    vec![
        object(
            "attack-pattern",
            1,
            "T9001",
            "Open Door",
            r#", "x_mitre_platforms": ["Windows"], "kill_chain_phases":
                [{"kill_chain_name": "mitre-attack", "phase_name": "execution"}]"#,
        ),
        object("attack-pattern", 2, "T9002", "Old Door", r#", "revoked": true"#),
        object("attack-pattern", 3, "T9003", "No Door", r#", "x_mitre_deprecated": true"#),
        object("x-mitre-tactic", 4, "TA9001", "Execution", r#", "x_mitre_shortname": "execution""#),
        object(
            "x-mitre-data-component",
            5,
            "DC9001",
            "Door Opening",
            r#", "x_mitre_log_sources": [{"name": "WinEventLog:Sysmon", "channel": "EventCode=1"},
                {"name": "doors:log", "channel": null}]"#,
        ),
        object(
            "x-mitre-detection-strategy",
            6,
            "DET9001",
            "Watch doors",
            r#", "x_mitre_analytic_refs": ["x-mitre-analytic--7", "x-mitre-analytic--404"]"#,
        ),
        object(
            "x-mitre-analytic",
            7,
            "AN9001",
            "Analytic 9001",
            r#", "x_mitre_platforms": ["Windows"], "x_mitre_log_source_references":
                [{"x_mitre_data_component_ref": "x-mitre-data-component--5", "name": "WinEventLog:Security",
                "channel": "EventCode=4688, 4689"}], "x_mitre_mutable_elements":
                [{"field": "Hours", "description": "when doors open"}]"#,
        ),
        r#"{"type": "relationship", "id": "relationship--1", "relationship_type": "revoked-by",
            "source_ref": "attack-pattern--2", "target_ref": "attack-pattern--1"}"#
            .to_owned(),
        r#"{"type": "relationship", "id": "relationship--2", "relationship_type": "detects",
            "source_ref": "x-mitre-detection-strategy--6", "target_ref": "attack-pattern--1"}"#
            .to_owned(),
        r#"{"type": "malware", "id": "malware--1", "name": "M", "external_references":
            [{"source_name": "mitre-attack", "external_id": "S9001"}]}"#
            .to_owned(),
    ]
}

#[test]
fn a_bundle_and_single_files_say_the_same() {
    let whole = clean(&[("enterprise-attack.json", &bundle(&objects()))]);
    let parts: Vec<(String, String)> = objects()
        .into_iter()
        .enumerate()
        // Some files of each kind: a bundle of one object, and the bare object.
        .map(|(i, object)| {
            (format!("enterprise/{i}.json"), if i % 2 == 0 { bundle(&[object]) } else { object })
        })
        // A relationship by itself does not say that it is ATT&CK's.
        .map(|(path, text)| (path.replace("enterprise/7", "enterprise/relationship/7"), text))
        .collect();
    let parts: Vec<(&str, &str)> = parts.iter().map(|(path, text)| (&**path, &**text)).collect();
    let split = clean(&parts);
    assert_eq!(whole.packs[0].kind, PackKind::Stix);
    assert_eq!(whole.attack, split.attack);
    assert_eq!(whole.packs[0].facts, split.packs[0].facts);
}

#[test]
fn objects_are_linked() {
    let known = clean(&[("a.json", &bundle(&objects()))]);
    let attack = &known.attack;
    let door = &attack.techniques["T9001"];
    assert_eq!(values(&door.names), ["Open Door"]);
    assert_eq!(values(&door.urls), ["https://example.org/T9001"]);
    assert_eq!(
        (values(&door.platforms), values(&door.tactics)),
        (vec!["Windows".into()], vec!["execution".into()])
    );
    assert_eq!(values(&door.strategies), ["DET9001"]);
    let old = &attack.techniques["T9002"];
    assert_eq!(
        (values(&old.statuses), values(&old.successors)),
        (vec![Status::Revoked], vec!["T9001".into()])
    );
    assert_eq!(values(&attack.techniques["T9003"].statuses), [Status::Deprecated]);
    assert_eq!(values(&attack.tactics["TA9001"].short_names), ["execution"]);
    let strategy = &attack.strategies["DET9001"];
    assert_eq!(
        values(&strategy.analytics),
        ["AN9001"],
        "an analytic that is not there is left out"
    );
    assert_eq!(values(&strategy.techniques), ["T9001"]);
    let analytic = &attack.analytics["AN9001"];
    let log = &values(&analytic.log_sources)[0];
    assert_eq!(log.component.as_deref(), Some("DC9001"));
    let events: Vec<String> = log.events.iter().map(ToString::to_string).collect();
    assert_eq!(
        events,
        [
            "Microsoft-Windows-Security-Auditing / Security / 4688",
            "Microsoft-Windows-Security-Auditing / Security / 4689"
        ]
    );
    assert_eq!(values(&analytic.tunables)[0].field, "Hours");
    let component = &attack.components["DC9001"];
    assert_eq!(component.log_sources.len(), 2);
    let sysmon = &values(&component.log_sources)[0].events[0];
    assert_eq!(known.components_of(sysmon).collect::<Vec<_>>(), ["DC9001"]);
    assert!(known.events.is_empty(), "ATT&CK names events and states nothing of them");
}

#[test]
fn the_table() {
    let table = r#"{"domain": "enterprise-attack", "attack_version": "99.1",
        "tactics": {"execution": {"id": "TA9001", "name": "Execution"}},
        "techniques": {"T9001": {"name": "Open Door", "tactics": ["execution"]},
            "T9002": {"name": "Old Door", "status": "revoked", "revoked_by": "T9001"},
            "T9003": {"name": "No Door", "status": "deprecated"}}}"#;
    let known = clean(&[("data/attack_enterprise.json", table), ("data/other.txt", "x")]);
    assert_eq!((known.packs[0].kind, known.packs[0].unknown), (PackKind::AttackTable, 1));
    let techniques = &known.attack.techniques;
    assert_eq!(values(&techniques["T9001"].versions), ["99.1"]);
    assert_eq!(values(&techniques["T9001"].statuses), [Status::Active]);
    assert_eq!(values(&techniques["T9002"].successors), ["T9001"]);
    assert_eq!(values(&techniques["T9003"].statuses), [Status::Deprecated]);
    assert_eq!(values(&known.attack.tactics["TA9001"].names), ["Execution"]);
}
