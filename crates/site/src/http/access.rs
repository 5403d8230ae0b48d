//! Who may look: anybody on this machine, or who has the token.

use axum::extract::Request;
use axum::http::header;

use super::{Options, header_text};
use crate::query::Pairs;

/// The cookie that holds the token.
const COOKIE: &str = "rulescope_token";

/// What becomes of a visitor.
pub(super) enum Entry {
    /// Comes in.
    Open,
    /// Brought the token in the address, which is taken out of it.
    Known {
        /// The cookie to be set.
        cookie: String,
    },
    /// Stays out, with a status and a reason.
    Refused(u16, &'static str),
}

pub(super) fn check(options: &Options, incoming: &Request) -> Entry {
    if options.loopback && !is_own(header_text(incoming, header::HOST)) {
        return Entry::Refused(403, "The site is asked for by a name that is not this machine's.");
    }
    let Some(token) = &options.token else { return Entry::Open };
    let bearer = header_text(incoming, header::AUTHORIZATION);
    if bearer.and_then(|text| text.strip_prefix("Bearer ")).is_some_and(|t| same(t, token)) {
        return Entry::Open;
    }
    let cookies = header_text(incoming, header::COOKIE).unwrap_or_default();
    let mut cookies = cookies.split(';').filter_map(|cookie| cookie.trim().split_once('='));
    if cookies.any(|(name, value)| name == COOKIE && same(value, token)) {
        return Entry::Open;
    }
    let pairs = Pairs::parse(incoming.uri().query().unwrap_or_default());
    if pairs.get("token").is_some_and(|given| same(given, token)) {
        let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict");
        return Entry::Known { cookie };
    }
    Entry::Refused(401, "Open the address with ?token=… as the server printed it.")
}

/// The address without the token in its query.
pub(super) fn without_token(path: &str, query: &str) -> String {
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("token=")).collect();
    // A path of two slashes would be another host's.
    let path = format!("/{}", path.trim_start_matches('/'));
    if kept.is_empty() { path } else { format!("{path}?{}", kept.join("&")) }
}

/// Whether a host is this machine's own name.
fn is_own(host: Option<&str>) -> bool {
    let Some(host) = host else { return false };
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether two texts are the same, in a time that does not tell where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for host in ["localhost:8080", "127.0.0.1", "[::1]:80", "LOCALHOST"] {
            assert!(is_own(Some(host)), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example", "", "[::2]", "localhost.evil"] {
            assert!(!is_own(Some(host)), "{host}");
        }
        assert!(!is_own(None));
    }

    #[test]
    fn the_token_leaves_the_address() {
        assert_eq!(without_token("/search", "q=a&token=x"), "/search?q=a");
        assert_eq!(without_token("//evil.example/", "token=x"), "/evil.example/");
    }
}
