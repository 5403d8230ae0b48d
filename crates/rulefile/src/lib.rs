//! Vendor rule files, sources and their discovery.
//!
//! In goes a configuration (`rulescope.toml`, or `VENDOR=PATH` from the command line), out come
//! the rule files of each source with what is known of their origin: commit, dates, licence, the
//! address of the file upstream. What can't be read is a [`Refusal`](walk::Refusal) with a reason,
//! and never stops the rest.
//!
//! | module | what it does |
//! |---|---|
//! | [`source`] | vendors, and what a source is |
//! | [`config`] | reads `rulescope.toml` |
//! | [`walk`] | lists and reads a source's files |
//! | [`git`] | commit and dates of a checkout |
//! | [`upstream`] | the web address of a file |
//! | [`sigma`] | reads Sigma's rule files and links them across a source |
//! | [`splunk`] | reads Splunk's detections with the macros of their repository |
//! | [`elastic`] | reads Elastic's rules and hunts |
//! | [`licence`] | finds and names a licence |
//! | [`sync`] | clones and updates sources named by git URL |
//!
//! Nothing of a source is ever executed, and only [`sync`] uses the network.
//!
//! ```
//! use rulescope_rulefile::source::{SourceSpec, Vendor};
//!
//! let spec = SourceSpec::from_flag("sigma=../rules/my-sigma").expect("well formed");
//! assert_eq!((spec.name.as_str(), spec.vendor), ("my-sigma", Vendor::Sigma));
//! ```

pub mod config;
pub mod elastic;
pub mod error;
pub mod git;
pub mod licence;
pub mod rule;
pub mod sigma;
pub mod source;
pub mod splunk;
pub mod sync;
mod texts;
pub mod upstream;
pub mod walk;

pub use error::Error;
pub use rule::{FileRule, FileRules, is_deprecated, whole_scope};
