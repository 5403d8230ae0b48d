//! What was posted: a form of the site's own pages.

use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;

use super::header_text;
use crate::query::Pairs;
use crate::site::{PASTED, Posted};

/// Bytes of a rule's text.
const MOST_TEXT: usize = 1 << 20;

/// A status and a reason.
type Refusal = (u16, &'static str);

pub(super) async fn read(incoming: Request) -> Result<Posted, Refusal> {
    let kind = header_text(&incoming, header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "multipart/form-data" => events(incoming).await,
        "application/x-www-form-urlencoded" => rule(incoming).await,
        _ => Err((415, "A form is read here, and nothing else.")),
    }
}

async fn rule(incoming: Request) -> Result<Posted, Refusal> {
    // Every byte of a text may be three in a form.
    let bytes = axum::body::to_bytes(incoming.into_body(), MOST_TEXT * 3).await;
    let bytes = bytes.map_err(|_| (413, "The rule is larger than 1 MiB."))?;
    let text = String::from_utf8(bytes.to_vec()).map_err(|_| (400, "The form is no text."))?;
    let pairs = Pairs::parse(&text);
    let text = pairs.get("text").unwrap_or_default();
    if text.len() > MOST_TEXT {
        return Err((413, "The rule is larger than 1 MiB."));
    }
    Ok(Posted::Rule {
        vendor: pairs.get("vendor").unwrap_or_default().to_owned(),
        // Browsers send every end of a line as two characters.
        text: text.replace("\r\n", "\n"),
    })
}

async fn events(incoming: Request) -> Result<Posted, Refusal> {
    const BROKEN: Refusal = (400, "The form is broken, or larger than 16 MiB.");
    let mut form = Multipart::from_request(incoming, &()).await.map_err(|_| BROKEN)?;
    let mut pasted = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| BROKEN)? {
        let is_log = field.name() == Some("log");
        let is_event = field.name() == Some("event");
        let name = field.file_name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|_| BROKEN)?;
        if is_log && !bytes.is_empty() {
            // A log has a name of its own, so that it is not taken for what was typed in.
            return Ok(Posted::Events { name: format!("log-{name}"), bytes: bytes.to_vec() });
        }
        if is_event {
            pasted = bytes.to_vec();
        }
    }
    if pasted.iter().all(u8::is_ascii_whitespace) {
        return Err((400, "Neither an event nor a log was given."));
    }
    Ok(Posted::Events { name: PASTED.to_owned(), bytes: pasted })
}
