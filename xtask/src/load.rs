//! How long the site takes to answer: requests of every kind of page at a rate, over loopback.
//!
//! Requests are due at fixed times, and what is measured is the time from then to the answer's last
//! byte: a server that falls behind is not spared by a client that waits for it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;

use crate::step::Outcome;
use crate::{browser, project};

/// Connections that send requests.
const CLIENTS: usize = 8;

struct Options {
    catalog: PathBuf,
    binary: Option<PathBuf>,
    seconds: u64,
    rate: u64,
}

fn options(args: &[String]) -> Result<Options> {
    let mut out =
        Options { catalog: PathBuf::from("rulescope.db"), binary: None, seconds: 20, rate: 200 };
    for pair in args.chunks(2) {
        let [name, value] = pair else { bail!("{} wants a value", pair.concat()) };
        match name.as_str() {
            "--catalog" => out.catalog = PathBuf::from(value),
            "--binary" => out.binary = Some(PathBuf::from(value)),
            "--seconds" => out.seconds = value.parse().context("--seconds wants a number")?,
            "--rate" => out.rate = value.parse().context("--rate wants a number")?,
            other => bail!("`{other}` is no option of load"),
        }
    }
    Ok(out)
}

/// A server that ends with this.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(options: &Options) -> Result<Server> {
    let release = project::target().join("release/rulescope");
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None if release.is_file() => release,
        None => browser::binary()?,
    };
    eprintln!("measuring {}", binary.display());
    let mut child = Command::new(binary)
        .args(["serve", "--addr", "127.0.0.1:0", "--catalog"])
        .arg(&options.catalog)
        .stderr(Stdio::piped())
        .spawn()
        .context("starting rulescope")?;
    let mut said = String::new();
    let stderr = child.stderr.take().context("the server's standard error")?;
    BufReader::new(stderr).read_line(&mut said)?;
    let Some(address) = said.trim().strip_prefix("http://") else { bail!("it said {said}") };
    Ok(Server { address: address.trim_end_matches('/').to_owned(), child })
}

/// Sends requests at a rate, and prints how long those of each kind took.
pub(crate) fn step(args: &[String]) -> Result<Outcome> {
    let options = options(args)?;
    if !options.catalog.is_file() {
        return Ok(Outcome::skipped(format!("no catalog at {}", options.catalog.display())));
    }
    let server = start(&options)?;
    let pages = pages(&server.address)?;
    // What many rules share is made ready by the server itself.
    std::thread::sleep(Duration::from_secs(10));
    let count = usize::try_from(options.seconds * options.rate)?;
    let every = Duration::from_secs_f64(1.0 / options.rate as f64);
    let times: Mutex<BTreeMap<&str, Vec<Duration>>> = Mutex::default();
    let next = AtomicUsize::new(0);
    let start = Instant::now() + Duration::from_millis(100);
    std::thread::scope(|scope| -> Result<()> {
        let client = || -> Result<()> {
            let mut connection = Connection::open(&server.address)?;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(());
                }
                let due = start + every * u32::try_from(number)?;
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                let (kind, paths) = &pages[number % pages.len()];
                let path = &paths[(number / pages.len()) % paths.len()];
                connection.get(path)?;
                let took = due.elapsed();
                if let Ok(mut times) = times.lock() {
                    times.entry(kind).or_default().push(took);
                }
            }
        };
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        for client in clients {
            client.join().map_err(|_| anyhow::anyhow!("a client ended early"))??;
        }
        Ok(())
    })?;
    let mut times = times.into_inner().context("the times")?;
    let mut all: Vec<Duration> = Vec::new();
    eprintln!("{:<12} {:>6} {:>9} {:>9} {:>9}", "page", "n", "p50 ms", "p99 ms", "most ms");
    for (kind, times) in &mut times {
        print(kind, times);
        all.extend(times.iter());
    }
    print("all", &mut all);
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id()));
    let memory =
        status.unwrap_or_default().lines().find(|l| l.starts_with("VmHWM")).map(str::to_owned);
    eprintln!("{}", memory.unwrap_or_default());
    Ok(Outcome::done())
}

fn print(kind: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share: f64| {
        let index = ((times.len() as f64 - 1.0) * share).round() as usize;
        times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    };
    eprintln!("{kind:<12} {:>6} {:>9.1} {:>9.1} {:>9.1}", times.len(), at(0.5), at(0.99), at(1.0));
}

/// Pages by kind: many of those of which there are many, so that few are asked for twice.
fn pages(address: &str) -> Result<Vec<(&'static str, Vec<String>)>> {
    let mut connection = Connection::open(address)?;
    let mut get = |path: &str| -> Result<Json> {
        let body = connection.get(&format!("/api/v1{path}"))?;
        serde_json::from_slice(&body).with_context(|| format!("reading {path}"))
    };
    let mut rules = Vec::new();
    let mut indicators = Vec::new();
    for page in (1..=200).step_by(7) {
        let found = get(&format!("/search?page={page}"))?;
        for rule in found["rules"].as_array().into_iter().flatten() {
            if let Some((source, slug)) = rule["id"].as_str().and_then(|id| id.split_once('/')) {
                rules.push(format!("/rules/{source}/{slug}/"));
            }
        }
    }
    let words = ["powershell", "cmd", "rundll32", "lsass", "http", "admin", "registry", "dns", "x"];
    for word in words {
        let found = get(&format!("/search?q={word}"))?;
        for value in found["values"].as_array().into_iter().flatten() {
            let part = |name: &str| value[name].as_str().map(encode).unwrap_or_default();
            let field = if part("field").is_empty() { "_".to_owned() } else { part("field") };
            indicators.push(format!("/indicators/{field}/{}/{}/", part("kind"), part("value")));
        }
    }
    let mut events = Vec::new();
    for provider in get("/events/")?["providers"].as_array().into_iter().flatten() {
        for event in provider["events"].as_array().into_iter().flatten() {
            events.extend(event["address"].as_str().map(|a| format!("/events/{}/", a)));
        }
    }
    let mut techniques = Vec::new();
    for tactic in get("/attack/")?["tactics"].as_array().into_iter().flatten() {
        for cell in tactic["cells"].as_array().into_iter().flatten() {
            techniques.extend(cell["technique"].as_str().map(|t| format!("/attack/{t}/")));
        }
    }
    let facets =
        ["vendor=sigma", "severity=high", "tactic=Execution", "status=test", "language=eql"];
    let searches = (0..400).map(|n| {
        let (word, facet) = (words[n % words.len()], facets[n % facets.len()]);
        format!("/search?q={word}{}&{facet}&page={}", ["", "+a", "s"][n % 3], n / 45 + 1)
    });
    let one = |path: &str| vec![path.to_owned()];
    Ok(vec![
        ("home", one("/")),
        ("rule", rules),
        ("search", searches.collect()),
        ("event", events),
        ("technique", techniques),
        ("indicator", indicators),
        ("matrix", ["rules", "vendors", "sigma"].map(|by| format!("/attack/?by={by}")).to_vec()),
        ("providers", one("/events/")),
        ("about", one("/about")),
    ])
}

fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A connection that is kept open.
struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    fn open(address: &str) -> Result<Connection> {
        let stream = TcpStream::connect(address).with_context(|| format!("reaching {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream: BufReader::new(stream) })
    }

    fn get(&mut self, path: &str) -> Result<Vec<u8>> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut length = 0;
        let mut status = String::new();
        self.stream.read_line(&mut status)?;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        if !status.contains(" 200 ") {
            bail!("{path}: {}", status.trim());
        }
        Ok(body)
    }
}
