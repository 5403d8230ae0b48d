//! What is wrong with a policy file.

use std::io;
use std::path::PathBuf;

/// Why a policy can't be taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file can't be read.
    #[error("can't read `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is larger than a policy is.
    #[error("`{}` is larger than {limit} bytes; that is no policy", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most bytes that are read.
        limit: u64,
    },
    /// A line is not what it should be.
    #[error("{}:{line}: {message}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// 1-based.
        line: usize,
        /// The fact, then the remedy.
        message: String,
    },
    /// Two files say different things of the same.
    #[error("`{}` is a second {kind}; give one of each kind", path.display())]
    Twice {
        /// The second file.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
}

/// A defect on a line of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Defect {
    /// 1-based.
    pub(crate) line: usize,
    pub(crate) message: String,
}

impl Defect {
    pub(crate) fn new(line: usize, message: impl Into<String>) -> Defect {
        Defect { line, message: message.into() }
    }
}
