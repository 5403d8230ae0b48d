//! A rule that fired, with its matches.

use std::collections::BTreeSet;
use std::fmt::Write;

use rulescope_engine::{Hit, HitEvent, Matched};
use rulescope_ir::print;

use super::fields::fields;
use super::text::{CLASSES, escaped, number, rank, shortened};
use crate::report::ecs::page;
use crate::report::{Book, RECORDS};

/// Values of a match over several records that are listed, and how much of each.
const VALUES: (usize, usize) = (12, 200);

/// How much of a rule's logic and description is shown.
const LOGIC: usize = 12_000;
const DESCRIPTION: usize = 2_000;

/// Computers by which a rule can be found.
const COMPUTERS: usize = 50;

/// A rule with its matches: [`RECORDS`] at most, as many as have room in so many bytes, and one in any
/// case.
pub(super) fn section(out: &mut String, rule: &str, hits: &[&Hit], book: &Book<'_>, room: usize) {
    let Some(first) = hits.first() else { return };
    let severity = first.severity.as_deref();
    let possible = hits.iter().filter(|h| h.certainty != "certain").count();
    let possible = if possible > 0 { format!(", {possible} only possible") } else { String::new() };
    let _ = write!(
        out,
        "<details class=\"r\" data-s=\"{0}\" data-t=\"{1}\"{5}><summary><span class=\"s {0}\">{2}</span> \
         {3} <span class=\"n\">{4}{possible}</span></summary><div class=\"in\">",
        CLASSES[rank(severity)],
        escaped(&words(rule, first, hits, book)),
        escaped(severity.unwrap_or("no severity")),
        escaped(&first.title),
        number(hits.len(), "match"),
        if hits.iter().all(|h| h.certainty != "certain") { " data-p" } else { "" },
    );
    about(out, rule, first, book);
    let from = out.len();
    let mut listed = 0;
    for hit in hits.iter().take(RECORDS) {
        let before = out.len();
        one(out, hit);
        if listed > 0 && out.len() - from > room {
            out.truncate(before);
            break;
        }
        listed += 1;
    }
    if hits.len() > listed {
        let more = number(hits.len() - listed, "match");
        let _ = write!(out, "<p class=\"n\">and {more} more</p>");
    }
    out.push_str("</div></details>");
}

/// The words by which a rule is found besides what stands in its matches.
fn words(rule: &str, first: &Hit, hits: &[&Hit], book: &Book<'_>) -> String {
    let mut words = vec![first.title.as_str(), rule, &first.vendor];
    if let Some(about) = book.about(rule) {
        for row in &about.attack.rows {
            words.extend([row.tactic.name, row.technique.id, row.technique.name]);
        }
        words.extend(about.attack.tactics.iter().map(|t| t.name));
    }
    let events = hits.iter().flat_map(|hit| &hit.events);
    let computers: BTreeSet<&str> = events.map(|event| &*event.computer).collect();
    words.extend(computers.into_iter().take(COMPUTERS));
    words.join(" ").to_lowercase()
}

fn about(out: &mut String, rule: &str, first: &Hit, book: &Book<'_>) {
    let _ =
        write!(out, "<p class=\"n\"><code>{}</code> · {}", escaped(rule), escaped(&first.vendor));
    let Some((known, about)) = book.rules.get(rule) else {
        *out += "</p>";
        return;
    };
    let mut shown = BTreeSet::new();
    for row in &about.attack.rows {
        let technique = row.technique;
        if shown.insert(technique.id) {
            let _ = write!(
                out,
                " · <a href=\"{}\" rel=\"noreferrer\">{}</a> {}",
                escaped(&page(technique.id)),
                escaped(technique.id),
                escaped(technique.name)
            );
        }
    }
    *out += "</p>";
    if !about.description.is_empty() {
        let _ = write!(out, "<p>{}</p>", escaped(&shortened(&about.description, DESCRIPTION)));
    }
    let links = about.references.iter().filter(|r| r.starts_with("https://"));
    let links: Vec<String> = links
        .map(|link| format!("<li><a href=\"{0}\" rel=\"noreferrer\">{0}</a></li>", escaped(link)))
        .collect();
    if !links.is_empty() {
        let links_told = number(links.len(), "reference");
        let _ = write!(
            out,
            "<details><summary>{links_told}</summary><ul>{}</ul></details>",
            links.concat()
        );
    }
    let logic = print::pattern(&known.normal);
    let _ = write!(
        out,
        "<details><summary>Logic</summary><pre>{}</pre></details>",
        escaped(shortened(&logic, LOGIC).trim_end())
    );
}

fn one(out: &mut String, hit: &Hit) {
    let several = hit.events_total > 1;
    let certain = hit.certainty == "certain";
    *out += if certain { "<div class=\"m\">" } else { "<div class=\"m p\">" };
    let possible = if certain { "" } else { "possible · " };
    if several {
        let last = hit.events.last().and_then(|e| e.timestamp.as_deref()).unwrap_or("");
        let first = hit.events.first().and_then(|e| e.timestamp.as_deref()).unwrap_or("");
        let _ = write!(
            out,
            "<p>{possible}{} from <strong>{}</strong> to <strong>{}</strong></p>",
            number(hit.events_total, "record"),
            escaped(first),
            escaped(last)
        );
    } else if let Some(event) = hit.events.first() {
        let _ = write!(out, "<p>{possible}{}</p>", place(event));
    }
    match &hit.record {
        Some(record) => fields(out, hit, record),
        None => values(out, &hit.matched),
    }
    if several {
        let _ = write!(out, "<details><summary>{}</summary>", number(hit.events.len(), "record"));
        for event in &hit.events {
            let _ = write!(out, "<p>{}</p>", place(event));
        }
        *out += "</details>";
    }
    *out += "</div>";
}

/// When and where a record stands.
fn place(event: &HitEvent) -> String {
    let number = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
    let time = event.timestamp.as_deref().unwrap_or("no time");
    format!(
        "<strong>{}</strong> · {} · {} {} · <span class=\"n\">{} #{}</span>",
        escaped(time),
        escaped(&event.computer),
        escaped(event.provider.strip_prefix("Microsoft-Windows-").unwrap_or(&event.provider)),
        number(event.event_id.map(u64::from)),
        escaped(&event.log),
        number(event.record_id)
    )
}

/// What was found, where the record is not at hand.
fn values(out: &mut String, matched: &[Matched]) {
    if matched.is_empty() {
        return;
    }
    *out += "<dl>";
    for one in matched.iter().take(VALUES.0) {
        let _ = write!(
            out,
            "<dt>{} {}</dt><dd><mark>{}</mark></dd>",
            escaped(&one.field),
            escaped(one.kind),
            escaped(&shortened(&one.value, VALUES.1))
        );
    }
    *out += "</dl>";
    if matched.len() > VALUES.0 {
        let _ = write!(out, "<p class=\"n\">and {} more values</p>", matched.len() - VALUES.0);
    }
}
