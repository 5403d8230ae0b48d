//! How far a scan is, while somebody looks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use rulescope_engine::Step;
use rulescope_events::Log;

/// A bar by the bytes of the logs that were read to their ends, with the rate of their records.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    records: AtomicU64,
    began: Instant,
}

impl Progress {
    /// A bar for these logs; hidden where nobody would see it.
    pub(crate) fn new(logs: &[Log], shown: bool) -> Progress {
        let bytes = logs.iter().filter_map(Log::size).sum();
        let bar = if shown { ProgressBar::new(bytes) } else { ProgressBar::hidden() };
        bar.set_length(bytes);
        // The template is our own.
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3}% {msg}, {eta} left")
        {
            bar.set_style(style);
        }
        if shown {
            bar.enable_steady_tick(Duration::from_millis(250));
        }
        Progress { bar, records: AtomicU64::new(0), began: Instant::now() }
    }

    /// Takes a step, on any thread.
    pub(crate) fn step(&self, step: Step<'_>) {
        match step {
            Step::Records(more) => {
                let records = self.records.fetch_add(more, Ordering::Relaxed) + more;
                self.bar.set_message(told(records, self.began.elapsed()));
            }
            Step::Log(log) => self.bar.inc(log.size().unwrap_or(0)),
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// `120000 events, 40000/s`; no rate before it says something.
fn told(records: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    if seconds < 0.5 {
        return format!("{records} events");
    }
    format!("{records} events, {:.0}/s", records as f64 / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_moves_by_the_bytes_of_logs_that_were_read() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let write = |name: &str, bytes: usize| {
            let path = folder.path().join(name);
            std::fs::write(&path, vec![b' '; bytes]).map(|()| Log::new(path))
        };
        let logs = [write("a", 30)?, write("b", 70)?, Log::new("-")];
        let progress = Progress::new(&logs, false);
        assert_eq!(progress.bar.length(), Some(100));
        progress.step(Step::Records(5));
        progress.step(Step::Log(&logs[0]));
        assert_eq!(progress.bar.position(), 30);
        progress.step(Step::Records(7));
        progress.step(Step::Log(&logs[2]));
        progress.step(Step::Log(&logs[1]));
        assert_eq!(progress.bar.position(), 100);
        assert!(progress.bar.message().starts_with("12 events"));
        progress.end();
        Ok(())
    }

    #[test]
    fn a_rate_is_told_when_it_says_something() {
        assert_eq!(told(1000, Duration::from_millis(100)), "1000 events");
        assert_eq!(told(1000, Duration::from_secs(2)), "1000 events, 500/s");
    }
}
