//! What can go wrong while a page is made.

/// An error of the site.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The catalog can't be read.
    #[error(transparent)]
    Catalog(#[from] rulescope_catalog::Error),
    /// A page can't be written out.
    #[error("a page can't be written: {0}")]
    Template(#[from] askama::Error),
    /// A page can't be written out as JSON.
    #[error("a page can't be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A file or a socket says no.
    #[error("can't {what}: {source}")]
    Io {
        /// What was tried, and on what.
        what: String,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Error {
    /// What was tried when the system said no.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Error {
        let what = what.into();
        move |source| Error::Io { what, source }
    }
}
