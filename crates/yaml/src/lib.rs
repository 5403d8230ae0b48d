//! A YAML tree that keeps every span.
//!
//! In goes the text of a file, out come its documents as trees whose nodes know where they stand,
//! and the text's defects as diagnostics. [`parse`] never fails and never panics: a document that
//! breaks YAML's grammar is read around its errors as far as that is possible (tabs as
//! indentation, values that lack their quotes, backslashes in double quotes), and never costs the
//! other documents of its file.
//!
//! Scalars keep their text; [`Scalar::resolve`] reads them as PyYAML does, because Sigma's own
//! tool loads rules with it. Duplicate keys, anchors, aliases and merge keys follow PyYAML too.
//!
//! It does not write YAML, keeps no comments (a document's verbatim text is its span), and knows
//! nothing of rules.
//!
//! ```
//! use rulescope_yaml::{Resolved, parse};
//!
//! let parsed = parse("level: low\nlevel: high\nenabled: yes\n");
//! let root = parsed.documents[0].root.as_ref().expect("not empty");
//! assert_eq!(root.get("level").and_then(|n| n.as_str()), Some("high"));
//! let enabled = root.get("enabled").and_then(|n| n.as_scalar()).expect("a scalar");
//! assert_eq!(enabled.resolve(), Resolved::Bool(true));
//! assert_eq!(parsed.diagnostics[0].code, "yaml/duplicate-key");
//! ```

mod builder;
mod edits;
mod finding;
mod keys;
mod line;
mod merge;
mod repair;
mod resolve;
mod stream;
mod tree;

pub use resolve::Resolved;
pub use stream::parse;
pub use tree::{Document, Entry, Kind, Mapping, Node, Parsed, Scalar, ScalarTag, Style};
