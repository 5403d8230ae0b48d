//! A hit as a Detection Finding of the Open Cybersecurity Schema Framework.
//!
//! The class: <https://schema.ocsf.io/1.5.0/classes/detection_finding> (class 2004 of category 2,
//! Findings). Its objects: <https://schema.ocsf.io/1.5.0/objects/finding_info>, `…/objects/attack`,
//! `…/objects/evidences`, `…/objects/metadata`, `…/objects/analytic`, `…/objects/device`. Without the
//! profile Security Control, `attacks` stands in `finding_info` alone.

use rulescope_engine::{Hit, HitEvent};
use rulescope_taxonomy::attack::{Row, Tactic};
use serde_json::{Map, Value as Json, json};

use super::ecs::page;
use super::record::{data, distinct, identity, nanos, span};
use super::{About, Book};
use crate::level::Level;

/// The version whose attributes are written.
const VERSION: &str = "1.5.0";

const CATEGORY: u32 = 2;
const CLASS: u32 = 2004;
/// A finding that is new, as every hit of a scan is.
const CREATE: u32 = 1;

/// A hit as a finding. Its time is its last record's; the scan's where no record has one, as the
/// schema has it for `time` ("or the finding creation time").
pub(super) fn finding(hit: &Hit, book: &Book<'_>) -> Json {
    let about = book.about(&hit.rule);
    let times = span(hit).map(|(first, last)| (millis(first), millis(last)));
    let last = hit.events.last();
    let (severity_id, severity) = severity(hit.severity.as_deref());
    let mut finding = json!({
        "activity_id": CREATE,
        "activity_name": "Create",
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Detection Finding",
        "type_uid": CLASS * 100 + CREATE,
        "type_name": "Detection Finding: Create",
        "time": times.map_or(millis(book.began), |(_, last)| last),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": 1,
        "status": "New",
        "is_alert": true,
        "message": hit.title,
        "finding_info": finding_info(hit, about, times),
        "evidences": evidences(hit),
        "metadata": {
            "version": VERSION,
            "product": {
                "name": "rulescope", "vendor_name": "rulescope",
                "version": env!("CARGO_PKG_VERSION"),
            },
        },
        "unmapped": {
            "certainty": hit.certainty, "vendor": hit.vendor, "matched": hit.matched,
        },
    });
    let metadata = &mut finding["metadata"];
    let mut put = |name: &str, text: &str| {
        if !text.is_empty() {
            metadata[name] = text.into();
        }
    };
    if let Some(event) = last {
        put("log_name", &event.channel);
        put("log_provider", &event.provider);
        put("event_code", &event.event_id.map(|id| id.to_string()).unwrap_or_default());
        put("original_time", event.timestamp.as_deref().unwrap_or_default());
    }
    let hosts = distinct(hit.events.iter().map(|e| &*e.computer).filter(|c| !c.is_empty()));
    if !hosts.is_empty() {
        let observable =
            |host: &&str| json!({"name": "evidences.device.hostname", "type_id": 1, "value": host});
        finding["observables"] = hosts.iter().map(observable).collect();
    }
    finding
}

fn millis(nanos: i64) -> i64 {
    nanos.div_euclid(1_000_000)
}

/// `severity_id` with its caption.
fn severity(text: Option<&str>) -> (u8, &str) {
    match (Level::of(text), text) {
        (Some(Level::Informational), _) => (1, "Informational"),
        (Some(Level::Low), _) => (2, "Low"),
        (Some(Level::Medium), _) => (3, "Medium"),
        (Some(Level::High), _) => (4, "High"),
        (Some(Level::Critical), _) => (5, "Critical"),
        (None, None) => (0, "Unknown"),
        // The source's own word.
        (None, Some(word)) => (99, word),
    }
}

fn finding_info(hit: &Hit, about: Option<&About>, times: Option<(i64, i64)>) -> Json {
    let analytic = json!({"name": hit.title, "uid": hit.rule, "type_id": 1, "type": "Rule"});
    let mut info = json!({
        "uid": identity(hit), "title": hit.title, "analytic": analytic,
        "related_events_count": hit.events_total,
    });
    if let Some((first, last)) = times {
        info["first_seen_time"] = first.into();
        info["last_seen_time"] = last.into();
    }
    let logs = distinct(hit.events.iter().map(|e| &*e.log));
    info["data_sources"] = json!(logs);
    let Some(about) = about else { return info };
    if !about.description.is_empty() {
        info["desc"] = about.description.as_str().into();
    }
    if let Some(id) = &about.upstream_id {
        info["analytic"]["related_analytics"] =
            json!([{"uid": id, "name": hit.title, "type_id": 1, "type": "Rule"}]);
    }
    let rows = about.attack.rows.iter().map(attack);
    let alone = about.attack.tactics.iter().map(|t| json!({"tactic": tactic(t)}));
    let attacks: Vec<Json> = rows.chain(alone).collect();
    if !attacks.is_empty() {
        info["attacks"] = attacks.into();
    }
    info
}

fn tactic(tactic: &Tactic) -> Json {
    let src = format!("https://attack.mitre.org/tactics/{}/", tactic.id);
    json!({"uid": tactic.id, "name": tactic.name, "src_url": src})
}

fn attack(row: &Row) -> Json {
    let named = |t: &rulescope_taxonomy::attack::Technique| json!({"uid": t.id, "name": t.name, "src_url": page(t.id)});
    match row.technique.parent() {
        Some(parent) => json!({
            "tactic": tactic(row.tactic), "technique": named(parent),
            "sub_technique": named(row.technique),
        }),
        None => json!({"tactic": tactic(row.tactic), "technique": named(row.technique)}),
    }
}

/// The records, each with its computer where it says one.
fn evidences(hit: &Hit) -> Vec<Json> {
    let values = hit.record.as_deref().map(data);
    let one = |event: &HitEvent| {
        let mut evidence = json!({"data": evidence_data(event, values.clone())});
        if !event.computer.is_empty() {
            // Of which kind it is, no record says.
            evidence["device"] = json!({"hostname": &*event.computer, "type_id": 0});
        }
        evidence
    };
    hit.events.iter().map(|event| one(event)).collect()
}

fn evidence_data(event: &HitEvent, values: Option<Map<String, Json>>) -> Json {
    let mut data = json!({"log": &*event.log});
    let mut put = |name: &str, value: Option<Json>| {
        if let Some(value) = value {
            data[name] = value;
        }
    };
    let text = |text: &str| (!text.is_empty()).then(|| text.into());
    put("provider", text(&event.provider));
    put("channel", text(&event.channel));
    put("event_id", event.event_id.map(Json::from));
    put("record_id", event.record_id.map(Json::from));
    put("time", nanos(event).map(|nanos| millis(nanos).into()));
    put("event_data", values.map(Json::Object));
    data
}
