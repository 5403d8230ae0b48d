//! A page of an event: title, subcategories, description, example or message, versions, fields,
//! recommendations.

use std::collections::BTreeMap;

use super::fields;
use super::subcategory;
use crate::event::{EventFacts, EventKey, ExampleFormat};
use crate::harvest::{Broken, Harvest, Source};
use crate::readers::example::{Shown, examples};
use crate::readers::markdown::{paragraphs, plain};

const ADDRESS: &str =
    "https://learn.microsoft.com/windows/security/threat-protection/auditing/event-";

/// The parts of a page, each behind a label such as `***Event XML:***`.
const PARTS: [&str; 10] = [
    "Subcategory",
    "Subcategories",
    "Event Description",
    "Event XML",
    "Event Schema",
    "Required Server Roles",
    "Minimum OS Version",
    "Event Versions",
    "Field Descriptions",
    "Security Monitoring Recommendations",
];

pub(super) fn read(source: &mut Source<'_>, harvest: &mut Harvest, id: u32) -> Result<(), Broken> {
    let heading = source.text.lines().find_map(|line| line.strip_prefix("# "));
    let heading = heading.ok_or_else(|| Broken::new(None, "it has no heading; add the title"))?;
    let (head, title) = heading.split_once(':').unwrap_or((heading, ""));
    if !head.starts_with(&format!("{id}(")) {
        let message = format!("its heading is not about event {id}; rename the file or mend it");
        return Err(Broken::new(source.line_of(heading), message));
    }
    let (lead, parts) = split(source.text);
    let part = |name: &str| parts.get(name).copied().unwrap_or_default();
    let mut facts = EventFacts::default();
    // Some titles are the placeholder of a message.
    let title = plain(title);
    if title.chars().any(char::is_alphabetic) {
        source.title(&mut facts.titles, &title);
    }
    for name in link_labels(part("Subcategory")).chain(link_labels(part("Subcategories"))) {
        let name = subcategory::name(&name).map_or(name.clone(), str::to_owned);
        source.text(&mut facts.subcategories, &name);
    }
    let described = parts.get("Event Description").copied().unwrap_or(lead);
    source.text(&mut facts.descriptions, &description(described));
    if let Some(message) = parts.get("Event Schema").copied() {
        source.text(&mut facts.messages, &schema(message));
    }
    state_requirements(source, &parts, &mut facts);
    source
        .text(&mut facts.recommendations, &paragraphs(part("Security Monitoring Recommendations")));
    source.text(&mut facts.references, &format!("{ADDRESS}{id}"));
    let mut key = EventKey { provider: None, channel: Some("Security".to_owned()), id };
    for xml in examples(&unfolded(part("Event XML"))) {
        match Shown::parse(xml) {
            Some(shown) if shown.id() == Some(id) => {
                key.provider = shown.key().and_then(|own| own.provider).or(key.provider);
                shown.state(source, &mut facts, xml);
                shown.state_provider(source, harvest);
            }
            Some(_) => {
                source.warn(
                    None,
                    "pack/foreign-example",
                    "the example is of another event; move it",
                );
            }
            None => {
                source.example(&mut facts.examples, ExampleFormat::Text, xml);
                source.warn(None, "pack/bad-example", "the example is no event XML; mend it");
            }
        }
    }
    fields::state(source, part("Field Descriptions"), &mut facts);
    harvest.events.insert(key, facts);
    Ok(())
}

/// The text before the first part, and the parts by label.
fn split(text: &str) -> (&str, BTreeMap<&'static str, &str>) {
    let mut starts: Vec<(usize, usize, &'static str)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let label = line.strip_prefix("***").or_else(|| line.strip_prefix("## "));
        let found = label.and_then(|label| {
            let name =
                PARTS.into_iter().filter(|name| label.starts_with(name)).max_by_key(|n| n.len())?;
            let rest = &label[name.len()..];
            let body = rest.trim_start_matches([':', '*']);
            Some((name, line.len() - body.len()))
        });
        if let Some((name, length)) = found {
            starts.push((at, at + length, name));
        }
        at += line.len();
    }
    let lead = &text[..starts.first().map_or(text.len(), |(start, _, _)| *start)];
    let mut parts = BTreeMap::new();
    for (i, (_, body, name)) in starts.iter().enumerate() {
        let end = starts.get(i + 1).map_or(text.len(), |(start, _, _)| *start);
        parts.entry(*name).or_insert(&text[*body..end]);
    }
    (lead, parts)
}

/// The labels of links.
fn link_labels(text: &str) -> impl Iterator<Item = String> {
    text.split('[').skip(1).filter_map(|rest| Some(plain(rest.split_once("](")?.0)))
}

/// Sentences that say what an event is; what else stands around them is left out.
fn description(text: &str) -> String {
    // What stands before the heading is about the page.
    let heading =
        text.starts_with("# ").then_some(0).or_else(|| text.rfind("\n# ").map(|at| at + 1));
    let behind = |at: usize| text[at..].split_once('\n').map_or("", |(_, text)| text);
    let text = heading.map_or(text, behind);
    let parts = text.split("\n\n").map(str::trim).filter(|part| {
        let picture = part.starts_with('<');
        let link = part.contains("(#security-monitoring-recommendations)");
        let boilerplate = part.starts_with("**Applies to**")
            || *part == "There is no example of this event in this document.";
        !(picture || link || boilerplate)
    });
    let kept: Vec<String> = parts.map(paragraphs).filter(|part| !part.is_empty()).collect();
    kept.join("\n\n")
}

/// A message as it is printed in italics, a line each.
fn schema(text: &str) -> String {
    let lines = text.lines().map(|line| plain(line.trim_start_matches(['>', ' '])));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Event XML as a browser shows it, without the marks that fold elements.
fn unfolded(text: &str) -> String {
    let lines = text.lines().map(|line| {
        line.trim_start()
            .strip_prefix("- <")
            .map_or_else(|| line.to_owned(), |rest| format!("<{rest}"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn state_requirements(
    source: &mut Source<'_>,
    parts: &BTreeMap<&'static str, &str>,
    facts: &mut EventFacts,
) {
    for name in ["Required Server Roles", "Minimum OS Version"] {
        let text = parts.get(name).map(|text| paragraphs(text)).unwrap_or_default();
        let text = plain(&text);
        let text = text.trim_end_matches('.');
        if !text.is_empty() && !text.starts_with("None") && !text.starts_with("No ") {
            source.text(&mut facts.requirements, &format!("{name}: {text}"));
        }
    }
    // `0.` or a list: `-   1 - Windows Server 2012 R2`, with inner lists of what is new.
    for line in parts.get("Event Versions").copied().unwrap_or_default().lines() {
        let entry = line.strip_prefix("- ").unwrap_or(line).trim();
        let digits: String = entry.chars().take_while(char::is_ascii_digit).collect();
        let ends = entry[digits.len()..].trim_start();
        if !digits.is_empty() && (ends.is_empty() || ends.starts_with(['.', '-', '–'])) {
            source.text(&mut facts.versions, &digits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_parts() {
        let text = "# 7(S): T\n\nlead\n\n***Subcategory:***&nbsp;[Audit A](a.md) and [Audit B](b.md)\n\n\
                    ***Event Versions:*** 0.\n\n## Security Monitoring Recommendations\n\n-   x\n";
        let (lead, parts) = split(text);
        assert_eq!(description(lead), "lead");
        assert_eq!(link_labels(parts["Subcategory"]).collect::<Vec<_>>(), ["Audit A", "Audit B"]);
        assert_eq!(parts["Event Versions"].trim(), "0.");
        assert_eq!(parts["Security Monitoring Recommendations"].trim(), "-   x");
    }
}
