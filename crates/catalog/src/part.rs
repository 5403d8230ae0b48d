//! The file that a build writes, and how it takes the catalog's place.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::Error;
use crate::schema;

/// The logic that this binary reads rules by.
pub(crate) const LOGIC: &str = env!("RULESCOPE_LOGIC");

/// `<catalog>.building`, locked. Removed when it is dropped before it has taken its place.
#[derive(Debug)]
pub(crate) struct Part {
    path: PathBuf,
    file: File,
    finished: bool,
}

impl Part {
    pub(crate) fn open(catalog: &Path) -> Result<Part, Error> {
        let mut name = catalog.file_name().unwrap_or_default().to_owned();
        name.push(".building");
        let path = catalog.with_file_name(name);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(Error::io("write", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Busy { path }),
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", &path)(error)),
        }
        // What a build that was killed left behind.
        file.set_len(0).map_err(Error::io("write", &path))?;
        Ok(Part { path, file, finished: false })
    }

    /// Copies the old catalog in, if it is one that this binary's logic wrote. Says whether it did.
    pub(crate) fn seed(&self, catalog: &Path) -> Result<bool, Error> {
        if !catalog.exists() {
            return Ok(false);
        }
        let foreign = || Error::Foreign { path: catalog.to_owned() };
        let old = Connection::open_with_flags(catalog, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .map_err(|_| foreign())?;
        let (id, version) = schema::identity(&old).map_err(|_| foreign())?;
        let empty = std::fs::metadata(catalog).is_ok_and(|m| m.len() == 0);
        if id != schema::APPLICATION_ID && !empty {
            return Err(foreign());
        }
        let logic: Result<String, _> =
            old.query_row("SELECT value FROM meta WHERE key = 'logic'", [], |row| row.get(0));
        if version != schema::VERSION || logic.as_deref() != Ok(LOGIC) {
            return Ok(false);
        }
        drop(old);
        std::fs::copy(catalog, &self.path).map_err(Error::io("copy", catalog))?;
        Ok(true)
    }

    pub(crate) fn connection(&self) -> Result<Connection, Error> {
        let connection = Connection::open(&self.path)?;
        // The file is nobody's until it is renamed: no journal, no flush on the way.
        connection.execute_batch(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; PRAGMA foreign_keys = OFF;",
        )?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    }

    /// Puts the written file in the catalog's place.
    pub(crate) fn finish(mut self, catalog: &Path) -> Result<(), Error> {
        self.file.sync_all().map_err(Error::io("write", &self.path))?;
        std::fs::rename(&self.path, catalog).map_err(Error::io("replace", catalog))?;
        self.finished = true;
        // The rename itself has to reach the disk; not every system lets a folder be flushed.
        let folder = catalog.parent().filter(|p| !p.as_os_str().is_empty());
        if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.finished {
            // Nothing depends on it: the next build empties what is left.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
