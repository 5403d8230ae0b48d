//! The site as its visitors meet it: requests in, answers out, no socket between.

mod api;
mod exporting;
mod hostile;
mod http;
mod pages;
mod reference;
mod support;
mod trying;
