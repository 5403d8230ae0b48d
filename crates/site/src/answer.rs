//! What a request gets: a status, a kind and bytes.

use std::sync::Arc;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code of HTTP.
    pub status: u16,
    /// The content type.
    pub kind: &'static str,
    /// The body.
    pub body: Arc<[u8]>,
    /// Where to go instead.
    pub location: Option<String>,
}

/// The content types.
pub(crate) const HTML: &str = "text/html; charset=utf-8";
pub(crate) const JSON: &str = "application/json";
pub(crate) const PLAIN: &str = "text/plain; charset=utf-8";

impl Answer {
    pub(crate) fn new(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> Answer {
        Answer { status, kind, body: Arc::from(body.into()), location: None }
    }

    /// Goes elsewhere: for a time (302), as a catalog may change its mind.
    pub(crate) fn elsewhere(location: String) -> Answer {
        Answer { location: Some(location), ..Answer::new(302, PLAIN, "") }
    }

    /// A tag that is another for every other body (RFC 9110, section 8.8.3).
    pub(crate) fn tag(&self) -> String {
        let hash = self.body.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("\"{hash:016x}\"")
    }
}
