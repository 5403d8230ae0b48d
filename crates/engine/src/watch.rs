//! Which records a scan looks at, and who is told how far it is.

use rulescope_events::{Event, Log};

/// What whoever scans wants besides hits. The default looks at every record and tells nobody.
#[derive(Clone, Copy, Default)]
pub struct Watch<'w> {
    /// Whether a record is looked at; all are where there is none. It is asked on several threads
    /// at once, before any rule is.
    pub takes: Option<&'w (dyn Fn(&Event) -> bool + Sync)>,
    /// Told how far the scan is, on several threads at once and in no order.
    pub told: Option<&'w (dyn Fn(Step<'_>) + Sync)>,
    /// Whether hits over single events hold the record ([`crate::Hit::record`]).
    pub records: bool,
}

/// A step of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'l> {
    /// So many more records were read.
    Records(u64),
    /// A log was read to its end.
    Log(&'l Log),
}

/// Records that are told of at once.
pub(crate) const TOLD: u64 = 1024;

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("records", &self.records).finish_non_exhaustive()
    }
}

impl Watch<'_> {
    pub(crate) fn takes(&self, event: &Event) -> bool {
        self.takes.is_none_or(|takes| takes(event))
    }

    pub(crate) fn tell(&self, step: Step<'_>) {
        if let Some(told) = self.told {
            told(step);
        }
    }
}
