//! A scan's report as a page that stands alone: it opens from a disk and loads nothing.
//!
//! Everything in it is somebody else's text, escaped. The page's policy lets a browser run its own
//! script alone, by a word that follows from all of the page and that no log or rule can foresee.

mod chart;
mod fields;
mod section;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rulescope_engine::{Hit, Summary};

use self::chart::{chart, name};
use self::section::section;
use self::text::{CLASSES, escaped, number, rank};
use super::Book;
use super::record::{hash, span};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("filter.js");

/// Bytes that all matches together may have, and at least those of a rule.
const ROOM: usize = 6 * 1024 * 1024;
const LEAST: usize = 1500;

/// Lines of a table of the summary: all tactics, which are few, and as many computers.
const LINES: usize = 16;

/// What goes begging and is listed.
const GAPS: usize = 200;

/// Hits of a rule, the worst rules first.
type ByRule<'h> = BTreeMap<(usize, &'h str), Vec<&'h Hit>>;

pub(super) fn page(hits: &[Hit], summary: &Summary, book: &Book<'_>) -> String {
    let body = body(hits, summary, book);
    let nonce = hash([body.as_str()]);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; script-src 'nonce-{nonce}'\">\
         <title>Scan report</title><style>{STYLE}</style></head><body>{body}\
         <script nonce=\"{nonce}\">{SCRIPT}</script></body></html>\n"
    )
}

fn body(hits: &[Hit], summary: &Summary, book: &Book<'_>) -> String {
    let mut out = String::from("<main><h1>Scan report</h1>");
    let mut by_rule = ByRule::new();
    for hit in hits {
        by_rule.entry((rank(hit.severity.as_deref()), &hit.rule)).or_default().push(hit);
    }
    let whole = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let _ = write!(
        out,
        "<p>{} of {}; {}, {}, {} run.</p>",
        number(hits.len(), "match"),
        number(by_rule.len(), "rule"),
        number(summary.logs, "log"),
        number(whole(summary.events), "event"),
        number(book.rules.len(), "rule")
    );
    if summary.passed_over > 0 {
        let events = number(whole(summary.passed_over), "event");
        let _ = write!(out, "<p>{events} not asked for by time or computer.</p>");
    }
    times(&mut out, hits);
    chart(&mut out, hits);
    out += "<div class=\"side\">";
    severities(&mut out, &by_rule);
    tactics(&mut out, &by_rule, book);
    computers(&mut out, hits);
    out += "</div><h2 id=\"rules\">Rules that fired</h2>";
    tools(&mut out, &by_rule);
    let room = (ROOM / by_rule.len().max(1)).max(LEAST);
    for ((_, rule), hits) in &by_rule {
        section(&mut out, rule, hits, book, room);
    }
    let left_out = summary.left_out.iter();
    list(
        &mut out,
        "Rules over several events that had to leave records out",
        left_out.map(|(rule, n)| format!("{rule}: {}", number(whole(*n), "record"))),
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
    out += "</main>";
    out
}

fn times(out: &mut String, hits: &[Hit]) {
    let spans = || hits.iter().filter_map(span);
    let (first, last) = (spans().map(|s| s.0).min(), spans().map(|s| s.1).max());
    if let (Some(first), Some(last)) = (first, last) {
        let text = rulescope_events::rfc3339;
        let _ = write!(out, "<p class=\"n\">From {} to {}.</p>", text(first), text(last));
    }
}

/// A table of names with their numbers of rules and matches.
fn table(out: &mut String, head: &str, rows: Vec<(String, usize, usize)>) {
    if rows.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "<table><thead><tr><th>{head}</th><th>Rules</th><th>Matches</th></tr></thead><tbody>"
    );
    for (cell, rules, matches) in rows.iter().take(LINES) {
        let _ = write!(out, "<tr><td>{cell}</td><td>{rules}</td><td>{matches}</td></tr>");
    }
    if rows.len() > LINES {
        let more = rows.len() - LINES;
        let _ = write!(out, "<tr><td class=\"n\" colspan=\"3\">and {more} more</td></tr>");
    }
    *out += "</tbody></table>";
}

/// A name that a click puts into the filter.
fn button(text: &str) -> String {
    format!("<button class=\"f\">{}</button>", escaped(text))
}

fn severities(out: &mut String, by_rule: &ByRule<'_>) {
    let mut counts: BTreeMap<(usize, &str), (usize, usize)> = BTreeMap::new();
    for ((rank, _), hits) in by_rule {
        let severity = hits.first().and_then(|h| h.severity.as_deref()).unwrap_or("no severity");
        let count = counts.entry((*rank, severity)).or_default();
        *count = (count.0 + 1, count.1 + hits.len());
    }
    let row = |((rank, severity), (rules, matches)): ((usize, &str), (usize, usize))| {
        let cell = format!("<span class=\"s {}\">{}</span>", CLASSES[rank], escaped(severity));
        (cell, rules, matches)
    };
    table(out, "Severity", counts.into_iter().map(row).collect());
}

fn tactics(out: &mut String, by_rule: &ByRule<'_>, book: &Book<'_>) {
    // In the matrix' order; what has no tactic last.
    let mut counts: BTreeMap<(u8, &str), (usize, usize)> = BTreeMap::new();
    for ((_, rule), hits) in by_rule {
        let attack = book.about(rule).map(|about| &about.attack);
        let of_rows = attack.into_iter().flat_map(|a| a.rows.iter().map(|row| row.tactic));
        let alone = attack.into_iter().flat_map(|a| a.tactics.iter().copied());
        let mut tactics: BTreeSet<(u8, &str)> =
            of_rows.chain(alone).map(|tactic| (tactic.order, tactic.name)).collect();
        if tactics.is_empty() {
            tactics.insert((u8::MAX, ""));
        }
        for tactic in tactics {
            let count = counts.entry(tactic).or_default();
            *count = (count.0 + 1, count.1 + hits.len());
        }
    }
    let row = |((_, tactic), (rules, matches)): ((u8, &str), (usize, usize))| {
        let none = || "<span class=\"n\">no tactic</span>".to_owned();
        (if tactic.is_empty() { none() } else { button(tactic) }, rules, matches)
    };
    table(out, "Tactic", counts.into_iter().map(row).collect());
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
    let row = |(computer, rules, matches): (&str, usize, usize)| {
        let none = || "<span class=\"n\">not said</span>".to_owned();
        (if computer.is_empty() { none() } else { button(computer) }, rules, matches)
    };
    table(out, "Computer", counts.into_iter().map(row).collect());
}

/// The filter; the page's script shows it.
fn tools(out: &mut String, by_rule: &ByRule<'_>) {
    *out += "<div class=\"tools\"><input id=\"q\" type=\"search\" aria-label=\"Filter\" \
             placeholder=\"Filter by title, technique, computer, value…\">";
    let ranks: BTreeSet<usize> = by_rule.keys().map(|(rank, _)| *rank).collect();
    for rank in ranks {
        let class = CLASSES[rank];
        let _ = write!(
            out,
            "<button class=\"{class}\" data-s=\"{class}\" aria-pressed=\"true\">{}</button>",
            name(rank)
        );
    }
    let certain = |hit: &&Hit| hit.certainty == "certain";
    if by_rule.values().flatten().any(|hit| !certain(hit)) {
        *out += "<button class=\"n\" data-s=\"possible\" aria-pressed=\"true\">possible</button>";
    }
    *out += "<span class=\"n\" id=\"told\"></span></div>";
}

fn list(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return;
    }
    let _ = write!(out, "<details><summary>{title} ({})</summary><ul>", lines.len());
    for line in lines.iter().take(GAPS) {
        let _ = write!(out, "<li>{}</li>", escaped(line));
    }
    if lines.len() > GAPS {
        let _ = write!(out, "<li class=\"n\">and {} more</li>", lines.len() - GAPS);
    }
    out.push_str("</ul></details>");
}
