//! Addresses of pages: read from a request's path, and written into links.
//!
//! An address is absolute within the site (`/rules/sigma/a/`). Every part that comes from a rule is
//! percent-encoded (RFC 3986, section 2.1) on the way out and decoded on the way in, so that no text
//! of a rule can lead elsewhere.

use rulescope_taxonomy::events::slug;

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `/`
    Home,
    /// `/search`
    Search,
    /// `/rules/`
    Sources,
    /// `/rules/<source>/`
    Source(String),
    /// `/rules/<source>/<slug>/`
    Rule(String, String),
    /// `/r/<upstream id>`
    Upstream(String),
    /// `/events/`
    Events,
    /// `/events/<provider>/`
    Provider(String),
    /// `/events/<provider>/<id>/`
    Event(String, u32),
    /// `/attack/`
    Matrix,
    /// `/attack/<id>/`
    Technique(String),
    /// `/indicators/<field>/<kind>/<value>/`; `_` is the field of keywords, and a test without a
    /// value has no third part.
    Indicator(String, String, String),
    /// `/try`
    Try,
    /// `/about`
    About,
}

impl Route {
    /// The page that a path names, without its query; `None` where there is none of that kind.
    pub fn parse(path: &str) -> Option<Route> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let text = |part: &&str| decode(part);
        Some(match parts.as_slice() {
            [""] => Route::Home,
            ["search"] => Route::Search,
            ["rules"] => Route::Sources,
            ["rules", source] => Route::Source(text(source)?),
            ["rules", source, slug] => Route::Rule(text(source)?, text(slug)?),
            ["r", id] => Route::Upstream(text(id)?),
            ["events"] => Route::Events,
            ["events", provider] => Route::Provider(text(provider)?),
            ["events", provider, id] => Route::Event(text(provider)?, id.parse().ok()?),
            ["attack"] => Route::Matrix,
            ["attack", id] => Route::Technique(text(id)?),
            ["indicators", field, kind] => {
                Route::Indicator(unkeyword(text(field)?), text(kind)?, String::new())
            }
            ["indicators", field, kind, value] => {
                Route::Indicator(unkeyword(text(field)?), text(kind)?, text(value)?)
            }
            ["try"] => Route::Try,
            ["about"] => Route::About,
            _ => return None,
        })
    }
}

fn unkeyword(field: String) -> String {
    if field == "_" { String::new() } else { field }
}

/// The address of a rule by its id, `<source>/<slug>`.
pub fn rule(id: &str) -> String {
    let (source, slug) = id.split_once('/').unwrap_or(("", id));
    format!("/rules/{}/{}/", encode(source), encode(slug))
}

/// The address of a source's page.
pub fn source(name: &str) -> String {
    format!("/rules/{}/", encode(name))
}

/// The address of an event's page, by its provider in any spelling.
pub fn event(provider: &str, id: u32) -> String {
    format!("/events/{}/{id}/", encode(&slug(provider)))
}

/// The address of a provider's page.
pub fn provider(name: &str) -> String {
    format!("/events/{}/", encode(&slug(name)))
}

/// The address of a technique's page.
pub fn technique(id: &str) -> String {
    format!("/attack/{}/", encode(id))
}

/// The address of an indicator's page; the value is effective and folded.
pub fn indicator(field: &str, kind: &str, value: &str) -> String {
    let field = if field.is_empty() { "_" } else { field };
    let start = format!("/indicators/{}/{}/", encode(field), encode(kind));
    if value.is_empty() { start } else { format!("{start}{}/", encode(value)) }
}

/// The address of a search for one value of a facet.
pub fn search(facet: &str, value: &str) -> String {
    format!("/search?{facet}={}", encode(value))
}

/// A text as one part of an address.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // A part of dots alone would be taken for a folder.
    let dots = text.bytes().all(|b| b == b'.');
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~');
        if plain || (byte == b'.' && !dots) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A part of an address as text; `None` where it is no UTF-8.
pub fn decode(part: &str) -> Option<String> {
    let bytes = part.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = part.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_back_as_it_went_out() {
        for value in ["/c", "..", "a b%20?#&\"'<>", "\\é\u{202e}", "~x_-.", ""] {
            let path = indicator("", "match", value);
            assert!(!path.contains(['"', '<', ' ', '?', '#']), "{path}");
            let back = Route::Indicator(String::new(), "match".to_owned(), value.to_owned());
            assert_eq!(Route::parse(&path), Some(back));
        }
        assert_eq!(rule("s/a (b)"), "/rules/s/a%20%28b%29/");
        assert_eq!(Route::parse("/attack/T1047"), Some(Route::Technique("T1047".to_owned())));
        assert_eq!(Route::parse("/events/sysmon/x/"), None);
        assert_eq!(Route::parse("/r/%ff"), None);
    }
}
