//! Which events a row is made of.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// Places of events in a list, as a slice of places that others may share: windows that overlap
/// are parts of one list, and not each a list of its own.
#[derive(Clone)]
pub struct Places {
    all: Arc<[usize]>,
    part: Range<usize>,
}

impl Places {
    /// A part of a list. Panics where the part is not within it.
    pub(crate) fn part(all: &Arc<[usize]>, part: Range<usize>) -> Places {
        assert!(part.start <= part.end && part.end <= all.len(), "a part of the list");
        Places { all: Arc::clone(all), part }
    }

    /// The list that it is a part of, and the part.
    pub(crate) fn shared(&self) -> (&Arc<[usize]>, Range<usize>) {
        (&self.all, self.part.clone())
    }
}

impl Deref for Places {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        &self.all[self.part.clone()]
    }
}

impl FromIterator<usize> for Places {
    fn from_iter<I: IntoIterator<Item = usize>>(places: I) -> Places {
        let all: Arc<[usize]> = places.into_iter().collect();
        let part = 0..all.len();
        Places { all, part }
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl PartialEq for Places {
    fn eq(&self, other: &Places) -> bool {
        **self == **other
    }
}

impl Eq for Places {}

impl PartialOrd for Places {
    fn partial_cmp(&self, other: &Places) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Places {
    fn cmp(&self, other: &Places) -> std::cmp::Ordering {
        (**self).cmp(&**other)
    }
}

impl<const N: usize> PartialEq<[usize; N]> for Places {
    fn eq(&self, other: &[usize; N]) -> bool {
        **self == *other
    }
}
