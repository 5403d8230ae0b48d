//! Rules over logs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rulescope_events::{Log, ReadError};

use crate::gaps::{Gaps, Seen};
use crate::hit::Hit;
use crate::kept::{Kept, Pool, Reads, hits};
use crate::program::{Matcher, Program};
use crate::rule::Rule;

/// What a scan came to.
#[derive(Debug, Default)]
pub struct Summary {
    /// Logs that were opened.
    pub logs: usize,
    /// Records that were read.
    pub events: u64,
    /// What could not be read, in the logs' order.
    pub unreadable: Vec<ReadError>,
    /// Hits.
    pub hits: usize,
    /// What went begging.
    pub gaps: Gaps,
    /// Records without a provider, a channel and an event id by any name that is known: no rule for
    /// Windows can read them.
    pub headless: u64,
    /// Records that rules over time would have read, but they do not say when they happened.
    pub untimed: u64,
    /// Records that rules over several events had to leave out, by rule: each keeps [`KEPT`].
    pub left_out: BTreeMap<String, u64>,
    /// Rules whose log sources are none that a Windows event is known of.
    pub unread_rules: Vec<String>,
}

/// How many records a rule over several events keeps until the logs end; the further ones are left
/// out and counted. It is a rule's own, so that no rule's matches depend on which others are run.
pub const KEPT: usize = 200_000;

/// What one log gives, in its order.
enum Piece {
    Hit(Hit),
    Kept(usize, Box<Kept>),
    Unreadable(ReadError),
    End { events: u64, untimed: u64, headless: u64, seen: Seen },
}

/// Logs read at once before their hits are given out.
const BATCH: usize = 64;

/// How much of a log may wait for those before it.
const WAITING: usize = 1024;

/// What is known of the rules before the first record.
struct Prepared<'r> {
    rules: &'r [Rule],
    program: Program<'r>,
    /// Of rules over several events, what they read.
    reads: Vec<Option<Reads<'r>>>,
}

/// Runs rules over logs and gives every hit to `out`: those of single events in the order of logs,
/// records and rules, then those of several events in the order of rules and time.
pub fn scan(rules: &[Rule], logs: &[Log], out: &mut dyn FnMut(Hit)) -> Summary {
    let prepared = Prepared {
        rules,
        program: Program::new(rules),
        reads: rules
            .iter()
            .map(|rule| (!rule.is_of_one_event()).then(|| Reads::of(rule)))
            .collect(),
    };
    let unread = rules.iter().filter(|rule| !rule.can_read_windows());
    let mut summary =
        Summary { unread_rules: unread.map(|r| r.id.clone()).collect(), ..Summary::default() };
    let mut waiting = Waiting::default();
    let mut seen = Seen::default();
    for batch in logs.chunks(BATCH) {
        in_order(batch, &prepared, &mut |piece| match piece {
            Piece::Hit(hit) => {
                summary.hits += 1;
                out(hit);
            }
            Piece::Kept(rule, record) => {
                if !waiting.add(rule, *record) {
                    *summary.left_out.entry(rules[rule].id.clone()).or_default() += 1;
                }
            }
            Piece::Unreadable(error) => summary.unreadable.push(error),
            Piece::End { events, untimed, headless, seen: of_log } => {
                summary.logs += 1;
                summary.events += events;
                summary.untimed += untimed;
                summary.headless += headless;
                seen.add(of_log);
            }
        });
    }
    for (rule, records) in waiting.by_rule {
        for hit in hits(&rules[rule], &records) {
            summary.hits += 1;
            out(hit);
        }
    }
    summary.gaps = seen.gaps(rules, &prepared.program);
    summary
}

/// Records that wait for the end of the logs.
#[derive(Default)]
struct Waiting {
    by_rule: BTreeMap<usize, Vec<Kept>>,
}

impl Waiting {
    /// Whether there was room.
    fn add(&mut self, rule: usize, record: Kept) -> bool {
        let records = self.by_rule.entry(rule).or_default();
        let room = records.len() < KEPT;
        if room {
            records.push(record);
        }
        room
    }
}

/// Reads logs on every core and gives what they give in the order of the logs. Readers take the logs
/// in order too, so that the one whose turn it is never waits for another.
fn in_order(logs: &[Log], prepared: &Prepared<'_>, out: &mut dyn FnMut(Piece)) {
    let (senders, receivers): (Vec<SyncSender<Piece>>, Vec<Receiver<Piece>>) =
        logs.iter().map(|_| sync_channel(WAITING)).unzip();
    let senders: Vec<_> = senders.into_iter().map(|s| std::sync::Mutex::new(Some(s))).collect();
    let next = AtomicUsize::new(0);
    let readers = rayon::current_num_threads().min(logs.len());
    std::thread::scope(|scope| {
        for _ in 0..readers {
            scope.spawn(|| {
                let mut matcher = Matcher::new(&prepared.program);
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(log) = logs.get(i) else { break };
                    let sender = senders[i].lock().ok().and_then(|mut s| s.take());
                    if let Some(sender) = sender {
                        read(log, prepared, &mut matcher, &sender);
                    }
                }
            });
        }
        for receiver in receivers {
            receiver.into_iter().for_each(&mut *out);
        }
    });
}

fn read(
    log: &Log,
    prepared: &Prepared<'_>,
    matcher: &mut Matcher<'_, '_>,
    out: &SyncSender<Piece>,
) {
    let (mut events, mut untimed, mut headless, mut seen) = (0, 0, 0, Seen::default());
    let mut pool = Pool::default();
    // No one listens any more only where the scan itself has ended.
    let give = |piece| drop(out.send(piece));
    for read in log.open() {
        let event = match read {
            Ok(event) => event,
            Err(error) => {
                give(Piece::Unreadable(error));
                continue;
            }
        };
        events += 1;
        let (mut without_time, mut shared, mut last) = (false, None, None);
        matcher.run(
            &event,
            |record, came| {
                headless += u64::from(record.kind().is_nothing());
                seen.note(record, came.is_read, came.is_new);
            },
            &mut |mut passed| {
                let (rule, record) = (passed.rule(), passed.record());
                match &prepared.reads[rule] {
                    None => {
                        let matched = passed.matched();
                        let hit = Hit::single(&prepared.rules[rule], passed.truth, record, matched);
                        give(Piece::Hit(hit));
                    }
                    // Of a rule with several log sources, one takes the record.
                    Some(_) if last == Some(rule) => {}
                    Some(reads) => {
                        last = Some(rule);
                        if reads.timed && event.time.is_none() {
                            without_time = true;
                        } else {
                            let shared = shared.get_or_insert_with(|| pool.share(record));
                            let kept = reads.keep(record, shared, &mut pool);
                            give(Piece::Kept(rule, Box::new(kept)));
                        }
                    }
                }
            },
        );
        untimed += u64::from(without_time);
    }
    give(Piece::End { events, untimed, headless, seen });
}
