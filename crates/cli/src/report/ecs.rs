//! A hit as an alert of the Elastic Common Schema.
//!
//! Fields and their meaning: <https://www.elastic.co/docs/reference/ecs/ecs-field-reference>, the
//! pages "Event", "Rule", "Threat", "Log", "Host" and "Related"; which values `event.kind`,
//! `event.category` and `event.type` have: "ECS Categorization Fields". `winlog.*` is not of the
//! schema; it is Winlogbeat's
//! (<https://www.elastic.co/docs/reference/beats/winlogbeat/exported-fields-winlog>), as which rules
//! and dashboards know it. What neither has a place for stands below `rulescope`.

use rulescope_engine::Hit;
use rulescope_events::rfc3339;
use rulescope_taxonomy::attack::{Tactic, Technique};
use serde_json::{Map, Value as Json, json};

use super::record::{data, distinct, identity, span};
use super::{About, Book};
use crate::level::Level;

/// The version whose fields are written.
const VERSION: &str = "8.17.0";

/// A document without what is not known: the schema has no empty values.
fn known(fields: Json) -> Json {
    match fields {
        Json::Object(map) => {
            let map: Map<String, Json> = map
                .into_iter()
                .map(|(name, value)| (name, known(value)))
                .filter(|(_, value)| match value {
                    Json::Null => false,
                    Json::String(text) => !text.is_empty(),
                    Json::Array(list) => !list.is_empty(),
                    Json::Object(map) => !map.is_empty(),
                    Json::Bool(_) | Json::Number(_) => true,
                })
                .collect();
            Json::Object(map)
        }
        other => other,
    }
}

/// A hit as an alert. Its time is its last record's; the scan's where no record has one, as the
/// schema has it for `@timestamp` ("the first time the event was received").
pub(super) fn alert(hit: &Hit, book: &Book<'_>) -> Json {
    let times = span(hit);
    let (start, end) = times.map_or((None, None), |(a, b)| (Some(rfc3339(a)), Some(rfc3339(b))));
    let several = hit.events_total > 1;
    let last = hit.events.last();
    let about = book.about(&hit.rule);
    let hosts = distinct(hit.events.iter().map(|e| &*e.computer).filter(|c| !c.is_empty()));
    let severity = Level::of(hit.severity.as_deref()).map(risk);
    let text = |n: Option<u64>| n.map(|n| n.to_string());
    let code = last.and_then(|e| text(e.event_id.map(u64::from)));
    let mut alert = known(json!({
        "@timestamp": end.clone().unwrap_or_else(|| rfc3339(book.began)),
        "ecs": {"version": VERSION},
        "message": hit.title,
        "event": {
            "kind": "alert",
            "category": ["intrusion_detection"],
            "type": ["info"],
            "module": "rulescope",
            "id": identity(hit),
            "code": code,
            "provider": last.map(|e| &*e.provider),
            "severity": severity,
            "risk_score": severity,
            "start": start.filter(|_| several),
            "end": end.filter(|_| several),
        },
        "host": {"name": if hosts.len() == 1 { hosts.first() } else { None }},
        "related": {"hosts": hosts},
        "rule": {
            "id": hit.rule,
            "uuid": about.and_then(|a| a.upstream_id.as_deref()),
            "name": hit.title,
            "description": about.map(|a| &*a.description),
            "reference": about.and_then(|a| a.references.first()),
            "ruleset": hit.rule.split_once('/').map(|(source, _)| source),
        },
        "threat": about.map(threat),
        "log": {"file": {"path": last.map(|e| &*e.log)}},
        "winlog": {
            "channel": last.map(|e| &*e.channel),
            "computer_name": last.map(|e| &*e.computer),
            "event_id": code,
            "provider_name": last.map(|e| &*e.provider),
            "record_id": last.and_then(|e| text(e.record_id)),
        },
        "rulescope": {
            "certainty": hit.certainty,
            "severity": hit.severity,
            "vendor": hit.vendor,
            "matched": hit.matched,
            "events_total": hit.events_total,
            "events": several.then_some(&hit.events),
        },
    }));
    if let Some(record) = &hit.record {
        // As the log has it, empty values included.
        let place = if record.user_data.is_some() { "user_data" } else { "event_data" };
        alert["winlog"][place] = Json::Object(data(record));
    }
    alert
}

/// The risk scores that Elastic's rules have by default
/// (<https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule>, "Default
/// risk score"); it knows no informational rules.
fn risk(level: Level) -> u8 {
    match level {
        Level::Informational => 1,
        Level::Low => 21,
        Level::Medium => 47,
        Level::High => 73,
        Level::Critical => 99,
    }
}

fn threat(about: &About) -> Json {
    let attack = &about.attack;
    let tactics = attack.rows.iter().map(|row| row.tactic).chain(attack.tactics.iter().copied());
    let tactics = distinct(tactics);
    let tagged: Vec<&Technique> = distinct(attack.rows.iter().map(|row| row.technique));
    let techniques = distinct(tagged.iter().map(|t| t.parent().unwrap_or(t)));
    let subs: Vec<&Technique> = tagged.into_iter().filter(|t| t.parent().is_some()).collect();
    if tactics.is_empty() && techniques.is_empty() {
        return Json::Null;
    }
    let of_tactics = |part: fn(&Tactic) -> String| -> Vec<String> {
        tactics.iter().map(|tactic| part(tactic)).collect()
    };
    json!({
        "framework": "MITRE ATT&CK",
        "tactic": {
            "id": of_tactics(|t| t.id.to_owned()),
            "name": of_tactics(|t| t.name.to_owned()),
            "reference": of_tactics(|t| format!("https://attack.mitre.org/tactics/{}/", t.id)),
        },
        "technique": {
            "id": ids(&techniques), "name": names(&techniques), "reference": pages(&techniques),
            "subtechnique": {"id": ids(&subs), "name": names(&subs), "reference": pages(&subs)},
        },
    })
}

fn ids(techniques: &[&Technique]) -> Vec<&'static str> {
    techniques.iter().map(|t| t.id).collect()
}

fn names(techniques: &[&Technique]) -> Vec<&'static str> {
    techniques.iter().map(|t| t.name).collect()
}

fn pages(techniques: &[&Technique]) -> Vec<String> {
    techniques.iter().map(|t| page(t.id)).collect()
}

/// The page of a technique at MITRE's.
pub(super) fn page(id: &str) -> String {
    format!("https://attack.mitre.org/techniques/{}/", id.replace('.', "/"))
}
