//! The server: limits, headers, and the way from a socket to [`Site::answer`] and back.

mod access;
mod body;
mod headers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request as Incoming, State};
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use tokio::net::TcpListener;

use self::access::Entry;
use crate::Error;
use crate::answer::{Answer, PLAIN};
use crate::site::{API, Request, failure};
use crate::state::Site;

/// How the site is served.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What a visitor has to know; anybody may look where there is none.
    pub token: Option<String>,
    /// Whether only this machine can connect: then a name that is not its own is refused, so that no
    /// web page can read the site by a name that it lets point here.
    pub loopback: bool,
}

/// Bytes of a request's body: a log of 16 MiB and what is around it.
const MOST_BYTES: usize = (16 << 20) + (64 << 10);

/// How long a request may take, its body included.
const MOST_TIME: Duration = Duration::from_secs(30);

/// Pages that are made at a time.
const WORKERS: usize = 4;

/// How long a stop waits for requests that are being answered.
const GRACE: Duration = Duration::from_secs(5);

struct Server {
    site: Arc<Site>,
    options: Options,
}

/// The site as a service of HTTP.
pub fn router(site: Arc<Site>, options: Options) -> Router {
    let server = Arc::new(Server { site, options });
    Router::new().fallback(handle).layer(DefaultBodyLimit::max(MOST_BYTES)).with_state(server)
}

/// Serves a site until it is told to stop (an interrupt, or the end of the process that it is asked
/// for): what is being answered then is answered. `ready` is told the address.
///
/// # Errors
/// Where the address can't be listened on.
pub fn serve(
    site: Arc<Site>,
    options: Options,
    address: SocketAddr,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // Each has a connection to the catalog of its own.
        .max_blocking_threads(WORKERS)
        .build()
        .map_err(Error::io("start the server"))?;
    let looked_after = Arc::clone(&site);
    std::thread::spawn(move || looked_after.look_after());
    let served = runtime.block_on(async {
        let listener =
            TcpListener::bind(address).await.map_err(Error::io(format!("listen on {address}")))?;
        ready(listener.local_addr().unwrap_or(address));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let service = axum::serve(listener, router(site, options)).with_graceful_shutdown(async {
            signal().await;
            let _ = stop.send(());
        });
        let late = async {
            // A connection that is kept open does not hold a stop up for ever.
            let _ = stopped.await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            served = async { service.await } => served.map_err(Error::io("serve")),
            () = late => Ok(()),
        }
    });
    runtime.shutdown_background();
    served
}

async fn signal() {
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    {
        let term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut term) = term {
            tokio::select! {
                () = interrupt => {}
                _ = term.recv() => {}
            }
            return;
        }
    }
    interrupt.await;
}

async fn handle(State(server): State<Arc<Server>>, incoming: Incoming) -> Response {
    let asked = headers::Asked::of(&incoming);
    match tokio::time::timeout(MOST_TIME, respond(server, incoming)).await {
        Ok(response) => headers::finish(response, &asked),
        Err(_) => headers::finish(
            Answer::new(StatusCode::REQUEST_TIMEOUT.as_u16(), PLAIN, "This took too long.\n")
                .into(),
            &asked,
        ),
    }
}

async fn respond(server: Arc<Server>, incoming: Incoming) -> headers::Reply {
    let theme = headers::theme(&incoming);
    let path = incoming.uri().path().to_owned();
    let query = incoming.uri().query().unwrap_or_default().to_owned();
    let is_api = path.starts_with(API);
    match access::check(&server.options, &incoming) {
        Entry::Open => {}
        Entry::Refused(status, why) => {
            return failure(status, "No entry", why, is_api, theme).into();
        }
        Entry::Known { cookie } => {
            let mut reply =
                headers::Reply::from(Answer::elsewhere(access::without_token(&path, &query)));
            reply.cookie = Some(cookie);
            return reply;
        }
    }
    let method = incoming.method().clone();
    let posted = match method {
        Method::GET | Method::HEAD => None,
        Method::POST if !is_api => match body::read(incoming).await {
            Ok(posted) => Some(posted),
            Err((status, why)) => return failure(status, "Not read", why, is_api, theme).into(),
        },
        _ => {
            let mut reply: headers::Reply =
                failure(405, "Not so", "This address is only looked at.", is_api, theme).into();
            reply.allow = Some("GET, HEAD");
            return reply;
        }
    };
    let request = Request { path, query, theme, posted };
    let site = Arc::clone(&server.site);
    // SQLite waits for a disk.
    match tokio::task::spawn_blocking(move || site.answer(&request)).await {
        Ok(answer) => answer.into(),
        Err(_) => {
            failure(500, "Something went wrong", "The page was not made.", is_api, theme).into()
        }
    }
}

/// The name of a header's value as text.
fn header_text(incoming: &Incoming, name: header::HeaderName) -> Option<&str> {
    incoming.headers().get(name)?.to_str().ok()
}
