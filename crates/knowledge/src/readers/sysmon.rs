//! Sysinternals' page on Sysmon: titles and descriptions of its events, and the elements of its
//! configuration that filter them (<https://learn.microsoft.com/sysinternals/downloads/sysmon>).

use super::markdown;
use crate::event::EventKey;
use crate::harvest::{Broken, Harvest, Source};
use crate::walk::{has_extension, stem};

const PROVIDER: &str = "Microsoft-Windows-Sysmon";
const CHANNEL: &str = "Microsoft-Windows-Sysmon/Operational";
const PAGE: &str = "https://learn.microsoft.com/sysinternals/downloads/sysmon";
const HEADING: &str = "### Event ID ";

pub(super) fn recognise(path: &str, head: &str) -> bool {
    let titled = || head.lines().any(|line| line.starts_with("# Sysmon"));
    has_extension(path, &["md"]) && (titled() || head.lines().any(|line| line.starts_with(HEADING)))
}

pub(super) fn expects(path: &str) -> bool {
    has_extension(path, &["md"]) && stem(path) == "sysmon"
}

pub(super) fn read(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    let sections: Vec<&str> = source.text.split("\n### Event ID ").skip(1).collect();
    if sections.is_empty() {
        return Err(Broken::new(None, "it describes no event; see Sysinternals' page on Sysmon"));
    }
    for section in sections {
        let (heading, text) = section.split_once('\n').unwrap_or((section, ""));
        let number =
            heading.split_once(':').and_then(|(id, title)| Some((id.trim().parse().ok()?, title)));
        let Some((id, title)) = number else {
            let line = source.line_of(section);
            source.warn(line, "pack/bad-heading", "the heading has no event id and title; mend it");
            continue;
        };
        let facts = harvest.event(key(id));
        let title = markdown::plain(title);
        source.title(&mut facts.titles, &title);
        let end = text.find("\n#").unwrap_or(text.len());
        source.text(&mut facts.descriptions, &markdown::paragraphs(&text[..end]));
        source.text(&mut facts.references, &format!("{PAGE}#{}", anchor(heading)));
    }
    for line in source.text.lines() {
        let cells = markdown::cells(line);
        if let [id, tag, _] = &cells[..]
            && let Ok(id) = id.parse()
            && tag != "n/a"
        {
            source.text(
                &mut harvest.event(key(id)).settings,
                &format!("Sysmon configuration: {tag}"),
            );
        }
    }
    Ok(())
}

fn key(id: u32) -> EventKey {
    EventKey { provider: Some(PROVIDER.to_owned()), channel: Some(CHANNEL.to_owned()), id }
}

/// The anchor that the site makes of a heading.
fn anchor(heading: &str) -> String {
    let heading = format!("event id {}", heading.trim().to_lowercase());
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_the_sites() {
        assert_eq!(anchor("17: PipeEvent (Pipe Created)"), "event-id-17-pipeevent-pipe-created");
    }
}
