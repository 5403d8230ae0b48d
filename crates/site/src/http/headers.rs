//! Headers of every answer: what a page may load, how long it is good, how it is packed.

use std::io::Write;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::header_text;
use crate::answer::Answer;

/// What pages may load: the site's own style, script and data, nothing else, and nothing inline.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Bodies below this many bytes are not worth packing.
const LEAST: usize = 1024;

/// An answer with what only the server adds.
pub(super) struct Reply {
    pub(super) answer: Answer,
    pub(super) cookie: Option<String>,
    pub(super) allow: Option<&'static str>,
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Reply {
        Reply { answer, cookie: None, allow: None }
    }
}

/// What a request says of how it is answered.
pub(super) struct Asked {
    tag: Option<String>,
    gzip: bool,
    is_post: bool,
    is_head: bool,
}

impl Asked {
    pub(super) fn of(incoming: &Request) -> Asked {
        let accepts = header_text(incoming, header::ACCEPT_ENCODING).unwrap_or_default();
        Asked {
            tag: header_text(incoming, header::IF_NONE_MATCH).map(str::to_owned),
            gzip: accepts.split(',').any(|coding| {
                let mut parts = coding.trim().split(';');
                parts.next() == Some("gzip") && parts.all(|p| p.trim() != "q=0")
            }),
            is_post: incoming.method() == Method::POST,
            is_head: incoming.method() == Method::HEAD,
        }
    }
}

/// The theme that a visitor chose.
pub(super) fn theme(incoming: &Request) -> &'static str {
    let cookies = header_text(incoming, header::COOKIE).unwrap_or_default();
    let mut pairs = cookies.split(';').filter_map(|cookie| cookie.trim().split_once('='));
    match pairs.find(|(name, _)| *name == "theme") {
        Some((_, "dark")) => "dark",
        Some((_, "light")) => "light",
        _ => "",
    }
}

/// The response of an answer.
pub(super) fn finish(reply: Reply, asked: &Asked) -> Response {
    let Reply { answer, cookie, allow } = reply;
    let tag = answer.tag();
    let is_good = answer.status == 200 && !asked.is_post;
    let is_same = is_good
        && asked.tag.as_deref().is_some_and(|tags| {
            tags.split(',').any(|t| t.trim().trim_start_matches("W/") == tag || t.trim() == "*")
        });
    let mut response = Response::new(Body::empty());
    let status = if is_same { 304 } else { answer.status };
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let mut fixed = |name: header::HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    fixed(header::CONTENT_SECURITY_POLICY, POLICY);
    fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    fixed(header::REFERRER_POLICY, "no-referrer");
    fixed(header::X_FRAME_OPTIONS, "DENY");
    fixed(header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    fixed(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    fixed(header::CACHE_CONTROL, if is_good { "private, no-cache" } else { "no-store" });
    fixed(header::VARY, "Accept-Encoding, Cookie");
    fixed(header::CONTENT_TYPE, answer.kind);
    if let Some(allow) = allow {
        fixed(header::ALLOW, allow);
    }
    if answer.status == 401 {
        fixed(header::WWW_AUTHENTICATE, "Bearer");
    }
    let own = [
        (header::ETAG, is_good.then_some(tag)),
        (header::LOCATION, answer.location.clone()),
        (header::SET_COOKIE, cookie),
    ];
    for (name, value) in own {
        if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
            headers.insert(name, value);
        }
    }
    if is_same {
        return response;
    }
    let packed = (asked.gzip && answer.body.len() >= LEAST).then(|| packed(&answer.body)).flatten();
    let body = match packed {
        Some(packed) => {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            packed
        }
        None => answer.body.to_vec(),
    };
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    if !asked.is_head {
        *response.body_mut() = Body::from(body);
    }
    response
}

fn packed(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}
