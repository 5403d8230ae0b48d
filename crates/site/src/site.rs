//! From a request to an answer: the page is found, its data asked for, and written out.

use rulescope_catalog::Catalog;

use crate::Error;
use crate::answer::{Answer, HTML, JSON};
use crate::html::{Frame, View, message};
use crate::page::{
    about, event, home, indicator, matrix, provider, rule, search, source, technique,
};
use crate::query::Pairs;
use crate::route::Route;
use crate::state::{Shelf, Site};
use crate::{assets, feed, openapi, tryit};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The path, still encoded.
    pub path: String,
    /// The query of the address, still encoded.
    pub query: String,
    /// `light`, `dark`, or empty.
    pub theme: &'static str,
    /// What was posted.
    pub posted: Option<Posted>,
}

/// What was posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posted {
    /// An event or a log, with its file's name.
    Events {
        /// The name; its extension says what the bytes are.
        name: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// A rule's text of a vendor.
    Rule {
        /// The vendor's name.
        vendor: String,
        /// The text.
        text: String,
    },
}

/// The start of the addresses of pages as JSON.
pub(crate) const API: &str = "/api/v1";

impl Site {
    /// Answers a request. What goes wrong is an answer too.
    pub fn answer(&self, request: &Request) -> Answer {
        let is_api = request.path == API || request.path.starts_with("/api/v1/");
        self.try_answer(request, is_api).unwrap_or_else(|error| {
            let text = error.to_string();
            failure(500, "Something went wrong", &text, is_api, request.theme)
        })
    }

    fn try_answer(&self, request: &Request, is_api: bool) -> Result<Answer, Error> {
        if let Some(answer) = assets::find(&request.path) {
            return Ok(answer);
        }
        let path = if is_api { &request.path[API.len()..] } else { request.path.as_str() };
        if is_api && path == "/openapi.json" {
            return Ok(Answer::new(200, JSON, openapi::document()));
        }
        let missing = || {
            let text = "There is no such page in this catalog. It may have had another name.";
            Ok(failure(404, "Not found", text, is_api, request.theme))
        };
        let shelf = self.shelf();
        if let Some(feed) = shelf.ask(|catalog| feed::find(&request.path, catalog))? {
            return Ok(feed);
        }
        let Some(route) = Route::parse(path) else { return missing() };
        let key = format!("{} {} {}?{}", request.theme, is_api, path, request.query);
        if request.posted.is_none()
            && let Some(answer) = shelf.ready(&key)
        {
            return Ok(answer);
        }
        let pairs = Pairs::parse(&request.query);
        if let Route::Upstream(id) = &route {
            return match shelf.ask(|catalog| rule::upstream(catalog, id))? {
                Some(address) => Ok(Answer::elsewhere(address)),
                None => missing(),
            };
        }
        // A page has one address.
        if let Some(address) = whole(path).filter(|_| !is_api && request.posted.is_none()) {
            let query = &request.query;
            let tail = if query.is_empty() { String::new() } else { format!("?{query}") };
            return Ok(Answer::elsewhere(address + &tail));
        }
        let posted = request.posted.as_ref();
        let view = shelf.ask(|catalog| view(&shelf, catalog, &route, &pairs, posted))?;
        let Some(view) = view else { return missing() };
        let answer = if is_api {
            Answer::new(200, JSON, view.json()?)
        } else {
            let data = posted.is_none().then(|| {
                let mark = if request.query.is_empty() { "" } else { "?" };
                format!("{API}{path}{mark}{}", request.query)
            });
            let query = pairs.get("q").unwrap_or_default().to_owned();
            let frame = Frame { theme: request.theme, data, query, is_file: false };
            Answer::new(200, HTML, view.html(&frame, true)?)
        };
        if posted.is_none() {
            shelf.keep(key, &answer);
        }
        Ok(answer)
    }
}

/// The address with the `/` at its end that a folder's has; `None` where it is whole already.
fn whole(path: &str) -> Option<String> {
    let is_folder = ["/rules", "/events", "/attack", "/indicators"]
        .iter()
        .any(|start| path.strip_prefix(start).is_some_and(|r| r.is_empty() || r.starts_with('/')));
    (is_folder && !path.ends_with('/')).then(|| format!("{path}/"))
}

/// The data of a page; `None` where the catalog has no such thing.
pub(crate) fn view(
    shelf: &Shelf,
    catalog: &Catalog,
    route: &Route,
    pairs: &Pairs,
    posted: Option<&Posted>,
) -> Result<Option<View>, Error> {
    Ok(match (route, posted) {
        (Route::Home, None) => Some(View::Home(home::home(shelf, catalog)?)),
        (Route::Search, None) => Some(View::Search(search::search(shelf, catalog, pairs)?)),
        (Route::Sources, None) => Some(View::Sources(source::sources(shelf, catalog)?)),
        (Route::Source(name), None) => source::source(shelf, catalog, name)?.map(View::Source),
        (Route::Rule(of, slug), posted) => {
            let Some(found) = rule::rule(catalog, of, slug)? else { return Ok(None) };
            let trial = match posted {
                Some(Posted::Events { name, bytes }) => {
                    let id = format!("{of}/{slug}");
                    let mut trial = tryit::event(catalog, &id, name, bytes.clone())?;
                    if let Some(trial) = &mut trial
                        && name == PASTED
                    {
                        trial.event = String::from_utf8_lossy(bytes).into_owned();
                    }
                    trial
                }
                Some(Posted::Rule { .. }) => return Ok(None),
                None => None,
            };
            Some(View::Rule(Box::new(found), trial))
        }
        (Route::Events, None) => Some(View::Providers(provider::providers(shelf))),
        (Route::Provider(name), None) => provider::provider(shelf, name).map(View::Provider),
        (Route::Event(name, id), None) => {
            event::event(catalog, name, *id)?.map(|page| View::Event(Box::new(page)))
        }
        (Route::Matrix, None) => Some(View::Matrix(matrix::matrix(&shelf.grid, pairs))),
        (Route::Technique(id), None) => {
            technique::technique(catalog, id)?.map(|page| View::Technique(Box::new(page)))
        }
        (Route::Indicator(field, kind, value), None) => {
            indicator::indicator(&shelf.values, catalog, field, kind, value)?.map(View::Indicator)
        }
        (Route::Try, None) => Some(View::Try(tryit::rule(catalog, None)?)),
        (Route::Try, Some(Posted::Rule { vendor, text })) => {
            Some(View::Try(tryit::rule(catalog, Some((vendor, text)))?))
        }
        (Route::About, None) => Some(View::About(about::about(catalog)?)),
        (_, Some(_)) | (Route::Upstream(_), None) => None,
    })
}

/// The name of an event that was typed in.
pub(crate) const PASTED: &str = "event.json";

/// An answer that says what is wrong.
pub(crate) fn failure(
    status: u16,
    title: &str,
    text: &str,
    is_api: bool,
    theme: &'static str,
) -> Answer {
    if is_api {
        let body = serde_json::json!({"error": title, "message": text}).to_string();
        return Answer::new(status, JSON, body);
    }
    let frame = Frame { theme, ..Frame::default() };
    let body = message(&frame, title, text).unwrap_or_else(|_| title.to_owned());
    Answer::new(status, HTML, body)
}
