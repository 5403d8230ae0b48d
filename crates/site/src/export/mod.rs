//! The site as files, which any static host serves and a browser opens from a disk.
//!
//! Every page is a folder with an `index.html`; links between pages are relative. A link to what is
//! no file (a search by a field, a value that one rule alone looks for) leads to the search page, or
//! nowhere. `catalog.jsonl` holds every rule as one JSON document a line.
//!
//! The text of a source is left out where nobody says that it may be published again: its licence is
//! not one of [`FREE`], or the source is private.

mod index;
mod links;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rulescope_catalog::store::Named;
use rulescope_taxonomy::attack;

use self::links::Files;
use crate::Error;
use crate::assets::FILES;
use crate::html::{Frame, View};
use crate::query::Pairs;
use crate::route::{self, Route};
use crate::site::view;
use crate::state::{Shelf, Site};

/// Licences, or beginnings of their SPDX ids, that let a text be published again: with its notices,
/// which stand in it and beside it.
pub const FREE: [&str; 13] = [
    "Apache-2.0",
    "MIT",
    "BSD-",
    "ISC",
    "0BSD",
    "CC0-1.0",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "DRL-1.",
    "Elastic-2.0",
    "GPL-",
    "LGPL-",
    "MPL-",
];

/// What is exported.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExportOptions {
    /// Whether the text of every source is.
    pub all_bodies: bool,
}

/// What was exported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// Pages that were written.
    pub pages: usize,
    /// Sources whose text was left out, each with its licence.
    pub without_body: Vec<(String, String)>,
}

/// A page to be written: its address, and what it is.
struct Page {
    address: String,
    route: Route,
    query: String,
}

/// Writes a site as files into a folder, which is made where it is not there; files of the same names
/// are written over.
///
/// # Errors
/// Where the catalog can't be read or a file can't be written.
pub fn export(site: &Site, folder: &Path, options: ExportOptions) -> Result<Exported, Error> {
    let shelf = site.shelf();
    let pages = pages(&shelf)?;
    let files = Files::new(pages.iter().map(|page| page.address.as_str()));
    let sources = shelf.ask(|catalog| Ok(catalog.sources()?))?;
    let mut bodies: BTreeMap<String, bool> = BTreeMap::new();
    let mut out = Exported::default();
    for source in &sources {
        let licence = source.licence.as_deref().unwrap_or_default();
        let is_free = !source.private && FREE.iter().any(|free| licence.starts_with(free));
        if !is_free && !options.all_bodies {
            let licence = if licence.is_empty() { "no licence known" } else { licence };
            out.without_body.push((source.name.clone(), licence.to_owned()));
        }
        bodies.insert(source.name.clone(), is_free || options.all_bodies);
    }
    let next = AtomicUsize::new(0);
    let written = AtomicUsize::new(0);
    let failed: Mutex<Option<Error>> = Mutex::new(None);
    let write_some = || -> Result<(), Error> {
        while let Some(page) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
            written.fetch_add(
                usize::from(write(&shelf, &files, folder, page, &bodies)?),
                Ordering::Relaxed,
            );
        }
        Ok(())
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                if let Err(error) = write_some() {
                    next.store(usize::MAX / 2, Ordering::Relaxed);
                    if let Ok(mut failed) = failed.lock() {
                        failed.get_or_insert(error);
                    }
                }
            });
        }
    });
    if let Ok(Some(error)) = failed.into_inner() {
        return Err(error);
    }
    for (path, _, text) in FILES {
        put(folder, path.trim_start_matches('/'), text.as_bytes())?;
    }
    index::write(&shelf, &files, folder)?;
    documents(&shelf, folder, &bodies)?;
    out.pages = written.into_inner();
    Ok(out)
}

fn pages(shelf: &Shelf) -> Result<Vec<Page>, Error> {
    let mut out = Vec::new();
    let mut add = |address: String| {
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        if let Some(route) = Route::parse(path) {
            out.push(Page { query: query.to_owned(), route, address: address.clone() });
        }
    };
    for address in ["/", "/rules/", "/events/", "/attack/", "/about"] {
        add(address.to_owned());
    }
    for by in
        ["vendors", "evidence"].into_iter().chain(shelf.grid.vendors.iter().map(String::as_str))
    {
        add(format!("/attack/?by={}", route::encode(by)));
    }
    shelf.stats.sources.keys().for_each(|name| add(route::source(name)));
    for event in &shelf.events {
        add(route::provider(&event.provider));
        add(route::event(&event.provider, event.event_id));
    }
    for technique in attack::techniques() {
        if technique.status != attack::Status::Revoked {
            add(route::technique(technique.id));
        }
    }
    let (rules, indicators) = shelf.ask(|catalog| {
        Ok((catalog.rules(&rulescope_catalog::list::Filter::default())?, catalog.shared()?))
    })?;
    rules.iter().for_each(|rule| add(route::rule(&rule.id)));
    for (field, kind, value) in &indicators {
        add(route::indicator(field, kind, value));
    }
    out.sort_by(|a, b| a.address.cmp(&b.address));
    out.dedup_by(|a, b| a.address == b.address);
    Ok(out)
}

/// Writes a page; whether there is one.
fn write(
    shelf: &Shelf,
    files: &Files,
    folder: &Path,
    page: &Page,
    bodies: &BTreeMap<String, bool>,
) -> Result<bool, Error> {
    let pairs = Pairs::parse(&page.query);
    let found = shelf.ask(|catalog| view(shelf, catalog, &page.route, &pairs, None))?;
    let Some(found) = found else { return Ok(false) };
    let with_body = match &found {
        View::Rule(rule, _) => bodies.get(&rule.rule.rule.source).copied().unwrap_or(false),
        _ => true,
    };
    let frame = Frame { is_file: true, ..Frame::default() };
    let html = found.html(&frame, with_body)?;
    let file = links::file_of(&page.address);
    put(folder, &file, files.relative(&html, &file).as_bytes())?;
    Ok(true)
}

/// Writes every rule as a JSON document a line.
fn documents(shelf: &Shelf, folder: &Path, bodies: &BTreeMap<String, bool>) -> Result<(), Error> {
    let path = folder.join("catalog.jsonl");
    let what = format!("write {}", path.display());
    let file = fs::File::create(&path).map_err(Error::io(what.clone()))?;
    let mut file = std::io::BufWriter::new(file);
    shelf.ask(|catalog| {
        for rule in catalog.rules(&rulescope_catalog::list::Filter::default())? {
            let Named::One(row) = catalog.find(&rule.id)? else { continue };
            let mut page = catalog.show(row)?;
            if !bodies.get(&rule.source).copied().unwrap_or(false) {
                page.body.text.clear();
                page.stages.iter_mut().for_each(|stage| stage.text.clear());
                page.fidelity.losses.iter_mut().for_each(|loss| loss.text.clear());
            }
            serde_json::to_writer(&mut file, &page)?;
            file.write_all(b"\n").map_err(Error::io(what.clone()))?;
        }
        file.flush().map_err(Error::io(what.clone()))
    })
}

/// Writes a file below a folder.
fn put(folder: &Path, file: &str, bytes: &[u8]) -> Result<(), Error> {
    let path = folder.join(file);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(Error::io(format!("make {}", parent.display())))?;
    }
    fs::write(&path, bytes).map_err(Error::io(format!("write {}", path.display())))
}
