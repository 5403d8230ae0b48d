//! Addresses of the site as files, and links between them.

use std::collections::HashSet;

use crate::route::{Route, decode};

/// The addresses that are files.
#[derive(Debug)]
pub(super) struct Files {
    pages: HashSet<String>,
}

/// Attributes that hold an address of the site. Text of a rule can't look like one: its quotes are
/// escaped.
const ATTRIBUTES: [&str; 3] = [" href=\"/", " src=\"/", " action=\"/"];

/// Characters of a part of a path that are kept where it is not plain.
const KEPT: usize = 40;

impl Files {
    pub(super) fn new<'p>(pages: impl Iterator<Item = &'p str>) -> Files {
        Files { pages: pages.map(str::to_owned).collect() }
    }

    /// A page with its links relative to its own file.
    pub(super) fn relative(&self, html: &str, file: &str) -> String {
        let up = "../".repeat(file.matches('/').count());
        let mut out = String::with_capacity(html.len());
        let mut rest = html;
        loop {
            let found = ATTRIBUTES.iter().filter_map(|a| Some((rest.find(a)?, *a))).min();
            let Some((at, attribute)) = found else { break };
            out += rest.get(..at).unwrap_or_default();
            let after = rest.get(at + attribute.len()..).unwrap_or_default();
            let (inner, tail) = after.split_once('"').unwrap_or((after, ""));
            let name = attribute.trim_end_matches("=\"/");
            if let Some(target) = self.target(&format!("/{}", inner.replace("&amp;", "&"))) {
                out += &format!("{name}=\"{up}{}\"", target.replace('&', "&amp;"));
            }
            rest = tail;
        }
        out += rest;
        out
    }

    /// The file of an address; `None` where it is none.
    fn target(&self, address: &str) -> Option<String> {
        if address.starts_with("/assets/") {
            return Some(address.trim_start_matches('/').to_owned());
        }
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        if path == "/search" {
            let mark = if query.is_empty() { "" } else { "?" };
            return Some(format!("search/index.html{mark}{query}"));
        }
        if self.pages.contains(address) {
            return Some(file_of(address));
        }
        // A template may write an address in another way than the list of pages.
        let plain = Route::parse(path)?;
        let is_page = |page: &&String| Route::parse(page).as_ref() == Some(&plain);
        let close = [path.to_lowercase(), format!("{path}/")];
        close.iter().find(|a| self.pages.get(*a).as_ref().is_some_and(is_page)).map(|a| file_of(a))
    }
}

/// The file of a page's address.
pub(super) fn file_of(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let mut out = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        out += &segment(part);
        out.push('/');
    }
    if let Some((_, by)) = query.split_once('=') {
        out += &format!("by-{}/", segment(by));
    }
    out + "index.html"
}

/// A part of an address as the name of a folder: itself where it is plain and short, else its
/// beginning and a hash, as hosts and disks differ in what they make of other characters.
fn segment(part: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if part.chars().all(plain) && part.len() <= KEPT * 2 {
        return part.to_owned();
    }
    let text = decode(part).unwrap_or_default();
    let kept: String = text.chars().map(|c| if plain(c) { c } else { '-' }).take(KEPT).collect();
    let hash = part.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{}-{hash:016x}", kept.trim_matches(['-', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_and_lead_to_files() {
        let files = Files::new(["/", "/rules/s/a/", "/attack/?by=sigma"].into_iter());
        let html = "<a href=\"/\"><a class=\"x\" href=\"/rules/s/a/\"><a href=\"/rules/s/b/\">\
                    <a href=\"/search?q=a&amp;v=b\"><a href=\"/attack/?by=sigma\">\
                    <link href=\"/assets/site.css\"><a href=\"https://x.example/\"> href=&quot;/";
        assert_eq!(
            files.relative(html, "rules/s/a/index.html"),
            "<a href=\"../../../index.html\"><a class=\"x\" href=\"../../../rules/s/a/index.html\">\
             <a><a href=\"../../../search/index.html?q=a&amp;v=b\">\
             <a href=\"../../../attack/by-sigma/index.html\">\
             <link href=\"../../../assets/site.css\"><a href=\"https://x.example/\"> href=&quot;/"
        );
    }

    #[test]
    fn no_part_of_an_address_leaves_the_folder() {
        for value in ["..", "/etc/passwd", "a\\..\\b", "C:", "x".repeat(4000).as_str()] {
            let file = file_of(&crate::route::indicator("Image", "eq", value));
            assert_eq!(file.matches('/').count(), 4, "{file}");
            assert!(file.split('/').all(|part| part != ".." && part.len() < 120), "{file}");
        }
    }
}
