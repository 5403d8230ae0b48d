//! Finds a source's licence file and names the licence if it is a known one.
//!
//! Names are SPDX identifiers, <https://spdx.org/licenses/>. A licence is known by sentences that
//! its text can't do without, not by comparing whole texts: copies differ in wrapping, in
//! punctuation, in copyright lines and in what a repository says around it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// How much of a licence file is looked at, in bytes; the GPL has 35 kB.
const LOOKED_AT: u64 = 256 << 10;

/// A licence file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// SPDX identifier, if the licence is a known one.
    pub name: Option<&'static str>,
    /// The file.
    pub file: PathBuf,
}

/// Finds the licence of a folder: its own, or that of the nearest folder above it up to `top`
/// (the checkout's root). Without `top`, only the folder itself is searched.
pub fn find(folder: &Path, top: Option<&Path>) -> Option<Licence> {
    let folder = folder.canonicalize().ok()?;
    let top = top.and_then(|t| t.canonicalize().ok()).filter(|t| folder.starts_with(t));
    for place in folder.ancestors() {
        let mut files = licence_files(place);
        files.sort();
        if let Some((_, file)) = files.into_iter().next() {
            return Some(Licence { name: name_of(&head(&file)), file });
        }
        if top.as_deref().is_none_or(|top| top == place) {
            return None;
        }
    }
    None
}

/// Candidates with their rank: plain names before `LICENSE-CODE` and the like.
fn licence_files(folder: &Path) -> Vec<(usize, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().to_str()?.to_lowercase();
            let stems = ["license", "licence", "copying", "unlicense"];
            let rank = stems.iter().position(|stem| name.starts_with(stem))?;
            let rest = &name[stems[rank].len()..];
            let plain = matches!(rest, "" | ".txt" | ".md" | ".rst");
            // `licensing_check.yml` is none.
            let named = plain || rest.starts_with(['-', '_', '.']) && !is_other_text(rest);
            let file = entry.path();
            (named && entry.file_type().ok()?.is_file())
                .then_some((rank + if plain { 0 } else { stems.len() }, file))
        })
        .collect()
}

fn is_other_text(rest: &str) -> bool {
    let extension = rest.rsplit('.').next().unwrap_or_default();
    matches!(extension, "yml" | "yaml" | "toml" | "json" | "py" | "js" | "html" | "rs")
}

fn head(file: &Path) -> String {
    let mut bytes = Vec::new();
    if let Ok(file) = File::open(file) {
        // What was read before an error is as good as a shorter file.
        let _ = file.take(LOOKED_AT).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Lower case words with single spaces, without punctuation other than that of version numbers.
fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| !(c.is_alphanumeric() || c == '.')) {
        let word = word.trim_matches('.');
        if !word.is_empty() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.extend(word.chars().flat_map(char::to_lowercase));
        }
    }
    out
}

/// A licence, with phrases that its title has and phrases that its text has, all of them.
struct Known {
    name: &'static str,
    title: &'static [&'static str],
    text: &'static [&'static str],
}

const fn titled(name: &'static str, title: &'static [&'static str]) -> Known {
    Known { name, title, text: &[] }
}

const fn worded(name: &'static str, text: &'static [&'static str]) -> Known {
    Known { name, title: &[], text }
}

/// Known licences; the first that fits counts, so those that quote others' sentences come first.
const KNOWN: &[Known] = &[
    titled("DRL-1.1", &["detection rule license", "1.1"]),
    titled("DRL-1.0", &["detection rule license", "1.0"]),
    titled("Elastic-2.0", &["elastic license 2.0"]),
    titled("SSPL-1.0", &["server side public license"]),
    titled("BUSL-1.1", &["business source license 1.1"]),
    titled("AGPL-3.0", &["gnu affero general public license", "version 3"]),
    titled("LGPL-3.0", &["gnu lesser general public license", "version 3"]),
    titled("LGPL-2.1", &["gnu lesser general public license", "version 2.1"]),
    titled("GPL-3.0", &["gnu general public license", "version 3"]),
    titled("GPL-2.0", &["gnu general public license", "version 2"]),
    titled("MPL-2.0", &["mozilla public license", "2.0"]),
    titled("EPL-2.0", &["eclipse public license", "2.0"]),
    titled("EUPL-1.2", &["european union public licence", "1.2"]),
    titled("CC0-1.0", &["cc0 1.0 universal"]),
    titled("CC-BY-NC-SA-4.0", &["attribution noncommercial sharealike 4.0 international"]),
    titled("CC-BY-NC-4.0", &["attribution noncommercial 4.0 international"]),
    titled("CC-BY-SA-4.0", &["attribution sharealike 4.0 international"]),
    titled("CC-BY-ND-4.0", &["attribution noderivatives 4.0 international"]),
    titled("CC-BY-4.0", &["attribution 4.0 international"]),
    titled("Apache-2.0", &["apache license", "version 2.0"]),
    titled("BSL-1.0", &["boost software license version 1.0"]),
    worded(
        "Unlicense",
        &["this is free and unencumbered software released into the public domain"],
    ),
    worded(
        "BSD-3-Clause",
        &["redistributions of source code must retain the above copyright", "neither the name"],
    ),
    worded("BSD-2-Clause", &["redistributions of source code must retain the above copyright"]),
    worded(
        "ISC",
        &["permission to use copy modify and or distribute this software for any purpose"],
    ),
    worded(
        "MIT",
        &[
            "permission is hereby granted free of charge to any person obtaining a copy of this \
             software and associated documentation files",
            "the above copyright notice and this permission notice shall be included",
        ],
    ),
];

/// How many characters of a licence's words are its title.
const TITLE: usize = 600;

fn name_of(text: &str) -> Option<&'static str> {
    let text = words(text);
    let title = &text[..text.floor_char_boundary(TITLE)];
    KNOWN
        .iter()
        .find(|known| {
            known.title.iter().all(|phrase| title.contains(phrase))
                && known.text.iter().all(|phrase| text.contains(phrase))
        })
        .map(|known| known.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_and_markup_do_not_matter() {
        assert_eq!(
            name_of("# **Apache   License**\n\n_Version 2.0_, January 2004"),
            Some("Apache-2.0")
        );
        assert_eq!(
            name_of("Creative Commons\n\nAttribution-NonCommercial 4.0\nInternational"),
            Some("CC-BY-NC-4.0")
        );
        assert_eq!(
            name_of("All rules are under the [Detection Rule License (DRL) 1.1](x)"),
            Some("DRL-1.1")
        );
        assert_eq!(name_of("GNU GENERAL PUBLIC LICENSE\n Version 2, June 1991"), Some("GPL-2.0"));
        assert_eq!(name_of("All rights reserved."), None);
        assert_eq!(name_of(""), None);
    }
}
