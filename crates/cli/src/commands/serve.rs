//! `serve`: the web site of a catalog.

use std::net::{SocketAddr, ToSocketAddrs};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use rulescope_site::{Options, Site, serve};

use crate::output::{CatalogArg, Talk};

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The address to listen on: host and port
    #[arg(long, visible_alias = "listen", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    addr: String,
    /// A word that visitors have to know
    #[arg(long, value_name = "WORD")]
    token: Option<String>,
    #[command(flatten)]
    catalog: CatalogArg,
}

/// Characters that a token may have: those that a cookie and an address hold as they are.
fn is_plain(token: &str) -> bool {
    !token.is_empty()
        && token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

pub(crate) fn run(args: Args, talk: Talk) -> anyhow::Result<ExitCode> {
    let mut found = args
        .addr
        .to_socket_addrs()
        .with_context(|| format!("`{}` is no address; write host:port", args.addr))?;
    let Some(address): Option<SocketAddr> = found.next() else {
        bail!("`{}` names no address", args.addr);
    };
    if args.token.as_deref().is_some_and(|token| !is_plain(token)) {
        bail!("a token is made of letters, digits, `-` and `_`");
    }
    let site = Arc::new(Site::open(&args.catalog.path())?);
    let loopback = address.ip().is_loopback();
    if !loopback && args.token.is_none() {
        talk.warn(format!(
            "anybody who can reach {address} can read all rules; --token asks for a word"
        ));
    }
    let token = args.token.clone();
    let options = Options { token: args.token, loopback };
    serve(site, options, address, |address| {
        let word = token.map(|token| format!("?token={token}")).unwrap_or_default();
        talk.say(format!("http://{address}/{word}"));
    })?;
    Ok(ExitCode::SUCCESS)
}
