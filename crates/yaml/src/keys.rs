//! Which keys of a mapping are the same, as PyYAML's dictionaries see it.

use std::collections::{HashMap, HashSet};

use crate::resolve::{Resolved, may_be_typed};
use crate::tree::{Entry, Kind, Node, Scalar, Style};

/// Mappings of up to this many entries are compared pair by pair, which needs no allocation.
const PAIRWISE: usize = 32;

/// A key as a Python dictionary compares it: by value, `1` and `true` being one.
#[derive(PartialEq, Eq, Hash)]
enum Identity<'n> {
    Null,
    Number(i128),
    Float(u64),
    Other(&'static str, &'n str),
}

fn identity<'n>(scalar: &'n Scalar<'_>) -> Identity<'n> {
    match scalar.resolve() {
        Resolved::Null => Identity::Null,
        Resolved::Bool(b) => Identity::Number(i128::from(b)),
        Resolved::Int(n) => Identity::Number(n),
        // Whole floats equal integers in Python; 2^53 bounds where that is exact.
        Resolved::Float(f) if f.fract() == 0.0 && f.abs() < 9e15 => Identity::Number(f as i128),
        Resolved::Float(f) => Identity::Float(f.to_bits()),
        Resolved::BigInt(text) => Identity::Other("int", text),
        Resolved::Timestamp(text) => Identity::Other("timestamp", text),
        Resolved::Text(text) => Identity::Other("text", text),
    }
}

fn is_typed(scalar: &Scalar<'_>) -> bool {
    scalar.tag.is_some() || (scalar.style == Style::Plain && may_be_typed(&scalar.text))
}

/// Whether two keys are one key.
fn same(a: &Node<'_>, b: &Node<'_>) -> bool {
    let (Kind::Scalar(a), Kind::Scalar(b)) = (&a.kind, &b.kind) else { return false };
    if !is_typed(a) && !is_typed(b) {
        return a.text == b.text;
    }
    identity(a) == identity(b)
}

/// Flags every entry whose key an earlier one has, and reports (its index, the first's index).
pub(crate) fn flag_duplicates(entries: &mut [Entry<'_>], mut report: impl FnMut(usize, usize)) {
    let mut found = Vec::new();
    if entries.len() <= PAIRWISE {
        for later in 1..entries.len() {
            let first = (0..later).find(|&i| same(&entries[i].key, &entries[later].key));
            if let Some(first) = first {
                found.push((later, first));
            }
        }
    } else {
        let mut seen = HashMap::with_capacity(entries.len());
        for (i, entry) in entries.iter().enumerate() {
            let Kind::Scalar(scalar) = &entry.key.kind else { continue };
            match seen.entry(identity(scalar)) {
                std::collections::hash_map::Entry::Occupied(first) => found.push((i, *first.get())),
                std::collections::hash_map::Entry::Vacant(slot) => {
                    slot.insert(i);
                }
            }
        }
    }
    for (later, first) in found {
        entries[later].duplicate = true;
        report(later, first);
    }
}

/// For each entry, whether no later one has its key.
pub(crate) fn last_of_each(entries: &[Entry<'_>]) -> Vec<bool> {
    let mut seen = HashSet::with_capacity(entries.len());
    let mut last: Vec<bool> = entries
        .iter()
        .rev()
        .map(|entry| match &entry.key.kind {
            Kind::Scalar(scalar) => seen.insert(identity(scalar)),
            Kind::Sequence(_) | Kind::Mapping(_) => true,
        })
        .collect();
    last.reverse();
    last
}
