//! Integration tests of the YAML tree.

mod corpora;
mod dirty;
mod laws;
mod outline;
mod tree;
