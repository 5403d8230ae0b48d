//! What a scan says beside its hits.

use rulescope_engine::scan::KEPT;
use rulescope_engine::{Skipped, Summary};

use super::select::Selection;
use crate::output::Talk;

/// ` (25 deprecated …, 3 …)`.
pub(super) fn reasons(skipped: &[Skipped]) -> String {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for rule in skipped {
        *counts.entry(&rule.why).or_default() += 1;
    }
    if counts.is_empty() {
        return String::new();
    }
    let parts: Vec<String> = counts.iter().map(|(why, n)| format!("{n} {why}")).collect();
    format!(" ({})", parts.join(", "))
}

/// How many gaps are told of without `-v`.
const TOLD: usize = 10;

pub(super) fn tell(summary: &Summary, selection: &Selection, talk: Talk) {
    let most = if talk.is_verbose() { usize::MAX } else { TOLD };
    let gaps = &summary.gaps;
    if !gaps.missing_fields.is_empty() {
        talk.say("Fields that rules wanted and no event of theirs had (rules):");
        for (field, rules) in gaps.missing_fields.iter().take(most) {
            talk.say(format!("  {field} {rules}"));
        }
        rest(gaps.missing_fields.len(), most, talk);
    }
    if !gaps.unread_sources.is_empty() {
        talk.say("Event sources that no rule reads (events):");
        for (kind, events) in gaps.unread_sources.iter().take(most) {
            talk.say(format!("  {} {} {}: {events}", kind.provider, kind.channel, kind.event_id));
        }
        rest(gaps.unread_sources.len(), most, talk);
    }
    if summary.headless > 0 {
        talk.warn(format!(
            "{} records have no provider, channel or event id by a name that is known; no rule for \
             Windows reads them",
            summary.headless
        ));
    }
    if summary.untimed > 0 {
        talk.warn(format!(
            "{} records do not say when they happened; rules over time left them out",
            summary.untimed
        ));
    }
    for (rule, records) in &summary.left_out {
        talk.warn(format!(
            "{rule}: {records} records were left out, as a rule over several events keeps {KEPT} at \
             most; run it on fewer logs"
        ));
    }
    if !summary.unread_rules.is_empty() {
        talk.say(format!(
            "{} rules name a log source without a Windows event that is known; they can't fire{}",
            summary.unread_rules.len(),
            if talk.is_verbose() { ":" } else { " (-v lists them)" }
        ));
    }
    if talk.is_verbose() {
        for rule in &summary.unread_rules {
            talk.say(format!("  {rule}"));
        }
        for rule in &selection.skipped {
            let lost = rule.lost.as_ref().map(|lost| format!(": {lost}")).unwrap_or_default();
            talk.say(format!("skipped {}: {}{lost}", rule.id, rule.why));
        }
    }
}

fn rest(all: usize, shown: usize, talk: Talk) {
    if all > shown {
        talk.say(format!("  and {} more (-v lists them)", all - shown));
    }
}
