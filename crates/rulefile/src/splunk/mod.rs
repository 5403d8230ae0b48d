//! Splunk's rule files: YAML as the security content has it, one detection a file
//! (<https://github.com/splunk/contentctl>, `contentctl/objects/detection.py`).
//!
//! A detection counts on its repository: macros are put into its search, and lookups, stories and
//! data sources have files of their own. [`Repository`] holds these; [`read`] gives what a file is
//! with them at hand. Baselines and investigations are searches too and are no detections.

mod data_source;
mod document;
mod metadata;
mod place;
mod platform;
mod repository;
mod table;

pub use document::{SplunkFile, read};
pub use repository::{DataSource, Repository, Story, Table};
