//! Rules over logs.

use std::collections::BTreeMap;
use std::sync::mpsc::channel;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use rayon::prelude::*;
use rulescope_events::{Decoder, Event, Log, Part, Parts, ReadError};

use crate::gaps::{Gaps, Seen};
use crate::hit::Hit;
use crate::kept::{Kept, Pool, Reads, hits};
use crate::program::{Matcher, Program};
use crate::rule::Rule;
use crate::watch::{Step, TOLD, Watch};

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
    /// Records that were read and not looked at, because they were not asked for.
    pub passed_over: u64,
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

/// What a part of a log gives, in its order.
enum Piece {
    Hit(Hit),
    Kept(usize, Box<Kept>),
    Unreadable(ReadError),
}

/// What is counted of records, in no order.
#[derive(Default)]
struct Counted {
    events: u64,
    passed_over: u64,
    untimed: u64,
    headless: u64,
    seen: Seen,
}

/// What is known of the rules before the first record.
struct Prepared<'r> {
    rules: &'r [Rule],
    watch: &'r Watch<'r>,
    program: Program<'r>,
    /// Of rules over several events, what they read.
    reads: Vec<Option<Reads<'r>>>,
}

/// Runs rules over logs and gives every hit to `out`: those of single events in the order of logs,
/// records and rules, then those of several events in the order of rules and time.
pub fn scan(rules: &[Rule], logs: &[Log], out: &mut dyn FnMut(Hit)) -> Summary {
    scan_watched(rules, logs, &Watch::default(), out)
}

/// [`scan`] over the records that are wanted, telling how far it is.
pub fn scan_watched(
    rules: &[Rule],
    logs: &[Log],
    watch: &Watch<'_>,
    out: &mut dyn FnMut(Hit),
) -> Summary {
    let prepared = Prepared {
        rules,
        watch,
        program: Program::new(rules),
        reads: rules
            .iter()
            .map(|rule| (!rule.is_of_one_event()).then(|| Reads::of(rule)))
            .collect(),
    };
    let unread = rules.iter().filter(|rule| !rule.can_read_windows());
    let mut summary = Summary {
        logs: logs.len(),
        unread_rules: unread.map(|r| r.id.clone()).collect(),
        ..Summary::default()
    };
    let mut waiting = Waiting::default();
    let counted = in_order(logs, &prepared, &mut |piece| match piece {
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
    });
    let mut seen = Seen::default();
    for of_thread in counted {
        summary.events += of_thread.events;
        summary.passed_over += of_thread.passed_over;
        summary.untimed += of_thread.untimed;
        summary.headless += of_thread.headless;
        seen.add(of_thread.seen);
    }
    waiting.decide(rules, &mut |hit| {
        summary.hits += 1;
        out(hit);
    });
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

impl Waiting {
    /// Gives the hits in the order of rules and time. Some rules at a time are decided side by side,
    /// and what they kept goes away with them.
    fn decide(self, rules: &[Rule], out: &mut dyn FnMut(Hit)) {
        let mut rest = self.by_rule.into_iter();
        loop {
            let some: Vec<_> = rest.by_ref().take(4 * rayon::current_num_threads()).collect();
            if some.is_empty() {
                return;
            }
            let decided = some.into_par_iter().map(|(rule, kept)| hits(&rules[rule], &kept));
            let found: Vec<Vec<Hit>> = decided.collect();
            found.into_iter().flatten().for_each(&mut *out);
        }
    }
}

/// Parts that may be read before the first of them is given out.
const AHEAD: u64 = 64;

/// Logs, cut into parts one after another.
struct Feed<'l> {
    logs: std::slice::Iter<'l, Log>,
    parts: Option<(&'l Log, Parts)>,
    watch: &'l Watch<'l>,
    /// Parts that were taken.
    taken: u64,
    /// Parts that were given out.
    given: u64,
}

impl Feed<'_> {
    /// The next part of the logs with its number.
    fn next(&mut self) -> Option<(u64, Part)> {
        loop {
            if let Some((_, parts)) = &mut self.parts
                && let Some(part) = parts.next()
            {
                self.taken += 1;
                return Some((self.taken - 1, part));
            }
            if let Some((log, _)) = self.parts.take() {
                self.watch.tell(Step::Log(log));
            }
            let log = self.logs.next()?;
            self.parts = Some((log, log.parts()));
        }
    }
}

/// Reads logs on every core and gives what they give in the order of the logs. Whoever is free takes the
/// next part, so that the one whose turn it is never waits for another.
fn in_order(logs: &[Log], prepared: &Prepared<'_>, out: &mut dyn FnMut(Piece)) -> Vec<Counted> {
    let watch = prepared.watch;
    let feed = Mutex::new(Feed { logs: logs.iter(), parts: None, watch, taken: 0, given: 0 });
    let feed = || feed.lock().unwrap_or_else(PoisonError::into_inner);
    let room = Condvar::new();
    let (sender, receiver) = channel();
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..rayon::current_num_threads())
            .map(|_| {
                let (sender, room) = (sender.clone(), &room);
                scope.spawn(move || {
                    let mut reader = PartReader::new(prepared);
                    loop {
                        let full = |feed: &mut Feed<'_>| feed.taken >= feed.given + AHEAD;
                        let next = room
                            .wait_while(feed(), full)
                            .unwrap_or_else(PoisonError::into_inner)
                            .next();
                        let Some((number, part)) = next else {
                            watch.tell(Step::Records(reader.counted.events % TOLD));
                            break reader.counted;
                        };
                        // No one listens any more only where the scan itself has ended.
                        drop(sender.send((number, reader.read(part))));
                    }
                })
            })
            .collect();
        drop(sender);
        let mut early = BTreeMap::new();
        let mut turn = 0;
        for (number, pieces) in receiver {
            early.insert(number, pieces);
            while let Some(pieces) = early.remove(&turn) {
                pieces.into_iter().for_each(&mut *out);
                turn += 1;
                feed().given = turn;
                room.notify_all();
            }
        }
        readers.into_iter().filter_map(|reader| reader.join().ok()).collect()
    })
}

/// Reads parts, one for each thread.
struct PartReader<'p, 'r> {
    prepared: &'p Prepared<'r>,
    matcher: Matcher<'p, 'r>,
    decoder: Decoder,
    pool: Pool,
    counted: Counted,
}

impl<'p, 'r> PartReader<'p, 'r> {
    fn new(prepared: &'p Prepared<'r>) -> PartReader<'p, 'r> {
        PartReader {
            prepared,
            matcher: Matcher::new(&prepared.program),
            decoder: Decoder::default(),
            pool: Pool::default(),
            counted: Counted::default(),
        }
    }

    fn read(&mut self, part: Part) -> Vec<Piece> {
        let mut out = Vec::new();
        let PartReader { prepared, matcher, decoder, pool, counted } = self;
        part.read(decoder, &mut |read| match read {
            Ok(event) => of_event(&event, prepared, matcher, pool, counted, &mut out),
            Err(error) => out.push(Piece::Unreadable(error)),
        });
        out
    }
}

fn of_event(
    event: &Event,
    prepared: &Prepared<'_>,
    matcher: &mut Matcher<'_, '_>,
    pool: &mut Pool,
    counted: &mut Counted,
    out: &mut Vec<Piece>,
) {
    counted.events += 1;
    let watch = prepared.watch;
    if counted.events.is_multiple_of(TOLD) {
        watch.tell(Step::Records(TOLD));
    }
    if !watch.takes(event) {
        counted.passed_over += 1;
        return;
    }
    let (mut without_time, mut shared, mut last) = (false, None, None);
    let mut whole = None;
    matcher.run(
        event,
        |record, came| {
            counted.headless += u64::from(record.kind().is_nothing());
            counted.seen.note(record, came.is_read, came.is_new);
        },
        &mut |mut passed| {
            let (rule, record) = (passed.rule(), passed.record());
            match &prepared.reads[rule] {
                None => {
                    let matched = passed.matched();
                    let mut hit = Hit::single(&prepared.rules[rule], passed.truth, record, matched);
                    if watch.records {
                        let whole = whole.get_or_insert_with(|| Arc::new(event.clone()));
                        hit.record = Some(Arc::clone(whole));
                    }
                    out.push(Piece::Hit(hit));
                }
                // Of a rule with several leaves, which follow each other, each may take the record.
                Some(_) if last == Some(rule) => match out.last_mut() {
                    Some(Piece::Kept(of, kept)) if *of == rule => {
                        kept.also(passed.matched(), pool);
                    }
                    _ => {}
                },
                Some(reads) => {
                    last = Some(rule);
                    if reads.timed && event.time.is_none() {
                        without_time = true;
                    } else {
                        let shared = shared.get_or_insert_with(|| pool.share(record));
                        let kept = reads.keep(record, shared, passed.matched(), pool);
                        out.push(Piece::Kept(rule, Box::new(kept)));
                    }
                }
            }
        },
    );
    counted.untimed += u64::from(without_time);
}
