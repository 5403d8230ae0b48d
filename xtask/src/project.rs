//! Where things are: the workspace, its build output, and the corpora beside it.

use std::path::{Path, PathBuf};

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// Where cargo builds to.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The folder of the rule repositories: `corpora` below `RULESCOPE_CORPORA`, by default below
/// `shared` beside the workspace. `None` where there are none.
pub(crate) fn corpora() -> Option<PathBuf> {
    let shared = std::env::var_os("RULESCOPE_CORPORA")
        .map_or_else(|| root().join("../shared"), PathBuf::from);
    let corpora = shared.join("corpora");
    corpora.join("sigmahq").is_dir().then_some(corpora)
}

/// The Sigma repositories among the corpora.
pub(crate) fn sigma_corpora() -> Option<Vec<PathBuf>> {
    let corpora = corpora()?;
    Some(["sigmahq", "mdecrevoisier"].map(|name| corpora.join(name)).to_vec())
}

/// Elastic's repository among the corpora.
pub(crate) fn elastic_corpus() -> Option<PathBuf> {
    Some(corpora()?.join("elastic")).filter(|corpus| corpus.is_dir())
}
