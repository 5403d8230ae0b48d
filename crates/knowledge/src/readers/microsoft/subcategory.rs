//! A page of a subcategory: what it is for, how many events it writes, whether to audit it on
//! which machines, and its events.

use crate::event::{EventKey, Priority};
use crate::harvest::{Broken, Harvest, Source};
use crate::policy::{Advice, Answer};
use crate::readers::markdown::{self, paragraphs, plain};

const ADVICE: &str = "Computer Type";
const EVENTS: &str = "**Events List:**";
const VOLUME: &str = "**Event volume";

/// The name of a subcategory in a heading or link: `Audit Process Creation`, and `Other Events`,
/// which can't be turned off.
pub(super) fn name(heading: &str) -> Option<&str> {
    let heading = heading.trim();
    heading.strip_prefix("Audit ").or_else(|| (heading == "Other Events").then_some(heading))
}

pub(super) fn read(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    let text = source.text;
    let heading = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default();
    let name = name(heading).map(plain).ok_or_else(|| {
        Broken::new(source.line_of(heading), "its heading names no subcategory; mend it")
    })?;
    let advice = advice(text);
    let events = events(text);
    let facts = harvest.subcategories.entry(source.capped(&name).to_owned()).or_default();
    source.text(&mut facts.descriptions, &description(text));
    source.text(&mut facts.volumes, &volume(text));
    for event in &events {
        source.value(&mut facts.events, event.id);
    }
    for one in &advice {
        let comment = source.capped(&one.comment).to_owned();
        source.value(&mut facts.advice, Advice { comment, ..one.clone() });
    }
    for event in events {
        let facts = harvest.event(EventKey {
            provider: None,
            channel: Some("Security".to_owned()),
            id: event.id,
        });
        source.text(&mut facts.subcategories, &name);
        if let Some(priority) = priority(&advice, &event) {
            source.value(&mut facts.priorities, priority);
        }
        // An event with a page of its own has its title there.
        if !event.has_page {
            source.title(&mut facts.titles, &event.title);
        }
    }
    Ok(())
}

/// What stands between the title and the figures.
fn description(text: &str) -> String {
    let body = text.split_once("\n# ").and_then(|(_, text)| text.split_once('\n'));
    let body = body.map_or("", |(_, body)| body);
    let ends = [VOLUME, "\n|", EVENTS, "\n#"].iter().filter_map(|end| body.find(end));
    let body = &body[..ends.min().unwrap_or(body.len())];
    let parts = body.split("\n\n").filter(|part| !part.trim_start().starts_with("**Applies to**"));
    paragraphs(&parts.collect::<Vec<_>>().join("\n\n"))
}

/// `**Event volume**: Low.`, or a list behind it.
fn volume(text: &str) -> String {
    let Some((_, rest)) = text.split_once(VOLUME) else { return String::new() };
    let rest = rest.trim_start_matches(['*', ':', ' ']);
    let (first, more) = rest.split_once('\n').unwrap_or((rest, ""));
    let first = plain(first);
    if !first.is_empty() {
        return first.trim_end_matches('.').to_owned();
    }
    let entries = more.lines().map(str::trim).skip_while(|line| line.is_empty());
    let entries = entries.take_while(|line| line.is_empty() || line.starts_with('-'));
    let entries = entries.filter_map(|line| line.strip_prefix('-')).map(plain);
    entries.collect::<Vec<_>>().join(" ")
}

/// Kinds of machines that a table tells apart; real ones have three.
const MOST_COMPUTERS: usize = 64;

/// The table of recommendations.
fn advice(text: &str) -> Vec<Advice> {
    let Some(at) = text.find(ADVICE) else { return Vec::new() };
    let start = text[..at].rfind('\n').map_or(0, |line| line + 1);
    let rows = markdown::table(&text[start..]).into_iter().skip(1).take(MOST_COMPUTERS);
    rows.filter_map(|row| match &row[..] {
        [computer, success, failure, stronger_success, stronger_failure, comment @ ..] => {
            Some(Advice {
                computer: computer.clone(),
                success: answer(success)?,
                failure: answer(failure)?,
                stronger_success: answer(stronger_success)?,
                stronger_failure: answer(stronger_failure)?,
                comment: comment.join(" "),
            })
        }
        _ => None,
    })
    .collect()
}

fn answer(cell: &str) -> Option<Answer> {
    let word: String = cell.chars().take_while(|c| c.is_alphabetic()).collect();
    match word.to_ascii_lowercase().as_str() {
        "yes" => Some(Answer::Yes),
        "no" => Some(Answer::No),
        "if" => Some(Answer::If),
        _ => None,
    }
}

/// An entry of the list of events.
#[derive(Debug, PartialEq, Eq)]
struct Listed {
    id: u32,
    success: bool,
    failure: bool,
    title: String,
    has_page: bool,
}

/// `-   [4688](event-4688.md)(S): A new process has been created.`
fn events(text: &str) -> Vec<Listed> {
    // Older pages have no label before the list, and no page has such entries elsewhere.
    text.lines().filter_map(entry).collect()
}

fn entry(line: &str) -> Option<Listed> {
    let entry = line.trim_start().strip_prefix('-')?.trim_start();
    let has_page = entry.starts_with('[');
    let entry = plain(entry);
    let digits = entry.len() - entry.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let id = entry[..digits].parse().ok().filter(|_| digits >= 4)?;
    let (outcome, title) = entry[digits..].trim_start().strip_prefix('(')?.split_once(')')?;
    let title = title.strip_prefix(':')?.trim().to_owned();
    Some(Listed {
        id,
        success: outcome.contains('S'),
        failure: outcome.contains('F'),
        title,
        has_page,
    })
}

/// How much the recommendations want an event: high where every machine should audit its outcome,
/// medium where some should, or all under a stricter policy or condition, else low. This reading of
/// the table is ours; the table itself is in [`Advice`].
fn priority(advice: &[Advice], event: &Listed) -> Option<Priority> {
    if advice.is_empty() {
        return None;
    }
    let answers = |general: fn(&Advice) -> Answer, stronger: fn(&Advice) -> Answer| {
        if advice.iter().all(|one| general(one) == Answer::Yes) {
            Priority::High
        } else if advice.iter().any(|one| general(one) > Answer::No || stronger(one) > Answer::No) {
            Priority::Medium
        } else {
            Priority::Low
        }
    };
    let success = event.success.then(|| answers(|one| one.success, |one| one.stronger_success));
    let failure = event.failure.then(|| answers(|one| one.failure, |one| one.stronger_failure));
    success.max(failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Audit Things\n\n**Applies to**\n-   Windows\n\nIt is for\nthings.\n\n\
        **Event volume**: Low.\n\n\
        | Computer Type | General Success | General Failure | Stronger Success | Stronger Failure | Comments |\n\
        |---|---|---|---|---|---|\n\
        | Domain Controller | Yes | No | Yes | No | because |\n\
        | Workstation | Yes | IF | Yes | No | because |\n\n\
        **Events List:**\n\n-   [4688](event-4688.md)(S): Made.\n\n-   4689(F): Not **made**.\n";

    #[test]
    fn a_page_is_read() {
        assert_eq!(description(&format!("\n{PAGE}")), "It is for things.");
        assert_eq!(volume(PAGE), "Low");
        let advice = advice(PAGE);
        assert_eq!(advice.iter().map(|a| a.failure).collect::<Vec<_>>(), [Answer::No, Answer::If]);
        let events = events(PAGE);
        assert_eq!(
            events.iter().map(|e| (e.id, e.has_page)).collect::<Vec<_>>(),
            [(4688, true), (4689, false)]
        );
        assert_eq!(events[1].title, "Not made.");
        assert_eq!(priority(&advice, &events[0]), Some(Priority::High));
        assert_eq!(priority(&advice, &events[1]), Some(Priority::Medium));
        assert_eq!(priority(&[], &events[1]), None);
    }

    #[test]
    fn a_volume_may_be_a_list() {
        assert_eq!(
            volume("**Event volume**:\n\n-   Low here.\n\n-   High there.\n\n| x |"),
            "Low here. High there."
        );
    }
}
