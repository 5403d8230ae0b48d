//! Integration tests of sources: walking, git, licences, sync; and witnesses of real rules.

mod corpora;
mod elastic;
mod git;
mod repository;
mod splunk;
mod sync;
mod walk;
mod witnesses;
