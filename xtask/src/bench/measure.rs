//! What a process costs: CPU time, time by the clock, memory.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// What a process cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cost {
    /// CPU seconds of all its threads, user and system.
    pub(super) cpu: f64,
    /// Seconds by the clock.
    pub(super) wall: f64,
    /// The largest resident memory seen, in KiB.
    pub(super) peak: u64,
}

/// The run of five that took the least CPU time: the others were disturbed.
pub(super) fn least(mut run: impl FnMut() -> Result<Cost>) -> Result<Cost> {
    let mut best = run()?;
    for _ in 1..5 {
        let cost = run()?;
        if cost.cpu < best.cpu {
            best = cost;
        }
    }
    Ok(best)
}

/// Runs a command to its end and says what it cost. Exit 1 means that a file could not be read,
/// which the corpora are known for.
pub(super) fn measured(command: &mut Command) -> Result<Cost> {
    let before = children()?;
    let start = Instant::now();
    let mut child =
        command.stdout(Stdio::null()).spawn().context("starting the measured program")?;
    let mut peak = 0;
    let status = loop {
        peak = peak.max(high_water(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    ensure!(matches!(status.code(), Some(0 | 1)), "the measured program failed: {status}");
    Ok(Cost { cpu: children()? - before, wall: start.elapsed().as_secs_f64(), peak })
}

/// CPU seconds of the children that have ended, in steps of a hundredth (proc_pid_stat(5), fields
/// 16 and 17).
fn children() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat").context("reading /proc/self/stat")?;
    cpu_of_children(&stat).context("/proc/self/stat has no fields 16 and 17")
}

fn cpu_of_children(stat: &str) -> Option<f64> {
    // The name may hold spaces; the fields after it do not.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(13);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / 100.0)
}

/// The largest resident memory of a process so far, in KiB (proc_pid_status(5), `VmHWM`).
fn high_water(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_children_s_time_is_found_behind_any_name() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4 100 200 0 0 11 12 150 50 20 0 1 0 9";
        assert_eq!(cpu_of_children(stat), Some(2.0));
        assert_eq!(cpu_of_children("7 (a"), None);
    }
}
