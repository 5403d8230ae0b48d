//! Descriptions of fields: `-   **Logon ID** \[Type = HexInt64\]**:** …`, in sections such as
//! `**Subject:**`, with tables of values below.
//!
//! A page names fields by their labels in the rendered message; [`labels`] knows
//! the fields of common ones. What it does not know stays under its label.

use std::collections::BTreeSet;

use super::labels;
use crate::event::EventFacts;
use crate::fact::MOST_VALUES;
use crate::harvest::Source;
use crate::readers::markdown::{self, paragraphs, plain};

/// A description with all that stands below it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Described {
    section: String,
    label: String,
    kind: String,
    /// Markdown, from behind the type to the next description.
    body: String,
}

/// States what a page says of the fields that its example shows.
pub(super) fn state(source: &mut Source<'_>, text: &str, facts: &mut EventFacts) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for one in described(text).into_iter().take(MOST_VALUES) {
        let shown: Vec<&str> = facts.fields.keys().map(String::as_str).collect();
        let shown: Vec<&str> = shown.into_iter().filter(|name| !taken.contains(*name)).collect();
        let known = labels::field(&one.section, &one.label, &shown);
        let full = match one.section.is_empty() {
            true => one.label.clone(),
            false => format!("{}\\{}", one.section, one.label),
        };
        let field = match known.map(str::to_owned) {
            Some(name) => {
                taken.insert(name.clone());
                source.field(&mut facts.fields, &name)
            }
            None => source.field(&mut facts.labels, &full),
        };
        source.text(&mut field.labels, &full);
        source.text(&mut field.types, &one.kind);
        source.text(&mut field.descriptions, &paragraphs(&one.body));
        for (value, meaning) in values(&one.body) {
            source.known(&mut field.values, &value, &meaning);
        }
    }
}

fn described(text: &str) -> Vec<Described> {
    let mut found: Vec<Described> = Vec::new();
    let mut section = String::new();
    // A heading that follows a description belongs to it where it is no section.
    let mut in_section = true;
    for line in text.lines() {
        if let Some((label, kind, rest)) = field(line) {
            let body = format!("{rest}\n");
            found.push(Described { section: section.clone(), label, kind, body });
            in_section = false;
        } else if let Some(name) = heading(line) {
            section = name;
            in_section = true;
        } else if let Some(last) = found.last_mut().filter(|_| !in_section) {
            last.body.push_str(line);
            last.body.push('\n');
        }
    }
    found
}

/// A field's label, its type, and what stands behind.
fn field(line: &str) -> Option<(String, String, &str)> {
    let entry = line.trim_start();
    let entry = entry.strip_prefix('-').unwrap_or(entry).trim_start();
    let inner = entry.strip_prefix("**")?;
    let (label, rest) = inner.split_once("**")?;
    let (_, kind) = rest.split_once("Type")?;
    let kind = kind.trim_start().strip_prefix('=')?;
    let end = kind.find("\\]").or_else(|| kind.find(']'))?;
    // What follows may hold more brackets, such as the versions that have it.
    let mut body = kind[end..].trim_start_matches(['\\', ']', '*', ':', ' ']);
    while let Some(rest) = body.strip_prefix("\\[").or_else(|| body.strip_prefix("[Version")) {
        let Some((_, rest)) = rest.split_once(']') else { break };
        body = rest.trim_start_matches(['*', ':', ' ']);
    }
    let label = plain(label);
    Some((label.trim_end_matches(':').trim().to_owned(), plain(&kind[..end]), body))
}

/// The name of a section: a line in bold with nothing behind it but versions, or one whose bold
/// part ends in a colon.
fn heading(line: &str) -> Option<String> {
    let inner = line.strip_prefix("**")?;
    let (name, mut rest) = inner.split_once("**")?;
    while let Some((_, after)) = rest.split_once("\\[").and_then(|(_, rest)| rest.split_once("\\]"))
    {
        rest = after;
    }
    let name = plain(name);
    let bare = rest.trim_matches([':', '*', ' ']).is_empty() || name.ends_with(':');
    let name = name.trim_end_matches(':').trim();
    (bare && !name.is_empty() && !name.starts_with("Table")).then(|| name.to_owned())
}

/// Values with a meaning: rows of a table, and inner entries that begin in bold.
fn values(body: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for row in markdown::table(body).into_iter().skip(1) {
        let mut cells = row.into_iter();
        let Some(value) = cells.next() else { continue };
        let meaning: Vec<String> = cells.filter(|cell| !cell.is_empty() && cell != "-").collect();
        found.push((value, meaning.join(": ")));
    }
    for line in body.lines() {
        let inner = line.strip_prefix("    -").map(str::trim_start);
        let bold = inner.and_then(|inner| inner.strip_prefix("**")?.split_once("**"));
        if let Some((value, meaning)) = bold {
            let value = plain(value);
            let meaning = plain(meaning.trim_start_matches([':', ' ', '-', '–']));
            if !meaning.is_empty() {
                found.push((value.trim_end_matches(':').to_owned(), meaning));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "**Creator Subject** \\[Value for versions 0 and 1 – **Subject**\\]**:**\n\n\
        -   **Logon ID** \\[Type = HexInt64\\] \\[Version 2\\]**:** a number.\n\n\
        More of it.\n\n**Process Information:**\n\n\
        -   **Kind** \\[Version 1\\] \\[Type = UnicodeString\\]: one of\n\n\
            -   **Full (1):** all of it.\n\n\
        | Code | Name |\n|---|---|\n| 0x1 | A\\_B |\n";

    #[test]
    fn sections_hold_fields() {
        let found = described(&PAGE.replace("            -", "    -"));
        let names: Vec<(&str, &str, &str)> =
            found.iter().map(|d| (&*d.section, &*d.label, &*d.kind)).collect();
        assert_eq!(
            names,
            [
                ("Creator Subject", "Logon ID", "HexInt64"),
                ("Process Information", "Kind", "UnicodeString"),
            ]
        );
        assert!(found[0].body.starts_with("a number."), "{}", found[0].body);
        assert!(found[0].body.contains("More of it."));
    }

    #[test]
    fn tables_and_inner_lists_are_values() {
        let body = "one of\n\n    -   **Full (1):** all of it.\n\n| Code | Name |\n|---|---|\n| 0x1 | A\\_B |\n";
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(values(body), [pair("0x1", "A_B"), pair("Full (1)", "all of it.")]);
    }

    #[test]
    fn a_line_in_bold_alone_is_a_section() {
        assert_eq!(heading("**Object**:").as_deref(), Some("Object"));
        assert_eq!(heading("**Note** it is so"), None);
        assert_eq!(heading("**Table 8. Codes**"), None);
        assert_eq!(field("-   **Plain** text"), None);
    }
}
