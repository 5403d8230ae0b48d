//! The commands; all have the same shape: `Args`, and `run` that gives an exit code.

pub(crate) mod build;
pub(crate) mod completions;
pub(crate) mod coverage;
pub(crate) mod event;
mod evidence;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod filter;
pub(crate) mod indicator;
pub(crate) mod known;
pub(crate) mod man;
pub(crate) mod reach;
pub(crate) mod rules;
pub(crate) mod scan;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod stats;
pub(crate) mod sync;
pub(crate) mod technique;
