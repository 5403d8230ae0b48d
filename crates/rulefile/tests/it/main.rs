//! Integration tests of sources: walking, git, licences, sync; and witnesses of real rules.

mod corpora;
mod git;
mod repository;
mod splunk;
mod sync;
mod walk;
mod witnesses;
