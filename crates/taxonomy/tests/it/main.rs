//! The tables against what public rules and the vendors' documentation say.

mod corpora;
mod documents;
mod rules;
mod sources;
