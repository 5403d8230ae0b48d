//! The tables against what public rules and the vendors' documentation say.

mod arbitrary;
mod corpora;
mod documents;
mod fields;
mod renaming;
mod rules;
mod sources;
