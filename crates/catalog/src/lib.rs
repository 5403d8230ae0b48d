//! The catalog: one SQLite file that holds every rule of the user's sources.
//!
//! [`build()`] reads sources into it, [`Catalog`] answers questions of it. Both work on the same
//! tables ([`schema`]), which are meant to be read by people too. A build writes a file of its own
//! beside the catalog and renames it at the end, so that a crash or a full disk leaves the old one.
//!
//! | module | what it does |
//! |---|---|
//! | [`build`](mod@build) | sources to a catalog, redoing only what changed |
//! | [`prepare`] | one rule to the rows that stand for it; no database |
//! | [`write`](mod@write) | rows into the tables |
//! | [`list`], [`show`], [`search`](mod@search), [`indicator`], [`event`], [`events`], [`technique`], [`stats`] | one question each |
//! | [`evidence`] | on which of the user's logs rules fire |
//! | [`known`] | what knowledge packs state, as rows and on pages |
//! | [`reach`] | what a set of rules has in common |

pub mod authored;
pub mod build;
pub mod changes;
pub mod coverage;
pub mod error;
pub mod event;
pub mod events;
pub mod evidence;
pub mod facets;
mod held;
pub mod indicator;
mod ingest;
pub mod known;
pub mod list;
pub mod load;
pub mod matrix;
pub mod origin;
mod part;
pub mod prepare;
pub mod preview;
pub mod reach;
mod rename;
pub mod schema;
pub mod search;
pub mod searched;
pub mod show;
pub mod slug;
pub mod stats;
pub mod store;
pub mod technique;
pub mod values;
pub mod write;

pub use build::{BuildReport, Event, build, build_proved};
pub use error::Error;
pub use known::Packs;
pub use store::Catalog;
