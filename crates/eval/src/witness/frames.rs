//! Events for rows that get values from the rows around them.

use rulescope_ir::{Expr, Key, Pattern, Value, WindowFunction, visit};

use super::keys::{self, Thresholds, is, is_there, one_after_another, read};
use super::reason::Reason;
use super::rows::{Above, EVENTS, Ground, events as events_of};
use crate::event::Event;

/// How far other rows of a partition are put before the row, in milliseconds: far enough to be
/// another window of what is grouped below, or just before it.
const BEFORE: [i64; 3] = [3_600_000, 1000, 86_400_000];

/// Events of a row that the conditions above let through: with plain rows of its partition before
/// it, or with copies of itself.
pub(super) fn events(
    input: &Pattern,
    partition: &[Key],
    functions: &[WindowFunction],
    above: &Above<'_>,
    ground: &Ground<'_>,
) -> Result<Vec<Event>, Reason> {
    let mut own = Vec::new();
    for condition in &above.conditions {
        let parts = match &*condition.expr {
            Expr::All(of) => of.as_slice(),
            one => std::slice::from_ref(one),
        };
        own.extend(parts.iter().filter(|e| !reads(e, functions)).cloned());
    }
    let keys: Vec<Value> = partition.iter().map(|k| k.value.clone()).collect();
    own.extend(keys.iter().filter_map(is_there));
    own.extend(functions.iter().filter_map(|f| f.argument.as_ref()).filter_map(is_there));
    let pattern = keys::with(input, own);
    let row = events_of(&pattern, ground)?;
    if above.accepts(&row, ground)? {
        return Ok(row);
    }
    let known = read(&pattern, &row, &keys, ground);
    let same = keys.iter().zip(&known).filter_map(|(v, d)| is(v, d.as_ref()?)).collect();
    let plain = events_of(&keys::with(input, same), ground)?;
    let thresholds = Thresholds::of(above.conditions.iter().map(|c| &*c.expr));
    let mut counts: Vec<usize> = thresholds.sizes().into_iter().chain(3..9).collect();
    counts.sort_unstable();
    counts.dedup();
    for count in counts.into_iter().filter(|n| n * row.len() <= EVENTS) {
        for before in BEFORE {
            let mut found = Vec::new();
            for i in (1i64..=i64::try_from(count).unwrap_or(i64::MAX)).rev() {
                found.extend(plain.iter().cloned().map(|mut event| {
                    event.time = event.time.saturating_sub(i.saturating_mul(before));
                    event
                }));
            }
            found.extend(row.iter().cloned());
            if above.accepts(&found, ground)? {
                return Ok(found);
            }
        }
        let copies = one_after_another(vec![row.clone(); count], ground);
        if above.accepts(&copies, ground)? {
            return Ok(copies);
        }
    }
    Err(above.refused())
}

/// Whether a condition reads what the functions give.
fn reads(condition: &Expr, functions: &[WindowFunction]) -> bool {
    let mut found = false;
    let mut copy = condition.clone();
    rulescope_ir::fields::expr_fields_mut(&mut copy, &mut |field| {
        found |= functions.iter().any(|f| {
            let rest = field.name().strip_prefix(f.name.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
    });
    visit::walk(condition, &mut |e| found |= matches!(e, Expr::Opaque { .. }));
    found
}
