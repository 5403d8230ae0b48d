//! Tests of the catalog as its users see it: build it, ask it.

mod building;
mod corpora;
mod counts;
mod coverage;
mod elastic;
mod knowledge;
mod mappings;
mod mutations;
mod sources;
mod splunk;
mod support;
mod techniques;
mod unresolved;
mod values;
mod witnesses;
