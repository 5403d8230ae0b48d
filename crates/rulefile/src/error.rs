//! What can go wrong outside of a rule's text: configuration, files, git.

use std::io;
use std::path::PathBuf;

/// An error of the environment; defects of rules are diagnostics instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("can't {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried: `read`, `create`, …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The configuration is not what it should be.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Config {
        /// The configuration file.
        path: PathBuf,
        /// 1-based line.
        line: u32,
        /// 1-based column in characters.
        column: u32,
        /// The fact, then the remedy.
        message: String,
    },
    /// A vendor's name that no vendor has.
    #[error("`{name}` is no vendor; use one of {}", crate::source::Vendor::list())]
    UnknownVendor {
        /// The name as given.
        name: String,
    },
    /// A source on the command line that is not `VENDOR=PATH`.
    #[error("`{flag}` is no source; write it as VENDOR=PATH, such as sigma=../sigma")]
    BadSourceFlag {
        /// The text as given.
        flag: String,
    },
    /// A source's name that could not stand in a rule's id.
    #[error(
        "`{name}` can't name a source; use letters, digits, `.`, `_` and `-`, not starting with \
         `.` or `-`"
    )]
    BadSourceName {
        /// The name as given.
        name: String,
    },
    /// Two sources with one name: their rules' ids could not be told apart.
    #[error(
        "two sources are named `{name}`: {first} and {second}; give one of them another name \
         with `name = \"…\"` under its [[source]] in rulescope.toml"
    )]
    DuplicateSource {
        /// The name.
        name: String,
        /// Where the first one is.
        first: String,
        /// Where the second one is.
        second: String,
    },
    /// A git URL that is not safe to hand to git.
    #[error("the git URL `{url}` is refused: {why}")]
    RefusedUrl {
        /// The URL, without credentials.
        url: String,
        /// The fact, then the remedy.
        why: &'static str,
    },
    /// The `git` program is not there.
    #[error("git can't be started ({source}); install it, or name a folder instead of a git URL")]
    NoGit {
        /// Why.
        source: io::Error,
    },
    /// Git said no.
    #[error("git can't {action}: {message}")]
    Git {
        /// What was tried.
        action: String,
        /// Git's own message, without credentials.
        message: String,
    },
    /// A synced folder was changed by hand.
    #[error(
        "`{}` has local changes ({changes}); nothing was updated: move them elsewhere, or name \
         the folder as a source of its own", folder.display()
    )]
    LocalChanges {
        /// The folder.
        folder: PathBuf,
        /// The first changed files, or the number of local commits.
        changes: String,
    },
    /// A synced folder belongs to another URL.
    #[error(
        "`{}` is a clone of {found}, not of {wanted}; remove the folder or rename the source",
        folder.display()
    )]
    OtherRemote {
        /// The folder.
        folder: PathBuf,
        /// Its remote, without credentials.
        found: String,
        /// The URL of the configuration, without credentials.
        wanted: String,
    },
    /// Another process is syncing.
    #[error("another sync is running in `{}`; wait for it to end", folder.display())]
    Busy {
        /// The folder of the synced sources.
        folder: PathBuf,
    },
}

impl Error {
    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { action, path, source }
    }
}
