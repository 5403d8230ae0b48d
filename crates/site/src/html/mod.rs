//! Pages as HTML: one template a kind, all on one frame.

mod filters;
mod prose;

use askama::Template;
use rulescope_catalog::event::EventPage;
use rulescope_catalog::indicator::IndicatorPage;
use rulescope_catalog::technique::TechniquePage;

use self::filters as t;
use crate::Error;
use crate::page::about::AboutView;
use crate::page::home::HomeView;
use crate::page::matrix::MatrixView;
use crate::page::provider::{ProviderView, ProvidersView};
use crate::page::rule::RuleView;
use crate::page::search::SearchView;
use crate::page::source::{SourceView, SourcesView};
use crate::route;
use crate::tryit::{Trial, TryView};

/// What every page has around it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frame {
    /// `light` or `dark`; empty where the system decides.
    pub(crate) theme: &'static str,
    /// The path of the page's data.
    pub(crate) data: Option<String>,
    /// The words of the search box.
    pub(crate) query: String,
    /// Whether the page is a file of an export, in which nothing can be posted.
    pub(crate) is_file: bool,
}

macro_rules! page {
    ($name:ident, $path:literal, $view:ty) => {
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'p> {
            frame: &'p Frame,
            p: $view,
        }
    };
}

page!(Home, "home.html", &'p HomeView);
page!(Rule, "rule.html", RuleParts<'p>);
page!(Search, "search.html", &'p SearchView);
page!(Sources, "sources.html", &'p SourcesView);
page!(Source, "source.html", &'p SourceView);
page!(Providers, "providers.html", &'p ProvidersView);
page!(Provider, "provider.html", &'p ProviderView);
page!(Event, "event.html", &'p EventPage);
page!(Matrix, "matrix.html", &'p MatrixView);
page!(Technique, "technique.html", &'p TechniquePage);
page!(Indicator, "indicator.html", &'p IndicatorPage);
page!(About, "about.html", &'p AboutView);
page!(TryPage, "try.html", &'p TryView);
page!(Message, "message.html", (&'p str, &'p str));

#[derive(Template)]
#[template(path = "static_search.html")]
struct StaticSearch<'p> {
    frame: &'p Frame,
}

/// A rule, and what an event came to on it.
struct RuleParts<'p> {
    v: &'p RuleView,
    trial: Option<&'p Trial>,
    /// Whether its text may be shown.
    with_body: bool,
    /// Whether it is of the catalog.
    stored: bool,
}

/// A page's data, ready to be rendered.
#[derive(Debug)]
pub(crate) enum View {
    Home(HomeView),
    Rule(Box<RuleView>, Option<Trial>),
    Search(SearchView),
    Sources(SourcesView),
    Source(SourceView),
    Providers(ProvidersView),
    Provider(ProviderView),
    Event(Box<EventPage>),
    Matrix(MatrixView),
    Technique(Box<TechniquePage>),
    Indicator(IndicatorPage),
    About(AboutView),
    Try(TryView),
}

impl View {
    /// The page as HTML. `with_body` is false where a rule's text may not be shown.
    pub(crate) fn html(&self, frame: &Frame, with_body: bool) -> Result<String, Error> {
        Ok(match self {
            View::Home(p) => Home { frame, p }.render()?,
            View::Rule(v, trial) => {
                let p = RuleParts { v, trial: trial.as_ref(), with_body, stored: true };
                Rule { frame, p }.render()?
            }
            View::Search(p) => Search { frame, p }.render()?,
            View::Sources(p) => Sources { frame, p }.render()?,
            View::Source(p) => Source { frame, p }.render()?,
            View::Providers(p) => Providers { frame, p }.render()?,
            View::Provider(p) => Provider { frame, p }.render()?,
            View::Event(p) => Event { frame, p }.render()?,
            View::Matrix(p) => Matrix { frame, p }.render()?,
            View::Technique(p) => Technique { frame, p }.render()?,
            View::Indicator(p) => Indicator { frame, p }.render()?,
            View::About(p) => About { frame, p }.render()?,
            View::Try(TryView { rule: Some(v), .. }) => {
                let p = RuleParts { v, trial: None, with_body: true, stored: false };
                Rule { frame, p }.render()?
            }
            View::Try(p) => TryPage { frame, p }.render()?,
        })
    }

    /// The page as JSON.
    pub(crate) fn json(&self) -> Result<Vec<u8>, Error> {
        Ok(match self {
            View::Home(p) => serde_json::to_vec(p),
            View::Rule(v, None) => serde_json::to_vec(v),
            View::Rule(_, Some(trial)) => serde_json::to_vec(trial),
            View::Search(p) => serde_json::to_vec(p),
            View::Sources(p) => serde_json::to_vec(p),
            View::Source(p) => serde_json::to_vec(p),
            View::Providers(p) => serde_json::to_vec(p),
            View::Provider(p) => serde_json::to_vec(p),
            View::Event(p) => serde_json::to_vec(p),
            View::Matrix(p) => serde_json::to_vec(p),
            View::Technique(p) => serde_json::to_vec(p),
            View::Indicator(p) => serde_json::to_vec(p),
            View::About(p) => serde_json::to_vec(p),
            View::Try(p) => serde_json::to_vec(p),
        }?)
    }
}

/// A page that says one thing.
pub(crate) fn message(frame: &Frame, title: &str, text: &str) -> Result<String, Error> {
    Ok(Message { frame, p: (title, text) }.render()?)
}

/// The search page of an export.
pub(crate) fn static_search(frame: &Frame) -> Result<String, Error> {
    Ok(StaticSearch { frame }.render()?)
}
