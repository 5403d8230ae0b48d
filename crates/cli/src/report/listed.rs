//! Hits as a table for people.

use rulescope_engine::Hit;

use crate::output::clean;
use crate::table::table;

pub(super) fn listed(hits: &[Hit]) -> String {
    if hits.is_empty() {
        return "no rule fired\n".to_owned();
    }
    let rows = hits
        .iter()
        .map(|hit| {
            let first = hit.events.first();
            let more = hit.events_total.saturating_sub(1);
            let record = first.and_then(|e| e.record_id).map(|n| n.to_string()).unwrap_or_default();
            let record = if more > 0 { format!("{record} +{more}") } else { record };
            let certainty = if hit.certainty == "certain" { "" } else { hit.certainty };
            vec![
                first.and_then(|e| e.timestamp.clone()).unwrap_or_default(),
                hit.severity.clone().unwrap_or_default(),
                clean(&hit.title).into_owned(),
                hit.rule.clone(),
                first.map(|e| e.computer.to_string()).unwrap_or_default(),
                first.map(|e| e.log.to_string()).unwrap_or_default(),
                record,
                certainty.to_owned(),
            ]
        })
        .collect();
    table(&["Time", "Severity", "Title", "Rule", "Computer", "Log", "Record", ""], rows)
}
