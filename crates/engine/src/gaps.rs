//! What went begging: fields that rules wanted and no record had, sources that no rule reads.

use std::collections::{BTreeMap, BTreeSet};

use rulescope_eval::View;

use crate::program::Program;
use crate::record::Record;
use crate::route::Kind;
use crate::rule::Rule;

/// What went begging in a scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Fields that rules which read these logs test and no record of theirs had, with the number of
    /// rules; most wanted first.
    pub missing_fields: Vec<(String, usize)>,
    /// Kinds of events that no rule reads, with the number of records; most frequent first.
    pub unread_sources: Vec<(Kind, u64)>,
}

/// What was seen of records, by kind.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    kinds: BTreeMap<Kind, (u64, BTreeSet<String>, bool)>,
}

/// A name that stands for itself in any case: of exporters that change the case of names.
fn any_case(name: &str) -> String {
    format!("\u{1}{}", name.to_lowercase())
}

impl Seen {
    /// Counts a record; where its names are `new`, they are looked at.
    pub(crate) fn note(&mut self, record: &Record<'_>, is_read: bool, is_new: bool) {
        if !is_new && let Some(kind) = self.kinds.get_mut(record.kind()) {
            kind.0 += 1;
            return;
        }
        let kind = self
            .kinds
            .entry(record.kind().clone())
            .or_insert_with(|| (0, BTreeSet::new(), is_read));
        kind.0 += 1;
        for (name, _) in &record.event().data {
            if !kind.1.contains(&**name) {
                kind.1.insert(name.to_string());
                if record.event().any_case {
                    kind.1.insert(any_case(name));
                }
            }
        }
        kind.1.extend(record.names());
        for name in record.answered() {
            if !kind.1.contains(name) {
                kind.1.insert(name.to_owned());
            }
        }
    }

    pub(crate) fn add(&mut self, other: Seen) {
        for (kind, (count, names, read)) in other.kinds {
            let own = self.kinds.entry(kind).or_insert_with(|| (0, BTreeSet::new(), read));
            own.0 += count;
            own.1.extend(names);
        }
    }

    pub(crate) fn gaps(self, rules: &[Rule], program: &Program<'_>) -> Gaps {
        let mut unread: Vec<(Kind, u64)> = self
            .kinds
            .iter()
            .filter(|(_, (_, _, read))| !read)
            .map(|(kind, (count, _, _))| (kind.clone(), *count))
            .collect();
        unread.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut had: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        for (kind, (_, names, _)) in &self.kinds {
            for i in program.rules(kind) {
                had.entry(i).or_default().extend(names.iter().map(String::as_str));
            }
        }
        let mut missing: BTreeMap<String, usize> = BTreeMap::new();
        for (i, names) in &had {
            for field in rules[*i].fields() {
                // Names with blanks are found without them, paths by their last part.
                let bare = |text: &str| text.replace(' ', "");
                let last = field.rsplit('.').next().unwrap_or(&field).to_owned();
                let there = names.contains(field.as_str())
                    || names.contains(last.as_str())
                    || names.contains(any_case(&field).as_str())
                    || field == "EventData"
                    || names.iter().any(|n| n.contains(' ') && bare(n) == bare(&field));
                if !there {
                    *missing.entry(field).or_default() += 1;
                }
            }
        }
        let mut missing: Vec<(String, usize)> = missing.into_iter().collect();
        missing.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        Gaps { missing_fields: missing, unread_sources: unread }
    }
}
