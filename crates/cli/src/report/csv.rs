//! Hits as CSV: one line a record that a hit lists.

use rulescope_engine::Hit;

pub(super) const HEADER: &str = "timestamp,severity,rule,title,vendor,certainty,computer,provider,channel,event_id,record_id,log,matched,events_total\n";

/// One line a record that the hit lists. A cell that a spreadsheet would take for a formula begins with `'`.
pub(super) fn lines(hit: &Hit) -> anyhow::Result<String> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    let matched: Vec<String> =
        hit.matched.iter().map(|m| format!("{} {} {}", m.field, m.kind, m.value)).collect();
    let text = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
    for event in &hit.events {
        let cells = [
            event.timestamp.clone().unwrap_or_default(),
            hit.severity.clone().unwrap_or_default(),
            hit.rule.clone(),
            hit.title.clone(),
            hit.vendor.clone(),
            hit.certainty.to_owned(),
            event.computer.to_string(),
            event.provider.to_string(),
            event.channel.to_string(),
            text(event.event_id.map(u64::from)),
            text(event.record_id),
            event.log.to_string(),
            matched.join("; "),
            hit.events_total.to_string(),
        ];
        writer.write_record(cells.map(|cell| {
            if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
                format!("'{cell}")
            } else {
                cell
            }
        }))?;
    }
    Ok(String::from_utf8_lossy(&writer.into_inner()?).into_owned())
}
