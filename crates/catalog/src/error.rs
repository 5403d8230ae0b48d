//! What can go wrong with a catalog's file.

use std::path::{Path, PathBuf};

/// An error of the catalog or of what it is built from.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is not there.
    #[error("there is no catalog at {}; make one with `rulescope build`", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else, or of another version.
    #[error("{} is no catalog of this version ({found}); make it anew with `rulescope build`", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// What it says of itself.
        found: String,
    },
    /// The file is no catalog at all.
    #[error("{} is there and is no catalog; name another file", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// None of the sources is there.
    #[error("none of the sources can be read: {} is no folder; nothing was changed", path.display())]
    NoSource {
        /// The first of them.
        path: PathBuf,
    },
    /// Another build is writing.
    #[error("another build is writing {}; wait for it to end", path.display())]
    Busy {
        /// The file that is written.
        path: PathBuf,
    },
    /// The disk says no.
    #[error("can't {what} {}: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// SQLite says no.
    #[error("the catalog can't be read or written: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// What is stored is not what was written.
    #[error("the catalog holds data of another form: {0}; make it anew with `rulescope build`")]
    Stored(#[from] serde_json::Error),
    /// A source can't be read.
    #[error(transparent)]
    Source(#[from] rulescope_rulefile::Error),
    /// The search has a syntax error.
    #[error("the search `{query}` can't be read: {message}")]
    Query {
        /// The query.
        query: String,
        /// What is wrong with it.
        message: String,
    },
}

impl Error {
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.to_owned();
        move |source| Error::Io { what, path, source }
    }
}
