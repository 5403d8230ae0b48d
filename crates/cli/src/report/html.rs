//! A scan's report as a page that stands alone: no script, nothing loaded from elsewhere.

use std::collections::BTreeMap;
use std::fmt::Write;

use rulescope_engine::{Hit, Summary};

const STYLE: &str = "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;\
color:#1c2024;background:#fff}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}\
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;padding:.3rem .6rem;\
border-bottom:1px solid #dde1e6;vertical-align:top;overflow-wrap:anywhere}th{font-weight:600}\
summary{cursor:pointer;padding:.35rem 0}code{font-size:.85em}.n{color:#5b6470}\
.s{display:inline-block;min-width:6.5rem;font-weight:600}.critical{color:#a1123b}.high{color:#b3400b}\
.medium{color:#8a6100}.low{color:#33691e}.informational{color:#42526e}\
@media(prefers-color-scheme:dark){body{color:#e4e7eb;background:#14171a}th,td{border-color:#333a42}\
.n{color:#9aa4b0}.critical{color:#ff7a9c}.high{color:#ff9d6b}.medium{color:#f0c04f}.low{color:#9ccc65}\
.informational{color:#9fb3d1}}";

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// How bad, from the worst down.
fn rank(severity: Option<&str>) -> usize {
    let order = ["critical", "high", "medium", "low", "informational"];
    order.iter().position(|s| Some(*s) == severity).unwrap_or(order.len())
}

/// Records of a rule that are listed.
const LISTED: usize = 200;

pub(super) fn page(hits: &[Hit], summary: &Summary, rules: usize) -> String {
    let mut out = String::from(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
        <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
        <title>Scan report</title><style>",
    );
    out += STYLE;
    out += "</style></head><body><main><h1>Scan report</h1>";
    let mut by_rule: BTreeMap<(usize, &str), Vec<&Hit>> = BTreeMap::new();
    for hit in hits {
        by_rule.entry((rank(hit.severity.as_deref()), &hit.rule)).or_default().push(hit);
    }
    let _ = write!(
        out,
        "<p>{} matches of {} rules; {} logs, {} events, {} rules run.</p>",
        hits.len(),
        by_rule.len(),
        summary.logs,
        summary.events,
        rules
    );
    out += "<h2>Rules that fired</h2>";
    for ((_, rule), hits) in &by_rule {
        section(&mut out, rule, hits);
    }
    list(&mut out, "What could not be read", summary.unreadable.iter().map(ToString::to_string));
    let fields = summary.gaps.missing_fields.iter();
    list(
        &mut out,
        "Fields that rules wanted and no event of theirs had",
        fields.map(|(f, n)| format!("{f}: {n} rules")),
    );
    let sources = summary.gaps.unread_sources.iter();
    list(
        &mut out,
        "Event sources that no rule reads",
        sources.map(|(k, n)| format!("{} {} {}: {n} events", k.provider, k.channel, k.event_id)),
    );
    out += "</main></body></html>\n";
    out
}

fn section(out: &mut String, rule: &str, hits: &[&Hit]) {
    let Some(first) = hits.first() else { return };
    let severity = first.severity.as_deref().unwrap_or("");
    let class = if rank(Some(severity)) < 5 { severity } else { "n" };
    let _ = write!(
        out,
        "<details><summary><span class=\"s {class}\">{}</span> {} <span class=\"n\">{} matches</span></summary>\
         <p class=\"n\"><code>{}</code></p><table><thead><tr><th>Time</th><th>Computer</th><th>Log</th>\
         <th>Record</th><th>Event</th><th>Found</th></tr></thead><tbody>",
        escaped(severity),
        escaped(&first.title),
        hits.len(),
        escaped(rule)
    );
    for hit in hits.iter().take(LISTED) {
        for (i, event) in hit.events.iter().enumerate() {
            let found: Vec<String> = hit
                .matched
                .iter()
                .filter(|_| i == 0)
                .map(|m| escaped(&format!("{} {} {}", m.field, m.kind, m.value)))
                .collect();
            let possible = if hit.certainty == "certain" { "" } else { " (possible)" };
            let number = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
            let _ = write!(
                out,
                "<tr><td>{}{possible}</td><td>{}</td><td>{}</td><td>{}</td><td>{} {}</td><td>{}</td></tr>",
                escaped(event.timestamp.as_deref().unwrap_or("")),
                escaped(&event.computer),
                escaped(&event.log),
                number(event.record_id),
                escaped(&event.provider),
                number(event.event_id.map(u64::from)),
                found.join("<br>")
            );
        }
    }
    out.push_str("</tbody></table>");
    if hits.len() > LISTED {
        let _ = write!(out, "<p class=\"n\">and {} more matches</p>", hits.len() - LISTED);
    }
    out.push_str("</details>");
}

fn list(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return;
    }
    let _ = write!(out, "<h2>{title}</h2><ul>");
    for line in lines {
        let _ = write!(out, "<li>{}</li>", escaped(&line));
    }
    out.push_str("</ul>");
}
