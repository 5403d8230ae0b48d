//! `cargo xtask bench`: what the product costs, beside what it is measured against.

mod build;
mod events;
mod measure;

pub(crate) use build::{parse_yaml, step};
pub(crate) use events::make;
