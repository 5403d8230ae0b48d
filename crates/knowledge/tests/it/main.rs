//! Knowledge packs end to end: small ones of our own, hostile ones, and the real ones.

mod attack;
mod broken;
mod corpora;
mod counts;
mod logs;
mod maps;
mod merge;
mod microsoft;
mod packs;
mod tables;
mod truth;
