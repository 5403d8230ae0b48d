//! The web site, its API and the static export.
//!
//! In goes a catalog, out come pages. A request is read into a [`route::Route`], the page's data is
//! asked of the catalog ([`page`]), and written as HTML (`html`) or as JSON, which is the same data.
//! Rule text is hostile here: it reaches a page only through templates that escape it, and a page
//! may load nothing but the site's own style and script.
//!
//! It knows no rule language, and writes nothing but an export.

mod answer;
mod assets;
mod error;
pub mod export;
mod feed;
mod html;
mod http;
mod openapi;
pub mod page;
mod query;
pub mod route;
mod site;
pub mod source;
mod state;
pub mod tryit;

pub use answer::Answer;
pub use error::Error;
pub use http::{Options, router, serve};
pub use query::Pairs;
pub use site::{Posted, Request};
pub use state::Site;
