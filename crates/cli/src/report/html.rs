//! A scan's report as a page that stands alone: no script, nothing loaded from elsewhere.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rulescope_engine::{Hit, Summary};

use crate::output::clean;

const STYLE: &str = "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;\
color:#1c2024;background:#fff}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}\
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;padding:.3rem .6rem;\
border-bottom:1px solid #dde1e6;vertical-align:top;overflow-wrap:anywhere}th{font-weight:600}\
summary{cursor:pointer;padding:.35rem 0}td:first-child{white-space:nowrap}.side{display:flex;flex-wrap:wrap;gap:1rem 3rem;align-items:flex-start}\
.side table{width:auto}code{font-size:.85em}.n{color:#5b6470}\
.s{display:inline-block;min-width:6.5rem;font-weight:600}.critical{color:#a1123b}.high{color:#b3400b}\
.medium{color:#8a6100}.low{color:#33691e}.informational{color:#42526e}\
@media(prefers-color-scheme:dark){body{color:#e4e7eb;background:#14171a}th,td{border-color:#333a42}\
.n{color:#9aa4b0}.critical{color:#ff7a9c}.high{color:#ff9d6b}.medium{color:#f0c04f}.low{color:#9ccc65}\
.informational{color:#9fb3d1}}";

/// A text of somebody else's as text of the page.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A count with its word.
fn number(n: usize, word: &str) -> String {
    match (n, word) {
        (1, word) => format!("1 {word}"),
        (n, "match") => format!("{n} matches"),
        (n, word) => format!("{n} {word}s"),
    }
}

const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "informational"];

/// How bad, from the worst down.
fn rank(severity: Option<&str>) -> usize {
    SEVERITIES.iter().position(|s| Some(*s) == severity).unwrap_or(SEVERITIES.len())
}

/// The class of a severity's colour.
fn class(severity: &str) -> &str {
    if SEVERITIES.contains(&severity) { severity } else { "n" }
}

/// Matches of a rule that are listed: enough to look into, few enough for a browser.
const LISTED: usize = 100;

/// Computers that are listed.
const COMPUTERS: usize = 10;

/// Values of a match that are listed, and how much of each.
const VALUES: (usize, usize) = (8, 200);

/// Hits of a rule, the worst rules first.
type ByRule<'h> = BTreeMap<(usize, &'h str), Vec<&'h Hit>>;

pub(super) fn page(hits: &[Hit], summary: &Summary, rules: usize) -> String {
    let mut out = String::from(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
        <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
        <title>Scan report</title><style>",
    );
    out += STYLE;
    out += "</style></head><body><main><h1>Scan report</h1>";
    let mut by_rule = ByRule::new();
    for hit in hits {
        by_rule.entry((rank(hit.severity.as_deref()), &hit.rule)).or_default().push(hit);
    }
    let _ = write!(
        out,
        "<p>{} of {}; {}, {}, {} run.</p>",
        number(hits.len(), "match"),
        number(by_rule.len(), "rule"),
        number(summary.logs, "log"),
        number(usize::try_from(summary.events).unwrap_or(usize::MAX), "event"),
        number(rules, "rule")
    );
    out += "<div class=\"side\">";
    severities(&mut out, &by_rule);
    computers(&mut out, hits);
    out += "</div><h2>Rules that fired</h2>";
    for ((_, rule), hits) in &by_rule {
        section(&mut out, rule, hits);
    }
    let left_out = summary.left_out.iter();
    list(
        &mut out,
        "Rules over several events that had to leave records out",
        left_out.map(|(rule, n)| {
            format!("{rule}: {}", number(usize::try_from(*n).unwrap_or(usize::MAX), "record"))
        }),
    );
    list(&mut out, "What could not be read", summary.unreadable.iter().map(ToString::to_string));
    let fields = summary.gaps.missing_fields.iter();
    list(
        &mut out,
        "Fields that rules wanted and no event of theirs had",
        fields.map(|(f, n)| format!("{f}: {}", number(*n, "rule"))),
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

fn severities(out: &mut String, by_rule: &ByRule<'_>) {
    let mut counts: BTreeMap<(usize, &str), (usize, usize)> = BTreeMap::new();
    for ((rank, _), hits) in by_rule {
        let severity = hits.first().and_then(|h| h.severity.as_deref()).unwrap_or("none");
        let count = counts.entry((*rank, severity)).or_default();
        *count = (count.0 + 1, count.1 + hits.len());
    }
    if counts.is_empty() {
        return;
    }
    *out += "<table><thead><tr><th>Severity</th><th>Rules</th><th>Matches</th></tr></thead><tbody>";
    for ((_, severity), (rules, matches)) in counts {
        let _ = write!(
            out,
            "<tr><td class=\"{}\">{}</td><td>{rules}</td><td>{matches}</td></tr>",
            class(severity),
            escaped(severity)
        );
    }
    *out += "</tbody></table>";
}

fn computers(out: &mut String, hits: &[Hit]) {
    let mut counts: BTreeMap<&str, (BTreeSet<&str>, usize)> = BTreeMap::new();
    for hit in hits {
        let there: BTreeSet<&str> = hit.events.iter().map(|e| &*e.computer).collect();
        for computer in there {
            let count = counts.entry(computer).or_default();
            count.0.insert(&hit.rule);
            count.1 += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().map(|(c, (r, n))| (c, r.len(), n)).collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(b.2.cmp(&a.2)).then(a.0.cmp(b.0)));
    if counts.is_empty() {
        return;
    }
    *out += "<table><thead><tr><th>Computer</th><th>Rules</th><th>Matches</th></tr></thead><tbody>";
    for (computer, rules, matches) in counts.iter().take(COMPUTERS) {
        let _ = write!(
            out,
            "<tr><td>{}</td><td>{rules}</td><td>{matches}</td></tr>",
            escaped(computer)
        );
    }
    if counts.len() > COMPUTERS {
        let more = counts.len() - COMPUTERS;
        let _ = write!(out, "<tr><td class=\"n\" colspan=\"3\">and {more} more</td></tr>");
    }
    *out += "</tbody></table>";
}

fn section(out: &mut String, rule: &str, hits: &[&Hit]) {
    let Some(first) = hits.first() else { return };
    let severity = first.severity.as_deref().unwrap_or("");
    let possible = hits.iter().filter(|h| h.certainty != "certain").count();
    let possible = if possible > 0 { format!(", {possible} only possible") } else { String::new() };
    let _ = write!(
        out,
        "<details><summary><span class=\"s {}\">{}</span> {} <span class=\"n\">{}{possible}</span></summary>\
         <p class=\"n\"><code>{}</code></p><table><thead><tr><th>Time</th><th>Computer</th><th>Log</th>\
         <th>Record</th><th>Event</th><th>Found</th></tr></thead><tbody>",
        class(severity),
        escaped(severity),
        escaped(&first.title),
        number(hits.len(), "match"),
        escaped(rule)
    );
    for hit in hits.iter().take(LISTED) {
        row(out, hit);
    }
    out.push_str("</tbody></table>");
    if hits.len() > LISTED {
        let more = number(hits.len() - LISTED, "match");
        let _ = write!(out, "<p class=\"n\">and {more} more</p>");
    }
    out.push_str("</details>");
}

/// A match: of several records the first, with how many more there are and until when.
fn row(out: &mut String, hit: &Hit) {
    let Some(event) = hit.events.first() else { return };
    let last = hit.events.last().and_then(|e| e.timestamp.as_deref()).unwrap_or("");
    let (until, more) = match hit.events_total - 1 {
        0 => (String::new(), String::new()),
        n => (format!("<br>to {}", escaped(last)), format!("<br>and {n} more")),
    };
    let possible = if hit.certainty == "certain" { "" } else { " (possible)" };
    let mut found: Vec<String> = hit
        .matched
        .iter()
        .take(VALUES.0)
        .map(|m| escaped(&shortened(&format!("{} {} {}", m.field, m.kind, m.value), VALUES.1)))
        .collect();
    if hit.matched.len() > VALUES.0 {
        found.push(format!("and {} more", hit.matched.len() - VALUES.0));
    }
    let number = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
    let _ = write!(
        out,
        "<tr><td>{}{until}{possible}</td><td>{}</td><td>{}</td><td>{}{more}</td><td>{} {}</td><td>{}</td></tr>",
        escaped(event.timestamp.as_deref().unwrap_or("")),
        escaped(&event.computer),
        escaped(&event.log),
        number(event.record_id),
        escaped(&event.provider),
        number(event.event_id.map(u64::from)),
        found.join("<br>")
    );
}

fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
        None => Cow::Borrowed(text),
    }
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
