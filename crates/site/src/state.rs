//! What a running site holds: connections to the catalog, and what is asked of it on every page.
//!
//! A build replaces the catalog's file by renaming another over it. A thread of the server looks at
//! the file once a second; where it is another, everything is opened anew, and pages that are being
//! made are made of the old one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rulescope_catalog::Catalog;
use rulescope_catalog::events::EventLine;
use rulescope_catalog::facets::Facets;
use rulescope_catalog::search::ValueHit;
use rulescope_catalog::stats::Stats;
use rulescope_catalog::values::Values;

use crate::Error;
use crate::answer::Answer;
use crate::page::matrix::Grid;
use crate::route;
use crate::site::Request;

/// Bytes of ready pages that are kept.
const ROOM: usize = 64 << 20;

/// How often the catalog's file is looked at.
const LOOKS: Duration = Duration::from_secs(1);

/// Rules that make a page slow to ask for.
const MANY: i64 = 40;
/// The same of a technique's page, which tells of each of them.
const FEW: i64 = 1;
/// Values that make a rule's page slow, as rules that look for the same are counted for each.
const VALUES: i64 = 48;
/// Pages of such rules that are made ready.
const WIDE: usize = 80;

/// A catalog that is served.
#[derive(Debug)]
pub struct Site {
    path: PathBuf,
    shelf: RwLock<Arc<Shelf>>,
}

/// One catalog file as it was opened.
#[derive(Debug)]
pub(crate) struct Shelf {
    path: PathBuf,
    identity: Option<(u64, SystemTime)>,
    /// Connections that nobody uses just now.
    idle: Mutex<Vec<Catalog>>,
    pages: Mutex<Pages>,
    searches: Mutex<HashMap<String, Arc<Words>>>,
    /// Counts.
    pub(crate) stats: Stats,
    /// The events that rules read.
    pub(crate) events: Vec<EventLine>,
    /// What searches count.
    pub(crate) facets: Facets,
    /// What searches look in.
    pub(crate) values: Values,
    /// The matrix.
    pub(crate) grid: Grid,
}

/// What words find: people narrow a search and turn its pages.
#[derive(Debug)]
pub(crate) struct Words {
    /// Values that hold them, most used first.
    pub(crate) values: Vec<ValueHit>,
    /// Rows of the rules, best first.
    pub(crate) rows: Vec<i64>,
}

/// Searches that are kept.
const SEARCHES: usize = 64;

/// Pages that were made once. The catalog does not change under them.
#[derive(Debug, Default)]
struct Pages {
    ready: HashMap<String, Answer>,
    size: usize,
}

fn identity(path: &Path) -> Option<(u64, SystemTime)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

impl Site {
    /// Opens a catalog.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn open(path: &Path) -> Result<Site, Error> {
        let shelf = Arc::new(Shelf::open(path)?);
        Ok(Site { path: path.to_owned(), shelf: RwLock::new(shelf) })
    }

    /// The catalog as it was opened last.
    pub(crate) fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Opens the catalog anew where its file is another one; whether it was. A new file that can't be
    /// read leaves the old one open.
    pub fn refresh(&self) -> bool {
        let now = identity(&self.path);
        if now.is_none() || now == self.shelf().identity {
            return false;
        }
        let Ok(shelf) = Shelf::open(&self.path) else { return false };
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(shelf);
        true
    }

    /// Looks after the catalog until the process ends: makes the pages ready that take longest, and
    /// opens the catalog anew when a build has replaced it.
    pub(crate) fn look_after(&self) {
        self.warm();
        loop {
            std::thread::sleep(LOOKS);
            if self.refresh() {
                self.warm();
            }
        }
    }

    /// Makes the pages of what many rules read or are tagged with, and of rules of many values.
    fn warm(&self) {
        let shelf = self.shelf();
        let events = shelf.events.iter().filter(|event| event.rules >= MANY);
        let events = events.map(|event| route::event(&event.provider, event.event_id));
        let tagged = shelf.ask(|catalog| Ok(catalog.techniques_of_many(FEW)?)).unwrap_or_default();
        let techniques = tagged.iter().map(|id| route::technique(id));
        let wide = shelf.ask(|catalog| Ok(catalog.wide(VALUES)?)).unwrap_or_default();
        let rules = wide.iter().take(WIDE).map(|id| route::rule(id));
        for path in events.chain(techniques).chain(rules) {
            self.answer(&Request { path, ..Request::default() });
        }
    }
}

impl Shelf {
    fn open(path: &Path) -> Result<Shelf, Error> {
        let identity = identity(path);
        let catalog = Catalog::open(path)?;
        Ok(Shelf {
            path: path.to_owned(),
            identity,
            stats: catalog.stats()?,
            events: catalog.events()?,
            facets: catalog.facets()?,
            values: catalog.all_values()?,
            grid: Grid::of(&catalog)?,
            idle: Mutex::new(vec![catalog]),
            pages: Mutex::default(),
            searches: Mutex::default(),
        })
    }

    /// Asks the catalog with a connection that nobody else has.
    pub(crate) fn ask<T>(
        &self,
        question: impl FnOnce(&Catalog) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let catalog = match idle {
            Some(catalog) => catalog,
            None => Catalog::open(&self.path)?,
        };
        let answer = question(&catalog);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(catalog);
        answer
    }

    /// What words find.
    pub(crate) fn found(&self, catalog: &Catalog, words: &str) -> Result<Arc<Words>, Error> {
        let searches = || self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = searches().get(words) {
            return Ok(Arc::clone(found));
        }
        let (values, of_values) = match words {
            "" => (Vec::new(), Vec::new()),
            words => self.values.holding(words),
        };
        let rows = catalog.ranked(&self.facets, words, &of_values)?;
        let found = Arc::new(Words { values, rows });
        let mut searches = searches();
        if searches.len() >= SEARCHES {
            searches.clear();
        }
        searches.insert(words.to_owned(), Arc::clone(&found));
        Ok(found)
    }

    /// A page that was made before.
    pub(crate) fn ready(&self, key: &str) -> Option<Answer> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).ready.get(key).cloned()
    }

    /// Keeps a page. Where there is no room, all go: the next ones are those that people look at now.
    pub(crate) fn keep(&self, key: String, answer: &Answer) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let size = key.len() + answer.body.len();
        if size > ROOM / 8 {
            return;
        }
        if pages.size + size > ROOM {
            *pages = Pages::default();
        }
        pages.size += size;
        pages.ready.insert(key, answer.clone());
    }
}
