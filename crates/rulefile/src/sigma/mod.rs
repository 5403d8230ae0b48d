//! Sigma's rule files: YAML with one or more documents, each a rule, a correlation or a filter.
//!
//! [`read`] gives what a file holds by itself. Correlations and filters speak of rules of other
//! files: [`link`] puts these together for a whole source.

mod documents;
mod link;
mod merge;
mod metadata;

pub use documents::{SigmaFile, SigmaRule, read, read_with};
pub use link::{Links, link, rule_key};
pub use rulescope_dialects::sigma::Correlation;
