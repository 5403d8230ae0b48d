//! Which records a scan looks at: by their time and their computer.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::bail;
use rulescope_events::{Event, parse_time, rfc3339};

use crate::output::Talk;

/// Which records are looked at.
#[derive(Debug, clap::Args)]
pub(crate) struct LookArgs {
    /// Only records from this time on: RFC 3339, or a date; without a zone UTC
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only records up to this time: RFC 3339, or a date with the whole of its day
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only records of these computers, in any case; without a domain on either side, any domain
    #[arg(long, value_name = "NAME", num_args = 1..)]
    host: Vec<String>,
}

/// The flags as they are asked of every record, and what came of it.
#[derive(Debug)]
pub(crate) struct Look {
    /// Nanoseconds since 1970; the first that is looked at.
    since: Option<i64>,
    /// The first that is not any more.
    until: Option<i64>,
    /// Computers, and whether one was seen.
    hosts: Vec<(String, AtomicBool)>,
    /// Records that do not say when they happened, where that is asked.
    untimed: AtomicU64,
}

const DAY: i64 = 86_400_000_000_000;

/// A time as people write it, and whether it is a whole day.
fn time(flag: &str, text: &str) -> anyhow::Result<(i64, bool)> {
    let text = text.trim();
    let date = text.get(..10).unwrap_or_default();
    let dashed = date.as_bytes().get(4) == Some(&b'-') && date.as_bytes().get(7) == Some(&b'-');
    let read = parse_time(text).filter(|_| dashed);
    // A day that its month does not have would be read as one of the next.
    let day_exists = parse_time(date).is_some_and(|day| rfc3339(day).starts_with(date));
    match read {
        Some(nanos) if day_exists => Ok((nanos, text.len() == 10)),
        _ => bail!("--{flag}: `{text}` is no time; write 2026-01-31 or 2026-01-31T08:00:00Z"),
    }
}

impl LookArgs {
    /// The flags as they are asked; `None` where every record is looked at.
    pub(crate) fn look(&self) -> anyhow::Result<Option<Look>> {
        let since = self.since.as_deref().map(|t| time("since", t)).transpose()?;
        let since = since.map(|(nanos, _)| nanos);
        let until = self.until.as_deref().map(|t| time("until", t)).transpose()?;
        let until = until.map(|(nanos, day)| nanos.saturating_add(if day { DAY } else { 1 }));
        if let (Some(since), Some(until)) = (since, until)
            && since >= until
        {
            bail!("--since is later than --until; no record is between them");
        }
        let mut hosts = Vec::new();
        for host in &self.host {
            let name = host.trim().trim_end_matches('.').to_lowercase();
            if name.is_empty() {
                bail!("--host: give a computer's name");
            }
            hosts.push((name, AtomicBool::new(false)));
        }
        let all = since.is_none() && until.is_none() && hosts.is_empty();
        Ok((!all).then_some(Look { since, until, hosts, untimed: AtomicU64::new(0) }))
    }
}

impl Look {
    /// Whether a record is looked at. One that does not say when it happened is in no span of time.
    pub(crate) fn takes(&self, event: &Event) -> bool {
        if !self.hosts.is_empty() {
            let computer = event.computer().to_lowercase();
            let mut wanted = self.hosts.iter().filter(|(host, _)| same_host(host, &computer));
            let Some((_, seen)) = wanted.next() else { return false };
            seen.store(true, Ordering::Relaxed);
            wanted.for_each(|(_, seen)| seen.store(true, Ordering::Relaxed));
        }
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let Some(time) = event.time else {
            self.untimed.fetch_add(1, Ordering::Relaxed);
            return false;
        };
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }

    /// Says what the flags met with.
    pub(crate) fn tell(&self, talk: Talk) {
        for (host, _) in self.hosts.iter().filter(|(_, seen)| !seen.load(Ordering::Relaxed)) {
            talk.warn(format!("no record is of the computer `{host}`"));
        }
        let untimed = self.untimed.load(Ordering::Relaxed);
        if untimed > 0 {
            talk.warn(format!(
                "{untimed} records do not say when they happened; --since and --until left them out"
            ));
        }
    }
}

/// Whether two names in lower case are one computer's: the same, or one of them without the domain
/// that the other has. An address has no domain.
fn same_host(wanted: &str, there: &str) -> bool {
    let there = there.trim_end_matches('.');
    if wanted == there {
        return true;
    }
    let address = |name: &str| name.parse::<std::net::IpAddr>().is_ok();
    if address(wanted) || address(there) {
        return false;
    }
    let of_domain = |whole: &str, bare: &str| {
        !bare.contains('.') && whole.split_once('.').is_some_and(|(name, _)| name == bare)
    };
    of_domain(there, wanted) || of_domain(wanted, there)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_computer_is_meant_with_or_without_its_domain() {
        assert!(same_host("pc1", "pc1.corp.local"));
        assert!(same_host("pc1.corp.local", "pc1"));
        assert!(same_host("pc1", "pc1"));
        assert!(!same_host("pc1.corp.local", "pc1.other.local"));
        assert!(!same_host("pc1", "pc10"));
        assert!(!same_host("10", "10.0.0.1"));
        assert!(!same_host("pc1", ""));
    }

    #[test]
    fn times_are_rfc_3339_or_dates() {
        let day = 1_767_312_000_000_000_000;
        assert_eq!(time("since", "2026-01-02").ok(), Some((day, true)));
        assert_eq!(time("since", "2026-01-02T00:00:00Z").ok(), Some((day, false)));
        assert_eq!(time("since", "2026-01-02T01:00:00+01:00").ok(), Some((day, false)));
        for text in
            ["", "2026", "yesterday", "2026-02-30", "2026-13-01", "1767312000", "2026/01/02"]
        {
            assert!(time("since", text).is_err(), "{text}");
        }
    }
}
