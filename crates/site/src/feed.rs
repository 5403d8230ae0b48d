//! What builds found changed, as feeds: JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>) and Atom
//! (RFC 4287). Addresses are relative to the feed's own, as the site does not know by which name it is
//! called.

use askama::Template;
use rulescope_catalog::Catalog;
use rulescope_catalog::changes::Change;
use rulescope_events::rfc3339;
use serde_json::json;

use crate::Error;
use crate::answer::Answer;
use crate::route;

/// The addresses of the feeds.
pub(crate) const JSON_FEED: &str = "/feed.json";
pub(crate) const ATOM: &str = "/feed.atom";

const JSON_KIND: &str = "application/feed+json";
const ATOM_KIND: &str = "application/atom+xml; charset=utf-8";
const TITLE: &str = "rulescope: rules that changed";

/// A change as a feed tells it.
struct Entry {
    id: String,
    title: String,
    what: String,
    time: String,
    /// Where the rule's page is; none of one that is gone.
    address: Option<String>,
}

#[derive(Template)]
#[template(path = "feed.xml", escape = "html")]
struct Atom<'e> {
    title: &'static str,
    updated: &'e str,
    entries: &'e [Entry],
}

fn entry(change: Change) -> Entry {
    let time = rfc3339(change.at.saturating_mul(1_000_000_000));
    // XML has no place for control characters.
    let title = change.title.chars().filter(|c| !c.is_control()).collect();
    Entry {
        id: format!("urn:rulescope:{}:{}:{}", route::encode(&change.id), change.at, change.what),
        title,
        address: (change.what != "removed").then(|| route::rule(&change.id)),
        what: change.what,
        time,
    }
}

/// The feed at an address; `None` where there is none.
pub(crate) fn find(path: &str, catalog: &Catalog) -> Result<Option<Answer>, Error> {
    if path != JSON_FEED && path != ATOM {
        return Ok(None);
    }
    let entries: Vec<Entry> = catalog.changes()?.into_iter().map(entry).collect();
    if path == JSON_FEED {
        let items: Vec<_> = entries
            .iter()
            .map(|e| {
                json!({
                    "id": e.id,
                    "url": e.address,
                    "title": format!("{}: {}", e.what, e.title),
                    "content_text": format!("{} was {}.", e.title, e.what),
                    "date_published": e.time,
                    "tags": [e.what],
                })
            })
            .collect();
        let feed = json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": TITLE,
            "home_page_url": "/",
            "feed_url": JSON_FEED,
            "items": items,
        });
        return Ok(Some(Answer::new(200, JSON_KIND, serde_json::to_vec(&feed)?)));
    }
    let never = rfc3339(0);
    let updated = entries.first().map_or(never.as_str(), |e| e.time.as_str());
    let text = Atom { title: TITLE, updated, entries: &entries }.render()?;
    Ok(Some(Answer::new(200, ATOM_KIND, text)))
}
