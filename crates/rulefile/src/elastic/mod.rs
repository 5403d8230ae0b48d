//! Elastic's rule files: TOML as the detection rules have it, one rule a file
//! (<https://github.com/elastic/detection-rules>, `CONTRIBUTING.md`, "Creating a rule"), and hunts,
//! several queries a file (`hunting/README.md`).
//!
//! [`read`] gives what a file holds. What a rule's type makes of its query is in `rule_type`, the
//! languages of queries are in `language`. The markdown beside the hunts is made from them and is not
//! read.

mod document;
mod filters;
mod hunt;
mod language;
mod metadata;
mod place;
mod rule_type;
mod tree;

pub use document::{ElasticFile, read};
