//! Events for sequences and transactions: the steps one after another, with the values they share.

use rulescope_ir::{Duration, Expr, Key, Pattern, Step, Value};

use super::keys::{self, Part, Thresholds, one_after_another, shared};
use super::reason::Reason;
use super::rows::{Above, EVENTS, Ground};
use crate::event::Event;

/// Events of a sequence: each step as often as it runs, nothing of what must be missing.
pub(super) fn sequence(
    steps: &[Step],
    max_span: Option<Duration>,
    above: &Above<'_>,
    ground: &Ground<'_>,
) -> Result<Vec<Event>, Reason> {
    let ground = ground.within(max_span);
    let taken: Vec<&Step> = steps.iter().filter(|s| !s.missing).collect();
    let keys = taken.iter().map(|s| s.by.len()).max().unwrap_or(0);
    let parts: Vec<Part> = taken
        .iter()
        .map(|step| Part {
            pattern: step.pattern.clone(),
            shared: (0..keys).map(|i| step.by.get(i).cloned()).collect(),
        })
        .collect();
    let runs: usize = taken.iter().map(|s| s.runs.max(1) as usize).sum();
    if runs > EVENTS {
        return Err(Reason::TooLarge { text: format!("{runs} events") });
    }
    let (found, _) = shared(&parts, &ground)?;
    let rows = taken
        .iter()
        .zip(found)
        .flat_map(|(step, events)| vec![events; step.runs.max(1) as usize])
        .collect();
    let found = one_after_another(rows, &ground);
    if above.accepts(&found, &ground)? { Ok(found) } else { Err(above.refused()) }
}

/// Events of a transaction: its start, as many rows as are asked for, and its end.
pub(super) fn transaction(
    input: &Pattern,
    partition: &[Key],
    [start, end]: [Option<&Expr>; 2],
    ground: &Ground<'_>,
    above: &Above<'_>,
) -> Result<Vec<Event>, Reason> {
    let values: Vec<Option<Value>> = partition.iter().map(|k| Some(k.value.clone())).collect();
    let part = |conditions: Vec<Expr>| Part {
        pattern: keys::with(input, conditions),
        shared: values.clone(),
    };
    let neither: Vec<Expr> =
        [start, end].into_iter().flatten().map(|e| Expr::not(e.clone())).collect();
    let ends: Vec<Part> =
        [start, end].into_iter().flatten().map(|e| part(vec![e.clone()])).collect();
    let thresholds = Thresholds::of(above.conditions.iter().map(|c| &*c.expr));
    let mut trouble = None;
    for more in std::iter::once(0).chain(thresholds.sizes()).filter(|n| *n <= EVENTS) {
        let mut parts = ends.clone();
        if more > 0 || parts.is_empty() {
            parts.insert(usize::from(start.is_some()), part(neither.clone()));
        }
        let mut rows = match shared(&parts, ground) {
            Ok((rows, _)) => rows,
            Err(reason) => {
                trouble = trouble.or(Some(reason));
                continue;
            }
        };
        if more > 1 {
            let at = usize::from(start.is_some());
            rows.splice(at..at, vec![rows[at].clone(); more - 1]);
        }
        let found = one_after_another(rows, ground);
        if above.accepts(&found, ground)? {
            return Ok(found);
        }
        // A threshold of the duration, in seconds.
        for seconds in thresholds.sizes() {
            let millis = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1000);
            if millis > ground.room {
                break;
            }
            let mut found = found.clone();
            let first = found.first().map_or(0, |e| e.time);
            if let Some(last) = found.last_mut() {
                last.time = first.saturating_add(millis);
            }
            if above.accepts(&found, ground)? {
                return Ok(found);
            }
        }
    }
    Err(trouble.unwrap_or_else(|| above.refused()))
}
