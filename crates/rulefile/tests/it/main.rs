//! Integration tests of sources: walking, git, licences, sync.

mod corpora;
mod git;
mod repository;
mod sync;
mod walk;
