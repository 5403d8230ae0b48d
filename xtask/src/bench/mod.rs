//! `cargo xtask bench` and `bench-scan`: what the product costs, beside what it is measured against.

mod build;
mod events;
mod measure;
mod scan;

pub(crate) use build::{parse_yaml, step};
pub(crate) use events::make;
pub(crate) use scan::{parse_evtx, step as scan};
