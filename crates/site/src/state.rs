//! What a running site holds: connections to the catalog, and what is asked of it on every page.
//!
//! A build replaces the catalog's file by renaming another over it. The file's identity is looked at
//! before a page is made, at most once a second; where it is another, everything is opened anew.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use rulescope_catalog::Catalog;
use rulescope_catalog::events::EventLine;
use rulescope_catalog::facets::Facets;
use rulescope_catalog::stats::Stats;

use crate::Error;
use crate::answer::Answer;
use crate::page::matrix::Grid;

/// Bytes of ready pages that are kept.
const ROOM: usize = 64 << 20;

/// How long a catalog's file is taken for the same.
const TRUSTED: Duration = Duration::from_secs(1);

/// A catalog that is served.
#[derive(Debug)]
pub struct Site {
    path: PathBuf,
    shelf: RwLock<(Instant, Arc<Shelf>)>,
}

/// One catalog file as it was opened.
#[derive(Debug)]
pub(crate) struct Shelf {
    path: PathBuf,
    identity: Option<(u64, SystemTime)>,
    /// Connections that nobody uses just now.
    idle: Mutex<Vec<Catalog>>,
    pages: Mutex<Pages>,
    /// Counts.
    pub(crate) stats: Stats,
    /// The events that rules read.
    pub(crate) events: Vec<EventLine>,
    /// What searches count.
    pub(crate) facets: Facets,
    /// The matrix.
    pub(crate) grid: Grid,
}

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
        Ok(Site { path: path.to_owned(), shelf: RwLock::new((Instant::now(), shelf)) })
    }

    /// The catalog as its file is now. Where a new file can't be read, the old one is kept.
    pub(crate) fn shelf(&self) -> Arc<Shelf> {
        let (looked, shelf) = {
            let held = self.shelf.read().unwrap_or_else(PoisonError::into_inner);
            (held.0, Arc::clone(&held.1))
        };
        if looked.elapsed() < TRUSTED {
            return shelf;
        }
        let mut held = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        if held.0.elapsed() >= TRUSTED {
            held.0 = Instant::now();
            let now = identity(&self.path);
            if now.is_some()
                && now != held.1.identity
                && let Ok(shelf) = Shelf::open(&self.path)
            {
                held.1 = Arc::new(shelf);
            }
        }
        Arc::clone(&held.1)
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
            grid: Grid::of(&catalog)?,
            idle: Mutex::new(vec![catalog]),
            pages: Mutex::default(),
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
