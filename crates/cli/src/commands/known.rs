//! What knowledge packs state, as the pages of events and techniques print it: each with the packs
//! that state it. Long texts and lists are cut here; `--json` has them whole.

use std::collections::BTreeSet;

use rulescope_catalog::event::EventField;
use rulescope_catalog::known::{EventKnowledge, Origin, Stated, StatedValue, TechniqueKnowledge};

use super::reach::section;
use crate::markdown::{first_paragraph, plain};
use crate::output::{DIM, clean, heading};
use crate::table::{indented, wrapped};

/// Characters of a description that are printed.
const MOST_TEXT: usize = 1_500;
/// Texts of one kind that are printed.
const MOST_TEXTS: usize = 3;
/// Lines of an example that are printed.
const MOST_LINES: usize = 80;
/// Known values of a field that are printed.
const MOST_VALUES: usize = 8;
/// Behaviours, references and log sources that are printed.
const MOST_LINKS: usize = 12;
/// Columns of running text.
const WIDTH: usize = 96;
/// Columns of a description in a table.
const CELL: usize = 60;

/// What stands below an event's name, a line each.
pub(crate) fn summary(known: &EventKnowledge) -> String {
    let mut out = String::new();
    for (label, facts) in [
        ("title", &known.titles),
        ("level", &known.levels),
        ("task", &known.tasks),
        ("opcode", &known.opcodes),
        ("version", &known.versions),
        ("group", &known.categories),
        ("collect", &known.priorities),
        ("needs", &known.requirements),
        ("turned on by", &known.settings),
    ] {
        let facts: Vec<String> =
            facts.iter().map(|fact| line(&fact.value, &fact.origins)).collect();
        if !facts.is_empty() {
            out += &format!("{label}: {}\n", facts.join("; "));
        }
    }
    for of in &known.subcategories {
        let category = of.category.iter().map(|category| format!("{category} / "));
        let guid = of.guid.iter().map(|guid| format!(" {{{guid}}}"));
        let text: String = category.chain([of.name.clone()]).chain(guid).collect();
        out += &format!("audit policy: {}\n", line(&text, &of.origins));
        if let Some(volume) = &of.volume {
            out += &format!("volume: {}\n", clean(volume));
        }
    }
    for component in &known.components {
        let name = format!("{} {}", component.id, component.name);
        out += &format!("data component: {}\n", line(name.trim_end(), &component.origins));
    }
    if !known.other_channels.is_empty() {
        out += &format!("also written to: {}\n", clean(&known.other_channels.join(", ")));
    }
    out
}

/// Description, message and what to watch for.
pub(crate) fn texts(known: &EventKnowledge) -> String {
    let mut out = String::new();
    paragraphs(&mut out, "Description", &known.descriptions);
    paragraphs(&mut out, "What to watch for", &known.recommendations);
    paragraphs(&mut out, "Message", &known.messages);
    out
}

/// Texts of one kind, each with who states it.
fn paragraphs(out: &mut String, title: &str, texts: &[Stated]) {
    if texts.is_empty() {
        return;
    }
    heading(out, title);
    for (i, text) in texts.iter().take(MOST_TEXTS).enumerate() {
        if i > 0 {
            out.push('\n');
        }
        *out += &wrapped(&cut(&plain(&text.value), MOST_TEXT), WIDTH);
        *out += &format!("  {DIM}{}{DIM:#}\n", by(&text.origins));
    }
    more(out, texts.len(), MOST_TEXTS);
}

/// The fields that an event has: with columns for what packs state, where they state anything.
pub(crate) fn fields(fields: &[EventField], told: bool) -> String {
    if !told {
        let rows = fields
            .iter()
            .map(|f| vec![f.name.clone(), f.canonical.join(", "), f.rules.to_string()])
            .collect();
        return section("Fields", &["Field", "Read as", "Rules"], rows);
    }
    let rows = fields.iter().map(|f| {
        let description = f.known.descriptions.first().map_or("", |fact| fact.value.as_str());
        let label = f.known.labels.first().map_or("", |fact| fact.value.as_str());
        let text = if description.is_empty() { label } else { description };
        vec![
            f.name.clone(),
            types(&f.known.types),
            f.canonical.join(", "),
            f.rules.to_string(),
            cell(text),
            f.known.origins.join(", "),
        ]
    });
    let columns = ["Field", "Type", "Read as", "Rules", "Description", "Stated by"];
    let mut out = section("Fields", &columns, rows.collect());
    let mut rows = Vec::new();
    for field in fields {
        let mut seen = BTreeSet::new();
        let mut values: Vec<&StatedValue> = field.known.values.iter().collect();
        values.retain(|value| seen.insert(&value.value));
        for value in values.iter().take(MOST_VALUES) {
            let origins = value.origins.join(", ");
            rows.push(vec![field.name.clone(), value.value.clone(), cell(&value.meaning), origins]);
        }
        let hidden = values.len().saturating_sub(MOST_VALUES);
        if hidden > 0 {
            let more = format!("{hidden} more; --json has them");
            rows.push(vec![field.name.clone(), "…".to_owned(), more, String::new()]);
        }
    }
    out += &section("Known values", &["Field", "Value", "Meaning", "Stated by"], rows);
    out
}

/// The beginning of a text for a table.
fn cell(text: &str) -> String {
    let text = plain(text);
    let text: Vec<&str> = first_paragraph(&text).split_whitespace().collect();
    let lines = wrapped(&cut(&text.join(" "), 3 * CELL), CELL);
    lines.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

/// The types that packs name, each once whatever its case.
fn types(types: &[Stated]) -> String {
    let mut seen = BTreeSet::new();
    let mut names: Vec<&str> = types.iter().map(|fact| fact.value.as_str()).collect();
    names.retain(|name| seen.insert(name.to_lowercase()));
    names.join("\n")
}

/// What is known by a label of the message only.
pub(crate) fn labels(known: &EventKnowledge) -> String {
    let rows = known.labels.iter().map(|(name, label)| {
        let description = label.descriptions.first().map_or("", |fact| fact.value.as_str());
        vec![name.clone(), types(&label.types), cell(description), label.origins.join(", ")]
    });
    let columns = ["Label", "Type", "Description", "Stated by"];
    section("Known by their label in the message only", &columns, rows.collect())
}

/// The example to show.
pub(crate) fn example(known: &EventKnowledge) -> String {
    let mut out = String::new();
    let Some(example) = known.examples.first() else { return out };
    heading(&mut out, "Example");
    let lines = example.text.lines().count();
    let text = match example.format.as_str() {
        "json" => pretty(&example.text),
        _ if lines > 1 => example.text.clone(),
        // XML on one line can't be read by people.
        "xml" => example.text.replace("><", ">\n<"),
        _ => example.text.clone(),
    };
    for line in text.lines().take(MOST_LINES) {
        out += &indented(&cut(line, 4 * WIDTH));
    }
    if text.lines().count() > MOST_LINES {
        out += "  …\n";
    }
    out += &format!("  {DIM}{}{DIM:#}\n", by(&example.origins));
    if known.examples.len() > 1 {
        out += &format!("  {DIM}{} more; --json has them{DIM:#}\n", known.examples.len() - 1);
    }
    out
}

fn pretty(json: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(json);
    let printed = value.and_then(|value| serde_json::to_string_pretty(&value));
    printed.unwrap_or_else(|_| json.to_owned())
}

/// Behaviours, uses, references, and where packs disagree.
pub(crate) fn rest(known: &EventKnowledge) -> String {
    let mut out = String::new();
    list(&mut out, "Behaviours that it shows", &known.relations);
    list(&mut out, "Used by", &known.uses);
    list(&mut out, "References", &known.references);
    let rows = known.disagreements.iter().flat_map(|of| {
        let rows = of.values.iter().enumerate();
        rows.map(|(i, stated)| {
            let about = if i == 0 { of.about.clone() } else { String::new() };
            vec![about, cut(&stated.value, 2 * CELL), stated.origins.join(", ")]
        })
    });
    out += &section("Packs disagree", &["About", "Value", "Stated by"], rows.collect());
    out
}

/// A list of facts.
fn list(out: &mut String, title: &str, facts: &[Stated]) {
    if facts.is_empty() {
        return;
    }
    heading(out, title);
    for fact in facts.iter().take(MOST_LINKS) {
        *out += &format!("  {}\n", line(&fact.value, &fact.origins));
    }
    more(out, facts.len(), MOST_LINKS);
}

/// The packs of which something is shown.
pub(crate) fn origins(origins: &[Origin]) -> String {
    let rows = origins.iter().map(|origin| {
        let notice = origin.notice.clone().unwrap_or_default();
        let licence = origin.licence.clone().unwrap_or_default();
        vec![origin.name.clone(), origin.kind.clone(), notice, licence]
    });
    section("Origins", &["Pack", "Kind", "Rights", "Licence"], rows.collect())
}

/// What ATT&CK and other packs say of a technique.
pub(crate) fn technique(known: &TechniqueKnowledge) -> String {
    let mut out = String::new();
    if let Some(id) = &known.known_as {
        out += &format!("described as {id}\n");
    }
    if !known.platforms.is_empty() {
        let names: Vec<&str> = known.platforms.iter().map(|fact| fact.value.as_str()).collect();
        let origins: BTreeSet<String> =
            known.platforms.iter().flat_map(|fact| fact.origins.clone()).collect();
        let origins: Vec<String> = origins.into_iter().collect();
        out += &format!("platforms: {}\n", line(&names.join(", "), &origins));
    }
    for url in &known.urls {
        out += &format!("{}\n", line(&url.value, &url.origins));
    }
    paragraphs(&mut out, "Description", &known.descriptions);
    paragraphs(&mut out, "Detection", &known.detections);
    out
}

/// Detection strategies of a technique with their analytics.
pub(crate) fn strategies(known: &TechniqueKnowledge) -> String {
    let mut out = String::new();
    if !known.strategies.is_empty() {
        heading(&mut out, "Detection strategies");
    }
    for strategy in &known.strategies {
        let name = format!("{} {}", strategy.id, strategy.name);
        out += &format!("{}\n", line(&name, &strategy.origins));
        if !strategy.url.is_empty() {
            out += &indented(&strategy.url);
        }
        for analytic in &strategy.analytics {
            out += &format!(
                "\n  {}\n",
                clean(&format!("{} {}", analytic.id, analytic.platforms.join(", ")))
            );
            out += &wrapped(&cut(&plain(&analytic.description), MOST_TEXT), WIDTH);
            for source in analytic.log_sources.iter().take(MOST_LINKS) {
                let component = source.component.as_ref();
                let component =
                    component.map_or(String::new(), |(id, name)| format!(" → {id} {name}"));
                let text = format!("reads {}: {}{component}", source.name, source.channel);
                out += &indented(text.trim_end());
            }
            more(&mut out, analytic.log_sources.len(), MOST_LINKS);
            for (field, purpose) in &analytic.tunables {
                out += &wrapped(&format!("tune {field}: {purpose}"), WIDTH);
            }
        }
    }
    list(&mut out, "Behaviours in which it shows", &known.relations);
    out
}

fn line(value: &str, origins: &[String]) -> String {
    // A fact is one line, whatever its text holds.
    let words: Vec<&str> = value.split_whitespace().collect();
    format!("{} {DIM}{}{DIM:#}", clean(&words.join(" ")), by(origins))
}

/// Who states it.
fn by(origins: &[String]) -> String {
    clean(&format!("[{}]", origins.join(", "))).into_owned()
}

/// Says that there is more than is printed.
fn more(out: &mut String, all: usize, most: usize) {
    if all > most {
        *out += &format!("  {DIM}{} more; --json has them{DIM:#}\n", all - most);
    }
}

/// The text as far as there is room for it.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}
