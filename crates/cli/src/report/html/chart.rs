//! When rules fired: bars of matches by severity over time.

use std::collections::BTreeMap;
use std::fmt::Write;

use rulescope_engine::Hit;
use rulescope_events::rfc3339;

use super::text::{CLASSES, number, rank};
use crate::report::record::span;

const SECOND: i64 = 1_000_000_000;
const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// Widths of a bar, and what they are called.
const WIDTHS: [(i64, &str); 11] = [
    (60 * SECOND, "a minute"),
    (300 * SECOND, "5 minutes"),
    (900 * SECOND, "15 minutes"),
    (HOUR, "an hour"),
    (6 * HOUR, "6 hours"),
    (DAY, "a day"),
    (7 * DAY, "7 days"),
    (30 * DAY, "30 days"),
    (91 * DAY, "91 days"),
    (365 * DAY, "365 days"),
    (3653 * DAY, "10 years"),
];

/// Bars that a chart has at most.
const BARS: i64 = 120;

/// The chart's height in its own units.
const HEIGHT: f64 = 100.0;

/// Counts by severity.
type Counts = [usize; CLASSES.len()];

/// The bars, and how they lie in time.
struct Bars {
    width: i64,
    name: &'static str,
    first: i64,
    count: i64,
    by_place: BTreeMap<i64, Counts>,
}

impl Bars {
    /// Of times with their severities; `None` where there are none.
    fn of(times: &[(i64, usize)]) -> Option<Bars> {
        let first = times.iter().map(|(time, _)| *time).min()?;
        let last = times.iter().map(|(time, _)| *time).max()?;
        let bars = |width: i64| last.div_euclid(width) - first.div_euclid(width) + 1;
        let fits = WIDTHS.iter().find(|(width, _)| bars(*width) <= BARS);
        let (width, name) = *fits.or(WIDTHS.last())?;
        let start = first.div_euclid(width);
        let mut by_place: BTreeMap<i64, Counts> = BTreeMap::new();
        for (time, rank) in times {
            by_place.entry(time.div_euclid(width) - start).or_default()[*rank] += 1;
        }
        Some(Bars { width, name, first: start, count: bars(width), by_place })
    }

    /// The time at which a bar begins, as precise as its width.
    fn label(&self, place: i64) -> String {
        let text = rfc3339((self.first + place).saturating_mul(self.width));
        let text = if self.width < DAY { text.get(..16) } else { text.get(..10) };
        text.unwrap_or_default().replace('T', " ")
    }
}

/// The chart; nothing where no match has a time.
pub(super) fn chart(out: &mut String, hits: &[Hit]) {
    let times: Vec<(i64, usize)> =
        hits.iter().filter_map(|hit| Some((span(hit)?.0, rank(hit.severity.as_deref())))).collect();
    let Some(bars) = Bars::of(&times) else { return };
    let most = bars.by_place.values().map(|c| c.iter().sum::<usize>()).max().unwrap_or(1).max(1);
    *out += "<h2>When</h2><figure class=\"chart\"><figcaption class=\"legend\">";
    for (rank, class) in CLASSES.iter().enumerate() {
        if bars.by_place.values().any(|counts| counts[rank] > 0) {
            let _ = write!(out, "<span class=\"{class}\">{}</span>", name(rank));
        }
    }
    let _ = write!(
        out,
        "<span class=\"n\">a bar is {}, the highest {}; UTC</span></figcaption>\
         <svg viewBox=\"0 0 {} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"Matches over time\">",
        bars.name,
        number(most, "match"),
        // A lone bar should not be as wide as the page.
        bars.count.max(12)
    );
    for (place, counts) in &bars.by_place {
        bar(out, &bars, *place, counts, most);
    }
    *out += "</svg><div class=\"axis\">";
    for label in labels(&bars) {
        let _ = write!(out, "<span>{label}</span>");
    }
    *out += "</div></figure>";
    let untimed = hits.len() - times.len();
    if untimed > 0 {
        let _ = write!(out, "<p class=\"n\">{} without a time</p>", number(untimed, "match"));
    }
}

/// What a severity is called.
pub(super) fn name(rank: usize) -> &'static str {
    CLASSES.get(rank).copied().filter(|class| *class != "none").unwrap_or("other")
}

fn bar(out: &mut String, bars: &Bars, place: i64, counts: &Counts, most: usize) {
    let told: Vec<String> = CLASSES
        .iter()
        .enumerate()
        .filter(|(rank, _)| counts[*rank] > 0)
        .map(|(rank, _)| format!("{} {}", counts[rank], name(rank)))
        .collect();
    let _ = write!(out, "<g><title>{}: {}</title>", bars.label(place), told.join(", "));
    let mut top = HEIGHT;
    for (rank, class) in CLASSES.iter().enumerate().filter(|(rank, _)| counts[*rank] > 0) {
        // Even one match among thousands is to be seen.
        let height = (counts[rank] as f64 / most as f64 * HEIGHT).max(1.0);
        top -= height;
        let _ = write!(
            out,
            "<rect class=\"{class}\" x=\"{place}.1\" y=\"{:.2}\" width=\".8\" height=\"{height:.2}\"/>",
            top.max(0.0)
        );
    }
    *out += "</g>";
}

/// Where the axis is labelled: its ends and three places between.
fn labels(bars: &Bars) -> Vec<String> {
    if bars.count < 5 {
        return vec![bars.label(0), bars.label(bars.count - 1)]
            .into_iter()
            .take(bars.count as usize)
            .collect();
    }
    (0..5).map(|i| bars.label((bars.count - 1) * i / 4)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_wide_as_the_time_asks() {
        let bars = |times: &[i64]| {
            let times: Vec<(i64, usize)> = times.iter().map(|t| (t * HOUR, 0)).collect();
            let bars = Bars::of(&times)?;
            Some((bars.name, bars.count, bars.by_place.len(), bars.label(0)))
        };
        assert_eq!(bars(&[]), None);
        assert_eq!(bars(&[0, 0]), Some(("a minute", 1, 1, "1970-01-01 00:00".to_owned())));
        assert_eq!(bars(&[1, 100]), Some(("an hour", 100, 2, "1970-01-01 01:00".to_owned())));
        assert_eq!(bars(&[0, 24 * 100]), Some(("a day", 101, 2, "1970-01-01".to_owned())));
        assert_eq!(bars(&[0, 24 * 3650]).map(|b| b.0), Some("91 days"));
    }
}
